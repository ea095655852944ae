"""What the lines of drafts are worth: raw confidences become probabilities, learned from past decisions."""

from __future__ import annotations

from collections.abc import Iterable

from crmllm.extraction.calibration import services
from crmllm.extraction.calibration.curves import Signs, calibrated
from crmllm.extraction.models import Calibration, Extraction
from crmllm.proposals.choices import Action
from crmllm.proposals.drafts import Draft, Line

#: Lines that code or people made, not the reading of a text.
NOT_READ = ("match", "person", "crm")


def weigh(drafts: Iterable[Draft], extraction: Extraction) -> Calibration | None:
    """Sets signs and calibrated confidence of every line that was read from a text; returns what it went by."""
    calibration = services.in_force()
    curves = services.curves_of(calibration)
    for draft in drafts:
        for line in draft.lines:
            if line.source in NOT_READ or line.proposed is None:
                continue
            line.raw_confidence, line.signs = line.confidence, _signs(draft, line, extraction)
            sure = calibrated(curves, f"{draft.object_name}.{line.field.name}", line.raw_confidence, line.signs)
            if sure is not None:
                line.confidence = sure
    return calibration


def _signs(draft: Draft, line: Line, extraction: Extraction) -> Signs:
    update = draft.action == Action.UPDATE
    return Signs(
        source=line.source,
        span=bool(line.evidence) and not line.inferred,
        fills=update and line.old in (None, "", []),
        changes=update and line.old not in (None, "", []),
        logprob=extraction.mean_logprob,
    )
