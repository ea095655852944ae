"""Readers of labelled sets: our folder format and two public ones.

Each gives cases: the item to be read, the label, and all the words that came with it, which decide what is invented.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from crmllm.evaluation.scorer import Sample
from crmllm.extraction.types import Address, Item, Location, Participant, Us, Zone
from crmllm.ingestion import kinds
from crmllm.ingestion.mail.parse import ParsedMail, Unparsable, parse_mail
from crmllm.ingestion.mail.segment import Segments, segment

Json = dict[str, Any]


class BadSet(Exception):
    """The folder is no labelled set; says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One case: the item, its label with all words of the source, and for contact blocks what each field accepts."""

    item: Item
    sample: Sample
    accepted: dict[str, list[str]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Household:
    """Who we are and what we sell in a set."""

    us: Us = field(default_factory=Us)
    products: tuple[str, ...] = ()


# --- our folder format -------------------------------------------------------------------------------------------


def folder(path: Path, limit: int | None = None) -> Iterator[Labelled]:
    """`labels.jsonl`, `items/` and, where there is one, `crm.json`."""
    labels = _labels(path)
    home = household(path, labels)
    for label in labels[:limit]:
        item, source = read_item(path / "items" / label["file"], str(label.get("kind") or "email"), home)
        yield Labelled(item, Sample(label, f"{source}\n{label['file']}"))


def _labels(path: Path) -> list[Json]:
    file = path / "labels.jsonl"
    if not file.is_file():
        raise BadSet(f"{path.name} holds no labels.jsonl.")
    labels: list[Json] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                labels.append(json.loads(line))
            except ValueError as error:
                raise BadSet(f"labels.jsonl, line {number}: {error}.") from error
    return labels


def household(path: Path, labels: list[Json]) -> Household:
    """Our side from `crm.json`; without it, the domain that most mails are addressed to."""
    file = path / "crm.json"
    if file.is_file():
        known = json.loads(file.read_text(encoding="utf-8"))
        own = known.get("us") or {}
        staff = [one if isinstance(one, dict) else {"name": one} for one in own.get("staff") or ()]
        return Household(
            Us(
                company=str(own.get("company") or own.get("name") or ""),
                domains=frozenset(str(one).casefold().lstrip("@") for one in own.get("domains") or ()),
                addresses=frozenset(str(one["email"]).casefold() for one in staff if one.get("email")),
                staff=frozenset(str(one["name"]) for one in staff if one.get("name")),
            ),
            tuple(
                str(one.get("name") if isinstance(one, dict) else one)
                for one in own.get("products") or known.get("products") or ()
            ),
        )
    domains: Counter[str] = Counter()
    mails = [label for label in labels if str(label.get("file", "")).endswith(".eml")]
    for label in mails[:200]:
        try:
            mail = parse_mail((path / "items" / label["file"]).read_bytes())
        except (OSError, Unparsable):
            continue
        domains.update({one.domain for one in mail.to} - {""})
    domain, count = domains.most_common(1)[0] if domains else ("", 0)
    return Household(Us(domains=frozenset({domain}))) if count >= max(3, 0.5 * len(mails)) else Household()


def read_item(path: Path, kind: str, home: Household) -> tuple[Item, str]:
    """The item of a file and all its words. What cannot be read gives an empty item, so that it counts as missed."""
    raw = path.read_bytes()
    if path.suffix == ".eml":
        try:
            mail = parse_mail(raw)
        except Unparsable:
            return Item("", kind=kind), raw.decode("utf-8", "replace")
        parts = segment(mail.body, hints=mail.hints, subject=mail.subject, sender=mail.sender)
        return mail_item(mail, parts, home), source_of(mail, raw)
    reader = kinds.find(path.name, raw, kind=kind)
    if reader is not None:
        try:
            read = reader.read(raw, path.name)
        except kinds.Unreadable:
            return Item("", kind=kind), raw.decode("utf-8", "replace")
        return kind_item(read, kind, home), f"{raw.decode('utf-8', 'replace')}\n{read.text}"
    text = raw.decode("utf-8", "replace")
    if path.suffix == ".json":
        values = json.loads(text)
        text = "\n".join(f"{key}: {value}" for key, value in values.items()) if isinstance(values, dict) else text
    return Item(text, kind=kind, us=home.us, products=home.products), text


def kind_item(read: kinds.Read, kind: str, home: Household) -> Item:
    """What extraction reads of a call, notes, a chat or a document."""
    return Item(
        text=read.text,
        kind=kind,
        zones=tuple(Zone(one.kind, one.start, one.end) for one in read.zones),
        locations=tuple(Location(one.start, one.end, one.label, one.speaker) for one in read.locations),
        participants=tuple(Participant(one.name, one.email, one.title, one.company) for one in read.participants),
        subject=read.subject,
        sender=Address(read.sender.email, read.sender.name) if read.sender and read.sender.email else None,
        sent_at=read.occurred_at,
        us=home.us,
        products=home.products,
        hidden_text=read.hidden_text,
    )


def mail_item(mail: ParsedMail, parts: Segments, home: Household, *, region: str = "") -> Item:
    """What extraction reads of a parsed mail."""
    return Item(
        text=parts.text,
        zones=tuple(Zone(str(zone.kind), zone.start, zone.end) for zone in parts.text_zones),
        subject=mail.subject,
        sender=Address(mail.sender.email, mail.sender.name) if mail.sender is not None else None,
        recipients=tuple(Address(one.email, one.name, "recipient") for one in (*mail.to, *mail.cc) if one.email),
        sent_at=mail.sent_at,
        us=home.us,
        products=home.products,
        quoted_text="\n".join(mail.body[zone.start : zone.end] for zone in parts.zones if zone.kind == "quoted"),
        hidden_text="\n".join(one.text for one in mail.hidden_text),
        region=region,
        headers=tuple((name, value) for name, values in mail.headers.items() for value in values),
        attachments=tuple(one.filename for one in mail.attachments),
    )


def source_of(mail: ParsedMail, raw: bytes) -> str:
    """All words of a mail: decoded headers, the whole body, hidden text, file names, and the raw text as it came."""
    people = [one for one in (mail.sender, *mail.to, *mail.cc, *mail.reply_to) if one is not None]
    return "\n".join(
        [
            mail.subject,
            *(f"{one.name} <{one.email}>" for one in people),
            *(f"{name}: {value}" for name, values in mail.headers.items() for value in values),
            mail.body,
            *(one.text for one in mail.hidden_text),
            *(one.filename for one in mail.attachments),
            raw.decode("utf-8", "replace"),
        ]
    )


# --- Quagga ------------------------------------------------------------------------------------------------------

_QUAGGA = {"name": "name", "position": "title", "organisation": "company", "phone": "phone", "mail": "email"}


def quagga(path: Path, limit: int | None = None) -> Iterator[Labelled]:
    """Complete signature blocks of the Quagga set, each read inside the part of the mail that its author wrote.

    A block in the newest part is read from the complete .eml with its headers; one further down from the older message
    that it signs, which in the product would have been a mail of its own.
    """
    bodies = {one["id"]: one for one in _lines(path / "spans.jsonl")}
    count = 0
    for row in _lines(path / "signature_contacts.jsonl"):
        body = bodies[row["id"]]
        heads = [(one["start"], one["end"]) for one in body["spans"] if one["type"].startswith("Header")]
        for block in row["signatures"]:
            if not block["complete"] or not set(block["fields"]) & set(_QUAGGA):
                continue
            if limit is not None and count >= limit:
                return
            count += 1
            yield _quagga_block(path, row, body, heads, block)


def _quagga_block(path: Path, row: Json, body: Json, heads: list[tuple[int, int]], block: Json) -> Labelled:
    start = max((end for _, end in heads if end <= block["start"]), default=0)
    end = min((begin for begin, _ in heads if begin >= block["end"]), default=len(body["text"]))
    newest = start == 0
    item, source = read_item(path / "eml" / f"{row['id']}.eml", "email", Household())
    if not newest or _squeezed(block["block"]) not in _squeezed(item.text):
        name, address = parseaddr(re.sub(r"</O=.*", "", row["x_from"])) if newest else ("", "")
        author = Address(address or row["from"], name or re.sub(r"\s*<.*", "", row["x_from"])) if newest else None
        part = re.sub(r"(?m)^(?:[ \t]*>)+[ \t]?", "", body["text"][start:end])
        item = Item(part, sender=author, sent_at=item.sent_at)
    accepted: dict[str, list[str]] = {}
    for name, ours in _QUAGGA.items():
        accepted[ours] = [part for one in block["fields"].get(name, ()) for part in {one, *one.split("\n")}]
    # Where the block has no name of its own, the sign-off beside it is the name: right if found, not required.
    optional = frozenset() if accepted["name"] else frozenset({"name"})
    accepted["name"] += list(block.get("outro_name") or ())
    label = {"file": f"{row['id']}.eml", "kind": "email", "language": "en", "region": "US"}
    return Labelled(item, Sample(label, f"{source}\n{body['text']}"), accepted, optional)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s>]+", " ", text).strip()


# --- TextMine'23 -------------------------------------------------------------------------------------------------

_TEXTMINE = {"Human": "name", "Function": "title", "Organization": "company", "Phone_Number": "phone", "Email": "email"}
# Words between annotated tokens that belong to a value: "Founder and CEO".
_INSIDE = re.compile(r"[\s&'’.,/-]*(?:\b(?:et|and|de|du|des|d|l|of)\b[\s&'’.,/-]*)?")


def textmine(path: Path, limit: int | None = None) -> Iterator[Labelled]:
    """French signatures of the TextMine challenge; annotated tokens that follow each other make a value."""
    count = 0
    for file in sorted(path.glob("*.jsonl")):
        for row in _lines(file):
            if limit is not None and count >= limit:
                return
            count += 1
            text = row["text"]
            accepted = {ours: _runs(row, name) for name, ours in _TEXTMINE.items()}
            item = Item(text, zones=(Zone("signature", 0, len(text)),), region="FR")
            label = {"file": str(row["id"]), "kind": "email", "language": "fr", "region": "FR"}
            yield Labelled(item, Sample(label, text), accepted)


def _runs(row: Json, name: str) -> list[str]:
    """The values of a label: runs of its tokens, and the parts of a run between dashes, slashes and commas."""
    found: list[list[int]] = []
    text = row["text"]
    for one in sorted((one for one in row["annotations"] if one["label"] == name), key=lambda one: one["begin"]):
        between = text[found[-1][1] : one["begin"]] if found else None
        if between is not None and name != "Phone_Number" and "\n" not in between and _INSIDE.fullmatch(between):
            found[-1][1] = one["end"]
        else:
            found.append([one["begin"], one["end"]])
    runs = [text[start:end] for start, end in found]
    if name in {"Phone_Number", "Email"}:
        return runs
    return runs + [part for run in runs for part in re.split(r"\s+[-–/]\s+|,\s+", run) if part != run]


def _lines(path: Path) -> Iterator[Json]:
    if not path.is_file():
        raise BadSet(f"{path.parent.name} holds no {path.name}.")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
