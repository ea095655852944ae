"""States of a decision about many, and of each of its items."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    SAMPLE = "sample", _("sample to look at")
    RUNNING = "running", _("being decided")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")


#: A worker is at its items.
AT_WORK = (State.RUNNING, State.UNDOING)


class Result(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DECIDED = "decided", _("decided")
    REFUSED = "refused", _("left in the queue")
    UNDONE = "undone", _("taken back")
    KEPT = "kept", _("could not be taken back")


#: What is still to be worked off while a decision is at work.
OPEN_RESULT = {State.RUNNING: Result.WAITING, State.UNDOING: Result.DECIDED}


class Seen(models.TextChoices):
    """What a person said of an item of the sample."""

    NOT_YET = "", _("not looked at")
    RIGHT = "right", _("right")
    WRONG = "wrong", _("wrong")
