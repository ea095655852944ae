"""Two libraries for the same work, asked about the same items: the same model, server and concurrency in one run.

Each runs in an environment of its own (requirements/peers.txt) as a small program: lines of items in, lines of contacts
out. Tokens are what the model server itself counted, for ours as for theirs.
"""
