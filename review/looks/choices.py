"""Words of blind looks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    """Why somebody is asked who does not know that it is a look."""

    SECOND = "second", _("second review of a person's decision")
    SAMPLE = "sample", _("sample of what was applied without a person")
    PLANTED = "planted", _("planted wrong value")


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    GIVEN = "given", _("given")
    DECIDED = "decided", _("decided")
    VOID = "void", _("void")


#: Looks on which somebody may still decide.
ALIVE = (State.WAITING, State.GIVEN)


class Truth(models.TextChoices):
    """Who was right, as a third person found."""

    FIRST = "first", _("the first decision")
    SECOND = "second", _("the second decision")
    NEITHER = "neither", _("neither")


class Label(models.TextChoices):
    """What somebody said of one proposed value. Two people who set different values do not agree."""

    KEPT = "kept", _("kept")
    EDITED = "edited", _("edited")
    OTHERWISE = "otherwise", _("edited otherwise")
    REJECTED = "rejected", _("rejected")


class Pattern(models.TextChoices):
    """What a manager is told of a person's figures, once."""

    UNCAUGHT = "uncaught", _("planted values are often not caught")
