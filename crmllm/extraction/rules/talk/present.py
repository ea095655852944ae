"""Who was there, told in a sentence of notes: "Met Ana Reis, head buyer, and their bookkeeper Tom Aalders"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.extraction.rules.talk import tables
from crmllm.extraction.rules.text import Piece, flat, lines, sentences, trimmed
from crmllm.ingestion.kinds import people as lists

# What begins such a sentence, or stands behind the customer's name in one of the first lines ("Ormes SAS, avec ...").
_TOLD = re.compile(
    r"\W*(?:(?:we |i |ich |wir |j'ai |nous avons |he |hemos |abbiamo |we hebben |ik heb )?(?:met(?: with)?(?= "
    r"[^\W\d_])|"
    r"spoke (?:to|with)|attended by|joined by|present were|present:|"
    r"dabei waren|anwesend waren|teilgenommen haben|teilnehmer waren|gesprochen mit|getroffen|"
    r"etaient presents|etaient la|ont participe|rencontre|"
    r"(?:hemos estado|estuvimos|nos reunimos|nous avons (?:vu|rencontre)|siamo stati|ci siamo visti) (?:con|avec)|"
    r"asistieron|estuvieron(?: presentes)?|participaron|asistio|reunid[oa]s? con|"
    r"erano presenti|c'erano|hanno partecipato|presenti erano|incontrat[oi]|"
    r"aanwezig waren|gesproken met|er waren|erbij waren|"
    r"participaram|estiveram(?: presentes)?|presentes estavam|compareceram|"
    r"uczestniczyli|obecni byli|byli obecni|wzieli udzial|w spotkaniu uczestniczyli))(?!\w)[ :]+"
)
_BESIDE = re.compile(r"(?:,|\s[-–—])\s+(?:with|mit|avec|con|met|com|z|ze)\s+(?=[A-ZÀ-Ý])")
# Articles, whose they are, and who they are to one another: nothing of it belongs to a name.
_BEFORE = re.compile(
    r"(?:(?:and|und|et|y|e|ed|en|i|oraz|con|with|mit|avec|met|com|o|a|os|as|la|le|il|lo|el|der|die|den|the|their|his|"
    r"her|deren|dessen|ihre?|"
    r"sein\w*|"
    r"leur|son|sa|su|sus|hun|zijn|haar|seu|sua|ich|jej|jego|daughter|son|wife|husband|tochter|sohn|frau|herr|herrn|"
    r"fille|fils|hija|hijo|figlia|figlio|dochter|zoon|filha|filho|corka|syn|mr|mrs|ms|dr|dra|drª|sr|sra|d|m|mme)\.? )+"
)
_JOB_FIRST = re.compile(r"(?P<job>[^\W\d_A-Z][^\W\d_A-Z]*(?: [^\W\d_A-Z]+){0,3}) (?=[A-ZÀ-Ý]\w+ [A-ZÀ-Ý])")
_AND_ALSO = re.compile(r"(?<=\))\s+(?:and|und|et|y|e|ed|en|i|oraz|&)\s+")
_FIRST_LINES = 5
_HEADS = {
    "name": re.compile(r"(?:full )?names?|nom(?: et prenom)?|nombre(?: y apellidos)?|nome|naam|imie i nazwisko|who|"
    "wer|qui|"
                       r"participants?|teilnehmer|attendees?|personne|persona|person|osoba|uczestnik"),
    "role": re.compile(r"role|function|position|job title|title|funktion|rolle|position|fonction|poste|qualite|cargo|"
    "puesto|"
                       r"funcion|ruolo|funzione|qualifica|functie|rol|funcao|funkcja|stanowisko|rola"),
    "firm": re.compile(r"company|organi[sz]ation|firma|unternehmen|societe|entreprise|organisme|empresa|entidad|"
    "azienda|ente|"
                       r"bedrijf|organisatie|entidade"),
}  # fmt: skip


def places(text: str) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """Where people are told to have been there, each with the place of a job before the name, if there is one."""
    for start, end in _stretches(text):
        for first, stop in (part for cut in lists.cut(text, start, end) for part in _apart(text, *cut)):
            before = _BEFORE.match(flat(text[first:stop]) + " ")
            begin = first + (before.end() if before and before.end() < stop - first else 0)
            job = _JOB_FIRST.match(text, begin, stop)
            yield (job.end() if job else begin, stop, job.span("job") if job else None)


def _apart(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Two people where an "and" follows a bracket: "Kees (owner) and his daughter Lotte (books)"."""
    for cut in _AND_ALSO.finditer(text, start, end):
        yield start, cut.start()
        start = cut.end()
    yield start, end


def rows(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int], tuple[int, int] | None]]:
    """Name, job and employer in the rows of a table of who was there."""
    for found in tables.rows(text, _HEADS, {"name", "role"}):
        firm = found.get("firm")
        if found["name"].text and found["role"].text:
            yield _span(found["name"]), _span(found["role"]), _span(firm) if firm is not None and firm.text else None


def _span(piece: Piece) -> tuple[int, int]:
    return piece.start, piece.end


def customer(text: str) -> tuple[int, int] | None:
    """Where the customer stands before those who were met: "Ormes SAS, avec Anne Petit (gérante)"."""
    for number, line in enumerate(lines(text)):
        beside = _BESIDE.search(line.text)
        if beside is not None and "(" in line.text[beside.end() :] and ":" not in line.text[: beside.start()]:
            return line.start, line.start + beside.start()
        if number == _FIRST_LINES:
            break
    return None


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    for number, line in enumerate(lines(text)):
        if number >= 3 * _FIRST_LINES:
            return
        beside = _BESIDE.search(line.text) if number < _FIRST_LINES and "(" in line.text else None
        if beside is not None:
            yield line.start + beside.end(), line.end
            continue
        for sentence in sentences(text, line.start, line.end):
            told = _TOLD.match(flat(sentence.text))
            if told is not None:
                piece = trimmed(text, sentence.start + told.end(), sentence.end, ". ")
                yield piece.start, piece.end
