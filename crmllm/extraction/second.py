"""The second reader: where the rules found no words for it, small classifiers look for a sentence that says it.

How firm a sale is, what is asked of us, and the mood (`mood`). A classifier knows no construction, only what a sentence
means; it is believed where it is sure of one sentence, which becomes the evidence. It changes nothing that words carry.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crmllm.extraction import mood
from crmllm.extraction.classify import tongues
from crmllm.extraction.merge import without_forbidden
from crmllm.extraction.rules import deals, requests, talk
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Piece
from crmllm.extraction.types import Extracted, Item, NextAction, Value

# Chosen on items that are not in the set that ships: surer gains less, less sure takes in what nobody asked for.
SURE_ENOUGH = 0.6
RULE = "classifier"
# What a classifier alone says is right about as often as not: raw confidence as shares of its own.
_OWN_SHARE = 0.5
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS, _MOST_CHARS, _MOST_SENTENCES, _MOST_REQUESTS = 4, 160, 60, 2
# Papers and notes state terms and dates in the words of a contract, whether or not there is one.
_FORMAL = frozenset({"document", "meeting"})


def look(found: Extracted, item: Item, reading: Reading) -> Extracted:
    """The same, with what the classifiers see in its sentences where the rules saw nothing."""
    if item.kind not in talk.KINDS:
        found = mood.looked_at_again(found, item, reading)
    if not found.may_create_records() or reading.language.value not in tongues.TONGUES:
        return found
    found = _with_firmness(found, item, reading)
    # In calls people ask each other all the time, and next to nothing of it is a task.
    return found if found.next_actions or item.kind == "call" else _with_requests(found, item, reading)


def _with_firmness(found: Extracted, item: Item, reading: Reading) -> Extracted:
    deal = found.opportunity
    if deal is None or deal.commitment is None or deal.commitment.evidence or deal.commitment.source != "rule":
        return found
    silent = {tongues.NOTHING[tongues.FIRMNESS], *(("firm",) if item.kind in _FORMAL else ())}
    pieces = _theirs(reading)
    said = [
        (sure, value, piece)
        for piece, shares in zip(pieces, _shares(tongues.FIRMNESS, pieces, reading), strict=True)
        for value, sure in shares.items()
        if sure > SURE_ENOUGH and value not in silent
    ]
    if not said:
        return found
    sure, value, piece = max(said, key=lambda one: one[0])
    learned = _value(item, value, piece, sure)
    if value == deal.commitment.value:  # what the rules took for granted has words after all
        learned = replace(deal.commitment, evidence=learned.evidence, inferred=False)
    return replace(found, opportunity=replace(deal, commitment=learned))


def _with_requests(found: Extracted, item: Item, reading: Reading) -> Extracted:
    pieces = [
        one
        for one in _theirs(reading)
        if len(one.text) <= _MOST_CHARS and not _is_of_something_else(one, found, reading)
    ]
    asked = [
        (shares["us"], action)
        for piece, shares in zip(pieces, _shares(tongues.DOING, pieces, reading), strict=True)
        if shares["us"] > SURE_ENOUGH and (action := _action(item, reading, piece, shares["us"])) is not None
    ]
    surest = sorted(asked, key=lambda one: -one[0])[:_MOST_REQUESTS]
    kept = tuple(action for one, action in asked if (one, action) in surest)
    return without_forbidden(replace(found, next_actions=kept), item, reading)


def _is_of_something_else(piece: Piece, found: Extracted, reading: Reading) -> bool:
    """Whether a sentence speaks of the sale or reports what is wrong, is a courtesy, or tells how to reach somebody."""
    deal = found.opportunity
    told = [one for one in (reading.problem, reading.bill, reading.opening) if one is not None]
    starts = [one.start for one in (*told, *(reading.deal.products if reading.deal is not None else ()))]
    if deal is not None and deal.commitment is not None:
        starts += [one.start for one in deal.commitment.evidence]
    if any(piece.start <= start < piece.end for start in starts):
        return True
    return "@" in piece.text or deals.speaks_of(piece.text) or requests.is_pleasantry(piece.text)


def _action(item: Item, reading: Reading, piece: Piece, sure: float) -> NextAction | None:
    wish = requests.wished(reading.text, piece, sent_at=item.sent_at, month_first=reading.month_first, rule=RULE)
    if len(wish.text.value.split()) < _FEWEST_WORDS - 1:
        return None
    words, due = Piece(wish.text.start, wish.text.end, wish.text.value), wish.due
    return NextAction(
        text=_value(item, words.text, words, sure),
        due=_value(item, due.value, Piece(due.start, due.end, due.value), sure) if due is not None else None,
        owner=_value(item, wish.owner, words, sure),
    )


def _theirs(reading: Reading) -> list[Piece]:
    """What the customer's side says, in sentences of some words."""
    said = [one.piece for one in reading.said if not one.ours and len(_WORD.findall(one.piece.text)) >= _FEWEST_WORDS]
    return said[:_MOST_SENTENCES]


def _shares(task: str, pieces: list[Piece], reading: Reading) -> list[dict[str, float]]:
    return tongues.shares(task, [one.text for one in pieces], reading.language.value) if pieces else []


def _value(item: Item, value: str, piece: Piece, sure: float) -> Value:
    return mood.learned(item, value, piece, _OWN_SHARE * sure, RULE)
