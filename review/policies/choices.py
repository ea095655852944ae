"""States of policies and of what they decide, and why something waits for a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    OFF = "off", _("off")
    SHADOW = "shadow", _("on paper")
    ON = "on", _("on")
    FALLEN = "fallen", _("fallen back")


#: Policies whose word counts for something when a proposal is made.
AWAKE = (State.SHADOW, State.ON)
#: Where a person may move a policy from each state. Only drift, or decisions that contradict it, make it fall back.
MOVES: dict[str, tuple[State, ...]] = {
    State.OFF: (State.SHADOW,),
    State.SHADOW: (State.ON, State.OFF),
    State.ON: (State.SHADOW, State.OFF),
    State.FALLEN: (State.ON, State.SHADOW, State.OFF),
}


class Task(models.TextChoices):
    APPLY = "apply", _("decide whether it applies itself")
    CORRECT = "correct", _("correct what was found wrong")


class CheckState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    APPLIED = "applied", _("applied")
    PAPER = "paper", _("would have been applied")
    HELD = "held", _("left to a person")
    CORRECTED = "corrected", _("corrected")
    LEFT = "left", _("has to be corrected by hand")
    FAILED = "failed", _("failed")
    VOID = "void", _("overtaken")


class Label(models.TextChoices):
    """What a blind look said of a value that was applied without a person."""

    RIGHT = "right", _("right")
    WRONG = "wrong", _("wrong")
    LEFT = "left", _("not judged")


class Came(models.TextChoices):
    """What came of a derivation."""

    PROVEN = "proven", _("a threshold was proven")
    NOTHING = "nothing", _("nothing was proven")
    KEPT = "kept", _("nothing new was proven; the threshold before stays")
    CONTRADICTED = "contradicted", _("more was wrong than the promise allows")


class Blocker(models.TextChoices):
    """Why a proposal was not applied without a person."""

    NO_POLICY = "no_policy", _("No policy covers “%(field)s”.")
    FALLEN = "fallen", _("The policy for “%(field)s” has fallen back to review.")
    NOT_PROVEN = "not_proven", _("Too little was decided on “%(field)s” to prove a threshold.")
    BELOW = "below", _("“%(field)s” is not sure enough: %(confidence)s, where %(threshold)s is needed.")
    HIGH_RISK = "high_risk", _("“%(field)s” is of high risk; a person looks at each of them.")
    INFERRED = "inferred", _("“%(field)s” stands nowhere in the text.")
    CHECK = "check", _("“%(field)s” has a warning: %(message)s")
    IDENTITY = "identity", _("It is not certain which record is meant.")
    LOOKS = "looks", _("Samples of what was applied wait to be looked at; until then nothing more is applied.")
    BLOCKED = "blocked", _("%(message)s")
    CLAIMED = "claimed", _("Somebody had opened it already.")
    MOVED = "moved", _("The CRM changed since this was read.")
    BY_HAND = "by_hand", _("A person filled in “%(field)s”.")
