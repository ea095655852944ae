"""Reads the hand-written mails into items."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import yaml

from crmllm.extraction.types import Address, Item, Us

Json = dict[str, Any]

CASES: list[Json] = yaml.safe_load((Path(__file__).parent / "cases" / "mails.yaml").read_text(encoding="utf-8"))
US = Us(
    company="Ourfirm Ltd",
    domains=frozenset({"ourfirm.example"}),
    addresses=frozenset({"rosa.lind@ourfirm.example"}),
    staff=frozenset({"Rosa Lind", "Ben Harker"}),
)


def item_of(case: Json) -> Item:
    """The item of one case; the newest text is all there is."""
    name, email = parseaddr(case["from"])
    return Item(
        text=case["text"],
        subject=case.get("subject", ""),
        sender=Address(email, name),
        recipients=tuple(Address(parseaddr(one)[1], parseaddr(one)[0], "recipient") for one in case.get("cc", ())),
        sent_at=datetime.fromisoformat(case["sent"]),
        us=US,
        products=tuple(case.get("products") or ()),
        headers=tuple((case.get("headers") or {}).items()),
    )
