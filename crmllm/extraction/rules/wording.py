"""Spoken and noted words as rules and model can read them, with the way back to the words as they stand.

Numbers in words become digits, addresses that were spelled out are put together, abbreviations are written in full,
and a value that was corrected later ("thirty printers — sorry, forty") gives its place to the one that counts. Every
place in the new text leads back to the words that carry it, so that evidence quotes what was really said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from crmllm.extraction.rules import dates, money, numerals, products
from crmllm.extraction.rules.text import flat


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a text that reads `new`; the words that carry it stand from `source_start` to `source_end`."""

    start: int
    end: int
    new: str
    source_start: int
    source_end: int


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of the new text: taken over as it is, or changed."""

    start: int
    end: int
    old_start: int
    old_end: int
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The new text, and the way back."""

    text: str
    runs: tuple[_Run, ...]
    _starts: tuple[int, ...] = field(repr=False, default=())

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The place in the old text of a stretch of the new one: for a changed value, that of the words behind it."""
        first, last = self._run(start), self._run(max(start, end - 1))
        if first is last and first.change is not None:
            return first.change.source_start, first.change.source_end
        return _old(first, start, before=True), _old(last, end, before=False)

    def _run(self, place: int) -> _Run:
        return self.runs[max(0, bisect_right(self._starts, place) - 1)]

    def forth(self, place: int) -> int:
        """Where a place of the old text lies in the new one."""
        run = self.runs[max(0, bisect_right(self.runs, place, key=lambda one: one.old_start) - 1)]
        inside = min(max(0, place - run.old_start), run.end - run.start)
        return run.start + inside if run.change is None else run.end if place >= run.old_end else run.start


def _old(run: _Run, place: int, *, before: bool) -> int:
    if run.change is None:
        return run.old_start + place - run.start
    return run.old_start if before else run.old_end


def changed(text: str, changes: Iterable[Change]) -> Wording:
    """The text with changes that do not overlap; a later one of two that do is left out."""
    runs: list[_Run] = []
    parts: list[str] = []
    position = size = 0

    def add(words: str, start: int, end: int, change: Change | None) -> None:
        nonlocal size
        if words:
            runs.append(_Run(size, size + len(words), start, end, change))
            parts.append(words)
            size += len(words)

    for one in sorted(changes, key=lambda change: (change.start, -change.end)):
        if one.start < position:
            continue
        add(text[position : one.start], position, one.start, None)
        add(one.new, one.start, one.end, one)
        position = one.end
    add(text[position:], position, len(text), None)
    runs = runs or [_Run(0, 0, 0, 0)]
    return Wording("".join(parts), tuple(runs), tuple(run.start for run in runs))


def chained(first: Wording, second: Wording) -> Wording:
    """Two steps as one: `second` was made from the text of `first`."""
    runs: list[_Run] = []
    for run in second.runs:
        if run.change is not None:
            start, end = first.back(run.old_start, run.old_end)
            source = first.back(run.change.source_start, run.change.source_end)
            runs.append(_Run(run.start, run.end, start, end, Change(start, end, run.change.new, *source)))
            continue
        for inner in first.runs:  # the part of each earlier stretch that was taken over
            begin, stop = max(inner.start, run.old_start), min(inner.end, run.old_end)
            if begin >= stop:
                continue
            shift = run.start - run.old_start
            old = (inner.old_start, inner.old_end)
            if inner.change is None:
                old = (inner.old_start + begin - inner.start, inner.old_start + stop - inner.start)
            runs.append(_Run(begin + shift, stop + shift, *old, inner.change))
    runs = runs or [_Run(0, 0, 0, 0)]
    return Wording(second.text, tuple(runs), tuple(run.start for run in runs))


# --- what is changed

_SPELLED_ADDRESS = re.compile(
    r"(?<!\w)(?P<local>[\w-]+(?:(?:[ ]?\.[ ]?|\s(?:dot|punkt|point|punto|punt|ponto|underscore|unterstrich|dash|"
    r"minus)\s)"
    r"[\w-]+){0,3})\s(?:at|ät|aet|arobase|arroba|chiocciola|apenstaartje)\s"
    r"(?P<host>[\w-]+(?:\s(?:dot|punkt|point|punto|punt|ponto)\s[\w-]+){1,3})(?!\w)",
    re.IGNORECASE,
)
_ADDRESS_LEAD = re.compile(
    r"(?:e-?mail|mail|address|adresse|correo|reach (?:me|us)|is|it's|ist|lautet|c'est|es|è)\W*$", re.IGNORECASE
)
_SAID = {
    "dot": ".", "punkt": ".", "point": ".", "punto": ".", "punt": ".", "ponto": ".", "underscore": "_",
    "unterstrich": "_", "dash": "-", "minus": "-",
}  # fmt: skip
_ABBREVIATED = {
    "eom": "end of the month", "eow": "end of this week", "eoq": "end of the quarter", "eoy": "end of the year",
    "eod": "today",
    "cob": "today", "tmrw": "tomorrow", "tmw": "tomorrow", "nxt": "next", "wk": "week", "w/": "with",
    "w/o": "without",
    "mtg": "meeting", "b/c": "because", "cust": "customer", "cust.": "customer", "pls": "please", "plz": "please",
    "hw": "hardware", "sw": "software", "mgmt": "management", "dept": "department", "reqs": "requirements",
    "quot.": "quotation", "opp": "opportunity", "decn": "decision", "ang.": "Angebot", "best.": "Bestellung",
    "liefert.": "Liefertermin", "nä.": "nächste", "rdv": "rendez-vous", "dde": "demande", "cmde": "commande",
}  # fmt: skip
_SHORT = re.compile(
    r"(?<![\w/.-])(?:" + "|".join(sorted(map(re.escape, _ABBREVIATED), key=len, reverse=True)) + r")(?![\w/])",
    re.IGNORECASE,
)
#: "COB Friday" is Friday.
_END_OF_DAY = frozenset({"cob", "eod"})
_DAYS = ("tomorrow", "mon", "tue", "wed", "thu", "fri")


# "la Coopérative des Deux Rives": a number in the middle of a name.
_NAMED = re.compile(r"[^\W\d_,.;:!?] [A-ZÀ-Ý][^\W\d_A-Z]+ [A-ZÀ-Ý][^\W\d_A-Z]")


def spoken(text: str, language: str, *, noted: bool = False) -> Wording:
    """Numbers in words as digits, addresses put together; abbreviations of notes in full."""
    changes = [Change(one.start, one.end, one.written, one.start, one.end) for one in numerals.days(text, language)]
    changes += [
        Change(one.start, one.end, one.written, one.start, one.end)
        for one in numerals.find(text, language)
        if not _NAMED.match(text, max(0, one.start - 2))
    ]
    changes += _addresses(text)
    if noted:
        changes += _abbreviations(text)
    return changed(text, changes)


def _addresses(text: str) -> Iterator[Change]:
    for match in _SPELLED_ADDRESS.finditer(text):
        local, host = _joined(match["local"]), _joined(match["host"])
        known = "." in local or _ADDRESS_LEAD.search(text[max(0, match.start() - 30) : match.start()]) is not None
        if known and re.fullmatch(r"[a-z]{2,12}", host.rpartition(".")[2]):
            yield Change(match.start(), match.end(), f"{local}@{host}", match.start(), match.end())


def _joined(said: str) -> str:
    parts = re.split(r"\s+", said.strip().lower())
    return "".join(_SAID.get(part, part) for part in parts).replace(" ", "")


def _abbreviations(text: str) -> Iterator[Change]:
    for match in _SHORT.finditer(text):
        short = match.group().lower()
        after = text[match.end() : match.end() + 12].strip().lower()
        if short in _END_OF_DAY and after.startswith(_DAYS):
            continue
        yield Change(match.start(), match.end(), _ABBREVIATED[short], match.start(), match.end())


# --- corrections

_CUE = re.compile(
    r"(?:\b(?:sorry|pardon(?: me)?|excuse me|no,? wait|wait|no|nope|correction|i mean|i meant|rather|actually|"
    r"scratch that|my mistake|make (?:that|it)|let'?s (?:say|make it)|better|"
    r"nein|quatsch|entschuldigung|verzeihung|moment|ich meine|ich meinte|besser gesagt|korrektur|korrigiere|"
    r"machen wir|sagen wir|lieber|doch|vielmehr|beziehungsweise|"
    r"non|je veux dire|je voulais dire|plutot|enfin|excusez(?:-moi)?|mettons|disons|rectification|"
    r"perdon|perdona|disculpa|quiero decir|queria decir|mejor dicho|digo|pongamos|digamos|mejor|correccion|"
    r"scusi|scusa|anzi|volevo dire|cioe|facciamo|meglio|nee|ik bedoel|eigenlijk|liever|doe maar|maak er|"
    r"desculpe|quer dizer|alias|quero dizer|melhor|"
    r"przepraszam|pardon|poprawka|poprawiam|to znaczy|mam na mysli|mialem na mysli|mialam na mysli|raczej)\b)"
)
_FILLER = re.compile(
    r"^(?:[\s,.…:;!?—–-]|\b(?:no|nein|non|nee|sorry|wait|it|that|is|it's|was|say|make|let's|let us|be|the|a|an|we|i|"
    r"of|at|"
    r"for|on|by|to|until|about|only|just|rather|actually|correct|oh|uh|um|well|i'm|mean|meant|you|should|should've|"
    r"been|"
    r"das|sind|waren|es|wir|doch|eher|auf|am|bis|zum|den|die|der|nicht|aeh|ah|also|lieber|machen|sagen|brauchen|nehmen|"
    r"ce|c'est|c|sont|plutot|le|la|les|pour|au|en|mettons|disons|euh|mejor|son|eran|era|el|los|las|para|que|mas|bien|"
    r"sono|erano|piuttosto|het|zijn|er|van|maak|sao|seja|o|os|dicho|veux|voulais|dire|je|nie|to|jest|bylo|jednak|na)"
    r"\b)*$"
)
_VALUE = re.compile(r"(?<![\w.,/:-])\d{1,3}(?:[.,' ]\d{3})+(?!\d)|(?<![\w.,/:-])\d+(?:[.,]\d+)?(?![\d:/-])")
_UNIT = re.compile(r"^[\s-]*(?P<unit>[^\W\d_]+|%|€|\$|£)")
_REACH = 60  # characters from a cue to the value that counts
_NEAR = 300  # ... where it is not said again of what it counts
_NEXT = 60  # ... where neither says what it counts
_THOUSAND = 1000
# "line 6", "hall 2": names with a number in them.
_LABELLED = re.compile(
    r"\b(?:line|hall|plant|step|item|no|number|page|room|point|remark|suite|dock|cell|werk|halle|linie|ligne|linea|lot|"
    r"option|version|phase|gate|unit|error code|code|platz|zimmer|site|floor)\.?[ #]$"
)
_LOOK_BACK = 1500  # characters back to the value that it corrects
_TIMES = frozenset(
    "day days week weeks month months year years hour hours minute minutes percent % tag tage tagen wochen monate "
    "jahre "
    "stunden minuten prozent uhr jours semaines mois ans heures minutes pour dias semanas meses anos horas minutos "
    "giorni "
    "settimane mesi anni ore dagen weken maanden jaar uur dpi mm cm m kg km am pm ml".split()
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A value somewhere in a text: a day, a sum, or a plain number."""

    kind: str
    value: str
    start: int
    end: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that was taken back, and what replaced it."""

    kind: str
    value: str
    start: int
    end: int


def corrected(
    text: str, sent_at: datetime | None, *, month_first: bool = False, names: tuple[str, ...] = ()
) -> tuple[Wording, list[Correction]]:
    """The text with what was corrected put right where it was first said, and what no longer counts.

    The figures of product names are names: nobody corrects the 30 of "Pump 30".
    """
    folded = flat(text)
    named = products.listed(text, names)
    said = [
        one
        for one in _values(text, sent_at, month_first)
        if not any(product.start < one.end and one.start < product.end for product in named)
    ]
    changes: dict[int, Change] = {}
    void: list[Correction] = []
    for cue in _CUE.finditer(folded):
        new = next((one for one in said if cue.end() <= one.start <= cue.end() + _REACH), None)
        if new is None or not _FILLER.match(folded[cue.end() : new.start]) or new.start in changes:
            continue
        olds = _corrected_by(new, said, cue.start(), folded)
        for old in olds:
            if old.start in changes:
                continue
            words = text[new.start : new.end]
            if old.kind == "sum" and new.kind == "number":
                written = words if _size(new) >= _THOUSAND else f"{words}000"
                words = text[old.start : old.end].replace(_bare(text[old.start : old.end]), written, 1)
            elif new.unit and not old.unit:  # "thirty, sorry, forty pumps": what is counted stands behind the new one
                words = " " * (old.end - old.start)
            changes[old.start] = Change(old.start, old.end, words, new.start, new.end)
            void.append(Correction(old.kind, old.value, old.start, old.end))
        if olds and not new.unit:
            blank = " " * (new.end - new.start)
            changes[new.start] = Change(new.start, new.end, blank, new.start, new.end)
    return changed(text, changes.values()), void


def _bare(words: str) -> str:
    found = _VALUE.search(words)
    return found.group() if found else words


def _values(text: str, sent_at: datetime | None, month_first: bool) -> list[_Said]:
    found = [
        _Said("day", one.day.isoformat(), one.start, one.end)
        for one in dates.find(text, sent_at, month_first=month_first)
    ]
    for sum_ in money.find(text):
        if sum_.currency and not _inside(found, sum_.start, sum_.end):
            found.append(_Said("sum", money.plain(sum_.value), sum_.start, sum_.end))
    for match in _VALUE.finditer(text):
        if not _inside(found, match.start(), match.end()):
            unit = _UNIT.match(flat(text[match.end() : match.end() + 25]))
            number = re.sub(r"[.,' ](?=\d{3}(?!\d))", "", match.group())
            found.append(_Said("number", number, match.start(), match.end(), unit["unit"] if unit else ""))
    return sorted(found, key=lambda one: one.start)


def _inside(found: list[_Said], start: int, end: int) -> bool:
    return any(one.start < end and start < one.end for one in found)


def _corrected_by(new: _Said, said: list[_Said], cue: int, folded: str) -> list[_Said]:
    """The value before the cue that a new one replaces, with its repetitions; none where no such value was said."""
    earlier = [
        one
        for one in said
        if cue - _LOOK_BACK <= one.start
        and one.end <= cue
        and one.unit not in _TIMES
        and not (one.kind == "number" and _LABELLED.search(folded[max(0, one.start - 14) : one.start]))
    ]
    kinds = ("sum", "number") if new.kind == "number" and _size(new) >= _THOUSAND else (new.kind,)
    if new.unit in _TIMES and new.kind == "number":
        return []
    old = next((one for one in reversed(earlier) if one.kind in kinds), None)
    if earlier and _leaves_thousands_out(earlier[-1], new, cue):
        old = earlier[-1]
    if old is None or old.value == new.value:
        return []
    if new.kind == "number" and old.kind == "number":
        same_thing = bool(old.unit and old.unit == new.unit)
        near = cue - old.end <= _NEAR and (old.unit or new.unit or cue - old.end <= _NEXT) and _alike(old, new)
        if not same_thing and not near:
            return []
    return [one for one in earlier if one.kind == old.kind and one.value == old.value]


def _leaves_thousands_out(old: _Said, new: _Said, cue: int) -> bool:
    """Whether a bare number puts the sum right before it right and leaves its thousands out: "80,000, sorry, 75"."""
    if old.kind != "sum" or new.kind != "number" or new.unit in _TIMES or not new.value.isdecimal():
        return False
    thousands = _size(old) / _THOUSAND
    near = cue - old.end <= _NEXT and old.value.endswith("000")
    return near and 0 < _size(new) < _THOUSAND and 0.2 <= thousands / _size(new) <= 5


def _size(one: _Said) -> float:
    try:
        return float(one.value.replace(",", "."))
    except ValueError:
        return 0.0


def _alike(old: _Said, new: _Said) -> bool:
    """Whether one number can be meant in the place of another: of a like size, or of the same things."""
    first, second = _size(old), _size(new)
    return bool(old.unit and old.unit == new.unit) or (first > 0 and second > 0 and 0.05 <= first / second <= 20)
