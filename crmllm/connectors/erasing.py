"""Erasing a record of ours in every CRM that knows it: the door for whoever erases a person here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from crmllm.connectors import registry
from crmllm.connectors.base import Erasure, Reach
from crmllm.connectors.choices import ConnectionState, ExternalState
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.lists import Lists
from crmllm.connectors.models import Connection, ExternalRecord
from crmllm.connectors.selectors import elsewhere
from crmllm.core import audit
from crmllm.crm.models import Record


@dataclass(frozen=True)
class There:
    """What came of it in one CRM."""

    connection: Connection
    erasure: Erasure


def erase(*, actor: audit.Actor, record: Record) -> list[There]:
    """Erases a record in the CRMs that know it, and says of each how far that came. Called again it goes on: what is
    gone is proven gone. Whether the actor may is the caller's to check, as is what becomes of our own record.

    A CRM that gives no answer now raises RemoteUnavailable; those before it have been done and are noted.
    """
    done = []
    for one in elsewhere(record.pk):
        erasure = _erased(one)
        done.append(There(one.connection, erasure))
        with transaction.atomic():
            if erasure.reach != Reach.OUT_OF_REACH:
                one.state, one.seen, one.etag = ExternalState.DELETED, None, ""
                one.save(update_fields=["state", "seen", "etag", "updated_at"])
            audit.record(
                actor=actor,
                action="record.erased_there",
                subject_type=record.object_name,
                subject_id=record.pk,
                details={"connection": one.connection_id, "reach": erasure.reach},
            )
    return done


def _erased(one: ExternalRecord) -> Erasure:
    connection = one.connection
    if connection.state == ConnectionState.REMOVED or connection.dry_run:
        return Erasure(Reach.OUT_OF_REACH, f"{connection.name} is not written to; erase the record there by hand.")
    crm = registry.open_declared(connection, priority=Priority.PERSON)
    return Lists(crm).erase(one.object, one.external_id)
