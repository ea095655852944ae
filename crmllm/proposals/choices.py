"""States of a proposal and words of a decision."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    CLAIMED = "claimed", _("claimed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    SKIPPED = "skipped", _("skipped")
    SUPERSEDED = "superseded", _("superseded")
    UNDONE = "undone", _("taken back")


#: Still waiting for a decision.
OPEN = (State.PENDING, State.CLAIMED)
#: May be decided: what is open, what was left for later, and what was taken back and can be approved again.
DECIDABLE = (*OPEN, State.SKIPPED, State.UNDONE)


class Action(models.TextChoices):
    CREATE = "create", _("create")
    UPDATE = "update", _("update")


class Verdict(models.TextChoices):
    APPROVE = "approve", _("approved")
    EDIT = "edit", _("approved with edits")
    REJECT = "reject", _("rejected")
    SKIP = "skip", _("skipped")
    UNDO = "undo", _("taken back")


class Judged(models.TextChoices):
    """What a decision said of one value. Only the first three judge it."""

    KEPT = "kept", _("approved unchanged")
    EDITED = "edited", _("edited")
    REJECTED = "rejected", _("rejected as wrong")
    LEFT = "left", _("left out for another reason")


class Check(models.TextChoices):
    """Why a line needs a second look. A blocking check forbids approval until the line is edited."""

    FORMAT = "format", _("format")
    REQUIRED = "required", _("required")
    DUPLICATE = "duplicate", _("duplicate")
    CONFLICT = "conflict", _("conflict")


#: The reasons a reviewer picks from with the keys 1 to 8.
REJECT_REASONS = [
    _("Wrong value"),
    _("Not in the text"),
    _("Wrong person or company"),
    _("Already in the CRM"),
    _("Not worth recording"),
    _("Out of date"),
    _("Spam or hostile"),
    _("Other"),
]
#: Those that say that the value itself is wrong.
ABOUT_THE_VALUE = REJECT_REASONS[:3]
