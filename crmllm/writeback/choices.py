"""States of a write to a CRM."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    WRITTEN = "written", _("written")
    VERIFIED = "verified", _("written and verified")
    CONFLICT = "conflict", _("conflict")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    UNDONE = "undone", _("taken back")


#: Not yet through; a later write to the same record waits for these.
UNFINISHED = (State.WAITING, State.SENDING, State.WRITTEN, State.FAILED)
#: Ended well: the CRM holds, or held, what was asked for.
DONE = (State.VERIFIED, State.UNDONE)


class Operation(models.TextChoices):
    CREATE = "create", _("create")
    UPDATE = "update", _("update")
    DELETE = "delete", _("delete what was created")
    RESTORE = "restore", _("put back what was there")
