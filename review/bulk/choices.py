"""States of a decision about many, and of each of its items."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    SAMPLE = "sample", _("sample to look at")
    RUNNING = "running", _("being decided")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")


class Result(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DECIDED = "decided", _("decided")
    REFUSED = "refused", _("left in the queue")


class Seen(models.TextChoices):
    """What a person said of an item of the sample."""

    NOT_YET = "", _("not looked at")
    RIGHT = "right", _("right")
    WRONG = "wrong", _("wrong")
