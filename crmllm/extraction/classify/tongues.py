"""Two classifiers of single sentences in eight languages: what one says of a sale, and who is to act by it.

They learn from `banks/firmness.*.txt` and `banks/doing.*.txt`, written by hand in every language, through the embedding
that these languages share and a few cues of the rules. Rules know constructions; these know what is meant by others.
What they may decide is up to `extraction.second`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmllm.extraction.classify import features, generator, judge, training
from crmllm.extraction.classify.generator import Spoken

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRMNESS, DOING = "firmness", "doing"
TASKS = (FIRMNESS, DOING)
#: The languages that there are banks in.
TONGUES = frozenset("de en es fr it nl pl pt".split())
#: The label of sentences that say nothing of it.
NOTHING = {FIRMNESS: "other", DOING: "none"}
#: How many landmarks, how wide, and how strong the regression on them: chosen on the bank lines kept for testing.
LANDMARKS = (1500, 1.0, 10.0)


def shares(task: str, texts: Sequence[str], tongue: str) -> list[dict[str, float]]:
    """For each sentence how probable each class is."""
    known = judge.weights(task)
    rows = known.probabilities(features.anywhere(task, texts, [tongue] * len(texts)))
    return [dict(zip(known.classes, (float(one) for one in row), strict=True)) for row in rows]


def examples(task: str, *, test: bool = False, seed: int = 7) -> Iterator[Spoken]:
    """The bank lines of all languages: as they stand, and for training once more as people also write them."""
    chance = random.Random(f"{seed}:{task}")  # noqa: S311 - reproducible, nothing secret
    for path in sorted(generator.BANKS.glob(f"{task}.*.txt")):
        tongue = path.name.split(".")[1]
        bank = generator.bank_of(path.stem, test)
        for label, lines in bank.items():
            for line in lines:
                yield Spoken(tongue, task, label, line)
                if not test:
                    yield Spoken(tongue, task, label, _varied(line, bank[NOTHING[task]], chance))


def _varied(line: str, nothing: Sequence[str], chance: random.Random) -> str:
    """In one breath with something else, or in small letters without a full stop."""
    if chance.random() < 0.5:
        return line.lower().rstrip(".!")
    pair = [line, chance.choice(nothing)]
    chance.shuffle(pair)
    return f"{pair[0].rstrip('.!?')}{chance.choice((', ', ' - ', '. ', '; '))}{pair[1]}"


def train(task: str, folder: Path = judge.WEIGHTS, say: Callable[[str], None] = lambda line: None) -> training.Trained:
    """Fits one task, writes its weights, and measures it on the lines kept apart, in English and elsewhere."""
    seen, kept = list(examples(task)), list(examples(task, test=True))
    say(f"{task}: embedding {len(seen)} sentences")
    model = training.near_landmarks(_rows(task, seen), [one.label for one in seen], *LANDMARKS)
    training.write(folder, task, model)
    home, abroad = ([one for one in kept if (one.tongue == features.ENGLISH) is english] for english in (True, False))
    f1 = [training.macro_f1(part, training.said(model, _rows(task, part))) for part in (home, abroad)]
    return training.Trained(task, len(seen), *f1)


def _rows(task: str, spoken: Sequence[Spoken]) -> NDArray[Any]:
    return features.anywhere(task, [one.text for one in spoken], [one.tongue for one in spoken])
