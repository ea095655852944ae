"""Reads the hand-written attacks: each an honest mail (or another item) with something hostile in one place of it."""

from __future__ import annotations

import base64
import codecs
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

import yaml

from crmllm.crm.selectors import Us
from crmllm.ingestion import kinds
from crmllm.ingestion.kinds import Read

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "attacks"
BASES: Json = yaml.safe_load((FOLDER / "bases.yaml").read_text(encoding="utf-8"))
ATTACKS: list[Json] = [
    attack
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "bases.yaml"
    for attack in yaml.safe_load(path.read_text(encoding="utf-8"))
]
OURS = Us("Ourfirm Ltd", frozenset({"ourfirm.example"}), frozenset({"rosa.lind@ourfirm.example"}),
          frozenset({"Rosa Lind", "Ben Harker"}))  # fmt: skip
PRODUCTS = ("label printer",)


def listed(attack: Json, key: str) -> list[tuple[str, str]]:
    """The (field, value) pairs of `forbidden` or `commanded`."""
    pairs = attack.get(key, {}).items()
    return [(field, one) for field, value in pairs for one in (value if isinstance(value, list) else [value])]


def honest(attack: Json) -> Json:
    """What must still be found."""
    given: Json = attack.get("honest", BASES[attack["base"]]["honest"] if "base" in attack else {})
    return given


def file_of(attack: Json) -> tuple[str, bytes]:
    """The name and the bytes of one attack."""
    if "raw" in attack:
        return attack["file"], attack["raw"].encode()
    return "mail.eml", _mail(attack).as_bytes()


def read(attack: Json) -> Read:
    """One attack as its reader reads it."""
    name, raw = file_of(attack)
    reader = kinds.find(name, raw, kind=attack.get("kind", ""))
    assert reader is not None, f"nobody reads {name}"
    return reader.read(raw, name)


def kind_of(attack: Json) -> str:
    """The kind of the interaction that the attack becomes."""
    name, raw = file_of(attack)
    reader = kinds.find(name, raw, kind=attack.get("kind", ""))
    assert reader is not None
    return reader.kind


def _mail(attack: Json) -> EmailMessage:
    base = BASES[attack["base"]]
    mail = EmailMessage()
    sender = attack.get("from", base["from"])
    if "display_name" in attack:
        sender = f'"{attack["display_name"]}" <{sender.partition("<")[2]}'
    mail["From"], mail["To"] = sender, "rosa.lind@ourfirm.example"
    mail["Subject"] = attack.get("subject", base["subject"])
    mail["Date"] = "Tue, 10 Feb 2026 09:30:00 +0100"
    mail["Message-ID"] = f"<{attack['id']}@attacks.example>"
    for name, value in attack.get("headers", {}).items():
        mail[name] = value
    parts = [attack.get("above", ""), base["body"], _payload(attack), base["sign"] + attack.get("sign", "")]
    text = "\n".join(part.rstrip("\n") + "\n" for part in parts if part) + _history(attack)
    if any(key in attack for key in ("html", "html_end", "html_repeat")):
        mail.set_content(_html(attack, base), subtype="html")
    else:
        mail.set_content(text)
        if "alternative" in attack:
            mail.add_alternative(attack["alternative"], subtype="html")
    if "filename" in attack:
        mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename=attack["filename"])
    return mail


def _payload(attack: Json) -> str:
    """The hostile paragraph, encoded as the attack says."""
    text: str = attack.get("body", "")
    if "quoted_line" in attack:
        return "> " * int(attack["repeat"]) + str(attack["quoted_line"])
    if "repeat" in attack:
        return str(attack["unit"]) * int(attack["repeat"])
    if "base64" in attack:
        text += base64.b64encode(attack["base64"].encode()).decode()
    if "rot13" in attack:
        text += codecs.encode(attack["rot13"], "rot13")
    if "hex" in attack:
        text += attack["hex"].encode().hex()
    return text + _unseen(attack)


def _unseen(attack: Json) -> str:
    """Words in characters that are never drawn: tags, or variation selectors."""
    return "".join(chr(0xE0000 + ord(char)) for char in attack.get("tags", "")) + "".join(
        chr(0xE0100 + ord(char)) for char in attack.get("variation", "")
    )


def _html(attack: Json, base: Json) -> str:
    middle = attack.get("html", "") + _unseen(attack) + str(attack.get("unit", "")) * attack.get("html_repeat", 0)
    lines = "<br>".join(escape(line) for line in base["sign"].splitlines())
    return f"<p>{escape(base['body'])}</p>{middle}<p>{lines}</p>{attack.get('html_end', '')}"


def _history(attack: Json) -> str:
    if "quoted" in attack:
        lines = "\n".join(f"> {line}" for line in attack["quoted"].splitlines())
        return f"\nOn Mon, 9 Feb 2026 at 10:00, Mallory Kane <mallory@kane.example> wrote:\n{lines}\n"
    if "outlook" in attack:
        head = (
            "From: Mallory Kane <mallory@kane.example>\nSent: Monday, 9 February 2026 10:00\nTo: Sales\nSubject: Budget"
        )
        return f"\n-----Original Message-----\n{head}\n\n{attack['outlook']}\n"
    return ""
