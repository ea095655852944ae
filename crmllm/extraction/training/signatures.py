"""Signature blocks in the shapes that people use, with what may be read from them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crmllm.extraction.training.people import Made
from crmllm.extraction.training.words import WORDS

SLOGANS = (
    "We make it happen.",
    "Quality since 1921",
    "*** ISO 9001 ***",
    "Visit us at the fair, hall 4!",
    "Be green.",
    "Wir freuen uns auf Sie!",
    "L'innovation au quotidien",
    "Siamo qui per voi",
    "Nota: nuevo horario",
)
DEVICES = (
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Get Outlook for Android",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn telefoon",
    "Wysłane z telefonu",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """The block and the values that it states."""

    lines: tuple[str, ...]
    name: str = ""
    title: str = ""
    company: str = ""
    phone: str = ""


def signature(chance: Random, who: Made, language: str) -> Signature:
    """A full block. Values that it happens not to show are empty."""
    has_title, has_company = chance.random() < 0.74, chance.random() < 0.82
    title, house = who.title if has_title else "", who.company if has_company else ""
    top = _top(chance, who, title, house)
    if chance.random() < 0.22:
        unit = who.unit
        top.insert(chance.randint(1, len(top)), unit)
    numbers, first = _numbers(chance, who, language)
    place = _place(chance, language)
    mail = _mail(chance, who, language)
    rest = [place, numbers, mail] if chance.random() < 0.6 else [numbers, mail, place]
    if chance.random() < 0.15:
        chance.shuffle(rest)
    lines = top + [line for part in rest for line in part]
    lines = _laid_out(chance, lines)
    return Signature(tuple(lines), who.name, title, house, first)


def _top(chance: Random, who: Made, title: str, house: str) -> list[str]:
    """The lines with name, title and company."""
    shape = chance.random()
    name = who.shown
    if title and shape < 0.16:
        joined = chance.choice([", ", " - ", " | ", " – ", " / ", "   ", " • "])
        return [f"{name}{joined}{title}", *([house] if house else [])]
    if title and house and shape < 0.27:
        joined = chance.choice([", ", " | ", " - ", " at ", " @ ", " – ", " / "])
        return [name, f"{title}{joined}{house}"]
    if house and shape < 0.34:
        joined = chance.choice([" | ", ", ", " - ", " / ", " // "])
        return [f"{name}{joined}{house}", *([title] if title else [])]
    if title and house and shape < 0.41:
        return [chance.choice([" | ", " - ", " • ", ", "]).join([name, title, house])]
    if house and shape < 0.5:
        return [house, name, *([title] if title else [])]
    if house and title and shape < 0.57:
        return [name, house, title]
    if house and title and shape < 0.61:
        return [name, title, chance.choice(["for ", "i.A. ", "c/o ", "@"]) + house]
    return [name, *([title] if title else []), *([house] if house else [])]


def _numbers(chance: Random, who: Made, language: str) -> tuple[list[str], str]:
    """Lines with phones and faxes; the answer is the first number that is no fax."""
    words = WORDS[language]
    shape = chance.random()
    if shape < 0.12:
        return ([], "")
    colon = chance.choice([": ", " ", ". ", ":", " : ", " - ", ":\t"])
    both = [(words.phone_words, who.phone), (words.mobile_words, who.mobile), (words.fax_words, who.fax)]
    kinds = chance.choice([[0], [0], [0, 2], [0, 2], [0, 1], [0, 1], [1], [0, 1, 2], [2, 0], [1, 0], [2], [0, 2, 1]])
    after = chance.random() < 0.14
    parts = []
    for kind in kinds:
        label, number = chance.choice(both[kind][0]), both[kind][1]
        if not label:
            parts.append(number)
        elif after:
            parts.append(f"{number} ({label.lower()})")
        else:
            parts.append(f"{label}{colon if label[-1] != '.' else ' '}{number}")
        if kind == 0 and chance.random() < 0.07:
            parts[-1] += chance.choice([" ext. ", " x", " Durchwahl ", " poste "]) + str(chance.randint(10, 9999))
    first = next((both[kind][1] for kind in kinds if kind != 2), "")
    if chance.random() < 0.3:
        return ([chance.choice([" | ", " - ", "  ", " / ", ", "]).join(parts)], first)
    return (parts, first)


def _place(chance: Random, language: str) -> list[str]:
    if chance.random() < 0.42:
        return []
    words = WORDS[language]
    street = chance.choice(words.streets)
    while "{n}" in street:
        street = street.replace("{n}", str(chance.randint(1, 990)), 1)
    street = street.replace("{p}", chance.choice(words.places))
    town = chance.choice(words.places)
    zip_code = chance.randint(10000, 99999)
    if language == "en":
        town = f"{town}, {chance.choice(['TX', 'OR', 'CA', 'NY', 'Texas', 'UK', 'IL', 'CO'])} {zip_code}"
    elif language == "pl":
        town = f"{zip_code // 1000}-{zip_code % 1000:03d} {town}"
    elif language == "nl":
        town = f"{zip_code // 10} {chance.choice(['AB', 'KL', 'XG'])} {town}"
    else:
        town = f"{zip_code} {town}{chance.choice(['', '', ' CEDEX', ' (MI)']) if language in ('fr', 'it') else ''}"
    return [f"{street}{chance.choice([', ', ' - ', ' · '])}{town}"] if chance.random() < 0.35 else [street, town]


def _mail(chance: Random, who: Made, language: str) -> list[str]:
    lines = []
    if chance.random() < 0.5:
        label = chance.choice(WORDS[language].mail_words)
        ways = (who.email, f"{label}: {who.email}", f"<{who.email}>", f"mailto:{who.email}", f"{label} {who.email}")
        lines.append(chance.choice(ways))
    if chance.random() < 0.3:
        lines.append(chance.choice([f"www.{who.domain}", f"http://www.{who.domain}", who.domain, f"Web: {who.domain}"]))
    return lines


def _laid_out(chance: Random, lines: list[str]) -> list[str]:
    """Rules, ornaments, indentation and columns around the block."""
    shape = chance.random()
    if shape < 0.1:
        rule = chance.choice("-=_*~#") * chance.randint(10, 44)
        return [rule, *lines, rule]
    if shape < 0.18:
        indent = " " * chance.randint(4, 34)
        return [indent + line for line in lines]
    if shape < 0.25 and len(lines) > 3:
        half = (len(lines) + 1) // 2
        right = lines[half:] + [""] * (half - len(lines[half:]))
        return [f"{one:<34}{two}".rstrip() for one, two in zip(lines[:half], right, strict=True)]
    if shape < 0.31 and len(lines) > 2:
        return [lines[0], chance.choice([" | ", " - ", " • ", " · ", ", "]).join(lines[1:])]
    if shape < 0.35:
        return [f"* {line}" for line in lines]
    if shape < 0.42:
        return [*lines, "", chance.choice(SLOGANS)]
    if shape < 0.46:
        return [lines[0], "", *lines[1:]]
    return lines
