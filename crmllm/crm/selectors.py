"""Reads of canonical records; every one takes the user and asks access."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from crmllm.access.models import User
from crmllm.access.rules import fields_for, load, visible
from crmllm.core.identifiers import (
    company_domain,
    email_index,
    normal_email,
    phone_index,
    readable_phone,
)
from crmllm.crm import values
from crmllm.crm.choices import FieldType, Object, RecordState
from crmllm.crm.models import (
    Account,
    Activity,
    Competitor,
    CrmUser,
    FieldDef,
    Product,
    Record,
    Stage,
    model_for,
)

MAX_TIMELINE = 100
MAX_RELATED = 50
KNOWN_FOR = 300  # seconds that the accounts' domains are taken for granted


FIELDS_KEPT = 5.0  # seconds; in the process that changes a definition it counts at once
_fields: dict[str, tuple[float, dict[str, FieldDef]]] = {}


def field_map(object_name: str) -> dict[str, FieldDef]:
    """All fields of an object by name, in their order. Asked for every line of every page, so kept for some seconds."""
    kept = _fields.get(object_name)
    if kept is None or kept[0] < time.monotonic():
        found = {field.name: field for field in FieldDef.objects.filter(object=object_name)}
        kept = _fields[object_name] = (time.monotonic() + FIELDS_KEPT, found)
    return kept[1]


def forget_fields(**kwargs: object) -> None:
    """A definition was changed in this process."""
    _fields.clear()


def visible_fields(user: User, object_name: str) -> list[FieldDef]:
    """The fields of an object that this person may see."""
    fields = field_map(object_name)
    return [fields[name] for name in fields_for(user, object_name, fields)]


def fields_hidden_by_role(user: User, object_name: str) -> frozenset[str]:
    """access.rules asks this: fields whose definition hides them from the person's role."""
    return frozenset(name for name, field in field_map(object_name).items() if user.role in field.hidden_from)


def records(user: User, object_name: str) -> QuerySet[Record]:
    """The active records of an object that this person may see, with what lists show."""
    model = model_for(object_name)
    rows = visible(user, model._default_manager.filter(state=RecordState.ACTIVE))
    related = [name for name in ("owner", "account", "stage") if hasattr(model, name)]
    return rows.select_related(*related)


def record(user: User, object_name: str, pk: object, *, permission: str = "") -> Record:
    """One active record: NotFound for a stranger."""
    return load(user, records(user, object_name), pk, permission=permission)


def search(rows: QuerySet[Record], term: str) -> QuerySet[Record]:
    """By part of the name; an exact e-mail or phone where the record has one."""
    term = term.strip()
    if not term:
        return rows
    model = rows.model
    wanted = Q(name__icontains=term)
    if hasattr(model, "company"):
        wanted |= Q(company__icontains=term)
    if hasattr(model, "domains"):
        wanted |= Q(domains__contains=[term.casefold()])
    if hasattr(model, "email_index") and "@" in term:
        wanted |= Q(email_index=email_index(term))
    if hasattr(model, "phone_index") and sum(char.isdigit() for char in term) >= 5:
        wanted |= Q(phone_index=phone_index(term))
    return rows.filter(wanted)


def show(user: User, rows: list[Record], object_name: str) -> list[dict[str, Any]]:
    """Records as JSON for the API: visible fields only, with the record's own id, owner and times."""
    fields = visible_fields(user, object_name)
    return [
        {
            "id": str(row.pk),
            "object": object_name,
            **values.read(row, fields),
            "owner": row.owner.name if row.owner else None,
            "version": row.version,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


@dataclass(frozen=True)
class FieldLine:
    """One field of a record's page: value in words, and who wrote it last."""

    field: FieldDef
    value: Any
    shown: str
    link: str | None
    by: str | None
    by_id: str | None
    at: datetime | None


def field_lines(user: User, row: Record) -> list[FieldLine]:
    """The visible fields of one record with the provenance of each."""
    fields = visible_fields(user, row.object_name)
    found = values.read(row, fields)
    names = names_of(pair for field in fields for pair in references(field, found[field.name]))
    lines = []
    for field in fields:
        meta, value = row.field_meta.get(field.name, {}), found[field.name]
        lines.append(
            FieldLine(
                field=field,
                value=value,
                shown=in_words(field, value, names),
                link=field.target if field.type == FieldType.REFERENCE and field.target in Object.values else None,
                by=meta.get("by"),
                by_id=meta.get("id"),
                at=datetime.fromisoformat(meta["at"]) if meta.get("at") else None,
            )
        )
    return lines


def references(field: FieldDef, value: Any) -> list[tuple[str, str]]:
    """The (target, id) pair that a value refers to, if it does."""
    return [(field.target, str(value))] if field.type == FieldType.REFERENCE and value else []


def names_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of records by id, one query for each kind of target."""
    wanted: dict[str, set[str]] = {}
    for target, pk in pairs:
        wanted.setdefault(target, set()).add(pk)
    names: dict[str, str] = {}
    for target, ids in wanted.items():
        model = Stage if target == "stage" else model_for(target)
        names |= {str(row.pk): row.name for row in model._default_manager.filter(pk__in=ids)}
    return names


def in_words(field: FieldDef, value: Any, names: dict[str, str]) -> str:
    """A value as people read it; empty for none."""
    if value is None:
        return ""
    if field.type == FieldType.REFERENCE:
        return names.get(str(value), "")
    if field.type == FieldType.LIST:
        return ("; " if any("," in one for one in value) else ", ").join(value)
    if field.type == FieldType.PHONE:
        return readable_phone(value)
    if field.type == FieldType.DECIMAL:
        return f"{float(value):,.2f}"
    return str(value)


def timeline(user: User, row: Record) -> list[Activity]:
    """Activities around a record, newest first."""
    if isinstance(row, Activity) or not hasattr(Activity, row.object_name):
        return []
    rows = visible(
        user,
        Activity.objects.filter(**{row.object_name: row.pk}, state=RecordState.ACTIVE),
    )
    return list(rows.select_related("contact", "owner").order_by("-happened_at", "-created_at")[:MAX_TIMELINE])


def existing(pairs: Iterable[tuple[str, UUID]]) -> set[UUID]:
    """Those of (object, id) that are active records, one query for each object."""
    wanted: dict[str, set[UUID]] = {}
    for object_name, pk in pairs:
        wanted.setdefault(object_name, set()).add(pk)
    found: set[UUID] = set()
    for object_name, ids in wanted.items():
        rows = model_for(object_name)._default_manager.filter(pk__in=ids, state=RecordState.ACTIVE)
        found.update(rows.values_list("pk", flat=True))
    return found


def whereabouts(user: User, pairs: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
    """The account (a lead's company) of records, by id; one query for each object that has one."""
    wanted: dict[str, set[UUID]] = {}
    for object_name, pk in pairs:
        wanted.setdefault(object_name, set()).add(pk)
    found: dict[UUID, str] = {}
    for object_name, ids in wanted.items():
        model = model_for(object_name)
        path = "account__name" if hasattr(model, "account") else "company" if hasattr(model, "company") else ""
        if path and fields_for(user, object_name, [path.partition("__")[0]]):
            found |= {pk: name or "" for pk, name in model._default_manager.filter(pk__in=ids).values_list("pk", path)}
    return found


def by_id(object_name: str, record_id: UUID) -> Record | None:
    """For services, which act for the system: the active record or None."""
    return model_for(object_name)._default_manager.filter(pk=record_id, state=RecordState.ACTIVE).first()


def by_ids(object_name: str, ids: Iterable[UUID]) -> dict[UUID, Record]:
    """As `by_id`, for several at once."""
    rows = model_for(object_name)._default_manager.filter(pk__in=list(ids), state=RecordState.ACTIVE)
    return {row.pk: row for row in rows}


@dataclass(frozen=True)
class Us:
    """Our own side: never a customer."""

    company: str
    domains: frozenset[str]
    addresses: frozenset[str]
    staff: frozenset[str]


def us() -> Us:
    """Our company as the settings and the CRM's users tell it; read anew at most once a minute."""
    return _us(int(time.monotonic() // 60))


@lru_cache(maxsize=1)
def _us(minute: int) -> Us:
    people = list(CrmUser.objects.values_list("name", "email"))
    addresses = frozenset(normal_email(email) for _, email in people)
    domains = {domain.casefold() for domain in settings.OWN_DOMAINS}
    domains |= {company_domain(email) for email in addresses} - {""}
    return Us(
        settings.COMPANY_NAME,
        frozenset(domains),
        addresses,
        frozenset(name for name, _ in people),
    )


def forget_us() -> None:
    """Called after a change of the CRM's users, so that the next mail already knows them."""
    _us.cache_clear()


def known_domains() -> frozenset[str]:
    """The mail domains of our accounts; read anew every few minutes."""
    return _known_domains(int(time.monotonic() // KNOWN_FOR))


@lru_cache(maxsize=1)
def _known_domains(period: int) -> frozenset[str]:
    rows = Account.objects.filter(state=RecordState.ACTIVE).exclude(domains=[]).values_list("domains", flat=True)
    return frozenset(domain for domains in rows.iterator() for domain in domains)


def forget_known_domains() -> None:
    """For whoever adds accounts and cannot wait."""
    _known_domains.cache_clear()


def product_names() -> tuple[str, ...]:
    """The names of what we sell, for the extraction."""
    return tuple(Product.objects.filter(active=True).values_list("name", flat=True))


def competitors(user: User) -> QuerySet[Competitor]:
    """The list of competitors, by name."""
    return visible(user, Competitor.objects.all()).order_by("name")


def competitor(user: User, pk: object, *, permission: str = "") -> Competitor:
    """One competitor: NotFound for a stranger."""
    return load(user, visible(user, Competitor.objects.all()), pk, permission=permission)


def competitor_names() -> tuple[tuple[str, str], ...]:
    """How people write our competitors, each with its name, for the extraction."""
    rows = Competitor.objects.filter(active=True).values_list("name", "also_known_as")
    return tuple((written, name) for name, others in rows for written in (name, *others))


# --- what stands around a record


def related(user: User, row: Record) -> list[tuple[str, list[Record]]]:
    """Records that hang on this one, by object; empty groups left out."""
    groups = []
    for name in (Object.CONTACT, Object.OPPORTUNITY, Object.CASE):
        model = model_for(name)
        if name != row.object_name and hasattr(model, row.object_name):
            rows = records(user, name).filter(**{row.object_name: row.pk}).order_by("-created_at")[:MAX_RELATED]
            groups.append((str(name), list(rows)))
    return [(name, rows) for name, rows in groups if rows]
