"""Line charts as SVG, made on the server: no script, no style attribute. The page shows a table with the same figures.

A chart is data; `components/_chart.html` draws it with classes of our own stylesheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 40


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line: its place, and the words that are shown for it."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line: values on both axes with their words; `css` is its class in the stylesheet."""

    name: str
    points: Sequence[tuple[float, float, str]]
    css: str = "chart-first"


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn."""

    name: str
    css: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws. `words` says in one sentence what the picture shows."""

    words: str
    x_label: Any
    y_label: Any
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def line_chart(
    series: Sequence[Series],
    *,
    words: str,
    x_label: Any,
    y_label: Any,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    x_ticks: Sequence[tuple[float, str]] = (),
) -> Chart:
    """Places values on the paper. The y axis has a tick at every quarter, the x axis where `x_ticks` says."""

    def across(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * _share(value, x_range), 1)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _share(value, y_range), 1)

    lines = []
    for one in series:
        dots = tuple(Dot(across(x), up(y), said) for x, y, said in one.points)
        path = " ".join(f"{dot.x},{dot.y}" for dot in dots)
        lines.append(Line(one.name, one.css, path, dots))
    low, high = y_range
    quarters = [low + (high - low) * part / 4 for part in range(5)]
    return Chart(
        words,
        x_label,
        y_label,
        tuple(Tick(across(at), label) for at, label in x_ticks),
        tuple(Tick(up(value), f"{value:.2f}" if high < 4 else f"{value:,.0f}") for value in quarters),
        tuple(lines),
    )


def _share(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return 0.5 if high <= low else min(1.0, max(0.0, (value - low) / (high - low)))
