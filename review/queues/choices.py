"""Words of the queues."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Order(models.TextChoices):
    """Which item comes next."""

    DUE = "due", _("Due first")
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
