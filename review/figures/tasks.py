"""Thin: called by schedules."""

from django.utils.translation import gettext as _

from review.figures import services


def keep() -> str:
    """Counts the days that are over."""
    counted = services.keep()
    return _("Days counted: %(count)d.") % {"count": counted} if counted else ""
