"""Called by the clock, every night."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crmllm.extraction.calibration import services


def refit() -> str:
    """Fits the confidences anew where people decided something since."""
    made = services.refit()
    if made is None:
        return ""
    return _("Calibration %(number)d, fitted on %(decisions)d decisions.") % {
        "number": made.number,
        "decisions": made.decisions,
    }
