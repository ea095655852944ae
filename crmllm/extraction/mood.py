"""A second look at the mood: where words hint at one and the rules don't dare to say so, the classifier decides.

Only where it takes the whole for that mood and is nearly certain of one sentence, which is then the evidence.
"""

from __future__ import annotations

from dataclasses import replace

from crmllm.extraction import grounding
from crmllm.extraction.classify import judge
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Piece, mask, sentences
from crmllm.extraction.types import Extracted, Item, Value

# Rules that found nothing at all of a mood are surer of "neutral" than this.
HINTED = 0.6
OF_A_SENTENCE, OF_THE_WHOLE = 0.9, 0.5
SHORTEST, MOST_SENTENCES = 12, 12
RULE = "mood classifier"


def looked_at_again(found: Extracted, item: Item, reading: Reading) -> Extracted:
    """The same with the classifier's mood in place of a doubtful "neutral", if it has one and shows a sentence."""
    known = found.sentiment
    if known is None or known.value != "neutral" or not found.may_create_records():
        return found
    if reading.sentiment.value != "neutral" or reading.sentiment.confidence >= HINTED:
        return found
    text = mask(reading.text, reading.signatures)
    pieces = [one for one in sentences(text) if len(one.text.strip()) > SHORTEST][:MOST_SENTENCES]
    if not pieces:
        return found
    whole, *each = judge.sentiments([text, *(one.text for one in pieces)])
    best = max(
        (pair for pair in zip(each, pieces, strict=True) if pair[0].value == whole.value),
        key=lambda pair: pair[0].confidence,
        default=None,
    )
    if whole.by != "classifier" or whole.value == "neutral" or best is None or best[0].by != "classifier":
        return found
    if whole.confidence < OF_THE_WHOLE or best[0].confidence < OF_A_SENTENCE:
        return found
    return replace(found, sentiment=learned(item, whole.value, best[1], 0.7 * best[0].confidence, RULE))


def learned(item: Item, value: str, piece: Piece, confidence: float, rule: str) -> Value:
    """A value that a classifier read, with the words that it read it from."""
    place = grounding.span(item.text, piece.start, piece.end)
    return Value(value, (place,), round(confidence, 3), source="learned", rule=rule)
