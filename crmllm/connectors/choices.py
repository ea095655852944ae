"""States of connections and of what they know."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConnectionState(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    BROKEN = "broken", _("needs attention")


class ExternalState(models.TextChoices):
    ACTIVE = "active", _("active")
    HIDDEN = "hidden", _("hidden")
    DELETED = "deleted", _("deleted")
    MERGED = "merged_into", _("merged into another")


class RunKind(models.TextChoices):
    FULL = "full", _("everything")
    CHANGES = "changes", _("changes")
    RECORD = "record", _("one record")


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped; goes on where it was")
    FAILED = "failed", _("failed")
