"""Words of model calls and model versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    ANSWERED = "answered", _("answered")
    INVALID = "invalid", _("answer not usable")
    TIMED_OUT = "timed_out", _("timed out")
    UNREACHABLE = "unreachable", _("not reachable")
    REFUSED = "refused", _("refused by the server")
    FAILED = "failed", _("server error")


class VersionState(models.TextChoices):
    CANDIDATE = "candidate", _("ready to be tried")
    LIVE = "live", _("in use")
    RETIRED = "retired", _("was in use")
