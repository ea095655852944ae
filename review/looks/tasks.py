"""Thin: called by schedules."""

from django.utils.translation import gettext as _

from review.looks import drawing, services, watching


def tend() -> str:
    """Frees looks that were forgotten, gives up those that nobody could take, and draws new ones."""
    services.expire()
    drawing.tidy()
    made = drawing.draw()
    return _("Drawn: %(count)d.") % {"count": made} if made else ""


def watch() -> str:
    """Tells managers of patterns."""
    told = watching.watch()
    return _("Told of: %(count)d.") % {"count": told} if told else ""
