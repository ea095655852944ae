"""Words of the CRM records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Object(models.TextChoices):
    """The kinds of canonical record that proposals may change."""

    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    LEAD = "lead", _("Lead")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CASE = "case", _("Case")
    ACTIVITY = "activity", _("Activity")


class RecordState(models.TextChoices):
    ACTIVE = "active", _("active")
    DELETED = "deleted", _("deleted")


class StageKind(models.TextChoices):
    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class ForecastCategory(models.TextChoices):
    PIPELINE = "pipeline", _("Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", _("Closed")
    OMITTED = "omitted", _("Omitted")


class LeadStatus(models.TextChoices):
    NEW = "new", _("new")
    WORKING = "working", _("working")
    QUALIFIED = "qualified", _("qualified")
    DISQUALIFIED = "disqualified", _("disqualified")
    CONVERTED = "converted", _("converted")


class Commitment(models.TextChoices):
    FIRM = "firm", _("firm")
    LIKELY = "likely", _("likely")
    HEDGED = "hedged", _("hedged")
    NEGATED = "negated", _("negated")
    PAST = "past", _("past")


class Permission(models.TextChoices):
    """What a person said of being reached by one way; empty while they said nothing."""

    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Severity(models.TextChoices):
    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    URGENT = "urgent", _("urgent")


class CaseStatus(models.TextChoices):
    OPEN = "open", _("open")
    WAITING = "waiting", _("waiting")
    CLOSED = "closed", _("closed")


class ActivityKind(models.TextChoices):
    CALL = "call", _("Call")
    MAIL = "mail", _("Mail")
    MEETING = "meeting", _("Meeting")
    TODO = "todo", _("To-do")
    NOTE = "note", _("Note")


class ActivityStatus(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")


class Side(models.TextChoices):
    """Who undertakes a next action."""

    US = "us", _("us")
    THEM = "them", _("them")


class FieldType(models.TextChoices):
    TEXT = "text", _("text")
    LONG_TEXT = "long_text", _("long text")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    URL = "url", _("web address")
    DATE = "date", _("date")
    DECIMAL = "decimal", _("amount")
    INTEGER = "integer", _("whole number")
    PICKLIST = "picklist", _("pick-list")
    LIST = "list", _("list of texts")
    REFERENCE = "reference", _("reference")


class Risk(models.TextChoices):
    """How much harm a wrong value does; `high` is never applied without a person."""

    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")


class WriterKind(models.TextChoices):
    """Who wrote a field last."""

    PERSON = "person", _("a person")
    CRM = "crm", _("the CRM")
    PROPOSAL = "proposal", _("an approved proposal")
    IMPORT = "import", _("an import")
