"""Thin: called by schedules."""

from django.utils.translation import gettext as _

from crmllm.jobs.drain import Drain
from review.figures import services


def keep() -> str:
    """Counts the days that are over."""
    counted = services.keep()
    return _("Days counted: %(count)d.") % {"count": counted} if counted else ""


def recount(run: Drain, **arguments: str) -> str:
    """Drops what is kept and counts it anew (the Jobs page has a button)."""
    services.forget()
    return keep()
