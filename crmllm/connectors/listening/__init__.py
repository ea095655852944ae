"""Listening to what CRMs tell: one process at a time holds a conversation open, and keeps what comes as events."""
