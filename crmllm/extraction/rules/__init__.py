"""Deterministic extractors, one module a kind; every find has its place in the text, a confidence and a reason."""
