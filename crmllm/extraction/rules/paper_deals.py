"""What a paper buys in one line, and the day on which a tender is decided."""

from __future__ import annotations

import re
from datetime import datetime

from crmllm.extraction.rules import dates, deals, paper_asks, products
from crmllm.extraction.rules.paper_rows import Row
from crmllm.extraction.rules.paper_words import CONTRACT, ORDER, REQUEST
from crmllm.extraction.rules.text import Candidate, Piece, flat, sentences, trimmed

LONGEST = 160
# The reference of a paper: "Nr. 45-2026-0872", "n° BC-2026-0417", "- Expte. 118/2026".
_NUMBER = re.compile(
    r"[\s:,–-]*(?:\b(?:n|nr|no|num|number|numer|numero|número|nummer|ref|expte?)\b[.:]?[\s°º.]*|#\s*)?"
    r"(?<![^\s#°º./])(?=[\w./-]*\d)[A-Z]{0,6}[\w./-]*\d[\w./-]*",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:betreff|betrifft|objet|asunto|oggetto|onderwerp|betreft|assunto|dotyczy|subject|re)\s*:\s*")
# "Ihr Angebot 2026-07" names a paper of ours.
_OF_OURS = re.compile(
    r"^\W*(?:your|ihre?[nms]?|votre|vos|vuestr[oa]|sus?|(?:la |il )?(?:vostr[oa]|sua)|uw|(?:a |o )?(?:voss[oa]|sua)|"
    r"panstwa)\s"
)
# What is to be bought, behind its label.
_MATTER = re.compile(
    r"(?:objet(?: (?:du marche|de la (?:consultation|commande|demande)))?|objeto(?: (?:del contrato|do contrato))?|"
    r"oggetto(?: (?:della|dell'|del) ?\w+)?|(?:auftrags|ausschreibungs|leistungs|vertrags)?gegenstand(?: de[rs] \w+)?|"
    r"przedmiot(?: \w+)?|opis przedmiotu(?: zamowienia)?|onderwerp|voorwerp(?: van de opdracht)?|scope(?: of supply)?|"
    r"subject(?: matter)?|betreff|asunto|assunto|dotyczy)\s*(?:\([^)\n]*\))?\s*:"
)
_AWARD = re.compile(
    r"\b(?:contract award|award(?: of (?:the )?contract)?|zuschlag\w*|vergabeentscheidung|vergabe(?=\s*:)|"
    r"attribution(?: du marche)?|notification du marche|adjudicacion(?: prevista)?|aggiudicazione(?: prevista)?|"
    r"adjudicacao(?: prevista)?|gunning|rozstrzygniecie|wybor (?:wykonawcy|oferty)|(?:award )?decision|entscheidung|"
    r"decisao|"
    r"decisione|beslissing|decyzja)\b"
)
_WITHIN = 45


def award(text: str, rows: list[Row], sent_at: datetime | None, *, month_first: bool) -> Candidate | None:
    """The day behind the word for the award, on its own line: schedules have no sentences around their days."""
    for row in rows:
        for word in _AWARD.finditer(flat(text[row.start : row.end])):
            after = row.start + word.end()
            days = dates.find(text, sent_at, after, row.end, month_first=month_first)
            if days and days[0].start - after <= _WITHIN and "\n" not in text[after : days[0].start]:
                day = days[0]
                return Candidate("close_by", day.day.isoformat(), day.start, day.end, 0.85, "day of the award")
    return None


def summary(text: str, rows: list[Row], deal: deals.Deal, names: tuple[str, ...], *, table: bool) -> Candidate | None:
    """What is bought: behind a label that says so, in the words of a letter, else the paper's title and its lines."""
    if not table:
        if (matter := _matter(text, deal)) is not None:
            return matter
        if deal.summary is not None and _says_it(deal, deal.summary) and not _is_title(rows, deal.summary):
            return deal.summary
    head = next(
        (
            cell
            for row in rows[:40]
            for cell, words in zip(row.cells, row.flat, strict=True)
            if len(words) <= 90
            and (ORDER.search(words) or REQUEST.search(words) or CONTRACT.search(words))
            and not _OF_OURS.match(words)
        ),
        None,
    )
    if head is None:
        return None
    known = flat(head.text)
    what = ", ".join(one for name, one in _lines(text, deal, names) if flat(name) not in known)
    title = _titled(head.text)
    return Candidate(
        "summary", f"{title}: {what}"[:LONGEST] if what else title, head.start, head.end, 0.6, "title and main lines"
    )


def _matter(text: str, deal: deals.Deal) -> Candidate | None:
    for _, _, rest in paper_asks.labelled(text, _MATTER):
        said = next(iter(sentences(text, rest.start, rest.end)), None)
        if said is not None and 3 <= len(said.text.split()) <= 40 and _says_it(deal, said):
            words = said.text.rstrip(" .;")
            return Candidate(
                "summary", " ".join(words.split()), said.start, said.start + len(words), 0.65, "behind a label"
            )
    return None


def _says_it(deal: deals.Deal, place: Piece | Candidate) -> bool:
    """Whether a stretch holds what the deal is about: a product or how many."""
    told = [*deal.products, deal.quantity]
    return any(one is not None and place.start <= one.start < place.end for one in told)


def _is_title(rows: list[Row], place: Candidate) -> bool:
    """Whether a find lies in a line of a table or in a heading, and not in the words of a letter."""
    return any(row.start <= place.start < row.end and len(row.cells) > 1 for row in rows)


def _titled(head: str) -> str:
    """What a paper calls itself, without its number and the word "subject"."""
    lead = _LEAD.match(flat(head))
    words = head[lead.end() :] if lead else head
    bare = _NUMBER.sub("", words, count=1)
    bare = trimmed(bare, 0, len(bare), " *_:,–-").text
    return bare if sum(map(str.isalpha, bare)) >= 5 else words


def _lines(text: str, deal: deals.Deal, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each product with its number, the main one first."""
    listed = products.listed(text, names)
    counted = {one.product: one.value for one in reversed(products.quantities(text, listed)) if one.product}
    found = []
    for number, one in enumerate(deal.products[:4]):
        count = deal.quantity.value if number == 0 and deal.quantity is not None else counted.get(one.value)
        found.append((one.value, f"{count} {one.value}" if count else one.value))
    return found
