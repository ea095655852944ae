"""Thin: called by schedules."""

from crmllm.proposals import services


def expire_claims() -> None:
    """Frees what was claimed and forgotten."""
    services.expire_claims()
