"""How pages show what was said: turn by turn with speaker and time, and where a quote stands in the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmllm.crm.selectors import us

Mark = Mapping[str, Any]


def turns(content: Mapping[str, Any], marks: Sequence[Mark] = ()) -> list[dict[str, Any]]:
    """The turns of a call or chat, each with its marks counted from its own beginning; empty for everything else."""
    zones = content.get("zones", [])
    if not any(kind == "turn" for kind, _, _ in zones):
        return []
    text, staff = content.get("text", ""), {name.casefold() for name in us().staff}
    locations = sorted(content.get("locations", []))
    found: list[dict[str, Any]] = []
    name: dict[str, Any] = {}
    for kind, start, end in zones:
        part = {"text": text[start:end], "marks": within(marks, start, end)}
        if kind == "speaker":
            name = part | {"ours": part["text"].casefold() in staff}
            continue
        at = next((label for first, last, label, _ in locations if start <= first and last <= end), "")
        found.append(part | {"kind": kind, "who": name if kind == "turn" else {}, "at": at if kind == "turn" else ""})
        name = {}
    return found


def within(marks: Sequence[Mark], start: int, end: int) -> list[dict[str, Any]]:
    """The marks that touch a stretch, counted from its beginning."""
    return [
        {**mark, "start": max(mark["start"], start) - start, "end": min(mark["end"], end) - start}
        for mark in marks
        if mark["start"] < end and start < mark["end"]
    ]


def place(content: Mapping[str, Any], start: int, end: int) -> str:
    """Where a quote stands in the original ("00:12:31 · Anna Nowak", "page 3"); empty where nothing tells."""
    around = [
        (last - first, label, speaker)
        for first, last, label, speaker in content.get("locations", [])
        if first < max(end, start + 1) and start < last
    ]
    if not around:
        return ""
    _, label, speaker = min(around, key=lambda one: one[0])
    return " · ".join(part for part in (label, speaker) if part)
