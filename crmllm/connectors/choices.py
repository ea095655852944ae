"""States of connections and of what they know."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LISTENING_TRIES = 8  # refusals of a CRM that is listened to, after which a person has to look


class ConnectionState(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    BROKEN = "broken", _("needs attention")
    REMOVED = "removed", _("removed")


class ExternalState(models.TextChoices):
    ACTIVE = "active", _("active")
    HIDDEN = "hidden", _("hidden")
    DELETED = "deleted", _("deleted")
    MERGED = "merged_into", _("merged into another")


class Direction(models.TextChoices):
    """What is done with the records of one object."""

    BOTH = "both", _("read and write")
    READ = "read", _("only read")
    WRITE = "write", _("only write")
    OFF = "off", _("neither")


class RunKind(models.TextChoices):
    FULL = "full", _("everything")
    CHANGES = "changes", _("changes")
    RECORD = "record", _("one record")


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped; goes on where it was")
    FAILED = "failed", _("failed")
