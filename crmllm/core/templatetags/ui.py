"""Small tags of the pages: icons, keys, times, word differences and marked evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmllm.core import keymap

register = template.Library()

SPRITE = "vendor/icons.svg"
# Only these icons come from data; all others are named in the templates.
KIND_ICONS = {
    "email": "mail",
    "call": "phone",
    "meeting": "users",
    "document": "file-text",
    "web_form": "forms",
    "chat": "message",
    "todo": "checkbox",
    "note": "note",
}
# What a keyboard prints on the key, where that is not its name.
KEY_FACES = {"Enter": "↵", "Shift+Enter": "⇧↵", "ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc", "Space": "␣"}


@dataclass(frozen=True)
class DiffPart:
    """Some words that stay ("same"), go ("del") or come ("ins")."""

    op: str
    text: str


@dataclass(frozen=True)
class Segment:
    """A piece of the source text and the changes that it supports; none for plain text."""

    text: str
    changes: tuple[str, ...] = ()
    hostile: bool = False


# --- icons and keys -------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite; with a label it is read out, without it is decoration."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>',
            label,
            href,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of an interaction's or activity's kind."""
    return KIND_ICONS.get(kind, "mail")


def _own_keys(context: Context) -> Mapping[str, list[str]]:
    """The keys that the person who looks at the page chose; nobody is signed in on some pages."""
    return getattr(context.get("user"), "keys", None) or {}


@register.simple_tag(takes_context=True)
def key(context: Context, action: str) -> SafeString:
    """The attribute that lets app.js press this element: ``data-key`` with the keys apart by a bar."""
    return format_html('data-key="{}"', "|".join(keymap.keys_of(action, _own_keys(context))))


@register.simple_tag(takes_context=True)
def go_key(context: Context, place: str) -> SafeString | str:
    """The attribute for a navigation entry; one that has no key gets none."""
    return key(context, f"go-{place}") if f"go-{place}" in keymap.KEYMAP else ""


@register.simple_tag(takes_context=True)
def kbd(context: Context, action: str) -> SafeString:
    """The face of an action's first key. Hidden from screen readers: it is no part of the button's name."""
    return format_html('<kbd aria-hidden="true">{}</kbd>', key_face(keymap.keys_of(action, _own_keys(context))[0]))


@register.simple_tag(takes_context=True)
def move_keys(context: Context) -> SafeString:
    """The attribute that tells review.js which keys move between lines: ``data-moves`` with {key: move}."""
    own = _own_keys(context)
    moves = {name: one.action for one in keymap.MOVE for name in keymap.keys_of(one.action, own)}
    return format_html('data-moves="{}"', json.dumps(moves))


@register.filter
def key_face(name: str) -> str:
    """What is printed on a key: ``Enter`` is ↵, a sequence such as ``g h`` keeps its blank."""
    return " ".join(KEY_FACES.get(part, part) for part in name.split(" "))


@register.simple_tag(takes_context=True)
def key_groups(context: Context) -> list[tuple[Any, list[keymap.Shortcut]]]:
    """The whole table as this person has it, for the help dialog."""
    return keymap.groups_for(_own_keys(context))


# --- words and times ------------------------------------------------------------------------------


@register.filter
def initials(name: str) -> str:
    """At most two letters for the round sign of a person."""
    words = re.findall(r"\w+", name)
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def percent(share: float | None) -> int:
    """A share of 0 to 1 as whole percent, kept inside 0 to 100 (bars are drawn from it)."""
    return max(0, min(100, round(100 * (share or 0.0))))


@register.simple_tag
def when(moment: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A short age ("2 min") that tells the full time on hover; older than a week it is the date."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        formats.date_format(local, "DATETIME_FORMAT"),
        age(moment, now or timezone.now()),
    )


def age(moment: datetime, now: datetime) -> str:
    """How long ago in one unit; a time to come or older than a week is a date."""
    seconds = (now - moment).total_seconds()
    if -60 < seconds < 60:
        return _("now")
    minutes = int(seconds // 60)
    if 0 < minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if 0 < minutes < 24 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    if 0 < minutes < 7 * 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return formats.date_format(timezone.localtime(moment), "j M Y")


# --- the review card ------------------------------------------------------------------------------


@register.simple_tag
def word_diff(old: str | None, new: str | None) -> list[DiffPart]:
    """The words that go and come between two values; all of it is plain when there was no value before."""
    if not old or not new:
        return [DiffPart("same", new or "")] if new else ([DiffPart("del", old)] if old else [])
    before, after = _words(old), _words(new)
    parts: list[DiffPart] = []
    for i1, i2, j1, j2, same in _runs(before, after):
        if same:
            parts.append(DiffPart("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            parts.append(DiffPart("del", "".join(before[i1:i2])))
        if j2 > j1:
            parts.append(DiffPart("ins", "".join(after[j1:j2])))
    return parts


def _runs(before: list[str], after: list[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Stretches that stay or change; a blank between two changed words changes with them, so that names stay whole."""
    blocks = [
        block
        for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        if block.size == 0 or "".join(before[block.a : block.a + block.size]).strip()
    ]
    i = j = 0
    for a, b, size in blocks:
        if a > i or b > j:
            yield i, a, j, b, False
        if size:
            yield a, a + size, b, b + size, True
        i, j = a + size, b + size


def _words(value: str) -> list[str]:
    """Words, blanks, and the commas of a list by themselves; a number keeps its own."""
    return re.findall(r"\s+|[,;](?=\s|$)|(?:[^\s,;]|[,;](?!\s|$))+", value)


@register.simple_tag
def evidence_segments(text: str, marks: Iterable[Mapping[str, object]]) -> list[Segment]:
    """Cut the text at the borders of all marks, so that overlapping quotes are one list of flat pieces.

    A mark is ``{start, end, change}`` (offsets in code points, end exclusive) or ``{start, end, hostile: True}``.
    """
    spans = [_span(mark, len(text)) for mark in marks]
    borders = sorted({0, len(text), *(s[0] for s in spans), *(s[1] for s in spans)})
    segments = []
    for start, end in pairwise(borders):
        covering = [span for span in spans if span[0] <= start and end <= span[1]]
        changes = dict.fromkeys(change for *_edges, change, _hostile in covering if change)
        segments.append(Segment(text[start:end], tuple(changes), any(span[3] for span in covering)))
    return segments


def _span(mark: Mapping[str, object], length: int) -> tuple[int, int, str, bool]:
    start, end = int(str(mark["start"])), int(str(mark["end"]))
    change = mark.get("change")
    return (
        max(0, start),
        min(length, end),
        "" if change is None else str(change),
        bool(mark.get("hostile")),
    )
