"""How right a model's own answers are, key by key, before rules and checks have had their say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crmllm.evaluation.scorer import Count, token_f1
from crmllm.extraction.rules.text import letters
from crmllm.extraction.schema import MailAnswer

#: Told in own words: half of the words in common are enough.
FREE = frozenset({"sale", "problem", "action", "action2"})
ALL = "all"


def score(pairs: Iterable[tuple[MailAnswer, MailAnswer | None]]) -> dict[str, float]:
    """F1 by key and over all of them, from pairs of right and given answers. No answer at all misses everything."""
    counts: defaultdict[str, Count] = defaultdict(Count)
    for right, given in pairs:
        for key in MailAnswer.model_fields:
            one = _compare(key, getattr(right, key), getattr(given, key) if given is not None else "")
            counts[key].add(one)
            counts[ALL].add(one)
    figures = {key: one.figures() for key, one in counts.items()}
    return {key: float(one["f1"]) for key, one in figures.items() if one["support"]}


def _compare(key: str, right: object, given: object) -> Count:
    if isinstance(right, list) or isinstance(given, list):
        wanted = {letters(str(one)) for one in right} if isinstance(right, list) else set()
        said = {letters(str(one)) for one in given} if isinstance(given, list) else set()
        return Count(len(wanted & said), len(said - wanted), len(wanted - said))
    wanted_text, said_text = str(right or ""), str(given or "")
    if key in FREE and wanted_text and said_text:
        same = token_f1(wanted_text, said_text) >= 0.5
    else:
        same = letters(wanted_text) == letters(said_text)
    if same:
        return Count(int(bool(wanted_text)), 0, 0)
    return Count(0, int(bool(said_text)), int(bool(wanted_text)))
