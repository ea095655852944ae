"""From what was found in an interaction to drafts of proposals: who and what it is about, and which fields change.

Pure decisions over values; reads the CRM through matching and selectors, writes nothing. A draft of a create plans the
record's id, so that other drafts of the same interaction can refer to it before it exists.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crmllm.core.crypto import blind_index
from crmllm.core.errors import BadInput
from crmllm.core.identifiers import company_domain, email_index, phone_index
from crmllm.core.ids import uuid7
from crmllm.crm import selectors, values
from crmllm.crm.choices import (
    ActivityKind,
    CaseStatus,
    Commitment,
    ForecastCategory,
    Object,
    Permission,
    RecordState,
    StageKind,
)
from crmllm.crm.models import Account, Case, Contact, FieldDef, Lead, Opportunity, Record, Stage
from crmllm.extraction import types
from crmllm.extraction.calibration.curves import Signs
from crmllm.extraction.rules.phones import country_of
from crmllm.matching.services import (
    Match,
    match_account,
    match_person,
    plain_name,
)
from crmllm.privacy.choices import Channel
from crmllm.proposals.choices import Action, Check

EVERY_WAY = "all"
NAME_LENGTH = 60
ACTION_LENGTH = 120
#: Who is worth a new contact: whoever wrote, and others whom one could reach.
_DEAD = {Commitment.NEGATED, Commitment.PAST}


@dataclass
class Line:
    """One field of a draft."""

    field: FieldDef
    old: Any
    proposed: Any
    confidence: float = 1.0
    inferred: bool = False
    source: str = "rule"
    evidence: tuple[types.Span, ...] = ()
    #: The record that a CRM fact was taken from.
    origin: Record | None = None
    #: What extraction said, and what speaks for and against it, once `weighing` has seen the line.
    raw_confidence: float | None = None
    signs: Signs | None = None
    checks: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclass
class Draft:
    """Changes to one record."""

    object_name: Object
    action: Action
    target_id: UUID
    name: str
    match: Match
    lines: list[Line] = dataclasses.field(default_factory=list)
    needs: list[Draft] = dataclasses.field(default_factory=list)
    identity: bytes | None = None
    record: Record | None = None

    def proposed(self, name: str) -> Any:
        return next((line.proposed for line in self.lines if line.field.name == name), None)


@dataclass
class Subject:
    """A record that other drafts refer to: an existing one, or one that a draft will make."""

    id: UUID
    draft: Draft | None = None


class Drafter:
    """Builds the drafts of one interaction."""

    def __init__(self, found: types.Extracted) -> None:
        self.found = found
        self.fields = {name: selectors.field_map(name) for name in Object.values}
        self.drafts: list[Draft] = []
        self._accounts: dict[str, Draft] = {}
        self._people: list[tuple[types.Contact, Draft]] = []

    def build(self) -> list[Draft]:
        """Accounts first, then people, then what they want: the order in which a reviewer decides.

        Of a message that is no business of the CRM only one thing is kept: that somebody does not want to be reached.
        """
        if self.found.may_create_records():
            self._all()
        for said in self.found.consents:
            if self.found.may_create_records() or said.state.value == Permission.WITHDRAWN:
                self._consent(said)
        order = list(Object)
        kept = [draft for draft in self.drafts if draft.lines]
        return sorted(kept, key=lambda draft: order.index(draft.object_name))

    def _all(self) -> None:
        people = [(one, *self._person(one)) for one in self._worthwhile()]
        main = next(
            (entry for entry in people if entry[0].role == "sender"),
            people[0] if people else None,
        )
        account, contact = (main[1], main[2]) if main else (None, None)
        opportunity = self._opportunity(account, contact)
        self._case(account, contact)
        for action in self.found.next_actions:
            self._action(action, account, contact, opportunity)

    # --- people and organisations

    def _worthwhile(self) -> Iterable[types.Contact]:
        return (one for one in self.found.contacts if one.role == "sender" or one.email or one.phone)

    def _person(self, one: types.Contact) -> tuple[Subject | None, Subject | None]:
        email, phone, name = _text(one.email), _text(one.phone), _text(one.name)
        account = self._account(one)
        known_account = account.id if account and account.draft is None else None
        match = match_person(email=email, phone=phone, name=name, account_id=known_account)
        found = {
            "name": one.name,
            "title": one.title,
            "company": one.company,
            "email": one.email,
            "phone": one.phone,
        }
        if match.record_id is not None:
            record = selectors.by_id(match.object_name, match.record_id)
            assert record is not None
            self._people.append((one, self._update_person(record, match, found, account)))
            if isinstance(record, Contact):
                return account or _existing(record.account_id), Subject(record.pk)
            return account, None
        draft = self._new(Object.CONTACT, name or email or phone or "?", match)
        draft.identity = email_index(email) if email else phone_index(phone) if phone else None
        self._people.append((one, draft))
        for field_name, value in found.items():
            self._line(draft, field_name, value)
        if draft.proposed("name") is None:
            self._missing(draft, "name")
        self._refer(draft, Object.ACCOUNT, account)
        return account, Subject(draft.target_id, draft)

    def _account(self, one: types.Contact) -> Subject | None:
        """The organisation of a person: found, or drafted when the text names one. Never guessed from a domain."""
        email, company = _text(one.email), _text(one.company)
        match = match_account(email=email, name=company)
        if match.record_id is not None:
            return Subject(match.record_id)
        if not company:
            return None
        key = plain_name(company)
        draft = self._accounts.get(key)
        if draft is None:
            draft = self._accounts[key] = self._new(Object.ACCOUNT, company, match)
            draft.identity = blind_index("account", company_domain(email) or key)
            self._line(draft, "name", one.company)
        domain = company_domain(email)
        if domain and draft.proposed("domains") is None and one.email is not None:
            self._derived(draft, "domains", [domain], one.email)
        return Subject(draft.target_id, draft)

    def _update_person(
        self,
        record: Record,
        match: Match,
        found: Mapping[str, types.Value | None],
        account: Subject | None,
    ) -> Draft:
        draft = self._change(record, match)
        for name, value in found.items():
            if name == "name" and value and _is_part_of(value.value, record.name):
                continue
            if name == "company" and isinstance(record, Contact) and (account is None or account.draft is None):
                continue  # the account says it
            if name == "company" and isinstance(record, Lead) and record.company:
                continue  # another way to write it is no news
            if value and value.source == "header" and values.read(record, [self._field(draft, name)])[name]:
                continue  # a display name does not correct what the CRM holds
            self._line(draft, name, value)
        if isinstance(record, Contact) and account and record.account_id is None:
            self._refer(draft, Object.ACCOUNT, account)
        if isinstance(record, Lead):
            self._enrich(draft, record, found["email"], found["phone"])
        self._keep(draft)
        return draft

    def _enrich(self, draft: Draft, lead: Lead, email: types.Value | None, phone: types.Value | None) -> None:
        """Fills what a lead lacks from the message and from the CRM: the account of its mail domain, and the country
        code of a number. What somebody has filled in stays, and nothing is guessed."""
        empty = [name for name in ("company", "website", "country", "industry") if not getattr(lead, name)]
        if "website" in empty:
            self._line(draft, "website", self.found.website)
        if "country" in empty and phone is not None and _is_international(phone):
            if country := country_of(phone.value):
                self._derived(draft, "country", country, phone)
        held = values.read(lead, [self._field(draft, "email"), self._field(draft, "phone")])
        account = _account_of(_text(email) or held["email"])
        if account is not None:
            for name, column in (("company", "name"), *((one, one) for one in ("website", "country", "industry"))):
                if name in empty and getattr(account, column):
                    self._fact(draft, name, getattr(account, column), account)
        if "country" in empty and held["phone"] and (country := country_of(held["phone"])):
            self._fact(draft, "country", country, lead)

    def _fact(self, draft: Draft, name: str, proposed: Any, origin: Record) -> None:
        """A value that the CRM holds elsewhere already; what the message itself says goes before."""
        field_def = self._field(draft, name)
        if field_def.writable and draft.proposed(name) is None:
            draft.lines.append(Line(field_def, None, proposed, inferred=True, source="crm", origin=origin))

    # --- how they may be reached

    def _consent(self, said: types.Consent) -> None:
        """One line for each way a statement is about. A permission for all ways is none for advertising."""
        draft = self._speaker(said)
        if draft is None:
            return
        ways = [said.channel] if said.channel != EVERY_WAY else [*Channel.values]
        if said.channel == EVERY_WAY and said.state.value == Permission.GRANTED:
            ways.remove(Channel.MARKETING)
        for way in ways:
            name = f"{way}_consent"
            draft.lines = [line for line in draft.lines if line.field.name != name]  # the later word counts
            self._line(draft, name, said.state)
        self._keep(draft)

    def _speaker(self, said: types.Consent) -> Draft | None:
        """The draft of the person whose word it is: one of the message's people, else whoever has the address."""
        for one, draft in self._people:
            if said.email and _text(one.email) == said.email.lower():
                return draft
            if not said.email and said.name and _text(one.name) == said.name:
                return draft
        match = match_person(email=said.email or None, phone=None, name=said.name or None, account_id=None)
        if match.record_id is not None:
            record = selectors.by_id(match.object_name, match.record_id)
            return self._change(record, match) if record is not None else None
        if not said.email:
            return self._people[0][1] if self._people else None
        draft = self._new(Object.CONTACT, said.name or said.email, match)
        draft.identity = email_index(said.email)
        for name, given in (("name", said.name), ("email", said.email)):
            self._line(draft, name, types.Value(given, confidence=0.9, inferred=True, source="header"))
        if draft.proposed("name") is None:
            self._missing(draft, "name")
        self._people.append((types.Contact(email=types.Value(said.email.lower())), draft))
        return draft

    # --- what they want

    def _opportunity(self, account: Subject | None, contact: Subject | None) -> Subject | None:
        wish = self.found.opportunity
        if wish is None and not self.found.competitors and self.found.progress is None:
            return None
        existing = _open_opportunities(account, contact)
        if len(existing) == 1:
            record = existing[0]
            match = Match(
                Object.OPPORTUNITY,
                record.pk,
                "existing",
                0.85,
                "the only open opportunity here",
            )
            draft = self._change(record, match)
            if wish is not None:
                self._opportunity_lines(draft, wish)
            self._list(draft, "competitors", self.found.competitors)
            self._stage(draft, record)
            self._keep(draft)
            return Subject(record.pk)
        if wish is None or _text(wish.commitment) in _DEAD:
            return None
        reason = (
            f"{len(existing)} open opportunities fit, so none was taken" if existing else "no open opportunity here"
        )
        draft = self._new(
            Object.OPPORTUNITY,
            self._opportunity_name(wish, account),
            Match(Object.OPPORTUNITY, reason=reason),
        )
        support = next(iter(wish.products), None) or wish.summary
        self._derived(draft, "name", draft.name, support) if support else self._missing(draft, "name")
        self._sentence(draft, wish.summary)
        self._opportunity_lines(draft, wish)
        self._list(draft, "competitors", self.found.competitors)
        self._refer(draft, Object.ACCOUNT, account)
        self._refer(draft, Object.CONTACT, contact)
        return Subject(draft.target_id, draft)

    def _opportunity_lines(self, draft: Draft, wish: types.Opportunity) -> None:
        self._list(draft, "products", wish.products)
        for name, value in (
            ("quantity", wish.quantity),
            ("amount", wish.amount),
            ("currency", wish.currency if wish.amount else None),
            ("close_date", wish.close_by),
            ("commitment", wish.commitment),
        ):
            self._line(draft, name, value)

    def _list(self, draft: Draft, name: str, named: Iterable[types.Value]) -> None:
        """A message adds products and competitors to those that the CRM knows; it never takes one away by not naming
        it."""
        held = values.read(draft.record, [self._field(draft, name)])[name] if draft.record else []
        added = [one for one in named if len(values.joined(held, [one.value])) > len(held or [])]
        if added:
            self._add(draft, name, values.joined(held, [one.value for one in added]), added)

    def _stage(self, draft: Draft, record: Opportunity) -> None:
        """How far the customer says the sale has come, as a stage of its own pipeline; never back to an earlier one."""
        said = self.found.progress
        stage = _stage_of(record, said.value) if said is not None else None
        if said is not None and stage is not None:
            self._derived(draft, "stage", str(stage.pk), said)

    def _opportunity_name(self, wish: types.Opportunity, account: Subject | None) -> str:
        """What and for whom: "HX-12 transfer pump, Mossbank Brewery"; without a product the wish in a few words."""
        if not wish.products:
            return _headline(_text(wish.summary) or "Inquiry")
        products = [_shortened(one.value.partition(",")[0], 40) for one in wish.products]
        names = products[0] if len(products) == 1 else f"{products[0]} +{len(products) - 1}"
        company = _account_name(account)
        return _shortened(f"{names}, {company}" if company else names)

    def _sentence(self, draft: Draft, summary: types.Value | None) -> None:
        """The words of the mail below the name, unless the name says them all already."""
        if summary is not None and _plain(summary.value) != _plain(draft.name):
            self._line(draft, "summary", summary)

    def _case(self, account: Subject | None, contact: Subject | None) -> None:
        trouble = self.found.case
        if trouble is None or trouble.summary is None:
            return
        name = _headline(trouble.summary.value)
        known = Case.objects.filter(name__iexact=name, state=RecordState.ACTIVE).exclude(status=CaseStatus.CLOSED)
        if contact and contact.draft is None and known.filter(contact_id=contact.id).exists():
            return
        draft = self._new(Object.CASE, name, Match(Object.CASE, reason="a new request"))
        self._derived(draft, "name", name, trouble.summary)
        self._sentence(draft, trouble.summary)
        self._line(draft, "severity", trouble.severity)
        self._refer(draft, Object.ACCOUNT, account)
        self._refer(draft, Object.CONTACT, contact)

    def _action(
        self,
        action: types.NextAction,
        account: Subject | None,
        contact: Subject | None,
        opportunity: Subject | None,
    ) -> None:
        name = _shortened(action.text.value, ACTION_LENGTH)
        draft = self._new(Object.ACTIVITY, name, Match(Object.ACTIVITY, reason="a next action"))
        self._derived(draft, "name", name, action.text)
        if name != action.text.value:
            self._line(draft, "text", action.text)
        self._derived(draft, "kind", ActivityKind.TODO, action.text)
        self._line(draft, "due", action.due)
        self._line(draft, "side", action.owner)
        self._refer(draft, Object.ACCOUNT, account)
        self._refer(draft, Object.CONTACT, contact)
        self._refer(draft, Object.OPPORTUNITY, opportunity)

    # --- drafts and lines

    def _new(self, object_name: Object, name: str, match: Match) -> Draft:
        draft = Draft(object_name, Action.CREATE, uuid7(), name[:200], match)
        self.drafts.append(draft)
        return draft

    def _change(self, record: Record, match: Match) -> Draft:
        known = next((d for d in self.drafts if d.target_id == record.pk), None)
        return known or Draft(
            Object(record.object_name),
            Action.UPDATE,
            record.pk,
            record.name,
            match,
            record=record,
        )

    def _keep(self, draft: Draft) -> None:
        if draft.lines and draft not in self.drafts:
            self.drafts.append(draft)

    def _field(self, draft: Draft, name: str) -> FieldDef:
        return self.fields[draft.object_name][name]

    def _line(self, draft: Draft, name: str, value: types.Value | None) -> None:
        if value is not None and value.value != "":
            self._add(draft, name, value.value, [value])

    def _derived(self, draft: Draft, name: str, proposed: Any, support: types.Value) -> None:
        """A value that code makes out of a found one: same support, same confidence."""
        self._add(draft, name, proposed, [support])

    def _add(self, draft: Draft, name: str, proposed: Any, support: list[types.Value]) -> None:
        field_def = self._field(draft, name)
        if not field_def.writable or any(line.field.name == name for line in draft.lines):
            return
        old = values.read(draft.record, [field_def])[name] if draft.record else None
        line = Line(
            field=field_def,
            old=old,
            proposed=proposed,
            confidence=min(one.confidence for one in support),
            inferred=any(one.inferred or not one.evidence for one in support),
            source=support[0].source,
            evidence=tuple(dict.fromkeys(span for one in support for span in one.evidence)),
        )
        try:
            line.proposed = values.normalise(field_def, proposed)
        except BadInput as error:
            line.checks.append(check(Check.FORMAT, error.message, blocking=True))
        if not values.same(field_def, old, line.proposed):
            draft.lines.append(line)

    def _missing(self, draft: Draft, name: str) -> None:
        field_def = self._field(draft, name)
        message = f"“{field_def.label}” was not found in the message. Fill it in to approve."
        checks = [check(Check.REQUIRED, message, blocking=True)]
        draft.lines.insert(0, Line(field_def, None, None, confidence=0.0, inferred=True, checks=checks))

    def _refer(self, draft: Draft, object_name: Object, subject: Subject | None) -> None:
        if subject is None:
            return
        named = (
            next(
                (line for line in subject.draft.lines if line.field.name == "name"),
                None,
            )
            if subject.draft
            else None
        )
        evidence = named.evidence if named else ()
        field_def = self._field(draft, object_name)
        line = Line(
            field_def,
            None,
            str(subject.id),
            inferred=not evidence,
            source="match",
            evidence=evidence,
        )
        draft.lines.append(line)
        if subject.draft is not None:
            draft.needs.append(subject.draft)


def check(code: Check, message: str, *, blocking: bool) -> dict[str, Any]:
    """One check of a line, as it is stored."""
    return {"code": code.value, "message": message, "blocking": blocking}


def _open_opportunities(account: Subject | None, contact: Subject | None) -> list[Opportunity]:
    """Open opportunities of the person, else of the account; only records that exist."""
    rows = Opportunity.objects.filter(stage__kind=StageKind.OPEN, state=RecordState.ACTIVE).order_by("-created_at")
    if contact and contact.draft is None:
        theirs = list(rows.filter(contact_id=contact.id)[:3])
        if theirs:
            return theirs
    return list(rows.filter(account_id=account.id)[:3]) if account and account.draft is None else []


#: What a customer's words say of the stage: its kind, or what it means for the forecast.
_STAGES: Mapping[str, tuple[str, str]] = {
    "won": ("kind", StageKind.WON),
    "lost": ("kind", StageKind.LOST),
    "committed": ("forecast_category", ForecastCategory.COMMIT),
    "favoured": ("forecast_category", ForecastCategory.BEST_CASE),
}


def _stage_of(record: Opportunity, progress: str) -> Stage | None:
    """The first stage of the record's pipeline that fits, unless the record stands there or beyond it already."""
    now = Stage.objects.get(pk=record.stage_id)
    column, wanted = _STAGES[progress]
    rows = Stage.objects.filter(**{column: wanted}, pipeline=now.pipeline_id, active=True).order_by("position")
    if column == "forecast_category":
        rows = rows.filter(kind=StageKind.OPEN, position__gt=now.position)
        if now.forecast_category == wanted:
            return None
    return rows.first()


def _account_of(email: str | None) -> Account | None:
    """The one account with the mail domain of an address."""
    domain = company_domain(email)
    if not domain:
        return None
    rows = list(Account.objects.filter(domains__contains=[domain], state=RecordState.ACTIVE)[:2])
    return rows[0] if len(rows) == 1 else None


def _is_international(phone: types.Value) -> bool:
    """Whether a number was written with its country code: without one the country would be our guess."""
    return any(span.quote.lstrip(" (").startswith(("+", "00")) for span in phone.evidence)


def _existing(pk: UUID | None) -> Subject | None:
    return Subject(pk) if pk else None


def _text(value: types.Value | None) -> str | None:
    return value.value if value else None


def _account_name(account: Subject | None) -> str:
    if account is None:
        return ""
    if account.draft is not None:
        return account.draft.name
    record = selectors.by_id(Object.ACCOUNT, account.id)
    return record.name if record else ""


def _shortened(text: str, limit: int = NAME_LENGTH) -> str:
    """A text up to a length, cut between words."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:–—-") + "…"


# Words that open a sentence and tell nothing (not where the verb would then come first, as in German), and places
# where its first thought ends.
_OPENERS = re.compile(
    r"(?:(?:unfortunately|sadly|also|and|but|so|und|aber|malheureusement|aussi|et|mais|lamentablemente|"
    r"desgraciadamente|y|pero|purtroppo|e|ma|en|maar|infelizmente|mas)\b,?\s+)+",
    re.IGNORECASE,
)
_THOUGHT = re.compile(
    r"\s*(?:[,;:(]|\s[–—-])\s|\s(?:because|since|so that|which|but|and|weil|aber|und|sodass|parce que|mais|et|qui|"
    r"porque|pero|y|perché|ma|e|che|omdat|maar|en|zodat)\s",
    re.IGNORECASE,
)


def _headline(text: str) -> str:
    """A sentence as a name: without its opening word, and no more of it than its first thoughts where it is long."""
    text = " ".join(text.split())
    opener = _OPENERS.match(text)
    text = text[opener.end() :] if opener and len(text) - opener.end() > 8 else text
    if len(text) > NAME_LENGTH:
        ends = [cut.start() for cut in _THOUGHT.finditer(text) if 20 <= cut.start() <= NAME_LENGTH]
        text = text[: ends[-1]] if ends else _shortened(text)
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _is_part_of(written: str, known: str) -> bool:
    """Whether a written name says no more than the one that is known: "Maria" of "Maria Ruiz"."""
    return set(written.casefold().split()) <= set(known.casefold().split())
