"""What can be measured."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subject(models.TextChoices):
    EXTRACTION = "extraction", _("extraction")
    CLASSIFICATION = "classification", _("classification")
    SENTIMENT = "sentiment", _("sentiment")
    ACTIONS = "actions", _("actions")
