"""Loads the demo items of every kind through the door that all of them come through, and a form that takes in more."""

from __future__ import annotations

from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core import audit
from crmllm.ingestion import kinds, services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.demo import messages, talks
from crmllm.ingestion.demo.papers import papers
from crmllm.ingestion.models import Interaction, WebForm
from crmllm.ingestion.reading import File
from crmllm.ingestion.webforms import fields
from crmllm.ingestion.webforms.services import create_form

FORM = "Contact us"
FORM_FIELDS = """Your name * : name
Company : company
E-mail * : email
Phone : phone
Product : product
Your message * : message"""


def load_mailbox() -> None:
    """Takes in every demo item, unless it was loaded before: other dates would make other items of them."""
    if Interaction.objects.filter(origin=Origin.DEMO).exists():
        return
    today = timezone.localdate()
    files = [File(raw) for _, raw in messages(today)]
    for name, raw in [*talks(today), *papers(today)]:
        reader = kinds.find(name, raw)
        assert reader is not None, name
        files.append(File(raw, name, reader))
    services.receive_files(actor=audit.System("demo"), files=files, origin=Origin.DEMO)


def load_form() -> None:
    """The form of the made-up company's site, unless it is there or nobody may make it."""
    admin = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("date_joined").first()
    if admin is None or WebForm.objects.filter(name=FORM).exists():
        return
    create_form(actor=admin, name=FORM, fields=fields.parse(FORM_FIELDS), thanks="Thank you. We answer within a day.")
