"""Other customers' data in a model's own sentences: what stands in the CRM for somebody else, but not in the item.

Values with evidence are words of the item itself. A sentence that the model wrote in its own words could carry what it
saw elsewhere (examples, history, its training); where that is a name or an address of our CRM, the sentence is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from django.db.models.functions import Lower

from crmllm.core.identifiers import company_domain, email_index, phone_index
from crmllm.crm.choices import RecordState
from crmllm.crm.models import Account, Contact, Lead
from crmllm.extraction import grounding
from crmllm.extraction.types import Extracted, Item, NextAction, Rejected, Value

REASON = "names another customer, who is not in the item"
_WORD = re.compile(r"[^\s,;:!?()\"“”„«»]+")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+\d[\d ()/.-]{6,20}\d")
_MOST_WORDS = 5
_MOST_NAMES = 400


def without_strangers(found: Extracted, item: Item) -> Extracted:
    """The same extraction without sentences that name people or organisations of other customers."""
    written = [value for _, value in found.values() if _is_own_wording(value)]
    strangers = _strangers(written, item)
    if not strangers:
        return found
    refused: list[Rejected] = []

    def kept(field: str, value: Value | None) -> Value | None:
        if value is None or not _is_own_wording(value) or not any(one in value.value.lower() for one in strangers):
            return value
        refused.append(Rejected(field, value.value, REASON))
        return None

    opportunity, case = found.opportunity, found.case
    if opportunity is not None:
        opportunity = replace(opportunity, summary=kept("opportunity.summary", opportunity.summary))
    if case is not None:
        case = replace(case, summary=kept("case.summary", case.summary))
    actions: list[NextAction] = [one for one in found.next_actions if kept("next_actions.text", one.text) is not None]
    return replace(
        found,
        opportunity=opportunity,
        case=case,
        next_actions=tuple(actions),
        rejected=(*found.rejected, *refused),
    )


def _is_own_wording(value: Value) -> bool:
    return value.source == "model" and not value.evidence


def _strangers(values: list[Value], item: Item) -> set[str]:
    """Names, addresses and numbers in the values that the CRM holds for others and the item does not name."""
    text = f"{item.subject}\n{item.sender.name if item.sender else ''}\n{item.text}"
    names = {one for value in values for one in _names(value.value) if grounding.locate(one, "text", text) is None}
    emails = {one for value in values for one in _EMAIL.findall(value.value) if one.casefold() not in text.casefold()}
    phones = {one for value in values for one in _PHONE.findall(value.value)}
    phones = {one for one in phones if grounding.locate(one, "phone", text) is None}
    return _names_of_others({one.lower() for one in sorted(names)[:_MOST_NAMES]}, item) | _reachable(emails, phones)


def _names(sentence: str) -> Iterator[str]:
    """Every run of up to five words that begins like a name."""
    places = [match.span() for match in _WORD.finditer(sentence)]
    for index, (start, _) in enumerate(places):
        if sentence[start].isupper() or sentence[start].isdigit():
            for _, end in places[index : index + _MOST_WORDS]:
                yield sentence[start:end]
                yield sentence[start:end].rstrip(".")


def _names_of_others(names: set[str], item: Item) -> set[str]:
    if not names:
        return set()
    domain = company_domain(item.sender.email) if item.sender is not None else ""
    own = set(Account.objects.filter(domains__contains=[domain]).values_list("pk", flat=True)) if domain else set()
    found: set[str] = set()
    for rows in (Account.objects.exclude(pk__in=own), Contact.objects.exclude(account_id__in=own), Lead.objects.all()):
        named = rows.annotate(lower=Lower("name")).filter(lower__in=names, state=RecordState.ACTIVE)
        found |= set(named.values_list("lower", flat=True))
    return found


def _reachable(emails: set[str], phones: set[str]) -> set[str]:
    """Addresses and numbers that are somebody's in the CRM."""
    by_email = {email_index(one): one.lower() for one in emails}
    by_phone = {phone_index(one): one.lower() for one in phones}
    found: set[str] = set()
    for model in (Contact, Lead) if by_email or by_phone else ():
        mails = model.objects.filter(email_index__in=by_email).values_list("email_index", flat=True)
        numbers = model.objects.filter(phone_index__in=by_phone).values_list("phone_index", flat=True)
        found |= {by_email[bytes(one)] for one in mails if one} | {by_phone[bytes(one)] for one in numbers if one}
    return found
