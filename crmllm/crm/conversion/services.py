"""Converts leads in the canonical records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.db import transaction

from crmllm.core import audit
from crmllm.core.errors import Conflict
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import LeadStatus, Object
from crmllm.crm.models import Account, Contact, Lead, Opportunity, Record
from crmllm.crm.services import Writer

#: What a lead hands on, by object.
TO_ACCOUNT = ("industry", "website", "country")
TO_CONTACT = ("name", "title", "company", "email", "phone", "phone_consent", "email_consent", "marketing_consent")


@dataclass(frozen=True)
class Converted:
    """What a lead became."""

    lead: Lead
    account: Account
    contact: Contact
    opportunity: Opportunity | None = None


def convert_lead(
    *,
    actor: audit.Actor,
    lead: Lead,
    writer: Writer,
    account: Account | None = None,
    contact: Contact | None = None,
    opportunity: str | Opportunity = "",
) -> Converted:
    """Makes account and contact out of a lead, or fills what given ones lack; an opportunity too, where one is given
    or named.

    Raises Conflict for a lead that was converted already.
    """
    with transaction.atomic():
        current = _unconverted(lead)
        fields = selectors.field_map(Object.LEAD)
        told = values.read(current, [fields[name] for name in {*TO_ACCOUNT, *TO_CONTACT, "summary"}])
        given = {"name": told["company"] or told["name"], **{name: told[name] for name in TO_ACCOUNT}}
        account = cast(Account, _made(actor, writer, current, Object.ACCOUNT, account, given))
        given = {**{name: told[name] for name in TO_CONTACT}, "account": str(account.pk)}
        contact = cast(Contact, _made(actor, writer, current, Object.CONTACT, contact, given))
        deal = None
        if opportunity:
            known = opportunity if isinstance(opportunity, Opportunity) else None
            given = {"name": str(opportunity), "account": str(account.pk), "contact": str(contact.pk)}
            given["summary"] = told["summary"]
            deal = cast(Opportunity, _made(actor, writer, current, Object.OPPORTUNITY, known, given))
        return mark_converted(actor=actor, lead=current, writer=writer, into=Converted(current, account, contact, deal))


def mark_converted(*, actor: audit.Actor, lead: Lead, writer: Writer, into: Converted) -> Converted:
    """Notes what a lead became, here or in another CRM."""
    with transaction.atomic():
        changed = services.update_record(
            actor=actor, record=lead, changes={"status": LeadStatus.CONVERTED}, writer=writer
        )
        current = cast(Lead, changed)
        current.converted_contact = into.contact
        current.save(update_fields=["converted_contact", "updated_at"])
        audit.record(
            actor=actor,
            action="lead.converted",
            subject_type=Object.LEAD,
            subject_id=current.pk,
            details={
                "account": into.account.pk,
                "contact": into.contact.pk,
                "opportunity": into.opportunity.pk if into.opportunity else None,
            },
            key_id=current.key_id,
        )
    return Converted(current, into.account, into.contact, into.opportunity)


def _unconverted(lead: Lead) -> Lead:
    current = cast(Lead, services.lock(Object.LEAD, lead.pk))
    if current.status == LeadStatus.CONVERTED:
        raise Conflict("This lead was converted already.", code="converted")
    return current


def _made(
    actor: audit.Actor,
    writer: Writer,
    lead: Lead,
    object_name: Object,
    record: Record | None,
    given: dict[str, object],
) -> Record:
    """A new record of the lead's owner, or the given one with what it lacks."""
    if record is None:
        changes = {name: value for name, value in given.items() if value is not None}
        return services.create_record(
            actor=actor, object_name=object_name, changes=changes, writer=writer, owner=lead.owner, team=lead.team
        )
    fields = selectors.field_map(object_name)
    held = values.read(record, [fields[name] for name in given])
    lacking = {name: value for name, value in given.items() if value is not None and held[name] is None}
    return services.update_record(actor=actor, record=record, changes=lacking, writer=writer)
