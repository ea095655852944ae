"""Is this somebody we know? One door for every entry path; the decision comes with its reason.

Exact e-mail, then exact phone, then name within the account for people; mail domain, then name for organisations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet
from django.db.models.functions import Upper

from crmllm.core.identifiers import company_domain, email_index, phone_index
from crmllm.crm.choices import LeadStatus, Object, RecordState
from crmllm.crm.models import Account, Contact, Lead

_LEGAL = re.compile(
    r"\b(gmbh( & co\.? kg)?|ag|kg|ohg|se|ug|e\.?k\.?|ltd|limited|llc|llp|inc|corp|corporation|co|plc|b\.?v\.?|n\.?v\.?|"
    r"s\.?a\.?r?\.?l?\.?|s\.?p\.?a\.?|s\.?r\.?l\.?|s\.?l\.?u?\.?|lda|oy|ab|a/?s|aps|sp\.? z o\.?o\.?|pty|pvt)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Match:
    """The record that was found, or None for somebody new; `reason` is half a sentence for people."""

    object_name: str
    record_id: UUID | None = None
    kind: str = "new"
    score: float = 0.0
    reason: str = ""
    others: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "score": self.score,
            "reason": self.reason,
            "others": self.others,
        }


def match_person(*, email: str | None, phone: str | None, name: str | None, account_id: UUID | None) -> Match:
    """A contact, else a lead that was not converted, else nobody."""
    for found in (
        _by_email(email),
        _by_phone(phone, name),
        _by_name(name, account_id, email),
    ):
        if found:
            return found
    return Match(Object.CONTACT, reason="nobody with this e-mail, phone or name at the account")


def _by_email(email: str | None) -> Match | None:
    if not email:
        return None
    index = email_index(email)
    contacts = list(Contact.objects.filter(email_index=index, state=RecordState.ACTIVE).order_by("created_at")[:2])
    if contacts:
        return _match(contacts, Object.CONTACT, 0.99, "same e-mail")
    leads = Lead.objects.filter(email_index=index, state=RecordState.ACTIVE).exclude(status=LeadStatus.CONVERTED)
    found = list(leads.order_by("created_at")[:2])
    return _match(found, Object.LEAD, 0.99, "same e-mail") if found else None


def _by_phone(phone: str | None, name: str | None) -> Match | None:
    """A phone alone may be a switchboard: the family name must fit as well."""
    if not phone or not name:
        return None
    rows = Contact.objects.filter(phone_index=phone_index(phone), state=RecordState.ACTIVE).order_by("created_at")[:20]
    found = [row for row in rows if _family_name(row.name) == _family_name(name)]
    return _match(found, Object.CONTACT, 0.95, "same phone and family name") if found else None


def _by_name(name: str | None, account_id: UUID | None, email: str | None) -> Match | None:
    """The same name at the same account, when the CRM knows no other e-mail for it."""
    if not name or not account_id:
        return None
    rows = Contact.objects.filter(account_id=account_id, name__iexact=name, state=RecordState.ACTIVE)
    found = [row for row in rows[:3] if row.email_index is None or not email]
    return _match(found, Object.CONTACT, 0.9, "same name at the same account") if len(found) == 1 else None


def _match(rows: list[Any], object_name: str, score: float, reason: str) -> Match:
    others = [str(row.pk) for row in rows[1:]]
    if others:
        reason += "; more than one record fits, the oldest was taken"
    return Match(
        object_name,
        rows[0].pk,
        "existing",
        score if not others else score - 0.2,
        reason,
        others,
    )


def match_account(*, email: str | None, name: str | None) -> Match:
    """By the mail domain (free mail providers left out), then by the organisation's name without its legal form."""
    domain = company_domain(email)
    if domain:
        rows = list(
            Account.objects.filter(domains__contains=[domain], state=RecordState.ACTIVE).order_by("created_at")[:2]
        )
        if rows:
            return _match(rows, Object.ACCOUNT, 0.97, "same mail domain")
    if name:
        rows = list(Account.objects.filter(name__iexact=name, state=RecordState.ACTIVE).order_by("created_at")[:2])
        if rows:
            return _match(rows, Object.ACCOUNT, 0.95, "same name")
        core = plain_name(name)
        near = Account.objects.filter(name__istartswith=core, state=RecordState.ACTIVE)[:20] if len(core) > 2 else []
        rows = [row for row in near if plain_name(row.name) == core]
        if rows:
            return _match(rows, Object.ACCOUNT, 0.9, "same name but for the legal form")
    return Match(Object.ACCOUNT, reason="no account with this domain or name")


def plain_name(name: str) -> str:
    """An organisation's name without legal form, case and closing punctuation."""
    text = unicodedata.normalize("NFKC", name).strip().strip(".,;")
    return _LEGAL.sub("", text).strip(" ,.&").casefold()


def _family_name(name: str) -> str:
    return name.split()[-1].casefold() if name.split() else ""


# --- who else it could be


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same one; `reason` is half a sentence for people."""

    object_name: str
    record_id: UUID
    name: str
    where: str
    score: float
    reason: str


#: Names that share less than this (pg_trgm) are different names.
NEAR_NAME = 0.35
_MODELS: dict[str, type[Account | Contact | Lead]] = {
    Object.ACCOUNT: Account,
    Object.CONTACT: Contact,
    Object.LEAD: Lead,
}


def candidates(
    *,
    object_name: str,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    among: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
    limit: int = 5,
) -> list[Candidate]:
    """Records that could be the same person or organisation, the likeliest first; for people to choose from.

    `among` narrows them to those that somebody may see. Nothing for objects without an identity.
    """
    model = _MODELS.get(object_name)
    if model is None:
        return []
    rows = among(model.objects.filter(state=RecordState.ACTIVE))
    found: dict[UUID, Candidate] = {}

    def add(records: Iterable[Any], score: Callable[[Any], float], reason: str) -> None:
        for row in records:
            account = row.account if isinstance(row, Contact) else None
            where = account.name if account else getattr(row, "company", "")
            candidate = Candidate(object_name, row.pk, row.name, where, score(row), reason)
            found.setdefault(row.pk, candidate)

    if model is Contact:
        rows = rows.select_related("account")
    if email and model is not Account:
        add(rows.filter(email_index=email_index(email))[:limit], lambda row: 0.99, "same e-mail")
    if email and model is Account and (domain := company_domain(email)):
        add(rows.filter(domains__contains=[domain])[:limit], lambda row: 0.97, "same mail domain")
    if phone:
        add(rows.filter(phone_index=phone_index(phone))[:limit], lambda row: 0.8, "same phone")
    if name:
        upper = name.upper()
        near = rows.alias(upper=Upper("name")).filter(upper__trigram_similar=upper)
        near = near.annotate(near=TrigramSimilarity(Upper("name"), upper)).filter(near__gte=NEAR_NAME)
        add(near.order_by("-near", "id")[:limit], lambda row: round(float(row.near) * 0.9, 2), "a similar name")
    return sorted(found.values(), key=lambda one: -one.score)[:limit]
