"""Made-up people, companies, products and figures, and the many ways they are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from random import Random

from crmllm.extraction.training.words import (
    BRAND_ENDS,
    BRAND_HEADS,
    BRAND_MIDDLES,
    PRODUCT_KINDS,
    PRODUCT_MARKS,
    WORDS,
    Words,
)

# Names that are reserved for examples: no mail of a training set can ever reach anybody.
ENDINGS = ("example", "test", "example.com", "example.org", "example.net", "invalid")
MAX_PHONE = 24
SIGNS = {
    "EUR": ("€", "EUR", "Euro", "euro"), "USD": ("$", "USD", "US$"), "GBP": ("£", "GBP"), "CHF": ("CHF", "Fr."),
    "PLN": ("zł", "PLN"), "BRL": ("R$", "BRL"), "CAD": ("CAD", "CA$"), "MXN": ("MXN",), "AUD": ("AUD", "A$"),
}  # fmt: skip
# By language, the more usual ones more often.
CURRENCIES = {
    "en": ("USD", "USD", "USD", "GBP", "EUR", "CAD", "AUD"), "de": ("EUR",) * 5 + ("CHF",),
    "pl": ("PLN",) * 3 + ("EUR",), "pt": ("EUR",) * 3 + ("BRL",), "es": ("EUR",) * 4 + ("MXN",),
    "fr": ("EUR",) * 5 + ("CHF",),
}  # fmt: skip
THOUSANDS = {"en": ",", "de": ".", "fr": " ", "es": ".", "it": ".", "nl": ".", "pt": ".", "pl": " "}


@dataclass(frozen=True, slots=True)
class Made:
    """A person as a mail may show them. `name` is the answer; `shown` what a signature writes, with its ornaments."""

    first: str
    last: str
    name: str
    shown: str
    title: str
    unit: str
    company: str
    email: str
    domain: str
    phone: str
    mobile: str
    fax: str


def ascii_letters(text: str) -> str:
    """What may stand in an address: lower-case letters, digits and dashes."""
    swapped = text.casefold().replace("ł", "l").replace("ß", "ss").replace("ø", "o")
    plain = unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "office"


def digits(chance: Random, pattern: str) -> str:
    return re.sub(r"[#%]", lambda found: str(chance.randint(2 if found[0] == "%" else 0, 9)), pattern)


def phone(chance: Random, words: Words) -> str:
    return digits(chance, chance.choice(words.phones))[:MAX_PHONE]


def brand(chance: Random) -> str:
    head, middle, end = (chance.choice(part) for part in (BRAND_HEADS, BRAND_MIDDLES, BRAND_ENDS))
    name = head + ("" if middle == "-" else middle) + end
    return name.upper() if chance.random() < 0.07 else name


def company(chance: Random, words: Words) -> str:
    """A company's name in one of its usual shapes."""
    legal, field = chance.choice(words.legal), chance.choice(words.fields)
    core = chance.choice(words.last).replace("-", " ") if chance.random() < 0.45 else brand(chance)
    shape = chance.random()
    if shape < 0.4:
        name = f"{core} {field} {legal}"
    elif shape < 0.55:
        name = f"{core} {legal}"
    elif shape < 0.65:
        name = f"{core} & {chance.choice(words.last)} {legal}"
    elif shape < 0.75:
        name = f"{field} {core} {legal}"
    elif shape < 0.82:
        name = f"{chance.choice(words.places)} {field} {legal}"
    elif shape < 0.87:
        name = "".join(chance.choice("ABCDEFGHKLMNPRSTVW") for _ in range(chance.randint(2, 4))) + f" {field} {legal}"
    elif shape < 0.94:
        name = f"{core} {field}"
    else:
        name = f"{core}-{field} {legal}"
    name = " ".join(name.split())
    return name.upper() if chance.random() < 0.08 else name


def product(chance: Random) -> str:
    shape = chance.random()
    if shape < 0.4:
        return f"{brand(chance)} {chance.choice(PRODUCT_KINDS)}"
    if shape < 0.7:
        return f"{chance.choice(PRODUCT_KINDS)} {chance.choice(PRODUCT_MARKS)}"
    if shape < 0.85:
        return f"{brand(chance)} {chance.choice(PRODUCT_MARKS)}"
    return f"{brand(chance)}{chance.choice(PRODUCT_KINDS)}"


def person(chance: Random, language: str, *, at: Made | None = None, us: str = "") -> Made:
    """Somebody new; `at` gives a colleague of somebody, with the same company and domain."""
    words = WORDS[language]
    first, last = chance.choice(words.first), chance.choice(words.last).replace("-", " ")
    if chance.random() < 0.06:
        other = WORDS[chance.choice(sorted(WORDS))]  # people move
        first, last = chance.choice(other.first), chance.choice(other.last).replace("-", " ")
    if chance.random() < 0.08:
        last = f"{last}-{chance.choice(words.last).replace('-', ' ')}"
    middle = f" {chance.choice('ABCDEFGHJKLMPRSTW')}." if language == "en" and chance.random() < 0.15 else ""
    name = f"{first}{middle} {last}"
    style = chance.random()
    if style < 0.13:
        name = f"{first}{middle} {last.upper()}"
    elif style < 0.19:
        name = name.upper()
    elif style < 0.24 and language in ("fr", "pl", "it"):
        name = f"{last.upper()} {first}"
    shown = name
    ornament = chance.random()
    if ornament < 0.08:
        shown = f"{chance.choice(words.doctor)} {name}"
    elif ornament < 0.13:
        shown = f"{name}, {chance.choice(['PhD', 'MBA', 'CPA', 'Ph.D.', 'P.E.', 'M.Sc.', 'Esq.', 'PMP', 'CFA'])}"
    house = at.company if at else company(chance, words)
    domain = at.domain if at else f"{ascii_letters(house)[:22].strip('-')}.{chance.choice(ENDINGS)}"
    title = chance.choice(words.titles)
    if language != "en" and chance.random() < 0.12:
        title = chance.choice(WORDS["en"].titles)
    if chance.random() < 0.1:
        title = f"{title} {chance.choice(['–', '-', '/', '&', ','])} {chance.choice(words.titles)}".replace(" ,", ",")
    elif chance.random() < 0.07:
        title = f"{title} {chance.choice(words.places)}"
    return Made(
        first=first, last=last, name=name, shown=shown, title=title[:80], unit=chance.choice(words.units),
        company=house[:80], email=address(chance, first, last, domain), domain=domain,
        phone=phone(chance, words), mobile=phone(chance, words), fax=phone(chance, words),
    )  # fmt: skip


def address(chance: Random, first: str, last: str, domain: str) -> str:
    one, two = ascii_letters(first), ascii_letters(last)
    local = chance.choice([f"{one}.{two}", f"{one[0]}.{two}", f"{one[0]}{two}", f"{two}", f"{one}", f"{one}_{two}",
                           f"{two}.{one}", f"{one}{two[0]}", f"{two}{one[0]}"])  # fmt: skip
    if chance.random() < 0.05:
        local = chance.choice(["info", "office", "contact", "sales", "purchasing", "mail"])
    written = f"{local}@{domain}"
    return written.title() if chance.random() < 0.03 else written


def money(chance: Random, language: str, currency: str) -> tuple[str, str]:
    """An amount as a mail writes it, and its plain digits."""
    value = chance.choice([chance.randint(2, 99) * 500, chance.randint(1, 90) * 1000, chance.randint(150, 99999),
                           chance.randint(1, 40) * 25_000])  # fmt: skip
    cents = chance.choice(["00", "00", "50", "95"]) if chance.random() < 0.25 else ""
    thousands = THOUSANDS[language]
    if chance.random() < 0.15:
        thousands = ""
    if currency == "CHF":
        thousands = "'"
    written = f"{value:,}".replace(",", thousands)
    if cents:
        written += ("." if language == "en" or currency == "CHF" else ",") + cents
    elif language in ("de", "nl") and chance.random() < 0.15:
        written += ",-"
    sign = chance.choice(SIGNS[currency])
    before = sign in ("$", "£", "US$", "R$", "CA$", "A$", "Fr.") or (sign == "€" and language in ("en", "nl")) or (
        len(sign) == 3 and chance.random() < 0.4
    )  # fmt: skip
    space = "" if sign in ("$", "£", "€") and before else " "
    plain = f"{value}.{cents}" if cents and cents != "00" else str(value)
    return (f"{sign}{space}{written}" if before else f"{written} {sign}"), plain


def currency_of(chance: Random, language: str) -> str:
    """What a mail of this language is likely to reckon in."""
    return chance.choice(CURRENCIES.get(language, ("EUR",)))
