"""What data cannot say of Salesforce."""

from __future__ import annotations

from crmllm.connectors.engine.strategy import Strategy


class Salesforce(Strategy):
    """Hooks of Salesforce."""
