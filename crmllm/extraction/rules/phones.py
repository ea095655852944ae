"""
Telephone numbers with their kind;
faxes, assistants' lines and look-alikes (orders, VAT, bank, dates) are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from crmllm.extraction.rules.text import fold

_SHAPE = re.compile(
    r"(?<![\w@*#=&.,\-])(?:\+[ \u00a0]?|"
    r"00(?=[1-9]))?[(\[]?\+?\d(?:[\d \u00a0().\u2011\u2012\u2013/\-\[\]]){5,40}(?<=\d)(?![\w@%€$£]|[.,]\d)"
)
# Two numbers written in one go: "a / b", "a - b", or a wide gap.
_BETWEEN = re.compile(r"\s*/\s*(?=[+(0])|(?:\s+[-–]\s*|\s*[-–]\s+)(?=[+(0])|\s{3,}")
_KINDS: tuple[tuple[str, str], ...] = (
    ("fax", r"tele?fax|fax\w*|facsimile|telecopie\w*|telec|fx|f(?=\s*[.:])"),
    (
        "other",
        r"vat|tva|ust|iban|bic|siret|siren|rcs|hrb|hra|p\W?iva|partita|c\W?f(?=\s*[.:])|nif|cif|kvk|btw|konto|account|"
        r"order\w*|bestell\w*|auftrag\w*|kunden\w*|customer|invoice\w*|rechnung\w*|facture|fattura|factura|po|"
        r"ticket|case|serial|serien\w*|s/n|ref\w*|id|pin|code|isbn|rfc|dossier|commande|pedido|ordine|blz|"
        r"steuer\w*|part|artikel\w*|contract|vertrag\w*|meeting|passcode|cnpj|zip|plz|capital|"
        r"quote|offer|angebot\w*|devis|offerte|preventivo|presupuesto|orcamento|version|build",
    ),
    (
        "assistant",
        r"assistan\w*|assistenz|assistent\w*|secretar\w*|sekretar\w*|segretari\w*|secretaire|vorzimmer",
    ),
    (
        "mobile",
        r"mobil\w*|mobiel|cell\w*|handy|port(?:able)?|gsm|movil|telemovel|celular|mob|natel|whatsapp|[mc](?=\s*[.:])",
    ),
    (
        "phone",
        r"tel\w*|tfno?|phone\w*|ph|direct|durchwahl|dw|office|main|work|bureau|standard|ligne|fixe|ld|buro|zentrale|"
        r"switchboard|festnetz|rufnummer|desk|hotline|fono?|call\w*|ruf\w*|anruf\w*|appel\w*|reach\w*|erreich\w*|"
        r"joindre|joignable|llam\w*|(?:ri)?chiam\w*|lig(?:ue|uem|ar|uem-\w+)|(?:za|od)dzwon\w*|kontakt|bel(?:len)?|"
        r"ring|dial|rappel\w*|(?:my|phone|your) number|"
        r"meine nummer|unter|mon numero|mi numero|mio numero|meu numero|mijn nummer|[tpdo](?=\s*[.:|])",
    ),
)
_LABEL = re.compile("|".join(f"(?P<{name}>(?<![a-z0-9])(?:{pattern})(?![a-z0-9]))" for name, pattern in _KINDS))
_TRAILING = re.compile(
    r"^[ \t]*[-–(\[,]{0,2}[ \t]*(fax|telefax|facsimile|f|mobile?|cell|phone|ph|office|direct|tel|home|"
    r"work)\b(?![ \t]*[:.]*[ \t]*(?:[+(\d]|[-–/][ \t]?\d))",
    re.IGNORECASE,
)
_DATE = re.compile(r"^\s*(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})(?:\s+\d{1,2})?\s*$")
_TRUNK_ZERO = re.compile(r"[(\[]0[)\]]")

_LANGUAGE_REGIONS = {
    "de": ("DE", "AT", "CH"), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX"), "it": ("IT", "CH"), "nl": ("NL", "BE"),
    "pt": ("PT", "BR"), "en": ("US", "GB"), "pl": ("PL",), "cs": ("CZ",), "sv": ("SE",), "da": ("DK",), "fi": ("FI",),
    "nb": ("NO",), "no": ("NO",), "tr": ("TR",), "ja": ("JP",), "zh": ("CN",), "ru": ("RU",), "hu": ("HU",),
}  # fmt: skip
_COUNTRY_WORDS = {
    "germany": "DE", "deutschland": "DE", "austria": "AT", "osterreich": "AT", "switzerland": "CH", "schweiz": "CH",
    "suisse": "CH", "france": "FR", "belgium": "BE", "belgique": "BE", "belgie": "BE", "spain": "ES", "espana": "ES",
    "mexico": "MX", "italy": "IT", "italia": "IT", "netherlands": "NL", "nederland": "NL", "portugal": "PT",
    "brazil": "BR", "brasil": "BR", "united kingdom": "GB", "england": "GB", "uk": "GB", "scotland": "GB",
    "ireland": "IE", "usa": "US", "united states": "US", "canada": "CA", "poland": "PL", "polska": "PL", "india": "IN",
    "australia": "AU", "sweden": "SE", "sverige": "SE", "denmark": "DK", "danmark": "DK", "norway": "NO", "norge": "NO",
    "finland": "FI", "suomi": "FI", "czech republic": "CZ", "luxembourg": "LU", "japan": "JP", "singapore": "SG",
}  # fmt: skip
_COUNTRY = re.compile(r"(?<!\w)(?:" + "|".join(_COUNTRY_WORDS) + r")(?!\w)")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number found: E.164 where it parses, its place, its kind and how sure."""

    e164: str
    start: int
    end: int
    kind: str  # phone, mobile, fax, assistant, other
    confidence: float
    labelled: bool


def regions(*, region: str = "", emails: Iterable[str] = (), language: str = "", text: str = "") -> tuple[str, ...]:
    """Countries to read national numbers by, likeliest first."""
    guesses = [_COUNTRY_WORDS[match.group()] for match in _COUNTRY.finditer(fold(text))]
    for address in emails:
        ending = address.rpartition(".")[2].upper()
        ending = "GB" if ending == "UK" else ending
        if ending in phonenumbers.SUPPORTED_REGIONS and ending not in {
            "IO",
            "ME",
            "TV",
            "AI",
            "CO",
        }:
            guesses.append(ending)
    guesses += [region.upper()] if region else []
    guesses += _LANGUAGE_REGIONS.get(language.partition("-")[0], ())
    if not guesses:  # nothing tells the country: only then try the large ones
        guesses = ["US", "GB", "FR", "DE"]
    return tuple(dict.fromkeys(guesses))


def names_country(text: str) -> bool:
    """Whether a text (an address) names a country."""
    return _COUNTRY.search(fold(text)) is not None


def find(text: str, start: int, end: int, countries: tuple[str, ...], *, signature: bool) -> list[Phone]:
    """Numbers between two places. In running text only labelled or international ones count."""
    found: list[Phone] = []
    pairs = list(places(text, start, end))
    previous_end = start
    for first, last in pairs:
        kind = _kind(text, previous_end, first, last, end)
        previous_end = last
        e164, valid = _parse(_TRUNK_ZERO.sub("", text[first:last]), countries)
        international = text[first:last].lstrip("( ").startswith(("+", "00"))
        labelled = bool(kind)
        if not e164 or kind == "other" or not (valid or labelled or (international and signature)):
            continue
        if not signature and not labelled and not international:
            continue
        confidence = 0.95 if valid and (labelled or international) else 0.85 if valid else 0.65
        found.append(Phone(e164, first, last, kind or "phone", confidence, labelled))
    return found


def first_of(found: Iterable[Phone]) -> Phone | None:
    """The number to keep for a person: the first one listed that is neither fax nor an assistant's."""
    return next((one for one in found if one.kind in {"phone", "mobile"}), None)


def country_of(number: str) -> str:
    """The country that an E.164 number belongs to, empty where none does."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def e164(written: str, countries: tuple[str, ...]) -> str:
    """A written number as E.164, else its digits alone."""
    parsed, _ = _parse(_TRUNK_ZERO.sub("", written), countries)
    return parsed or "".join(char for char in written if char.isdigit())


def places(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    for match in _SHAPE.finditer(text, start, end):
        if _DATE.match(match.group()):
            continue
        position = match.start()
        for gap in _BETWEEN.finditer(text, match.start(), match.end()):
            left, right = (
                _digits(text[position : gap.start()]),
                _digits(text[gap.end() : match.end()]),
            )
            if right >= 6 and (left >= 6 or len(gap.group()) >= 3):
                if left >= 6:
                    yield position, gap.start()
                position = gap.end()
        if _digits(text[position : match.end()]) >= 6:
            yield position, match.end()


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _kind(text: str, after: int, first: int, last: int, limit: int) -> str:
    """What the words around a number call it; empty where they are silent."""
    line_start = text.rfind("\n", 0, first) + 1
    window = text[max(after, line_start, first - 45) : first]
    if not window.strip(" :.-|/[(+\t"):  # the label may stand alone on the line above
        above_end = max(line_start - 1, 0)
        above = text[text.rfind("\n", 0, above_end) + 1 : above_end]
        if above.rstrip().endswith(":") and after <= above_end:
            window = above[-45:] + window
    labels = [label.lastgroup or "" for label in _LABEL.finditer(fold(window))]
    trailing = _TRAILING.match(text[last : min(limit, last + 24)])
    if trailing and (not labels or labels[-1] == "phone"):
        return "fax" if trailing.group(1).casefold() in {"fax", "telefax", "facsimile", "f"} else "phone"
    if "fax" in labels or "assistant" in labels:  # "Fax Standard:", "my assistant, direct line"
        return "fax" if "fax" in labels else "assistant"
    return labels[-1] if labels else ""


@lru_cache(maxsize=4096)
def _parse(written: str, countries: tuple[str, ...]) -> tuple[str, bool]:
    """E.164 and whether the number plan knows it as valid; empty where no country can read it."""
    fallback = ""
    for country in countries:
        try:
            number = phonenumbers.parse(written, country)
        except phonenumbers.NumberParseException:
            continue
        number.extension = None
        written_e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number):
            return written_e164, True
        reason = phonenumbers.is_possible_number_with_reason(number)
        if not fallback and reason == phonenumbers.ValidationResult.IS_POSSIBLE:
            fallback = written_e164
    return fallback, False
