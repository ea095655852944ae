"""The web address that somebody writes below their name: only one of the domain they write from is surely theirs."""

from __future__ import annotations

import re

from crmllm.core.identifiers import company_domain
from crmllm.extraction.rules import said
from crmllm.extraction.rules.text import Candidate, mask
from crmllm.extraction.types import Item

_ADDRESS = re.compile(
    r"(?<![\w@./-])(?:https?://)?(?P<host>(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})(?![\w@-])", re.IGNORECASE
)


def find(item: Item) -> Candidate | None:
    """The host of the writer's own site, as it is written. None for free mail and for our own side."""
    if item.sender is None or item.us.owns(item.sender.email):
        return None
    domain = company_domain(item.sender.email)
    if not domain:
        return None
    text = said.by_customer(item).text
    text = mask(text, [(zone.start, zone.end) for zone in item.zones if zone.kind.startswith("forwarded")])
    for match in _ADDRESS.finditer(text):
        host = match["host"].lower()
        if host in (domain, f"www.{domain}"):
            return Candidate("website", host, *match.span("host"), 0.9, "site of the writer's own domain")
    return None
