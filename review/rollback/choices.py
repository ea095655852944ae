"""What can be rolled back, and how far it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subject(models.TextChoices):
    CHANGE = "change", _("a change")
    BULK = "bulk", _("a bulk decision")
    MERGE = "merge", _("a merge")
    POLICY = "policy", _("a policy")
    MODEL_VERSION = "model_version", _("a version of the model")


class State(models.TextChoices):
    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")


class Result(models.TextChoices):
    """What the dry run expects of an item, and what then came of it."""

    READY = "ready", _("will be taken back")
    CONFLICT = "conflict", _("conflict")
    UNSENT = "unsent", _("will be cancelled before sending")
    TAKEN_BACK = "taken_back", _("taken back")
    CANCELLED = "cancelled", _("cancelled before sending")
    STAYED = "stayed", _("left as it is")


#: Still to be worked off.
OPEN = (Result.READY, Result.UNSENT)
