"""What a deal is about, in the words of the clause that says most; never one with a figure that is off the table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crmllm.extraction.rules import cues
from crmllm.extraction.rules.text import Candidate, Piece, run, trimmed

if TYPE_CHECKING:
    from crmllm.extraction.rules.deals import Deal

Off = list[tuple[int, int, str]]

_LEAD = re.compile(
    r"^(?:(?:hi|hello|hallo|dear|bonjour|hola|buongiorno|goedemiddag|ola|guten tag|good (?:morning|"
    r"afternoon))\b[^,!\n]{0,40}[,!]?\s+|(?:and|also|so|then|und|et|y|e|en)\s+|[-*•–]\s*)+",
    re.IGNORECASE,
)


def blocked(off: Off, start: int, end: int) -> str:
    """Why a stretch touches what is off the table; empty where it does not."""
    return next((reason for first, last, reason in off if first < end and start < last), "")


def _before_aside(text: str, row: Piece, off: Off, *, declined: bool) -> Piece:
    """A clause up to an aside off the table ("5 more as in March (then at 1,100 each)"); a refusal without any."""
    beside = [one for one, _, _ in off if row.start < one < row.end and text[one] == "("]
    if declined:
        beside += [row.start + one.start() for one in re.finditer(r"\([^()]{20,}\)", row.text) if one.start()]
    first = min(beside, default=None)
    return row if first is None else trimmed(text, row.start, first, " ,;:–-")


def _before_decoy(text: str, row: Piece, decoys: list[Candidate]) -> Piece:
    """A clause up to the first figure in it that is off the table."""
    first = min((one.start for one in decoys if one.start < row.end and row.start < one.end), default=row.end)
    return trimmed(text, row.start, max(first, row.start), " ,;:(–-") if first < row.end else row


# "2 pumps, at the price of 4,000": the sum has a field of its own.
_PRICE_LEAD = re.compile(
    r"[\s,;(–-]+(?=(?:at|for|pour|au|a|no|na|fur|zu|zum|im|por|per|al|voor|tegen|pelo|pela|za|lacznie|costing|worth|totalling)\b|"
    r"$)(?:(?:at|for|the|an?|total|price|of|all|in|pour|au|a|prix|un|montant|la|somme|de|d'un|fur|zu|zum|zur|einem|"
    r"einen|den|\w*preis|summe|gesamtsumme|betrag|von|im|wert|gesamtwert|insgesamt|por|el|precio|"
    r"importe|valor|total|una|cantidad|per|al|il|prezzo|di|voor|de|het|bedrag|een|totaal|totaalbedrag|prijs|van|tegen|"
    r"pelo|pela|no|na|tarifs?|tarifas?|tariffa|tarief|o|preco|quantia|za|lacznie|cene|kwote|sume|costing|worth|totalling|only|nur|just)\s+)*[€$£]?\s*$"
)


def _before_price(text: str, row: Piece, deal: Deal) -> Piece:
    """A clause up to its price, where nothing else that is wanted stands behind it."""
    price = deal.amount
    if price is None or not row.start < price.start < row.end:
        return row
    wanted = [*deal.products[:2], *([deal.quantity] if deal.quantity is not None else [])]
    lead = _PRICE_LEAD.search(run(text[row.start : price.start]))
    if lead is None or not any(row.start <= one.start < row.end for one in wanted):
        return row
    if any(price.start < one.start < row.end for one in wanted):
        return row
    kept = trimmed(text, row.start, row.start + lead.start(), " ,;:(–-")
    return kept if len(kept.text.split()) > 2 else row


# "Thank you for your offer of 15,200": said before what is to be said.
_THANKS = re.compile(
    r"\b(?:thank\w*|dank\w*|bedank\w*|merci|remerci\w+|gracias|agradec\w+|grazie|ringrazi\w+|obrigad\w+|dziek\w+)\b"
    r"[^.;!?]{0,60}\b(?:offer|quot\w+|proposal|angebot\w*|offre|devis|proposition|ofert\w+|presupuesto|propuesta|"
    r"offerta|preventivo|proposta|offerte|voorstel|orcamento|wycen\w+)\b"
)


def find(text: str, start: int, end: int, deal: Deal, off: Off, demand: re.Pattern[str]) -> Candidate | None:
    """The clause that says most about the deal; never one with a number that is off the table."""
    best: tuple[float, Piece] | None = None
    declined = deal.commitment is not None and deal.commitment.value == "negated"
    anchors = [(one, weight) for one, weight in ((deal.quantity, 1.2), (deal.amount, 0.4)) if one is not None]
    anchors += [(one, 1.4) for one in deal.products[:2]]
    for index, row in enumerate(cues.clauses(text, start, end)):
        count = len(row.text.split())
        row = _before_aside(text, row, off, declined=declined)
        reason = blocked(off, row.start, row.end)
        if count < 3 or (reason and (reason != "negated" or (any(map(str.isdigit, row.text)) and not declined))):
            continue
        row = _before_decoy(text, row, deal.decoys)
        told = [one for one, weight in anchors if weight > 1 and row.start <= one.start < row.end]
        if len(row.text.split()) < 3 or (not told and _THANKS.search(run(row.text))):
            continue
        hits = len({match.group() for match in demand.finditer(run(row.text))})
        rank = 0.4 * min(hits, 3) + sum(weight for one, weight in anchors if row.start <= one.start < row.end)
        rank -= 0.05 * index + 0.02 * max(0, count - 25) + (0.4 if reason else 0.0)
        if (hits or rank > 0.5) and (best is None or rank > best[0]):
            best = (rank, row)
    if best is None:
        return None
    row = _before_price(text, best[1], deal)
    lead = _LEAD.match(row.text)
    begin = row.start + (lead.end() if lead and lead.end() < len(row.text) - 8 else 0)
    if len(row.text.split()) > 16:  # a long clause: from what is wanted on, or from the words that settle it
        starts = [one.start for one, weight in anchors if weight > 1]
        if deal.commitment is not None and deal.commitment.value in ("firm", "negated"):
            starts.append(deal.commitment.start)
        begin = min([one for one in starts if begin <= one < row.end], default=begin)
    words = row.text[begin - row.start :].rstrip(" .!?,;:")
    return Candidate(
        "summary",
        " ".join(words.split()),
        begin,
        begin + len(words),
        0.5,
        "the clause that says most",
    )
