"""Makes labelled texts out of the hand-written sentences in banks/: slots filled, sentences joined, spelling varied.

The same seed gives the same texts. Whole bank lines are kept for testing, so that a test never sees the words of a
sentence that was trained on.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

BANKS = Path(__file__).with_name("banks")
#: One bank line in so many is for testing.
TEST_EVERY = 6
_SLOT = re.compile(r"\{(\w+)\}")
_HEAD = re.compile(r"\[(\w+)\]")

_SLOTS: dict[str, str] = {
    "brand": "Northline; Velora; @northline; @VeloraCare; Brightwater; @skyarc; Kestrel Air; Mobilux; @mobilux; "
    "Parcelo; @parcelo_help; Lumen Bank; Ostara Hotels; @ostarahotels; Fabrikon; @tramontana; Cloudmere; GreenVolt",
    "product": "scanner; label printer; laptop; pump; router; phone; parcel; suitcase; bag; sofa; coffee machine; "
    "licence; tablet; conveyor; forklift; sensor; heater; order; jacket; stroller; guitar; keyboard",
    "service": "customer service; support; service; airline; hotline; delivery; app; hotel; bank; network; website",
    "booking": "flight; reservation; booking; train; trip; room; order; appointment; ticket; connection",
    "event": "wedding; holiday; honeymoon; trade fair; weekend; product launch; vacation; conference; trip",
    "family": "family; wife; husband; mother; kids; parents; daughter; team; boss; colleagues; son; friend",
    "city": "Lisbon; Hamburg; Denver; Boston; Porto; Lyon; Dallas; Turin; Oslo; Phoenix; Leeds; Ghent; Chicago; "
    "Madrid; Gdansk; Austin; LGA; BOS; DEN; Orlando; Zurich; Nashville",
    "day": "Monday; Tuesday; Wednesday; Thursday; Friday; Saturday; Sunday; tomorrow; 3 May; 12/04; the 21st",
    "month": "January; March; April; June; August; September; November; December",
    "period": "day; week; month; year",
    "ordinal": "second; third; fourth; fifth; tenth",
    "use": "fly; use; book; order from; buy from; travel with; call",
    "use_verb": "fly; deliver; ship; run trains; operate",
    "name": "Maria; Jonas; Kim; Priya; Tom; Ana; Mr. Keller; Ms. Dubois; Paolo; Emma; Lars; Zofia; Ravi; Claire; Ben",
    "document": "report; contract; presentation; spreadsheet; invoice; memo; agreement; schedule; budget; draft; "
    "letter; form; list; proposal; file; résumé; ticket; price sheet; summary; agenda",
    "time": "3 pm; 10:30; noon; 9 a.m.; 4:15; 14:00; lunch time",
    "phone": "555-0142; x4417; 713 555 0199; +49 30 901820; ext. 3391",
    "code": "KX4411; 20417; PO-8831; H7T2QP; 4500128",
}
_HANDLES = ("@northline", "@VeloraCare", "@mobilux", "@ostarahotels", "@parcelo_help", "@skyarc", "@kestrelair")
_TAILS = {
    "negative": (
        "#fail",
        "#neveragain",
        ":(",
        "smh",
        "ugh",
        "wtf",
        "#badservice",
        "😡",
        "!!!",
        "???",
        "come on",
        "wow.",
    ),
    "neutral": ("thanks", "thx", "thank you", "please", "pls help", "?", "cheers", "thanks in advance", "any info?"),
    "positive": (":)", "#happy", "❤️", "😊", "👍", "#loveit", "!!!", "cheers", "xoxo", "thanks!", "yay"),
}
_FACTS = (
    "I am flying from {city} to {city}", "I'm in {city} right now", "it was {booking} {n}", "we ordered it on {day}",
    "I booked in {month}", "my order number is {code}", "traveling with my {family}", "we have {n} of them",
    "it was for our {event}", "I wrote to you on {day}", "{name} was at the desk", "I'm at gate {n}",
)  # fmt: skip
_GREETINGS = ("Hello,", "Hi {name},", "Dear Sir or Madam,", "Dear team,", "Good morning,", "Hi there,")
_SIGNOFFS = (
    "Best regards",
    "Kind regards,\n{name}",
    "Thanks,\n{name}",
    "Regards",
    "Sincerely,\n{name}",
    "Best,\n{name}",
)
_JOINTS = (", and", ", but", ", so", " because", " and", ";", " -", ".")
_CLIPPED = (("you", "u"), ("are", "r"), ("please", "pls"), ("because", "bc"), ("to", "2"), ("going to", "gonna"))


@dataclass(frozen=True, slots=True)
class Example:
    """One made text."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence of a known language."""

    tongue: str
    task: str
    label: str
    text: str


Labelled = Example | Spoken


Bank = dict[str, list[str]]


def examples(task: str, count: int, *, test: bool = False, seed: int = 7) -> Iterator[Example]:
    """So many texts, every label equally often."""
    bank = bank_of(task, test)
    labels = sorted(bank)
    chance = random.Random(f"{seed}:{task}:{test}")  # noqa: S311 - reproducible, nothing secret
    compose = _request if task == "asks" else _message
    for number in range(count):
        label = labels[number % len(labels)]
        yield Example(_spelt(compose(label, bank, chance), chance), label)


def elsewhere() -> list[Spoken]:
    """The sentences in other languages, of both tasks: to test with and never to train on."""
    lines = (BANKS / "tongues.txt").read_text(encoding="utf-8").splitlines()
    return [Spoken(*line.split(" ", 3)) for line in lines if not line.startswith("#")]


@lru_cache(maxsize=32)
def bank_of(name: str, test: bool) -> Bank:
    """The lines of a bank by label: every sixth for testing, the others for training."""
    found: Bank = defaultdict(list)
    label, seen = "", 0
    for line in (BANKS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if head := _HEAD.fullmatch(line):
            label, seen = head[1], 0
        elif line and not line.startswith("#"):
            seen += 1
            if (seen % TEST_EVERY == 0) is test:
                found[label].append(line)
    return dict(found)


def _request(label: str, bank: Bank, chance: random.Random) -> str:
    """One sentence; half of them long, with a second clause that asks for nothing."""
    text = _filled(chance.choice(bank[label]), chance)
    if chance.random() < 0.5:
        other = _filled(chance.choice(bank["no"]), chance)
        first, second = (text, other) if label == "no" or chance.random() < 0.4 else (other, text)
        text = f"{first.rstrip('.?! ')}{chance.choice(_JOINTS)} {second}"
    return _sentence(text, chance)


def _message(label: str, bank: Bank, chance: random.Random) -> str:
    """What a customer writes in public or in a mail: sentences of one mood, and facts around them."""
    if chance.random() < 0.3:
        return _mail(label, bank, chance)
    parts = [_filled(chance.choice(bank[label]), chance)]
    if chance.random() < 0.35:
        parts.append(_filled(chance.choice(bank[label]), chance))
    if chance.random() < 0.3:
        parts.insert(chance.randrange(2), _filled(chance.choice(_FACTS), chance))
    text = " ".join(_sentence(one, chance) for one in parts)
    if chance.random() < 0.5:
        text = f"{chance.choice(_HANDLES)} {text}"
    if chance.random() < 0.3:
        text = f"{text} {chance.choice(_TAILS[label])}"
    return text


def _mail(label: str, bank: Bank, chance: random.Random) -> str:
    """A short mail: what is matter of fact around one or two sentences that show the mood."""
    lines = [chance.choice(bank[label]), *(chance.choice(bank["neutral"]) for _ in range(chance.randint(0, 2)))]
    if chance.random() < 0.6:
        lines.append(chance.choice(bank[label]))
    chance.shuffle(lines)
    filled = [_filled(one, chance) for one in lines]
    body = " ".join(_sentence(one[:1].upper() + one[1:], chance, finished=True) for one in filled)
    return f"{_filled(chance.choice(_GREETINGS), chance)}\n\n{body}\n\n{_filled(chance.choice(_SIGNOFFS), chance)}"


def _filled(line: str, chance: random.Random) -> str:
    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        if name == "n":
            return str(chance.choice((2, 3, 4, 5, 6, 8, 10, 12, 20, 24, 30, 45, 50, 90, 120, 250, 400, 1200)))
        return chance.choice(_values(name))

    return _SLOT.sub(fill, line)


@lru_cache(maxsize=64)
def _values(name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in _SLOTS[name].split(";"))


def _sentence(text: str, chance: random.Random, *, finished: bool = False) -> str:
    """With a full stop or without, with a capital or without."""
    if chance.random() < 0.6:
        text = text[:1].upper() + text[1:]
    if text[-1:] not in "?!." and (finished or chance.random() < 0.7):
        text += chance.choice((".", ".", ".", "!")) if not finished else "."
    return text


def _spelt(text: str, chance: random.Random) -> str:
    """As people type: clipped words, all small or all capital letters, a letter that slipped."""
    kind = chance.random()
    if kind < 0.08:
        for full, short in _CLIPPED:
            text = re.sub(rf"\b{full}\b", short, text)
    elif kind < 0.14:
        text = text.lower()
    elif kind < 0.17:
        text = text.upper()
    elif kind < 0.22 and len(text) > 12:
        place = chance.randrange(4, len(text) - 2)
        text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text
