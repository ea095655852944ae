"""Our own model server: vLLM in an environment of its own (`.venv-llm`), apart from the application's.

`prepare.py` and `serve.py` are run as files by that environment's Python, so they import nothing of ours.
"""
