"""The small tags: differences that add up, marks that cover what they should, ages in one unit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.core import keymap
from crmllm.core.templatetags import ui

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
WORDS = st.text(alphabet="ab \nñ€😀", max_size=30)


def shown(old: str, new: str) -> list[tuple[str, str]]:
    return [(part.op, part.text) for part in ui.word_diff(old, new)]


@given(old=WORDS, new=WORDS)
def test_difference_holds_both_values_whole(old: str, new: str) -> None:
    parts = ui.word_diff(old, new)
    assert "".join(part.text for part in parts if part.op != "del") == new
    if new:
        assert "".join(part.text for part in parts if part.op != "ins") == (old or new)


def test_changed_words_stay_together() -> None:
    assert shown("Maria Gonzalez", "María González Ruiz") == [("del", "Maria Gonzalez"), ("ins", "María González Ruiz")]


def test_only_the_changed_word_is_marked() -> None:
    assert shown("Head of Sales", "Head of Procurement") == [
        ("same", "Head of "),
        ("del", "Sales"),
        ("ins", "Procurement"),
    ]


def test_new_value_is_plain_and_removed_one_is_struck() -> None:
    assert shown("", "Buyer") == [("same", "Buyer")]
    assert shown("Buyer", "") == [("del", "Buyer")]
    assert shown("", "") == []


@given(text=st.text(max_size=40), edges=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=5))
def test_segments_add_up_to_the_text_and_cover_each_mark(text: str, edges: list[tuple[int, int]]) -> None:
    marks: list[dict[str, Any]] = [
        {"start": min(pair), "end": max(pair), "change": f"c{index}"} for index, pair in enumerate(edges)
    ]
    segments = ui.evidence_segments(text, marks)
    assert "".join(part.text for part in segments) == text
    for mark in marks:
        covered = "".join(part.text for part in segments if mark["change"] in part.changes)
        assert covered == text[mark["start"] : mark["end"]]


def test_hostile_words_are_told_from_evidence() -> None:
    segments = ui.evidence_segments("do as I say", [{"start": 0, "end": 5, "hostile": True}])
    assert [(part.text, part.hostile, part.changes) for part in segments] == [
        ("do as", True, ()),
        (" I say", False, ()),
    ]


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=6, hours=5), "6 days"),
        (timedelta(days=30), "18 Oct 2026"),
        (timedelta(days=-2), "19 Nov 2026"),
    ],
)
def test_age_is_said_in_one_unit(passed: timedelta, said: str) -> None:
    assert ui.age(NOW - passed, NOW) == said


@pytest.mark.parametrize(("share", "percent"), [(0.934, 93), (None, 0), (1.7, 100), (-1, 0)])
def test_bars_stay_inside(share: float | None, percent: int) -> None:
    assert ui.percent(share) == percent


@pytest.mark.parametrize(
    ("name", "letters"), [("Rosa Ordóñez", "RO"), ("admin", "A"), ("Ana de la Cruz", "AC"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_icon_is_decoration_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in ui.icon("mail")
    assert 'aria-label="Mail &lt;1&gt;"' in ui.icon("mail", "Mail <1>")


def test_no_key_starts_two_actions() -> None:
    keys = [key for shortcut in keymap.KEYMAP.values() for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    starts = {key.split(" ")[0] for key in keys if " " in key}
    assert starts.isdisjoint(keys), "a key that begins a sequence does nothing by itself"
