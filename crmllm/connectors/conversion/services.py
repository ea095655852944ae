"""Converts a lead in its CRM and takes over what came of it; a lead of the local CRM is converted here alone."""

from __future__ import annotations

from typing import cast

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors import services as connectors
from crmllm.connectors.base import RemoteUnavailable
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.mapping import Reference
from crmllm.connectors.engine.strategy import Conversion, Converted
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.registry import open_declared
from crmllm.connectors.sync import apply
from crmllm.core.errors import Conflict
from crmllm.crm import selectors as crm
from crmllm.crm.choices import LeadStatus, Object, WriterKind
from crmllm.crm.conversion import services as here
from crmllm.crm.models import Account, Contact, Lead, Opportunity, Record
from crmllm.crm.services import Writer


def convert_lead(
    *,
    actor: User,
    lead: Lead,
    account: Account | None = None,
    contact: Contact | None = None,
    opportunity: str | Opportunity = "",
) -> here.Converted:
    """Converts a lead into the given records or new ones; with a name, an opportunity is made too.

    Trying again after an unclear answer is harmless: what the CRM has converted already is taken over.
    Raises Conflict for a lead that was converted, or cannot be now; ConnectorError.
    """
    require(actor, "records.change")
    if is_converted(lead):
        raise Conflict("This lead was converted already.", code="converted")
    connection = connectors.master_of(Object.LEAD)
    if connection.connector == connectors.LOCAL:
        writer = Writer(WriterKind.PERSON, actor.pk)
        return here.convert_lead(
            actor=actor, lead=lead, writer=writer, account=account, contact=contact, opportunity=opportunity
        )
    external_id = _ready(connection, lead)
    crm_ = open_declared(connection, priority=Priority.PERSON)
    deal = opportunity if isinstance(opportunity, Opportunity) else None
    given: dict[str, Record | None] = {Object.ACCOUNT: account, Object.CONTACT: contact, Object.OPPORTUNITY: deal}
    to = {name: _there(connection, record) for name, record in given.items() if record is not None}
    became = _converted(crm_, external_id, Conversion(to, "" if deal else str(opportunity)))
    return _taken_over(actor, crm_, lead, external_id, became)


def is_converted(lead: Lead) -> bool:
    """Whether there is nothing left to convert."""
    return lead.status == LeadStatus.CONVERTED and lead.converted_contact_id is not None


def _ready(connection: Connection, lead: Lead) -> str:
    """The lead's id there. Raises Conflict when nothing may be written there now."""
    if connection.state != ConnectionState.ACTIVE or connection.dry_run:
        raise Conflict(f"{connection.name} is not written to at the moment; try again when it is.")
    return _there(connection, lead)


def _there(connection: Connection, record: Record) -> str:
    found = connectors.external_id(connection, record.object_name, record.pk)
    if found is None:
        raise Conflict(f"This {record.object_name} is not in {connection.name} yet.", code="crm_unknown")
    return found


def _converted(crm_: DeclaredConnector, lead: str, wish: Conversion) -> Converted:
    """Converts it once: what an earlier try, or somebody there, has done already counts."""
    done = crm_.strategy.converted(lead)
    if done is not None:
        return done
    try:
        return crm_.strategy.convert(lead, wish)
    except RemoteUnavailable:
        done = crm_.strategy.converted(lead)
        if done is None:
            raise
        return done


def _taken_over(
    actor: User, crm_: DeclaredConnector, lead: Lead, external_id: str, became: Converted
) -> here.Converted:
    """Reads what the lead became, and the lead itself, as a pass over their lists would."""
    connection = crm_.connection
    ids = {
        Object.ACCOUNT: became.account,
        Object.CONTACT: became.contact,
        Object.OPPORTUNITY: became.opportunity,
        Object.LEAD: external_id,
    }
    for name, pk in ids.items():
        stream = Stream.objects.select_related("connection").filter(connection=connection, name=name).first()
        if stream is None:
            raise Conflict(f"{connection.name} is not connected for {name}; what the lead became is only there.")
        if pk:
            apply.take(stream, crm_.rows_by_id(name, [pk]))
    found = connectors.ours(connection, [Reference(name, pk) for name, pk in ids.items() if pk])
    records = {one.target: crm.by_id(one.target, pk) for one, pk in found.items()}
    account, contact = records.get(Object.ACCOUNT), records.get(Object.CONTACT)
    if account is None or contact is None:
        raise Conflict("The lead was converted in the CRM, but what it became could not be taken over; read it there.")
    into = here.Converted(
        lead,
        cast(Account, account),
        cast(Contact, contact),
        cast(Opportunity | None, records.get(Object.OPPORTUNITY)),
    )
    return here.mark_converted(actor=actor, lead=lead, writer=Writer(WriterKind.PERSON, actor.pk), into=into)
