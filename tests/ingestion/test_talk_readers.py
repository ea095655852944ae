"""Transcripts, chats and notes: speakers, times and turns are kept, and nothing whatever makes a reader crash."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.ingestion.kinds import READERS, Read, Reader, Unreadable, find

TALK = [reader for reader in READERS if reader.kind in ("call", "meeting", "chat")]

VTT = """WEBVTT

NOTE Call with Hartwell Foods
Date: 2026-03-12 14:05

1
00:00:01.200 --> 00:00:03.000
<v Gemma Tolley>We need <i>thirty</i> of them.

00:00:03.500 --> 00:00:04.000
<v Gemma Tolley>Sorry, forty &amp; two spare.

1:02:15.000 --> 1:02:17.000
<v Daan Verhoeven>Forty, noted.
"""


def read(name: str, text: str, kind: str = "") -> Read:
    raw = text.encode()
    reader = find(name, raw, kind=kind)
    assert reader is not None
    return reader.read(raw, name)


def said(found: Read) -> list[tuple[str, str, str]]:
    return [(one.label, one.speaker, found.text[one.start : one.end]) for one in found.locations]


def test_webvtt_keeps_speakers_times_and_turns() -> None:
    found = read("hartwell.vtt", VTT)
    assert said(found) == [
        ("00:00:01", "Gemma Tolley", "We need thirty of them."),
        ("00:00:03", "Gemma Tolley", "Sorry, forty & two spare."),
        ("01:02:15", "Daan Verhoeven", "Forty, noted."),
    ]
    turns = [found.text[zone.start : zone.end] for zone in found.zones if zone.kind == "turn"]
    assert turns == ["We need thirty of them. Sorry, forty & two spare.", "Forty, noted."]
    assert [one.name for one in found.participants] == ["Gemma Tolley", "Daan Verhoeven"]
    assert found.occurred_at == datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
    assert found.subject == "Call with Hartwell Foods"


@pytest.mark.parametrize(
    "head",
    ["Nagranie: 12 marca 2026", "Opname: 12 maart 2026", "Aufnahme: 12.03.2026", "Enregistrement : 12 mars 2026",
     "Grabación: 12/03/2026", "Registrazione: 12 marzo 2026", "Gravação: 12/03/2026", "Cliente: Norte Foods"],
)  # fmt: skip
def test_labels_above_a_talk_are_no_speakers(head: str) -> None:
    found = read("call.txt", f"{head}\n\nAnna Nowak: Two, please.\nDaan Verhoeven: Noted.\nAnna Nowak: Thanks.", "call")
    assert [one.name for one in found.participants] == ["Anna Nowak", "Daan Verhoeven"]


def test_a_cue_without_a_speaker_goes_on_for_the_one_before() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nAnna Nowak: We would\n\n2\n00:00:02,000 --> 00:00:03,000\ntake forty.\n"
    found = read("x.srt", text)
    assert said(found) == [("00:00:01", "Anna Nowak", "We would"), ("00:00:02", "Anna Nowak", "take forty.")]
    assert found.text == "Anna Nowak: We would take forty."


PLAIN = "Anna Nowak: We need forty.\nTom Lee: Noted.\nAnna Nowak: By May.\n"
BOLD = "**Anna Nowak:** We need forty.\n\n**Tom Lee:** Noted.\n\n**Anna Nowak:** By May.\n"
STAMPED = "[00:12] Anna Nowak: We need forty.\n[00:20] Tom Lee: Noted.\n[1:02:03] Anna Nowak: By May.\n"
ABOVE = "Anna Nowak   0:12\nWe need forty.\n\nTom Lee  0:20\nNoted.\n\nAnna Nowak  1:02:03\nBy May.\n"
RANGES = (
    "0:0:12.250 --> 0:0:15.120\nAnna Nowak: We need forty.\n0:0:20.1 --> 0:0:21.0\nTom Lee: Noted.\n"
    "1:02:03.0 --> 1:02:04.0\nAnna Nowak: By May.\n"
)


@pytest.mark.parametrize("text", [PLAIN, BOLD, STAMPED, ABOVE, RANGES])
def test_plain_transcripts_in_their_usual_shapes(text: str) -> None:
    found = read("call.txt", text)
    assert [(who, words) for _, who, words in said(found)] == [
        ("Anna Nowak", "We need forty."), ("Tom Lee", "Noted."), ("Anna Nowak", "By May."),
    ]  # fmt: skip
    times = [label for label, _, _ in said(found)]
    assert times == (["", "", ""] if text in (PLAIN, BOLD) else ["00:00:12", "00:00:20", "01:02:03"])


def test_notes_below_a_transcript_are_nobodys_words() -> None:
    found = read("call.txt", PLAIN + "\nCall notes:\n- Engagement: high\n- Risk: budget\n")
    assert {who for _, who, _ in said(found)} == {"Anna Nowak", "Tom Lee"}
    assert found.text.endswith("- Risk: budget")


SEGMENTS: list[dict[str, Any]] = [
    {"transcript": [
        {"speakerId": "7", "sentences": [{"start": 12000, "end": 13000, "text": "We need forty."}]},
        {"speakerId": "8", "sentences": [{"start": 20000, "text": "Noted."}]},
        {"speakerId": "7", "sentences": [{"start": 3723000, "text": "By May."}]},
     ], "parties": [{"speakerId": "7", "name": "Anna Nowak", "emailAddress": "Anna@nowak.example"},
                    {"speakerId": "8", "name": "Tom Lee"}]},
    {"title": "Hartwell", "sentences": [
        {"index": 0, "speaker_name": "Anna Nowak", "text": "We need forty.", "start_time": 12.4},
        {"index": 1, "speaker_name": "Tom Lee", "text": "Noted.", "start_time": 20.0},
        {"index": 2, "speaker_name": "Anna Nowak", "text": "By May.", "start_time": 3723.9}]},
    {"results": {"utterances": [
        {"speaker": {"name": "Anna Nowak"}, "startTime": "00:00:12.400", "transcript": "We need forty."},
        {"speaker": {"name": "Tom Lee"}, "startTime": "00:00:20", "transcript": "Noted."},
        {"speaker": {"name": "Anna Nowak"}, "startTime": "01:02:03", "transcript": "By May."}]}},
]  # fmt: skip


@pytest.mark.parametrize("document", SEGMENTS)
def test_json_of_recorders(document: dict[str, Any]) -> None:
    found = read("recording.json", json.dumps(document))
    assert said(found) == [
        ("00:00:12", "Anna Nowak", "We need forty."),
        ("00:00:20", "Tom Lee", "Noted."),
        ("01:02:03", "Anna Nowak", "By May."),
    ]
    assert [one.name for one in found.participants] == ["Anna Nowak", "Tom Lee"]


def test_what_json_tells_of_people_can_be_quoted() -> None:
    found = read("recording.json", json.dumps(SEGMENTS[0]))
    assert found.participants[0].email == "anna@nowak.example"
    assert "Participants: Anna Nowak <anna@nowak.example>; Tom Lee" in found.text


CHATS = [
    "[12/03/2026, 10:42:05] Anna Nowak: We need forty.\n[12/03/2026, 10:43:00] Tom Lee: Noted.\n",
    "12/03/2026, 10:42 - Anna Nowak: We need forty.\n12/03/2026, 10:43 - Tom Lee: Noted.\n",
    "3/12/2026, 10:42 AM - Anna Nowak: We need forty.\n3/13/2026, 10:43 AM - Tom Lee: Noted.\n",
    "2026-03-12 10:42 <Anna Nowak> We need forty.\n2026-03-12 10:43 <Tom Lee> Noted.\n",
    "Chat of 12 March 2026\nAnna Nowak  10:42\nWe need forty.\n\nTom Lee  10:43\nNoted.\n",
]


@pytest.mark.parametrize("text", CHATS)
def test_chats_in_their_usual_shapes(text: str) -> None:
    reader = find("chat.txt", text.encode())
    assert reader is not None
    assert reader.kind == "chat"
    found = reader.read(text.encode(), "chat.txt")
    assert said(found)[0] == ("2026-03-12 10:42", "Anna Nowak", "We need forty.")
    assert found.occurred_at is not None
    assert (found.occurred_at.month, found.occurred_at.hour) == (3, 10)


def test_chat_json_is_told_from_a_recording() -> None:
    messages = [
        {"from": "Anna Nowak", "body": "We need forty.", "ts": "2026-03-12T10:42:00Z"},
        {"from": "Tom Lee", "body": "Noted.", "ts": "2026-03-12T10:43:00Z"},
    ]
    raw = json.dumps({"messages": messages}).encode()
    reader = find("export.json", raw)
    assert reader is not None
    assert reader.kind == "chat"
    assert reader.read(raw, "export.json").occurred_at == datetime(2026, 3, 12, 10, 43, tzinfo=UTC)


NOTES = """# Hartwell: coders for Avonmouth
12 March 2026, 14:00

Attendees:
- Gemma Tolley (Operations Director, Hartwell Foods)
- Daan Verhoeven

## Discussion
- 2 lines w/ CJ-8, budget 18k

Actions
- DV: quote by Fri
"""


def test_notes_have_sections_and_attendees() -> None:
    reader = find("notes.md", NOTES.encode())
    assert reader is not None
    assert reader.kind == "meeting"
    found = reader.read(NOTES.encode(), "notes.md")
    zones = {zone.kind: found.text[zone.start : zone.end].strip() for zone in found.zones if zone.kind != "heading"}
    assert zones["actions"] == "- DV: quote by Fri"
    assert zones["attendees"].startswith("Attendees:")
    assert [(one.label, found.text[one.start : one.end].strip()[:8]) for one in found.locations] == [
        ("Discussion", "- 2 line"), ("Actions", "- DV: qu"),
    ]  # fmt: skip
    assert [one.name for one in found.participants] == ["Gemma Tolley", "Daan Verhoeven"]
    assert found.occurred_at == datetime(2026, 3, 12, 14, 0, tzinfo=UTC)


# --- whatever comes


def sound(found: Read) -> None:
    """All places lie inside of the text and tell what they say."""
    for place in (*found.zones, *found.locations):
        assert 0 <= place.start <= place.end <= len(found.text)
    ends = 0
    for zone in (one for one in found.zones if one.kind in ("speaker", "turn", "preamble", "epilogue")):
        assert zone.start >= ends
        ends = zone.end
    assert found.text.strip()
    json.dumps(found.extra)


LINES = st.sampled_from(
    ["WEBVTT", "", "00:00:01.000 --> 00:00:02.000", "Anna: hi", "[00:12] Tom: ok", "<v Anna>hi", "1", "Tom  0:12",
     "12/03/2026, 10:42 - Anna: hi", "NOTE x", "Attendees:", "- Anna (CEO, Acme)", "Actions", "{", "-->",
     "a\u0301b: \u202e"]
)  # fmt: skip
FILES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=400).map(str.encode),
    st.lists(LINES, max_size=25).map(lambda rows: "\n".join(rows).encode()),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["text", "speaker", "start", "sentences", "participants", "ts", "id"]), inner
            )
        ),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.mark.parametrize("reader", TALK, ids=lambda reader: reader.name)
@given(raw=FILES)
def test_any_bytes_are_read_or_refused_with_a_sentence(reader: Reader, raw: bytes) -> None:
    assert 0 <= reader.fits(raw, "x") <= 1
    found: Read | str
    try:
        found = reader.read(raw, "x.txt")
    except Unreadable as refused:
        found = refused.reason
    if isinstance(found, str):
        assert found.endswith(".")
    else:
        sound(found)


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60).filter(str.strip), st.integers(0, 359_999)
)
def test_what_is_said_is_quoted_as_it_is(words: str, at: int) -> None:
    document = {
        "segments": [{"speaker": "Anna", "text": words, "start": at}, {"speaker": "Tom", "text": "x", "start": at}]
    }
    found = read("a.json", json.dumps(document))
    sound(found)
    assert "".join(found.text.split()).endswith("Tom:x")
