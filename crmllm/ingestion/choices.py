"""Words of what comes in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What came in; the evaluation format uses the same words."""

    EMAIL = "email", _("Mail")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    DOCUMENT = "document", _("Document")
    WEB_FORM = "web_form", _("Web form")
    CHAT = "chat", _("Chat")


class Status(models.TextChoices):
    """How far an interaction has come. The last five are final until it is replayed."""

    RECEIVED = "received", _("received")
    PARSED = "parsed", _("read")
    EXTRACTING = "extracting", _("being understood")
    PROPOSED = "proposed", _("waiting for review")
    NO_CHANGE = "no_change", _("nothing to change")
    SKIPPED = "skipped", _("skipped")
    FAILED = "failed", _("failed")
    DONE = "done", _("done")


FINAL = (Status.PROPOSED, Status.NO_CHANGE, Status.SKIPPED, Status.FAILED, Status.DONE)
#: From these an interaction can be sent through the stages again.
REPLAYABLE = (Status.NO_CHANGE, Status.SKIPPED, Status.FAILED, Status.PROPOSED)

#: Why an interaction led to nothing though somebody could read it; a person may know better.
FILTERED = frozenset(
    "spam bounce receipt auto_reply automatic calendar calendar_reply cancelled_meeting own_outgoing list_mail "
    "newsletter form_trap form_too_fast not_for_the_crm".split()
)


class Step(models.TextChoices):
    """The steps of the ledger, in order."""

    SEEN = "seen", _("seen")
    SKIPPED = "skipped", _("skipped")
    PARSED = "parsed", _("read")
    EXTRACTED = "extracted", _("understood")
    MATCHED = "matched", _("matched")
    PROPOSED = "proposed", _("proposed")
    DECIDED = "decided", _("decided")
    WRITTEN = "written", _("written")
    VERIFIED = "verified", _("verified")
    UNDONE = "undone", _("taken back")
    FAILED = "failed", _("failed")
    REPLAYED = "replayed", _("replayed")


class Origin(models.TextChoices):
    """Through which door it came."""

    UPLOAD = "upload", _("upload")
    API = "api", _("API")
    COMMAND = "command", _("command line")
    MAILBOX = "mailbox", _("mailbox")
    FORM = "form", _("web form")
    DEMO = "demo", _("demo data")


class UploadState(models.TextChoices):
    """How far an upload is; what went wrong on the way is told by its job."""

    RUNNING = "running", _("being taken in")
    DONE = "done", _("taken in")
    CANCELLED = "cancelled", _("cancelled")
