"""Figures over pairs of (label, prediction): the same few for every subject that chooses among classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
Pair = tuple[str, str]


def classes(pairs: Sequence[Pair]) -> Json:
    """Accuracy, and precision, recall and F1 of each class that the labels hold, with their plain mean."""
    counted = Counter(pairs)
    names = sorted({label for label, _ in pairs})
    per_class = {name: of_class(counted, name) for name in names}
    return {
        "accuracy": round(sum(label == given for label, given in pairs) / len(pairs), 4),
        "macro_f1": round(sum(one["f1"] for one in per_class.values()) / len(per_class), 4),
        "per_class": per_class,
    }


def of_class(counted: Counter[Pair], name: str) -> Json:
    """Precision, recall and F1 of one class."""
    right = counted[name, name]
    given = sum(count for (_, predicted), count in counted.items() if predicted == name)
    wanted = sum(count for (label, _), count in counted.items() if label == name)
    return {
        "precision": round(right / given, 4) if given else 0.0,
        "recall": round(right / wanted, 4) if wanted else 0.0,
        "f1": round(2 * right / (given + wanted), 4) if given + wanted else 0.0,
        "support": wanted,
    }


def table(report: Json) -> str:
    """The figures for people."""
    lines = [f"{report['items']} items, {report['seconds_per_item'] * 1000:.1f} ms each", ""]
    lines.append(f"{'class':<14}{'precision':>10}{'recall':>10}{'F1':>10}{'support':>10}")
    for name, one in report["per_class"].items():
        lines.append(f"{name:<14}{one['precision']:>10.3f}{one['recall']:>10.3f}{one['f1']:>10.3f}{one['support']:>10}")
    lines.append("")
    shown = ("accuracy", "macro_f1", "precision", "recall", "f1")
    lines += [f"{name:<14}{report[name]:>10.4f}" for name in shown if name in report]
    return "\n".join(lines)
