"""Office files, PDFs and pictures of text, read into plain text that knows its places. Pure Python, no Django.

`apart.read(format, raw)` is the one door: what strangers made is parsed in a process of its own, with limits on its
time and memory, so that no file can take a web process or a worker down with it.
"""
