"""Connecting a CRM: made, signed in, tested, changed, removed.

made (needs attention) -> signed in and tested -> active     its objects wait until somebody says what is read
active -> removed: secrets, tokens and ids there are forgotten; the records here stay
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.connectors.choices import ConnectionState
from crmllm.connectors.engine.auth import Session, SignIn
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.access import Auth, AuthKind, Setting
from crmllm.connectors.engine.errors import NeedsSignIn
from crmllm.connectors.engine.transport import client
from crmllm.connectors.listening.services import arrange
from crmllm.connectors.models import Connection, ExternalRecord, Listener
from crmllm.connectors.registry import declaration, open_declared
from crmllm.connectors.services import LOCAL, ensure_local_connection
from crmllm.connectors.setup import objects
from crmllm.connectors.sync.services import add_streams
from crmllm.core import audit, guarded_http
from crmllm.core.crypto import Sealed, drop_keys, new_key
from crmllm.core.errors import BadInput, Conflict, CrmllmError
from crmllm.jobs.services import enqueue
from crmllm.writeback.choices import UNFINISHED
from crmllm.writeback.models import Writeback

FIRST = "Nobody has signed in yet."


@dataclass(frozen=True)
class Wanted:
    """What an admin typed: the name of the connection, and settings by name. An empty secret stays as it is."""

    name: str
    settings: Mapping[str, str]


def field(name: str) -> str:
    """What the forms call a setting of a CRM, so that none has the name of a field of ours."""
    return f"setting-{name}"


def asked(declared: Declaration, way: Auth) -> list[Setting]:
    """All that is typed for a way of signing in, each once."""
    return list({one.name: one for one in (*declared.settings, *way.settings)}.values())


# --- connect


def connect(*, actor: User, connector: str, way: str, wanted: Wanted, dry_run: bool = True) -> Connection:
    """Makes a connection. Where no browser is needed it is tested at once, and nothing is kept if it fails.

    Raises BadInput, its fields named as the forms name them.
    """
    require(actor, "settings.manage")
    declared = declaration(connector)
    found = declared.way(way)
    plain, secret = _checked(asked(declared, found), wanted.settings, {})
    _refuse_name(wanted.name)
    key_id = new_key()
    with transaction.atomic():
        connection = Connection.objects.create(
            name=wanted.name, connector=connector, way=found.name, key_id=key_id, options=plain, dry_run=dry_run,
            credentials=Sealed.of({"secrets": secret}, key_id), state=ConnectionState.BROKEN, state_reason=FIRST,
        )  # fmt: skip
        _record(actor, "connection.made", connection, connector=connector, way=found.name, dry_run=dry_run)
    if found.kind == AuthKind.CODE:
        return connection
    try:
        return test(actor=actor, connection=connection)
    except CrmllmError as error:
        _discard(connection)
        raise _beside(declared, found, error) from None


def _checked(
    asked_for: list[Setting], typed: Mapping[str, str], kept: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Plain settings and secrets as they are to be kept. Raises BadInput with each that is wrong."""
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for one in asked_for:
        value = str(typed.get(one.name, "")).strip() or (str(kept.get(one.name, "")) if one.kind == "secret" else "")
        if fault := _fault(one, value):
            wrong[field(one.name)] = [fault]
        (secret if one.kind == "secret" else plain)[one.name] = value
    if wrong:
        raise BadInput("Some settings are missing or wrong.", fields=wrong)
    return plain, secret


def _fault(one: Setting, value: str) -> str:
    if not value:
        return "This is needed." if one.required else ""
    if one.kind == "choice" and value not in one.choices:
        return f"This must be one of: {', '.join(one.choices)}."
    if one.pattern and not re.fullmatch(one.pattern, value):
        return f"This has another form. {one.help}".strip()
    if one.kind == "url":
        try:
            guarded_http.check(value, settings.CRM_NETWORKS)
        except CrmllmError as error:
            return error.message
    return ""


def _beside(declared: Declaration, way: Auth, error: CrmllmError) -> BadInput:
    """The error at the field that has most to do with it."""
    kind = "url" if error.code in (guarded_http.Refused.code, "crm_not_reached") else "secret"
    if kind == "secret" and not isinstance(error, NeedsSignIn):
        return BadInput(error.message, code=error.code)
    near = next((one for one in (*way.settings, *declared.settings) if one.kind == kind), None)
    return BadInput(error.message, code=error.code, fields={field(near.name): [error.message]} if near else None)


def _refuse_name(name: str, but: Connection | None = None) -> None:
    others = Connection.objects.filter(name__iexact=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise BadInput("There is a connection of this name already.", fields={"name": ["This name is taken."]})


def _discard(connection: Connection) -> None:
    """A connection that never worked leaves nothing but its lines in the audit trail."""
    with transaction.atomic():
        audit.record(
            actor=audit.SYSTEM, action="connection.discarded", subject_type="connection", subject_id=connection.pk
        )
        connection.delete()
        transaction.on_commit(lambda: drop_keys([connection.key_id]))


# --- sign in and test


def callback_address() -> str:
    """Where a CRM sends the browser back to; its app there has to know this address."""
    return f"{settings.SITE_URL}{reverse('connectors:callback')}"


def sign_in(*, actor: User, connection: Connection) -> SignIn:
    """Where the browser goes to sign in, and what must be remembered until it is back."""
    require(actor, "settings.manage")
    signing_in = _session(connection).sign_in_address(callback_address())
    with transaction.atomic():
        _record(actor, "connection.sign_in", connection)
    return signing_in


def finish(*, actor: User, connection: Connection, code: str, verifier: str) -> Connection:
    """Trades the code that the browser brought back for tokens, and tests the connection. Raises ConnectorError."""
    require(actor, "settings.manage")
    _session(connection).finish(code, verifier, callback_address())
    connection.refresh_from_db()
    return test(actor=actor, connection=connection)


def _session(connection: Connection) -> Session:
    return Session(connection, declaration(connection.connector), client())


def test(*, actor: User, connection: Connection) -> Connection:
    """Asks the CRM something harmless. One that answers works (again). Raises ConnectorError with the reason."""
    require(actor, "settings.manage")
    connector = open_declared(connection, priority=Priority.PERSON)
    kept = connector.learnt(connector.test())
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.options = {**row.options, **kept}
        if row.state == ConnectionState.BROKEN:
            row.state, row.state_reason = ConnectionState.ACTIVE, ""
            enqueue("write")
        row.save(update_fields=["options", "state", "state_reason", "updated_at"])
        _record(actor, "connection.tested", row)
        arrange(row)
        fresh = not row.streams.exists()
        if fresh:
            add_streams(actor=actor, connection=row, reads=False)
    if fresh:
        with suppress(CrmllmError):  # its page offers to read the fields again
            objects.discover_all(actor=actor, connection=row)
    return row


# --- change


def change(*, actor: User, connection: Connection, wanted: Wanted) -> Connection:
    """Other settings. A secret goes only to the place that it was typed for: another address wants it anew."""
    require(actor, "settings.manage")
    declared = declaration(connection.connector)
    way = declared.way(connection.way) if connection.way else declared.auth[0]
    _refuse_name(wanted.name, connection)
    moved = [one for one in asked(declared, way) if _moves(one, wanted, connection)]
    credentials = connection.credentials.open() if connection.credentials else {}
    kept = {} if moved else dict(credentials.get("secrets") or {})
    plain, secret = _checked(asked(declared, way), wanted.settings, kept)
    renewed = sorted(name for name, value in secret.items() if value != (credentials.get("secrets") or {}).get(name))
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.name, row.options = wanted.name, {**row.options, **plain}
        if renewed:
            secret = {**secret, **_before(declared, kept, renewed)}
            held = {} if moved else {name: value for name, value in credentials.items() if name != "access_token"}
            row.credentials, row.token_until = Sealed.of({**held, "secrets": secret}, row.key_id), None
        row.save()
        arrange(row)
        _record(actor, "connection.changed", row, secrets=renewed, settings=[one.name for one in moved])
    return row


def _moves(one: Setting, wanted: Wanted, connection: Connection) -> bool:
    typed = str(wanted.settings.get(one.name, "")).strip()
    return one.kind != "secret" and typed != str(connection.options.get(one.name, ""))


def _before(declared: Declaration, kept: Mapping[str, Any], renewed: list[str]) -> dict[str, str]:
    """The old secret of the events goes on to count, so that none is lost while it is changed in the CRM."""
    name = declared.events.signature.secret if declared.events else ""
    return {f"{name}_before": str(kept[name])} if name in renewed and kept.get(name) else {}


# --- remove


def unfinished(connection: Connection) -> int:
    """How many approved changes have not arrived there yet."""
    return Writeback.objects.filter(connection=connection, state__in=UNFINISHED).count()


def remove(*, actor: User, connection: Connection) -> None:
    """Takes a connection out of use: its secrets and what the CRM calls our records are forgotten; records stay."""
    require(actor, "settings.manage")
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.connector == LOCAL:
            raise Conflict("The local CRM cannot be removed.")
        if waiting := unfinished(row):
            raise Conflict(
                f"{waiting} approved changes have not been written there yet; let them be written or cancel them."
            )
        row.streams.all().delete()
        row.events.all().delete()
        row.limits.all().delete()
        row.cached.all().delete()
        Listener.objects.filter(connection=row).delete()
        ExternalRecord.objects.filter(connection=row).delete()
        _give_back(row)
        row.name = f"{row.name[:50]} ({timezone.now():%Y-%m-%d %H:%M:%S})"
        row.state, row.state_reason = ConnectionState.REMOVED, ""
        row.credentials, row.token_until, row.options, row.dry_run = None, None, {}, False
        row.save()
        _record(actor, "connection.removed", row)
        transaction.on_commit(lambda: drop_keys([row.key_id]))


def _give_back(row: Connection) -> None:
    """What it was the system of record for, the local CRM is again."""
    local = ensure_local_connection()
    local.master_of = sorted({*local.master_of, *row.master_of})
    local.save(update_fields=["master_of", "updated_at"])
    row.master_of = []


def _record(actor: User, action: str, row: Connection, **details: Any) -> None:
    audit.record(actor=actor, action=action, subject_type="connection", subject_id=row.pk, details=details)
