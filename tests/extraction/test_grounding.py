"""A value's place in a text: exact on code points, tolerant of how people write, and absent when it is absent."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.extraction import grounding
from crmllm.extraction.grounding import Kind, locate
from crmllm.extraction.types import Item

SENT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("text", "email", "phone", "amount", "quantity", "date", "currency")

any_text = st.text(max_size=80)
odd_text = st.text(alphabet="aáÁéßﬁŒ̈́İıǅ ½²K\u00a0.,-'’👩‍🔬漢ｱ\n12", max_size=60)
words = st.text(alphabet="abcdeéßﬁ ABC-.", min_size=1, max_size=12)


@given(st.one_of(any_text, odd_text), st.one_of(any_text, odd_text), st.sampled_from(KINDS))
def test_a_span_always_quotes_its_text(value: str, text: str, kind: Kind) -> None:
    for span in locate(value, kind, text, sent_at=SENT, countries=("GB",)) or ():
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.quote


@given(odd_text, words, odd_text)
def test_whole_words_are_found_between_anything(before: str, value: str, after: str) -> None:
    if not any(one.isalnum() for one in unicodedata.normalize("NFKD", value)):
        return
    text = f"{before} | {value} | {after}"
    found = locate(value, "text", text)
    assert found
    assert any(span.start <= len(before) + 3 + len(value) and span.end > len(before) for span in found)


@given(words)
def test_forms_of_unicode_do_not_matter(value: str) -> None:
    if not any(one.isalnum() for one in unicodedata.normalize("NFKD", value)):
        return
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert locate(unicodedata.normalize(form, value), "text", f"x {value} y")


@pytest.mark.parametrize(
    ("value", "text", "quote"),
    [
        ("Jane Doe", "hello\nJANE  DOE,", "JANE  DOE"),
        ("King & Spalding", "at King &amp Spalding", None),
        ("King & Spalding", "at King & Spalding LLP", "King & Spalding"),
        ("José", "Jose\u0301 Pérez", "Jose\u0301"),
        ("office", "the oﬃce here", "oﬃce"),
        ("GTX Pro", "two GTX-Pro please", "GTX-Pro"),
        ("GTXPro", "two GTX Pro please", "GTX Pro"),
        ("Ann", "Planning", None),
        ("Straße 5", "STRASSE 5", "STRASSE 5"),
        ("", "anything", None),
    ],
)
def test_words(value: str, text: str, quote: str | None) -> None:
    found = locate(value, "text", text)
    assert (found[0].quote if found else None) == quote


@pytest.mark.parametrize(
    ("value", "kind", "text", "quote"),
    [
        ("jane@acme.example", "email", "<Jane@ACME.example>", "Jane@ACME.example"),
        ("jane@acme.example", "email", "mary.jane@acme.example", None),
        ("jane@acme.example", "email", "jane@acme.example.test", None),
        ("+442079460111", "phone", "Tel. 020 7946 0111", "020 7946 0111"),
        ("+442079460111", "phone", "+44 (0)20 7946 0111", "+44 (0)20 7946 0111"),
        ("+442079460111", "phone", "020 7946 0112", None),
        ("52000", "amount", "for 52.000,00 € net", "52.000,00 €"),
        ("52000", "amount", "for 52k EUR", "52k EUR"),
        ("52000", "amount", "for 520.00", None),
        ("12", "quantity", "a dozen of them", "a dozen"),
        ("12", "quantity", "12 pieces", "12"),
        ("12", "quantity", "128 pieces or 12.5", None),
        ("2026-03-06", "date", "by Friday", "Friday"),
        ("2026-03-06", "date", "by Monday", None),
        ("2026-13-40", "date", "by Monday", None),
        ("EUR", "currency", "for 5 €", "5 €"),
    ],
)
def test_kinds(value: str, kind: Kind, text: str, quote: str | None) -> None:
    found = locate(value, kind, text, sent_at=SENT, countries=("GB",))
    assert (found[0].quote if found else None) == quote


def test_the_refusal_says_where_a_value_stands_instead() -> None:
    item = Item(
        text="Hello\n> old Quentin Marsh",
        quoted_text="Walter Old wrote",
        hidden_text="Hidden Harry",
        prompt_examples="Example Eve",
    )
    readable = "Hello\n                    "
    assert "quote somebody" in grounding.refusal("Quentin Marsh", "text", item, readable)
    assert grounding.refusal("Walter Old", "text", item, readable) == "stands only in quoted history"
    assert grounding.refusal("Hidden Harry", "text", item, readable) == "stands only in hidden text"
    assert grounding.refusal("Example Eve", "text", item, readable) == "stands only in the prompt's examples"
    assert grounding.refusal("Nobody Else", "text", item, readable) == "is not in the text"
