"""What the CRM knows around an item, and how people corrected answers about similar ones: context for the model.

Context helps to understand and is never evidence: values are located in the item's own text alone. It holds what
belongs to the item's own customer. Of other customers' corrected items only the field, closed choices and everyday
wording are told; names, figures and every word that is not an everyday one are left out. People who do not allow their
messages to be processed are left out too. However many items, the number of queries is the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from crmllm.core.crypto import open_or, preload
from crmllm.core.identifiers import company_domain, email_index
from crmllm.crm.choices import FieldType, RecordState, StageKind
from crmllm.crm.models import Account, Contact, Opportunity
from crmllm.crm.selectors import field_map
from crmllm.extraction import selectors
from crmllm.extraction.prompting import CHARS_PER_TOKEN, line
from crmllm.extraction.types import CRM_CATEGORIES
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.llm.embedding import EmbeddingUnavailable
from crmllm.llm.selectors import INTERACTION, nearest_each
from crmllm.llm.services import vectors_of
from crmllm.privacy.choices import Purpose
from crmllm.privacy.selectors import refusing
from crmllm.proposals.choices import Judged
from crmllm.proposals.models import Outcome

MOST_CONTACTS, MOST_SALES, MOST_EARLIER, MOST_EXAMPLES = 6, 4, 3, 3
#: So many of a person's last items are looked at for those that came before this one.
LOOKED_BACK = 12
#: Corrections that are searched, the newest first, and how near (cosine distance) an example has to be.
CORRECTIONS, NEAR = 500, 0.6
LINE = 160
_AROUND = 60  # characters of wording on each side of a corrected value
_UNDERSTOOD = (Status.PROPOSED, Status.NO_CHANGE, Status.DONE)
#: Fields whose values come from a closed list: they tell nothing about anybody.
_CLOSED = (FieldType.PICKLIST,)


@dataclass(slots=True)
class _Around:
    """One item and what was found around it; people are known by the blind indexes of their addresses."""

    row: Interaction
    text: str
    person: bytes | None
    domain: str
    people: set[bytes] = field(default_factory=set)
    account: Account | None = None
    customer: UUID | None = None
    contacts: list[Contact] = field(default_factory=list)
    sales: list[Opportunity] = field(default_factory=list)
    earlier: list[Interaction] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The most helpful first: what does not fit is dropped from the end."""
        if self.account is not None:
            yield f"Account: {self.account.name}"
        for one in self.contacts:
            yield f"Known contact: {', '.join(part for part in (one.name, one.title) if part)}"
        for sale in self.sales:
            amount = f"{sale.amount} {sale.currency}".strip() if sale.amount is not None else ""
            close = f"close by {sale.close_date}" if sale.close_date else ""
            told = (sale.name, f"stage {sale.stage.name}", amount, close)
            yield f"Open opportunity: {', '.join(part for part in told if part)}"
        yield from self.examples
        for before in self.earlier:
            subject = open_or(before.subject, "")
            yield f"Earlier {before.kind} of {before.occurred_at:%Y-%m-%d} ({before.category}): {subject}"


def gather(rows: Sequence[Interaction]) -> dict[UUID, str]:
    """The context of each item that has one, within CONTEXT_TOKENS."""
    if not settings.CONTEXT_TOKENS or not rows:
        return {}
    preload(*(row.content for row in rows))
    known = [one for row in rows if (one := _around(row)) is not None]
    _add_customers(known)
    known = _without_refusing(known)
    _add_sales(known)
    _add_earlier(known)
    _add_examples(known)
    found = {one.row.pk: _fitting(one.lines()) for one in known}
    return {pk: text for pk, text in found.items() if text}


def _fitting(lines: Iterable[str]) -> str:
    """As many lines as the budget holds."""
    left = settings.CONTEXT_TOKENS * CHARS_PER_TOKEN
    kept: list[str] = []
    for one in lines:
        safe = line(one, LINE)
        left -= len(safe) + 1
        if left < 0:
            break
        kept.append(safe)
    return "\n".join(kept)


# --- the customer


def _around(row: Interaction) -> _Around | None:
    """An item with its customer's first person: who sent it, else who took part for them. None when it was erased."""
    content = open_or(row.content)
    if content is None:
        return None
    us = selectors.us()
    sender = (content.get("sender") or {}).get("email", "")
    took_part = (one[1] for one in content.get("participants", ()))
    email = next((one for one in (sender, *took_part) if one and not us.owns(one)), "")
    person = email_index(email) if email else None
    return _Around(row, content["text"], person, company_domain(email), {person} if person else set())


def _add_customers(known: list[_Around]) -> None:
    """The account of each item's person, and whom we know there."""
    contacts = Contact.objects.filter(state=RecordState.ACTIVE).select_related("account").order_by("created_at")
    found: dict[bytes, Contact] = {}
    for person in contacts.filter(email_index__in={one.person for one in known if one.person}):
        found.setdefault(bytes(person.email_index or b""), person)
    domains = {one.domain for one in known if one.domain}
    accounts: dict[str, Account] = {}
    named = Account.objects.filter(domains__overlap=sorted(domains), state=RecordState.ACTIVE).order_by("created_at")
    for account in named if domains else ():
        for domain in account.domains:
            accounts.setdefault(domain, account)
    for one in known:
        contact = found.get(one.person) if one.person else None
        one.account = (contact.account if contact else None) or accounts.get(one.domain)
        one.customer = one.account.pk if one.account else contact.pk if contact else None
        one.contacts = [contact] if contact else []
    ids = {one.account.pk for one in known if one.account}
    colleagues = defaultdict(list)
    for person in _first(contacts.filter(account_id__in=ids), "account_id", "-updated_at", MOST_CONTACTS):
        colleagues[person.account_id].append(person)
    for one in known:
        if one.account:
            others = [contact for contact in colleagues[one.account.pk] if contact not in one.contacts]
            one.contacts = [*one.contacts, *others][:MOST_CONTACTS]
        one.people |= {bytes(contact.email_index) for contact in one.contacts if contact.email_index}


def _without_refusing(known: list[_Around]) -> list[_Around]:
    """Without items whose person does not allow processing, and without such people of others."""
    refused = refusing({index for one in known for index in one.people}, Purpose.EXTRACTION)
    kept = [one for one in known if one.person not in refused]
    for one in kept:
        one.contacts = [contact for contact in one.contacts if bytes(contact.email_index or b"") not in refused]
        one.people -= refused
    return kept


def _add_sales(known: list[_Around]) -> None:
    rows = Opportunity.objects.filter(stage__kind=StageKind.OPEN, state=RecordState.ACTIVE).select_related("stage")
    rows = rows.annotate(customer=Coalesce("account_id", "contact_id"))
    rows = rows.filter(customer__in={one.customer for one in known if one.customer})
    by_customer = defaultdict(list)
    for sale in _first(rows, "customer", "-updated_at", MOST_SALES):
        by_customer[sale.customer].append(sale)
    for one in known:
        one.sales = by_customer[one.customer] if one.customer else []


def _add_earlier(known: list[_Around]) -> None:
    """The last items of the customer's people that came before this one."""
    rows = Interaction.objects.filter(
        sender_index__in={index for one in known for index in one.people},
        status__in=_UNDERSTOOD,
        category__in=CRM_CATEGORIES,
    ).defer("content")
    by_person = defaultdict(list)
    for row in _first(rows, "sender_index", "-occurred_at", LOOKED_BACK):
        by_person[bytes(row.sender_index or b"")].append(row)
    for one in known:
        before = [row for index in one.people for row in by_person[index] if row.occurred_at < one.row.occurred_at]
        before = [row for row in before if row.pk != one.row.pk]
        one.earlier = sorted(before, key=lambda row: row.occurred_at, reverse=True)[:MOST_EARLIER]
    preload(*(row.subject for one in known for row in one.earlier))


def _first(rows: QuerySet[Any], group: str, order: str, most: int) -> list[Any]:
    """The first rows of each group, in one query."""
    rank = Window(RowNumber(), partition_by=F(group), order_by=[_ordering(order), F("pk").desc()])
    return list(rows.annotate(rank=rank).filter(rank__lte=most).order_by("rank"))


def _ordering(order: str) -> Any:
    return F(order[1:]).desc() if order.startswith("-") else F(order).asc()


# --- what people corrected


def _add_examples(known: list[_Around]) -> None:
    """Corrections of the items that say something like this one."""
    corrections = Outcome.objects.filter(judged__in=[Judged.EDITED, Judged.REJECTED], undone=False, automatic=False)
    newest = corrections.order_by("-created_at").values_list("change__proposal__interaction_id", flat=True)
    ids = set(newest[:CORRECTIONS])
    if not ids or not known:
        return
    try:
        vectors = vectors_of(subject_type=INTERACTION, texts={one.row.pk: one.text for one in known})
    except EmbeddingUnavailable:  # examples are a help; without them the item is understood all the same
        return
    near = nearest_each(vectors, subject_type=INTERACTION, among=ids, limit=MOST_EXAMPLES + 1)
    wanted = {pk for found in near.values() for pk, distance in found if distance <= NEAR}
    by_item = _corrected(corrections, wanted)
    for one in known:
        own = one.row.pk
        for pk, distance in near.get(own, ()):
            if pk != own and distance <= NEAR and len(one.examples) < MOST_EXAMPLES:
                one.examples += _told(by_item[pk], one)[: MOST_EXAMPLES - len(one.examples)]


def _corrected(corrections: QuerySet[Outcome], wanted: set[UUID]) -> dict[UUID, list[Outcome]]:
    rows = corrections.filter(change__proposal__interaction_id__in=wanted).order_by("-created_at")
    found = defaultdict(list)
    for row in rows.select_related("change__proposal__interaction", "decision").prefetch_related("change__evidence"):
        found[row.change.proposal.interaction_id].append(row)
    preload(*(rows[0].change.proposal.interaction.content for rows in found.values()))
    return found


def _told(corrections: list[Outcome], one: _Around) -> list[str]:
    return [told for row in corrections if (told := _example(row, one))]


def _example(row: Outcome, one: _Around) -> str:
    """One correction: in words for the same customer; for all others without anything that points to somebody."""
    change, source = row.change, row.change.proposal.interaction
    definition = field_map(change.proposal.object).get(change.field)
    content = open_or(source.content)
    if content is None or definition is None or definition.type == FieldType.REFERENCE:
        return ""
    name = definition.label.lower()
    wrong = change.proposed.open()
    right = (open_or(row.decision.edits) or {}).get(change.field) if row.judged == Judged.EDITED else None
    if source.sender_index is not None and bytes(source.sender_index) in one.people:
        return f'Corrected for this customer: {name} "{_plain(wrong)}" is {_right(right)}'
    place = next(iter(change.evidence.all()), None)
    wording = _wording(content["text"], place.start, place.end) if place is not None else ""
    if definition.type in _CLOSED:
        told = f'Corrected elsewhere: {name} "{_plain(wrong)}" is {_right(right)}'
        return f"{told} where it says: {wording}" if wording else told
    verdict = "was changed" if right is not None else "is not to be read"
    return f"Corrected elsewhere: {name} {verdict} where it says: {wording}" if wording else ""


def _right(value: Any) -> str:
    return "not stated" if value is None else f'"{_plain(value)}"'


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _wording(text: str, start: int, end: int) -> str:
    """The line around a value, the value in brackets, with everyday words alone; empty when none is left."""
    head = text[max(text.rfind("\n", 0, start) + 1, start - _AROUND) : start]
    stop = text.find("\n", end)
    tail = text[end : min(stop if stop >= 0 else len(text), end + _AROUND)]
    before, value, after = map(_everyday, (head, text[start:end], tail))
    if not any(char.isalpha() for char in before + value + after):
        return ""
    return f"{before} [{value}] {after}".strip()


def _everyday(text: str) -> str:
    """The text with everyday words as they are, figures by their shape, and a dot for all others."""
    kept: list[str] = []
    for written in _WORD.findall(text):
        if written[0].isdigit():
            written = re.sub(r"\d", "9", written)
        elif written[0].isalpha() or written[0] == "_":
            written = written.lower() if written.lower() in EVERYDAY else "…"
        if not (written == "…" and kept and kept[-1] == "…"):
            kept.append(written)
    return " ".join(kept)


_WORD = re.compile(r"\d(?:[\d.,]*\d)?|\w+|[€$£%?:/]")
#: Words that say how something is meant and never who or what: all that is told of another customer's item.
EVERYDAY = frozenset(
    """
    a about after again all already also an and any approx are as asap at be before both budget but by can cancel
    cancelled currently could date day days deadline decide decided decision delivery discount each email end every
    excluding for former from gross had has have if in including instead invoice is it just last later latest least
    less list maximum minimum month more most net new next no not now number of off offer old on once only open or
    order our over per phone piece pieces please price quarter quote rather since some still than that the then there
    this today tomorrow total unit units until up us vat was we week were what when which will with without would year
    yesterday you your
    ab aber alle als am angebot auch auf aus bei bestellung bis bitte das datum den der des die dieser doch ein eine
    einen er es frist für gesamt gesamtpreis heute ich ihr im in inkl ist je jeder jetzt kein keine lieferung mehr
    menge mit monat morgen nach neu nicht noch nur oder ohne preis pro rabatt rechnung schon seit sie sind statt stück
    tage termin über um und uns unser vom von vor war wenn wir wird woche zu zum zur zzgl
    à au aujourd aucun aussi avant avec budget cette chaque commande dans de demain des deux devis du en est et facture
    fin hors il jour jours jusqu la le les leur livraison mais mois montant ne notre nous ou par pas plus pour prix
    quand que qui remise sans semaine si sur total tous un une unité votre vous
    al año antes cada cantidad como con cuando del descuento día días el ella entrega es esta este factura fecha hasta
    hoy importe incluido la las los mañana mes más menos no nuestro o para pedido pero plazo por precio presupuesto
    que se semana sin sobre su sólo también un una unidad y ya
    anche che con da dal dei della di entro giorni il importo la le mese ma non o ogni offerta ordine per più prezzo
    prima quando sconto senza settimana un una unità
    aan als bij dag dagen dat de deze een en geen het in is korting levering maand maar met na naar niet nog nu of
    offerte om onze op per prijs stuk stuks te tot uit van voor was week wel wij zonder
    bez cena czy dla do dni faktura i jest już kwota lub miesiąc na nie od oferta po przed rabat się sztuk tydzień w z
    za zamówienie że
    com como da das desconto dia dias do dos e em encomenda entrega fatura mais mas mês na não no o orçamento os para
    por prazo preço quando que sem semana só um uma unidade valor
    """.split()
)
