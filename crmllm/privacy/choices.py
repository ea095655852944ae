"""Words of privacy."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What personal data is processed for."""

    EXTRACTION = "extraction", _("reading messages into CRM changes")
    SCORING = "scoring", _("scoring and routing")
    OUTREACH = "outreach", _("writing to the person")
    TRAINING = "training", _("training our own model")


class Channel(models.TextChoices):
    """By which way a person may be reached; a statement without one is about all."""

    PHONE = "phone", _("calls")
    EMAIL = "email", _("e-mails")
    MARKETING = "marketing", _("newsletters and offers")


class ConsentState(models.TextChoices):
    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")
