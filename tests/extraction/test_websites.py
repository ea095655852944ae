"""The web address that is surely the writer's own."""

from __future__ import annotations

import pytest

from crmllm.extraction.rules import websites
from crmllm.extraction.types import Address, Item, Us

US = Us("Northlight Labels", frozenset({"northlight.example"}))


def site(text: str, sender: str = "ann@meadow.example") -> str:
    one = websites.find(Item(text=text, sender=Address(sender, "Ann Bee"), us=US))
    assert one is None or text[one.start : one.end].lower() == one.value
    return one.value if one is not None else ""


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Ann Bee\nwww.meadow.example", "www.meadow.example"),
        ("Ann Bee\nhttps://www.Meadow.example/en", "www.meadow.example"),
        ("Ann Bee | meadow.example | ann@meadow.example", "meadow.example"),
        # not surely theirs
        ("Ann Bee\nann@meadow.example", ""),
        ("See www.shop.example for the part.", ""),
        ("See www.meadow.example.test for the part.", ""),
        ("See shop.meadow.example for the part.", ""),
        ("> www.meadow.example", ""),
    ],
)
def test_only_the_domain_that_somebody_writes_from(text: str, host: str) -> None:
    assert site(text) == host


@pytest.mark.parametrize("sender", ["tom@northlight.example", "ann@freemail.test", ""])
def test_never_of_ours_or_of_somebody_unknown(sender: str) -> None:
    assert site("www.northlight.example www.meadow.example", sender) == ""
