"""Words of privacy."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What personal data is processed for."""

    EXTRACTION = "extraction", _("reading messages into CRM changes")
    SCORING = "scoring", _("scoring and routing")
    OUTREACH = "outreach", _("writing to the person")
    TRAINING = "training", _("training our own model")


class ConsentState(models.TextChoices):
    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")
