"""Which variant of a running comparison a subject gets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID

from crmllm.experiments.models import Assignment, Experiment


def assign(*, experiment: str, subject_id: UUID) -> str | None:
    """The subject's variant, the same every time; None when no such experiment runs or it has no variants."""
    row = Experiment.objects.filter(name=experiment, active=True).first()
    if row is None:
        return None
    known = row.assignments.filter(subject_id=subject_id).first()
    if known is not None:
        return known.variant
    variant = pick(row.variants, f"{experiment}:{subject_id}")
    if variant is None:
        return None
    given, _created = Assignment.objects.get_or_create(
        experiment=row, subject_id=subject_id, defaults={"variant": variant}
    )
    return given.variant


def pick(variants: Mapping[str, int], seed: str) -> str | None:
    """One of the weighted variants, decided by the seed alone; None where no weight is above zero."""
    weighted = sorted((name, weight) for name, weight in variants.items() if weight > 0)
    total = sum(weight for _, weight in weighted)
    if not total:
        return None
    point = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % total
    for name, weight in weighted:
        if point < weight:
            return name
        point -= weight
    raise AssertionError("The weights add up to more than the point.")
