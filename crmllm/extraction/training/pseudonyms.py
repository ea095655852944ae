"""Other names for real people: an item and its answer told about somebody made up, consistently and in the same shape.

Names, companies, addresses and phones are swapped for made-up ones before an item is learned from, each for the same
one wherever it stands, and the zones move along. What a model may remember of such an item is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from crmllm.extraction.rules import language, phones
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.training.people import address, ascii_letters, person
from crmllm.extraction.training.words import WORDS
from crmllm.extraction.types import Address, Item, Zone

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_LEAST = 3  # shorter parts of names are words of their own too often


@dataclass(frozen=True, slots=True)
class _Swap:
    """What is written instead of what; keys in lower case."""

    words: dict[str, str]

    def of(self, text: str) -> str:
        return self._pattern().sub(lambda found: self._cased(found[0]), text) if self.words else text

    def zones(self, text: str, zones: tuple[Zone, ...]) -> tuple[Zone, ...]:
        """The zones of the text, where they are after the swap."""
        return tuple(Zone(one.kind, len(self.of(text[: one.start])), len(self.of(text[: one.end]))) for one in zones)

    def _pattern(self) -> re.Pattern[str]:
        longest = sorted(self.words, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(one) for one in longest) + r")(?!\w)", re.IGNORECASE)

    def _cased(self, written: str) -> str:
        other = self.words[written.lower()]
        return other.upper() if written.isupper() and len(written) > 1 else other


def pseudonymised(item: Item, answer: MailAnswer, chance: Random) -> tuple[Item, MailAnswer]:
    """The item and its answer about somebody else."""
    swap = _swap(item, answer, chance)
    told = {
        name: [swap.of(one) for one in value] if isinstance(value, list) else swap.of(value)
        for name, value in answer.model_dump().items()
    }
    for name, field in (("name", 80), ("company", 80), ("phone", 24), ("sale", 160), ("problem", 160), ("action", 160)):
        told[name] = told[name][:field]
    return (
        replace(
            item,
            text=swap.of(item.text),
            zones=swap.zones(item.text, item.zones),
            subject=swap.of(item.subject),
            sender=_address(item.sender, swap) if item.sender is not None else None,
            recipients=tuple(_address(one, swap) for one in item.recipients),
            quoted_text="", hidden_text="", headers=(), attachments=(),
        ),
        MailAnswer.model_validate(told),
    )  # fmt: skip


def _address(one: Address, swap: _Swap) -> Address:
    return replace(one, email=swap.of(one.email), name=swap.of(one.name))


def _swap(item: Item, answer: MailAnswer, chance: Random) -> _Swap:
    tongue, _ = language.detect(item.text)
    tongue = tongue if tongue in WORDS else "en"
    words: dict[str, str] = {}
    people = [one for one in (item.sender, *item.recipients) if one is not None]
    host = person(chance, tongue)
    for name in dict.fromkeys([answer.name, answer.name2, *(one.name for one in people)]):
        if name.strip():
            _add_name(words, name, chance, tongue)
    if answer.company:
        words[answer.company.lower()] = host.company
    written = _EMAIL.findall(f"{item.text}\n{answer.email2}") + [one.email for one in people]
    domains = {one.lower().partition("@")[2]: f"{ascii_letters(host.company)[:20]}.example" for one in written}
    for number, domain in enumerate(domains):
        domains[domain] = f"{number or ''}{domains[domain]}"
    for email in dict.fromkeys(one.lower() for one in written):
        other = person(chance, tongue)
        words[email] = address(chance, other.first, other.last, domains[email.partition("@")[2]]).lower()
    words |= {domain: other for domain, other in domains.items() if domain}
    for start, end in phones.places(item.text, 0, len(item.text)):
        words[item.text[start:end].lower()] = _other_digits(item.text[start:end], chance)
    return _Swap({key: value for key, value in words.items() if len(key) >= _LEAST})


def _add_name(words: dict[str, str], name: str, chance: Random, tongue: str) -> None:
    """A whole name and its parts, so that a first name below a mail fits the signature."""
    other = person(chance, tongue)
    parts = name.replace(",", " ").split()
    words.setdefault(parts[0].lower(), other.first)
    words.setdefault(parts[-1].lower(), other.last if len(parts) > 1 else other.first)
    for middle in parts[1:-1]:
        words.setdefault(middle.lower(), other.first)


def _other_digits(number: str, chance: Random) -> str:
    """The same shape and country; the last digits are others."""
    digits = sum(char.isdigit() for char in number)
    seen = 0
    made = []
    for char in number:
        seen += char.isdigit()
        made.append(str(chance.randint(0, 9)) if char.isdigit() and seen > max(3, digits - 6) else char)
    return "".join(made)
