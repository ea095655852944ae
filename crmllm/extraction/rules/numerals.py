"""Numbers as people say them: "forty-eight thousand five hundred", "achtundvierzigtausend", "quatre-vingt-dix"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from crmllm.extraction.rules import dates
from crmllm.extraction.rules.text import flat


@dataclass(frozen=True, slots=True)
class Numeral:
    """A spoken number with its place; `written` is what a person would have typed."""

    start: int
    end: int
    written: str


_ONES: dict[str, str] = {
    "en": "one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 "
    "fourteen 14 fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fourty 40 "
    "fifty 50 sixty 60 seventy 70 eighty 80 ninety 90",
    "de": "eins 1 ein 1 zwei 2 zwo 2 drei 3 vier 4 funf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwolf 12 "
    "dreizehn 13 vierzehn 14 funfzehn 15 sechzehn 16 siebzehn 17 achtzehn 18 neunzehn 19 zwanzig 20 dreissig 30 "
    "dreisig 30 vierzig 40 funfzig 50 sechzig 60 siebzig 70 achtzig 80 neunzig 90",
    "fr": "un 1 deux 2 trois 3 quatre 4 cinq 5 six 6 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 "
    "treize 13 quatorze 14 "
    "quinze 15 seize 16 vingt 20 vingts 20 trente 30 quarante 40 cinquante 50 soixante 60 septante 70 huitante 80 "
    "octante 80 nonante 90",
    "es": "uno 1 un 1 dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 once 11 doce 12 trece 13 "
    "catorce 14 quince 15 dieciseis 16 diecisiete 17 dieciocho 18 diecinueve 19 veinte 20 veintiuno 21 veintiun 21 "
    "veintidos 22 veintitres 23 veinticuatro 24 veinticinco 25 veintiseis 26 veintisiete 27 veintiocho 28 "
    "veintinueve 29 treinta 30 cuarenta 40 cincuenta 50 sesenta 60 setenta 70 ochenta 80 noventa 90 doscientos 200 "
    "doscientas 200 trescientos 300 trescientas 300 cuatrocientos 400 quinientos 500 seiscientos 600 setecientos 700 "
    "ochocientos 800 novecientos 900",
    "it": "uno 1 un 1 due 2 tre 3 quattro 4 cinque 5 sei 6 sette 7 otto 8 nove 9 dieci 10 undici 11 "
    "dodici 12 tredici 13 "
    "quattordici 14 quindici 15 sedici 16 diciassette 17 diciotto 18 diciannove 19 venti 20 vent 20 trenta 30 trent 30 "
    "quaranta 40 quarant 40 cinquanta 50 sessanta 60 settanta 70 ottanta 80 novanta 90",
    "nl": "een 1 twee 2 drie 3 vier 4 vijf 5 zes 6 zeven 7 acht 8 negen 9 tien 10 elf 11 twaalf 12 "
    "dertien 13 veertien 14 "
    "vijftien 15 zestien 16 zeventien 17 achttien 18 negentien 19 twintig 20 dertig 30 veertig 40 vijftig 50 zestig 60 "
    "zeventig 70 tachtig 80 negentig 90",
    "pt": "um 1 uma 1 dois 2 duas 2 tres 3 quatro 4 cinco 5 seis 6 sete 7 oito 8 nove 9 dez 10 onze "
    "11 doze 12 treze 13 "
    "catorze 14 quatorze 14 quinze 15 dezesseis 16 dezasseis 16 dezessete 17 dezassete 17 dezoito 18 dezenove 19 "
    "dezanove 19 vinte 20 trinta 30 quarenta 40 cinquenta 50 sessenta 60 setenta 70 oitenta 80 noventa 90 duzentos 200 "
    "duzentas 200 trezentos 300 quatrocentos 400 quinhentos 500 seiscentos 600 setecentos 700 oitocentos 800 "
    "novecentos 900",
    "pl": "jeden 1 jedna 1 jedno 1 dwa 2 dwie 2 dwoch 2 trzy 3 trzech 3 cztery 4 czterech 4 piec 5 pieciu 5 szesc 6 "
    "szesciu 6 siedem 7 siedmiu 7 osiem 8 osmiu 8 dziewiec 9 dziewieciu 9 dziesiec 10 dziesieciu 10 jedenascie 11 "
    "jedenastu 11 dwanascie 12 dwunastu 12 trzynascie 13 trzynastu 13 czternascie 14 czternastu 14 pietnascie 15 "
    "pietnastu 15 szesnascie 16 szesnastu 16 siedemnascie 17 siedemnastu 17 osiemnascie 18 osiemnastu 18 "
    "dziewietnascie 19 dziewietnastu 19 dwadziescia 20 dwudziestu 20 trzydziesci 30 trzydziestu 30 czterdziesci 40 "
    "czterdziestu 40 piecdziesiat 50 piecdziesieciu 50 szescdziesiat 60 siedemdziesiat 70 osiemdziesiat 80 "
    "dziewiecdziesiat 90 sto 100 stu 100 dwiescie 200 dwustu 200 trzysta 300 czterysta 400 piecset 500 szescset 600 "
    "siedemset 700 osiemset 800 dziewiecset 900",
}
_FACTORS: dict[str, str] = {
    "en": "hundred 100 thousand 1000 grand 1000 million 1000000",
    "de": "hundert 100 tausend 1000 million 1000000 millionen 1000000",
    "fr": "cent 100 cents 100 mille 1000 million 1000000 millions 1000000",
    "es": "cien 100 ciento 100 mil 1000 millon 1000000 millones 1000000",
    "it": "cento 100 mille 1000 mila 1000 milione 1000000 milioni 1000000",
    "nl": "honderd 100 duizend 1000 miljoen 1000000",
    "pt": "cem 100 cento 100 mil 1000 milhao 1000000 milhoes 1000000",
    "pl": "tysiac 1000 tysiace 1000 tysiecy 1000 milion 1000000 miliony 1000000 milionow 1000000",
}
_AND = {
    "en": ("and",),
    "de": ("und",),
    "fr": ("et",),
    "es": ("y",),
    "it": ("e",),
    "nl": ("en",),
    "pt": ("e",),
    "pl": (),
}
#: Languages that write a number as one word, with the ones before the tens.
_COMPOUND = {"de": "und", "nl": "en", "it": ""}
_POINT = {
    "en": ("point",), "de": ("komma",), "fr": ("virgule",), "es": ("coma", "punto"), "it": ("virgola",),
    "nl": ("komma",), "pt": ("virgula", "ponto"), "pl": ("przecinek",),
}  # fmt: skip
#: Said alone these are articles and other words, hardly ever numbers.
_NO_NUMBER_ALONE = frozenset(
    "one un uno une ein eins een um uma once sei cent cien cento second jeden jedna jedno".split()
)
_DIGITS: dict[str, str] = {
    "en": "oh 0 o 0 zero 0 nought 0", "de": "null 0", "fr": "zero 0", "es": "cero 0", "it": "zero 0", "nl": "nul 0",
    "pt": "zero 0", "pl": "zero 0",
}  # fmt: skip
LANGUAGES = frozenset(_ONES)
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_DIGITS = 6


def _table(listed: str) -> dict[str, int]:
    words = listed.split()
    return {word: int(number) for word, number in zip(words[::2], words[1::2], strict=True)}


@lru_cache(maxsize=16)
def _ones(language: str) -> dict[str, int]:
    return _table(_ONES[language])


@lru_cache(maxsize=16)
def _factors(language: str) -> dict[str, int]:
    return _table(_FACTORS[language])


@lru_cache(maxsize=16)
def _digit_words(language: str) -> dict[str, int]:
    return _table(_DIGITS[language]) | {word: one for word, one in _ones(language).items() if one < 10}


@lru_cache(maxsize=4096)
def _compound(word: str, language: str) -> int | None:
    """The value of a number that is written as one word ("achtundvierzigtausendfunfhundert"), or None."""
    if len(word) < 7 or language not in _COMPOUND:
        return None
    joint = _COMPOUND[language]
    vocabulary = _ones(language) | _factors(language) | ({joint: -1} if joint else {})
    pieces = sorted(vocabulary, key=len, reverse=True)
    values: list[int] = []
    rest = word
    while rest:
        piece = next((one for one in pieces if rest.startswith(one)), None)
        if piece is None:
            return None
        values.append(vocabulary[piece])
        rest = rest[len(piece) :]
    total = group = 0
    waiting = 0  # the ones that stand before "und"
    for index, value in enumerate(values):
        if value == -1:
            waiting, group = group % 10, group - group % 10
        elif value >= 1000:
            total, group = total + max(group + waiting, 1) * value, 0
            waiting = 0
        elif value == 100:
            group = max(group, 1) * 100
        else:
            if group % 100 and values[index - 1] != -1 and not (language == "it" and group % 10 == 0 and value < 10):
                return None
            group, waiting = group + value + waiting, 0
    return total + group + waiting


def find(text: str, language: str) -> Iterator[Numeral]:
    """Every number of two and more that is said in words, and numbers said digit by digit, in order."""
    if language not in LANGUAGES:
        return
    folded = flat(text)
    tokens = list(_WORD.finditer(folded))
    index = 0
    while index < len(tokens):
        digits = _spelled(folded, tokens, index, language)
        if digits is not None:
            last, written = digits
            yield Numeral(tokens[index].start(), tokens[last].end(), written)
            index = last + 1
            continue
        if _counts_a_factor(folded, tokens[index], language):
            index += 1  # "32 thousand": the figure before it is written already
            continue
        last, value, words = _number(folded, tokens, index, language)
        alone = words == 1 and tokens[index].group() in _NO_NUMBER_ALONE
        pointed = last + 1 < len(tokens) and tokens[last + 1].group() in _POINT[language]
        if value is None or (alone and not pointed):
            index += 1
            continue
        last, written = _with_decimals(folded, tokens, last, value, language)
        yield Numeral(tokens[index].start(), tokens[last].end(), written)
        index = last + 1


def _counts_a_factor(folded: str, token: re.Match[str], language: str) -> bool:
    """Whether a word such as "thousand" stands behind figures."""
    return (
        _factors(language).get(token.group(), 0) >= 1000
        and re.search(r"\d[ \u00a0]$", folded[max(0, token.start() - 2) : token.start()]) is not None
    )


def _with_decimals(folded: str, tokens: list[re.Match[str]], last: int, value: int, language: str) -> tuple[int, str]:
    """ "one point two million": the decimals after a number, and the factor after them."""
    if last + 2 >= len(tokens) or tokens[last + 1].group() not in _POINT[language] or value >= 1000:
        return last, str(value)
    if not (_near(folded, tokens[last], tokens[last + 1]) and _near(folded, tokens[last + 1], tokens[last + 2])):
        return last, str(value)
    decimals = _ones(language).get(tokens[last + 2].group())
    if decimals is None:
        return last, str(value)
    last += 2
    number = Decimal(f"{value}.{decimals}")
    factor = _factors(language).get(tokens[last + 1].group()) if last + 1 < len(tokens) else None
    if factor is not None and _near(folded, tokens[last], tokens[last + 1]):
        return last + 1, str(int(number * factor))
    return last, str(number)


def _near(folded: str, one: re.Match[str], other: re.Match[str]) -> bool:
    between = folded[one.end() : other.start()]
    return len(between) <= 3 and not between.strip(" -\u00a0\n")


def _spelled(folded: str, tokens: list[re.Match[str]], index: int, language: str) -> tuple[int, str] | None:
    """At least six digits said one by one, as in a phone number."""
    known = _digit_words(language)
    written = ""
    last = index
    repeat = 1
    for at in range(index, len(tokens)):
        word = tokens[at].group()
        between = folded[tokens[at - 1].end() : tokens[at].start()] if at > index else ""
        if len(between) > 3 or between.strip(" ,-\n"):
            break
        if word in ("double", "doppel", "doble", "dubbel") and language in ("en", "de", "es", "nl"):
            repeat = 2
            continue
        if word not in known:
            break
        written += (" " if "," in between else "") + str(known[word]) * repeat
        last, repeat = at, 1
    return (last, written) if sum(char.isdigit() for char in written) >= _LEAST_DIGITS else None


def _number(folded: str, tokens: list[re.Match[str]], index: int, language: str) -> tuple[int, int | None, int]:
    """The number that begins at a token: its last token, its value, how many words say it."""
    ones, factors, joints = _ones(language), _factors(language), _AND[language]
    total = group = 0
    said = 0
    last = index
    at = index
    room = 1_000_000_000  # a factor is followed by smaller ones only
    while at < len(tokens):
        word = tokens[at].group()
        if said and not _near(folded, tokens[at - 1], tokens[at]):
            break
        if word in joints and said and at + 1 < len(tokens):
            following = tokens[at + 1].group()
            if not (
                _near(folded, tokens[at], tokens[at + 1])
                and following in ones
                and _joins(group, total, ones[following], language)
            ):
                break
            at += 1
            continue
        value = ones.get(word)
        if value is None and word not in factors:
            value = _compound(word, language)
            if value is None or said:
                break
            total, said, last = value, 1, at
            at += 1
            if value >= 1000:
                break
            group, total = value, 0
            continue
        if value is not None:
            if language == "fr" and value == 20 and group % 100 == 4:
                group += 76  # quatre-vingts
            elif said and not _fits(group, value, language):
                break
            else:
                group += value
        else:
            factor = factors[word]
            if factor >= room:
                break
            if factor == 100:
                if group >= 100 and group % 100 == 0:
                    break
                group = max(group, 1) * 100
            else:
                total, group, room = total + max(group, 1) * factor, 0, factor
        said, last = said + 1, at
        at += 1
    if not said:
        return index, None, 0
    value = total + group
    if language == "en" and value in (19, 20) and (later := _year(folded, tokens, last, value)) is not None:
        return later[0], later[1], said + 1
    return last, value, said


def _fits(group: int, value: int, language: str) -> bool:
    """Whether a smaller part may follow what was said of a group: forty + eight, five hundred + twenty."""
    if value >= 100:
        return group == 0
    below = group % 100
    if below == 0:
        return True
    if language == "fr" and below in (60, 80) and 1 <= value <= 19:
        return True
    return below >= 20 and below % 10 == 0 and value < 10


def _joins(group: int, total: int, value: int, language: str) -> bool:
    """Whether "and" joins two parts of one number; Spanish has it between tens and ones only."""
    if language == "es":
        return group % 100 >= 30 and group % 10 == 0 and value < 10
    return (group % 100 == 0 and (group > 0 or total > 0)) or (group % 100 >= 20 and group % 10 == 0 and value < 20)


def _year(folded: str, tokens: list[re.Match[str]], last: int, value: int) -> tuple[int, int] | None:
    """ "twenty twenty-six"."""
    if last + 1 >= len(tokens) or not _near(folded, tokens[last], tokens[last + 1]):
        return None
    end, second, said = _number(folded, tokens, last + 1, "en")
    return (end, value * 100 + second) if second is not None and said <= 2 and 10 <= second <= 99 else None


# --- days of a month, said as ordinals

_TENTHS_EN = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_NTH_PL = (
    "pierwszego drugiego trzeciego czwartego piatego szostego siodmego osmego dziewiatego dziesiatego jedenastego "
    "dwunastego trzynastego czternastego pietnastego szesnastego siedemnastego osiemnastego dziewietnastego "
    "dwudziestego"
)
_NTH_DE = {1: "erst", 3: "dritt", 7: "sieb?e?n?t", 8: "acht"}
_NTH_NL = {1: "eerste", 2: "tweede", 3: "derde", 8: "achtste"}
_LAST_DAY = 31


def _day_words(language: str) -> dict[str, int]:
    """How each day of a month is said, as patterns over folded text."""
    if language in ("en", "pl"):
        names = (_TENTHS_EN if language == "en" else _NTH_PL).split()
        twenty, thirty, last = (
            ("twenty", "thirty", "thirtieth")
            if language == "en"
            else ("dwudziestego", "trzydziestego", "trzydziestego")
        )
        said = dict(zip(names, range(1, 21), strict=True)) | {last: 30}
        said |= {rf"{twenty}[- ]{name}": 20 + number for number, name in enumerate(names[:9], 1)}
        return said | {rf"{thirty}[- ]{names[0]}": _LAST_DAY}
    words = {number: word for word, number in reversed(_ones(language).items()) if number <= 20 or number == 30}
    joint, one = ("und", "ein") if language == "de" else ("en", "een")
    for number in (*range(21, 30), _LAST_DAY):
        words[number] = (one if number % 10 == 1 else words[number % 10]) + joint + words[number // 10 * 10]
    if language == "de":
        ends = {number: _NTH_DE.get(number, word + ("t" if number < 20 else "st")) for number, word in words.items()}
        return {rf"{word}e[nrs]?": number for number, word in ends.items()}
    return {_NTH_NL.get(number, word + ("de" if number < 20 else "ste")): number for number, word in words.items()}


@lru_cache(maxsize=8)
def _day_pattern(language: str) -> tuple[re.Pattern[str], tuple[int, ...]]:
    said = sorted(_day_words(language).items(), key=lambda one: -len(one[0]))
    pattern = "|".join(f"({words})" for words, _ in said)
    return re.compile(rf"(?<!\w)(?:{pattern})(?=\s+(?:of\s+)?{dates.MONTH}(?!\w))"), tuple(day for _, day in said)


def days(text: str, language: str) -> Iterator[Numeral]:
    """Days said as ordinals before a month: "the thirtieth of June", "am fünfzehnten Juli"."""
    if language not in ("en", "de", "nl", "pl"):
        return  # the others say cardinals
    pattern, numbers = _day_pattern(language)
    for match in pattern.finditer(flat(text)):
        yield Numeral(match.start(), match.end(), str(numbers[(match.lastindex or 1) - 1]))
