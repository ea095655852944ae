"""How often two people agree, and how sure that is: shares with Wilson's interval, Cohen's kappa with its own. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

Z = 1.959963984540054  # 95 %
#: Below it an interval is so wide that a share says nothing: the page says so instead.
FEW = 10
#: Kappa needs more: its interval holds for large numbers only.
FEW_FOR_KAPPA = 30


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `count`, with the interval that holds the true share in 95 of 100 cases."""

    hits: int
    count: int

    @property
    def value(self) -> float | None:
        return self.hits / self.count if self.count else None

    @property
    def low(self) -> float:
        return wilson(self.hits, self.count)[0]

    @property
    def high(self) -> float:
        return wilson(self.hits, self.count)[1]

    @property
    def says_something(self) -> bool:
        return self.count >= FEW


def wilson(hits: int, count: int, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share: right for small numbers, too, and never outside of 0 and 1."""
    if count == 0:
        return 0.0, 1.0
    share, spread = hits / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (0.0 if hits == 0 else low), (1.0 if hits == count else high)


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond what chance would give: 1 is perfect, 0 is chance."""

    value: float
    low: float
    high: float
    count: int


def kappa(table: Mapping[tuple[Hashable, Hashable], int], z: float = Z) -> Kappa | None:
    """Cohen's kappa of a table (first label, second label) -> how often, with the large-sample interval of Fleiss,
    Cohen and Everitt (1969). None where chance alone would agree always: two people who only ever said one thing."""
    count = sum(table.values())
    if count == 0:
        return None
    first, second = _margins(table, count)
    labels = set(first) | set(second)
    observed = sum(table.get((label, label), 0) for label in labels) / count
    chance = sum(first.get(label, 0.0) * second.get(label, 0.0) for label in labels)
    if math.isclose(chance, 1.0):
        return None
    value = (observed - chance) / (1 - chance)
    half = z * math.sqrt(_variance(table, first, second, observed, chance, count))
    return Kappa(value, max(-1.0, value - half), min(1.0, value + half), count)


def _margins(
    table: Mapping[tuple[Hashable, Hashable], int], count: int
) -> tuple[dict[Hashable, float], dict[Hashable, float]]:
    first: Counter[Hashable] = Counter()
    second: Counter[Hashable] = Counter()
    for (left, right), times in table.items():
        first[left] += times
        second[right] += times
    return ({label: times / count for label, times in first.items()},
            {label: times / count for label, times in second.items()})  # fmt: skip


def _variance(
    table: Mapping[tuple[Hashable, Hashable], int],
    first: Mapping[Hashable, float],
    second: Mapping[Hashable, float],
    observed: float,
    chance: float,
    count: int,
) -> float:
    same = other = 0.0
    for (left, right), times in table.items():
        share = times / count
        if left == right:
            same += share * ((1 - chance) - (first[left] + second[left]) * (1 - observed)) ** 2
        else:
            other += share * (first.get(right, 0.0) + second.get(left, 0.0)) ** 2
    rest = (observed * chance - 2 * chance + observed) ** 2
    spread = same + (1 - observed) ** 2 * other - rest
    return max(spread, 0.0) / (count * (1 - chance) ** 4)
