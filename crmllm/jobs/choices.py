"""Words of jobs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (RunState.WAITING, RunState.RUNNING)


class Cluster(models.TextChoices):
    DEFAULT = "default", _("default")
    LLM = "llm", _("model")
