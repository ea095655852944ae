"""What people may be told, and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Everything that `notify` may say; people choose for each kind."""

    INTERACTION_FAILED = "interaction-failed", _("Messages that could not be processed")
    WRITEBACK_CONFLICT = "writeback-conflict", _("Changes that met a newer value in the CRM")
    WRITEBACK_FAILED = "writeback-failed", _("Changes that could not be written")
    MAILBOX = "mailbox", _("Mailboxes that cannot be read")
    CONNECTION_BROKEN = "connection-broken", _("CRMs that do not let us in any more")
    SYNC = "sync", _("CRMs that cannot be read as they should")
    WORK_STUCK = "work-stuck", _("Work that does not move")
    AUDIT_UNSEALED = "audit-unsealed", _("An audit trail that is not being sealed")
    REVIEW_WORK = "review-work", _("Items of the review that are my work, and comments that name me")
    REVIEW_OVERDUE = "review-overdue", _("Items of the review that wait too long")
    POLICY = "policy", _("Policies that fell back to review, or applied something wrong")
    ROLLBACK = "rollback", _("Roll-backs of mine that are done")
    GUARDS = "guards", _("What blind looks say of my team's decisions")
    EVALUATION_WORSE = "evaluation-worse", _("Evaluations that are worse than the last")


class Channel(models.TextChoices):
    APP = "app", _("here")
    MAIL = "mail", _("by mail")
    WEBHOOK = "webhook", _("webhook")


#: The channels that a person chooses from, and whether they are on for somebody who never chose.
PERSONAL = {Channel.APP: True, Channel.MAIL: False}


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
