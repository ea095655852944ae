"""What the promise is worth: made-up histories of decisions, with the truth known, through the very same code.

A value's score is 1 - e, with e = 0.4 u^2.5 and u uniform; it is wrong with probability c e ("calibrated" is c = 1). So
the true error rate above a threshold is known exactly, and whether a threshold that was in force kept the promise is no
matter of luck. People decide what the policy does not apply; of what it applies a share is looked at, and each look is
answered so many values later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from review.policies.derive import Promise, derive, next_size, risk_of
from review.policies.drift import watch

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

LENGTH = 20_000
SHARE, FIRST_LOOKS, DELAY = 0.05, 20, 100
SPREAD, POWER = 0.4, 2.5
FIXED = (0.95, 0.99)


@dataclass(frozen=True)
class World:
    """How often values are wrong: `slope` times their distance from 1, `flat` whatever their score."""

    slope: float = 1.0
    flat: float = 0.0

    def chance(self, away: Floats) -> Floats:
        return np.minimum(1.0, self.slope * away + self.flat)

    def rate_above(self, threshold: float) -> float:
        """The true error rate of values that reach a threshold."""
        reach = min(1.0, ((1 - threshold) / SPREAD) ** (1 / POWER))
        return float(self.slope * SPREAD * reach**POWER / (POWER + 1) + self.flat)


@dataclass(frozen=True)
class Setting:
    """One kind of history. `worlds` draws the truth; `later` is the truth from `turn` on (a share of the length);
    `when_on` lets an adversary, who knows the threshold but not which values are sampled, choose what is wrong from the
    moment on at which the policy applies values: it gets the scores and chances, and the threshold."""

    name: str
    worlds: Callable[[np.random.Generator], World]
    later: World | None = None
    turn: float = 0.5
    hidden: float = 0.0
    when_on: Callable[[np.random.Generator, Marks], Marks] | None = None
    promise: Promise = field(default_factory=lambda: Promise(200))
    whole_history: bool = False


@dataclass
class History:
    """What came of one history."""

    applied: int = 0
    #: In the last quarter, when there was time to learn.
    applied_late: int = 0
    wrong: int = 0
    derivations: int = 0
    passed: int = 0
    broken: int = 0
    #: Fall-backs while the promise held; wrong writes since things went wrong, up to each fall-back or to the end.
    false_alarms: int = 0
    exposures: list[int] = field(default_factory=list)
    caught: bool = False
    fixed_applied: tuple[int, ...] = ()
    fixed_wrong: tuple[int, ...] = ()
    fixed_broken: tuple[bool, ...] = ()


def run(setting: Setting, count: int, seed: int = 7, length: int = LENGTH) -> list[History]:
    """So many histories of a setting, always the same ones."""
    return [one_history(setting, np.random.default_rng([seed, number]), length) for number in range(count)]


def one_history(setting: Setting, chance: np.random.Generator, length: int) -> History:
    """Decisions one after the other, derivations at their fixed sizes, automation, samples, drift and fall-back."""
    before = setting.worlds(chance)
    away = SPREAD * chance.random(length) ** POWER
    scores, odds, turn = 1 - away, before.chance(away), length
    if setting.later is not None:
        turn = int(length * setting.turn)
        odds[turn:] = setting.later.chance(away[turn:])
    wrong = chance.random(length) < odds
    if setting.hidden:
        # As many wrong values as ever, but the first of them come late: an order that lulls.
        wrong = np.concatenate([np.zeros(int(length * setting.hidden), bool), wrong])[:length]
        turn = int(length * setting.hidden)
    sampled = chance.random(length) < SHARE

    done, promise = History(), setting.promise
    _fixed(done, before, scores, wrong, promise)
    place, threshold = 0, None
    evidence: list[tuple[Floats, Marks]] = []
    held, last = 0, None
    on_since, automated_since = 0, 0
    while place < length:
        size = next_size(promise, last)
        alone = scores[place:] >= threshold if threshold is not None else np.zeros(length - place, bool)
        looked = sampled[place:] | (alone.cumsum() + automated_since <= FIRST_LOOKS)
        labelled = ~alone | looked
        reached = held + labelled.cumsum()
        end = place + int(np.searchsorted(reached, size)) + 1
        end = min(end, length)
        fallen = None
        if threshold is not None:
            marks, places = _labels(scores, wrong, sampled, threshold, on_since, end)
            stopped = watch(marks.astype(float), promise.one_in).stopped_at
            if stopped is not None:
                fallen = min(int(places[stopped - 1]) + DELAY, length)
                end = max(min(end, fallen), place)
        span = slice(place, end)
        used = labelled[: end - place]
        evidence.append((scores[span][used], wrong[span][used]))
        held += int(used.sum())
        applied = alone[: end - place]
        done.applied += int(applied.sum())
        done.applied_late += int(applied[max(length * 3 // 4 - place, 0) :].sum())
        done.wrong += int((applied & wrong[span]).sum())
        automated_since += int(applied.sum())
        place = end
        if fallen is not None and place >= fallen:
            assert threshold is not None
            _note_end(done, setting, scores, wrong, threshold, before, on_since, turn, place, fell=True)
            threshold, evidence, held, last = None, [], 0, None
            continue
        if held < size:
            break
        number = done.derivations + 1
        found = derive(
            np.concatenate([one for one, _ in evidence]),
            np.concatenate([one for _, one in evidence]),
            risk_of(number, promise, whole_history=setting.whole_history),
        )
        done.derivations, last = number, size
        was_on = threshold is not None
        if found.threshold is not None:
            threshold = found.threshold
            done.passed += 1
            truth = setting.later if setting.later is not None and place > turn else before
            done.broken += truth.rate_above(threshold) > promise.rate
        elif threshold is not None and found.contradicts(threshold, promise):
            threshold = None
        if threshold is not None:
            if not was_on:
                on_since, automated_since = place, 0
                if setting.when_on is not None:
                    wrong = wrong.copy()
                    reach = scores[place:] >= threshold
                    wrong[place:] |= setting.when_on(chance, reach)
                    turn = place
    if threshold is not None:
        _note_end(done, setting, scores, wrong, threshold, before, on_since, turn, length)
    return done


def _labels(
    scores: Floats, wrong: Marks, sampled: Marks, threshold: float, start: int, end: int
) -> tuple[Marks, NDArray[np.int64]]:
    """The looks at what was applied since the policy was switched on, and where they stand."""
    alone = scores[start:end] >= threshold
    looked = alone & (sampled[start:end] | (alone.cumsum() <= FIRST_LOOKS))
    return wrong[start:end][looked], np.flatnonzero(looked) + start


def _note_end(
    done: History, setting: Setting, scores: Floats, wrong: Marks, threshold: float, before: World,
    on_since: int, turn: int, place: int, *, fell: bool = False,
) -> None:  # fmt: skip
    """A fall-back, or the end of a history: a false alarm, or what was written wrong since things went wrong."""
    kept = before.rate_above(threshold) <= setting.promise.rate
    if kept and place <= turn:
        done.false_alarms += fell
        return
    since = max(on_since, turn if kept else 0)
    done.exposures.append(int((wrong[since:place] & (scores[since:place] >= threshold)).sum()))
    done.caught |= fell


def _fixed(done: History, world: World, scores: Floats, wrong: Marks, promise: Promise) -> None:
    """A policy with a fixed threshold, from the first value on: what most tools offer."""
    done.fixed_applied = tuple(int((scores >= one).sum()) for one in FIXED)
    done.fixed_wrong = tuple(int((wrong & (scores >= one)).sum()) for one in FIXED)
    done.fixed_broken = tuple(world.rate_above(one) > promise.rate for one in FIXED)


# --- the settings, and the table


def _mixed(chance: np.random.Generator) -> World:
    """Over- and underconfident by up to five times."""
    return World(slope=float(np.exp(chance.uniform(-np.log(5), np.log(5)))))


def settings() -> list[Setting]:
    """Clean, drifting and adversarial histories."""
    clean = Setting("clean: calibrated", lambda chance: World())
    edge = Setting("clean: 1 in 195 everywhere", lambda chance: World(0.0, 1 / 195))
    mixed = Setting("clean: of unknown calibration", _mixed)
    sudden = World(0.0, 0.3)
    return [
        clean,
        mixed,
        edge,
        replace(clean, name="clean: calibrated, whole history", whole_history=True),
        replace(mixed, name="clean: unknown calibration, whole history", whole_history=True),
        replace(edge, name="clean: 1 in 195, whole history", whole_history=True),
        Setting("drift: 30 in 100 wrong from the middle on", lambda chance: World(), later=sudden),
        Setting("drift: ten times as many wrong", lambda chance: World(), later=World(10.0)),
        Setting("adversary: all wrong once it is on", lambda chance: World(), when_on=lambda chance, reach: reach),
        Setting(
            "adversary: 1 in 20 wrong once it is on",
            lambda chance: World(),
            when_on=lambda chance, reach: reach & (chance.random(len(reach)) < 0.05),
        ),
        Setting("adversary: nothing wrong for 1/4, then calibrated x 3", lambda chance: World(3.0), hidden=0.25),
    ]


@dataclass(frozen=True)
class Row:
    """One setting in figures."""

    name: str
    histories: int
    automated: float
    automated_late: float
    error: float
    #: Of derivations that put a threshold in force, and of histories in which one ever was that broke the promise.
    broken_derivations: float
    broken_histories: float
    false_alarms: float
    caught: float
    exposure_median: float
    exposure_95: float
    exposure_most: float
    fixed_automated: tuple[float, ...]
    fixed_error: tuple[float, ...]
    fixed_broken: tuple[float, ...]


def summed(setting: Setting, done: list[History], length: int = LENGTH) -> Row:
    """The figures of a setting's histories."""
    exposures = [one.exposures[0] for one in done if one.exposures]
    total = len(done) * length
    applied, tests = sum(one.applied for one in done), sum(one.derivations for one in done)
    fixed = range(len(FIXED))
    all_fixed = [max(1, sum(one.fixed_applied[at] for one in done)) for at in fixed]
    return Row(
        name=setting.name,
        histories=len(done),
        automated=applied / total,
        automated_late=4 * sum(one.applied_late for one in done) / total,
        error=sum(one.wrong for one in done) / max(applied, 1),
        broken_derivations=sum(one.broken for one in done) / max(tests, 1),
        broken_histories=sum(one.broken > 0 for one in done) / len(done),
        false_alarms=sum(one.false_alarms > 0 for one in done) / len(done),
        caught=sum(one.caught for one in done) / len(done),
        exposure_median=float(np.median(exposures)) if exposures else 0.0,
        exposure_95=float(np.quantile(exposures, 0.95)) if exposures else 0.0,
        exposure_most=float(max(exposures, default=0)),
        fixed_automated=tuple(sum(one.fixed_applied[at] for one in done) / total for at in fixed),
        fixed_error=tuple(sum(one.fixed_wrong[at] for one in done) / all_fixed[at] for at in fixed),
        fixed_broken=tuple(sum(one.fixed_broken[at] for one in done) / len(done) for at in fixed),
    )


HEADS = ("automated", "at the end", "1 wrong in", "broken", "ever", "false", "fell", "wrong writes until then")


def table(rows: list[Row]) -> Iterator[str]:
    """The figures in lines for a terminal."""
    fixed_heads = "".join(f"{f'fixed {one}':>13}{'1 in':>7}{'broken':>8}" for one in FIXED)
    yield f"{'setting':54}" + "".join(f"{head:>{len(head) + 2}}" for head in HEADS) + fixed_heads
    for row in rows:
        until = f"{row.exposure_median:.0f} / {row.exposure_95:.0f} / {row.exposure_most:.0f}"
        shares = (row.broken_derivations, row.broken_histories, row.false_alarms, row.caught)
        cells = (
            f"{row.automated:.1%}",
            f"{row.automated_late:.1%}",
            _one_in(row.error),
            *(f"{share:.1%}" for share in shares),
            until if row.exposure_most else "-",
        )
        ours = "".join(f"{cell:>{len(head) + 2}}" for head, cell in zip(HEADS, cells, strict=True))
        fixed = "".join(
            f"{row.fixed_automated[at]:>13.1%}{_one_in(row.fixed_error[at]):>7}{row.fixed_broken[at]:>8.1%}"
            for at in range(len(FIXED))
        )
        yield f"{row.name:54}{ours}{fixed}"


def _one_in(rate: float) -> str:
    return f"{1 / rate:.0f}" if rate > 0 else "-"
