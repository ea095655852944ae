"""What can be measured."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subject(models.TextChoices):
    EXTRACTION = "extraction", _("extraction")
    CLASSIFICATION = "classification", _("classification")
    SENTIMENT = "sentiment", _("sentiment")
    ACTIONS = "actions", _("actions")


#: Who reads in a run: runs are only compared with earlier ones of the same kind of reader.
RULES, CLASSIFIERS, MODEL = ("rules", "rules and classifiers", "rules, classifiers and model")


def reader(without_model: bool, without_llm: bool) -> str:
    """The kind of reader that a run is by."""
    return RULES if without_model else CLASSIFIERS if without_llm else MODEL
