"""Rules and model together: one pure function from candidates and an answer to what is proposed.

The rules stand. The model may confirm a value and add what they missed where its form and its place speak for it
(`admission`); it may choose where the rules are unsure and use its own words as far as its answer can be trusted
(`trust`): how much of what it copied stands in the text, and how many of the values that are certain it found by itself
(the prompt does not tell it those). A weak model thereby adds little and harms nothing; a strong one adds much. Every
value that it gives is checked by type, located by code, and compared with what is off the table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from crmllm.extraction import grounding
from crmllm.extraction.admission import admitted, counts_things
from crmllm.extraction.rules import (
    cases,
    contacts,
    deals,
    emails,
    money,
    people,
    phones,
    requests,
)
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, letters, mask, sentences, words
from crmllm.extraction.schema import ModelAnswer
from crmllm.extraction.trust import Checked, check, locate, number, same
from crmllm.extraction.types import (
    CRM_CATEGORIES,
    Case,
    Contact,
    Extracted,
    Item,
    NextAction,
    Opportunity,
    Rejected,
    Source,
    Span,
    Value,
)

# From this trust on the model may add values; from the higher one it may also decide where the rules are unsure.
ADD_TRUST = 0.7
DECIDE_TRUST = 0.8
UNSURE = 0.6
# Below this the rules' category is a guess: small models call nearly everything a sale.
GUESSED = 0.5
# The form of a name says less than that of a title or a company: an answer that copies little is not believed there.
NAME_TRUST = 0.25
MOST_MOOD_WORDS = 3
# Where a title or a company ends, rules and model go by the same line and err alike: that they agree says little.
READ_AS_LINES = frozenset({"title", "company"})


def merge(item: Item, reading: Reading, answer: ModelAnswer | None = None, *, gated: bool = True) -> Extracted:
    """What is proposed for an item, from the rules alone or together with a model's answer."""
    checked = check(item, reading, answer) if answer is not None else None
    category = _choice(reading.category, checked.answer.category if checked else "", checked, GUESSED)
    rejected = _decoys(item, reading) + (checked.rejected if checked else [])
    open_to_crm = category.value in CRM_CATEGORIES or not gated
    found = Extracted(
        contacts=_contacts(item, reading, checked) if open_to_crm else (),
        opportunity=_opportunity(item, reading, checked, category.value) if open_to_crm else None,
        case=_case(item, reading, checked, category.value) if open_to_crm else None,
        next_actions=_actions(item, reading, checked) if open_to_crm else (),
        sentiment=_mood(item, reading, checked),
        category=category,
        language=_plain(reading.language),
        rejected=tuple(rejected),
    )
    return without_forbidden(found, item, reading)


# --- from candidates to values -----------------------------------------------------------------------------------


def _plain(candidate: Candidate) -> Value:
    """A judgement on the whole item, which no single words carry."""
    return Value(
        candidate.value, (), round(candidate.confidence, 3), inferred=False, source="rule", rule=candidate.rule
    )


def _value(item: Item, candidate: Candidate | None, *, agreed: bool | None = None) -> Value | None:
    """A candidate as a value with its evidence; agreement of the model lifts its confidence, disagreement lowers it."""
    if candidate is None:
        return None
    evidence = (grounding.span(item.text, candidate.start, candidate.end),) if candidate.end > candidate.start else ()
    source: Source = "header" if candidate.rule == contacts.HEADER else "rule"
    confidence = candidate.confidence
    if agreed is True:
        source = "both" if source == "rule" else source
        if candidate.field not in READ_AS_LINES:
            confidence += (1 - confidence) * 0.5
    elif agreed is False:
        confidence *= 0.88
    return Value(
        candidate.value,
        evidence,
        round(min(confidence, 0.99), 3),
        inferred=not evidence,
        source=source,
        rule=candidate.rule,
    )


def _model_value(value: str, evidence: tuple[Span, ...], confidence: float) -> Value:
    return Value(value, evidence, round(confidence, 3), inferred=not evidence, source="model", rule="")


def _choice(rule: Candidate, said: str, checked: Checked | None, unsure: float) -> Value:
    """A judgement: the rules' where they are surer than that, else the trusted model's."""
    if checked is None or not said:
        return _plain(rule)
    if said == rule.value:
        lifted = rule.confidence + (1 - rule.confidence) * 0.5 * checked.trust
        return replace(_plain(rule), confidence=round(lifted, 3), source="both")
    if checked.trust >= DECIDE_TRUST and rule.confidence < unsure:
        return Value(said, (), round(0.7 * checked.trust, 3), source="model", rule="")
    doubt = 0.15 * checked.trust if checked.trust >= ADD_TRUST else 0.0
    return replace(_plain(rule), confidence=round(rule.confidence * (1 - doubt), 3))


def _mood(item: Item, reading: Reading, checked: Checked | None) -> Value:
    """The mood, whoever judged it, with the words that show it."""
    value = _choice(reading.sentiment, checked.answer.sentiment if checked else "", checked, UNSURE)
    places = reading.mood_words.get(value.value, [])[:MOST_MOOD_WORDS]
    return replace(value, evidence=tuple(grounding.span(item.text, start, end) for start, end in places))


# --- contacts ----------------------------------------------------------------------------------------------------


def _contacts(item: Item, reading: Reading, checked: Checked | None) -> tuple[Contact, ...]:
    persons = reading.persons or ([Person("sender")] if checked is not None else [])
    found: list[Contact] = []
    for index, person in enumerate(persons):
        said = checked.answer if checked is not None and index == 0 else None
        fields = {
            name: _contact_field(item, reading, checked, person, name, getattr(said, name, "") if said else "")
            for name in ("name", "title", "company", "phone")
        }
        if not reading.persons and fields["name"] is None:
            continue  # whom the rules do not see must at least have a name
        contact = Contact(role=person.role, email=_value(item, person.email), **fields)
        if contact.name is not None or contact.email is not None or contact.phone is not None:
            found.append(contact)
    if checked is not None and checked.trust >= ADD_TRUST and (second := _second(item, reading, checked)) is not None:
        found = _joined(found, second)
    return tuple(found)


def _contact_field(
    item: Item, reading: Reading, checked: Checked | None, person: Person, field: str, said: str
) -> Value | None:
    """The rules' value, or the model's where they have none or a doubtful one and its form and place speak for it."""
    candidate: Candidate | None = getattr(person, field)
    said = people.clean(said) if field == "name" else " ".join(said.split())
    if checked is None or not said:
        return _value(item, candidate)
    if candidate is not None and same(field, said, candidate.value, reading.countries):
        return _value(item, candidate, agreed=True)
    place = admitted(item, reading, person, field, said)
    believed = checked.trust >= (NAME_TRUST if field == "name" else 0.0)
    if place is None or not believed:
        return _value(item, candidate)
    if candidate is None or (candidate.confidence < UNSURE and field != "phone"):
        confidence = 0.65 * max(checked.trust, ADD_TRUST)
        return _model_value(_canonical(reading, field, said), (place,), confidence)
    return _value(item, candidate, agreed=False)


def _canonical(reading: Reading, field: str, value: str) -> str:
    return phones.e164(value, reading.countries) if field == "phone" else value


def _second(item: Item, reading: Reading, checked: Checked) -> Contact | None:
    """Another contact that the model names: it must stand in the author's own words with a person's name."""
    name = people.clean(checked.answer.name2)
    spans = locate(item, reading, "name", name) if name else None
    if not spans or len(name.split()) < 2 or people.shape(name) < 0.6 or item.us.employs(name):
        return None
    sentence = reading.text[max(0, spans[0].start - 90) : spans[0].end + 90]
    if contacts.is_somebody_else(sentence):
        checked.rejected.append(Rejected("name", name, "is named as somebody else's person"))
        return None
    email = checked.answer.email2.strip().lower()
    email_spans = locate(item, reading, "email", email) if email else None
    near = email_spans is not None and abs(email_spans[0].start - spans[0].start) < 200 and not item.us.owns(email)
    return Contact(
        role="mentioned",
        name=_model_value(name, spans[:1], 0.6 * checked.trust),
        email=_model_value(email, email_spans[:1], 0.6 * checked.trust)
        if near and email_spans and not emails.is_generic(email)
        else None,
    )


def _joined(found: list[Contact], extra: Contact) -> list[Contact]:
    """The contacts with one more, unless it is there already."""
    for one in found:
        if one.email and extra.email and one.email.value == extra.email.value:
            return found
        if one.name and extra.name and people.same_person(one.name.value, extra.name.value):
            return found
    return [*found, extra]


# --- opportunity, case, actions ----------------------------------------------------------------------------------


def wants_deal(deal: deals.Deal, category: str) -> bool:
    """Whether an item of a category says enough of a sale for an opportunity."""
    concrete = sum(one is not None for one in (deal.quantity, deal.amount, deal.close_by)) + bool(deal.products)
    if category == "sales":
        return deal.demand >= 0.3 or concrete > 0 or deal.commitment is not None
    return deal.asks and concrete >= 2


def _opportunity(item: Item, reading: Reading, checked: Checked | None, category: str) -> Opportunity | None:
    deal = reading.deal or deals.Deal()
    said = checked.answer if checked is not None and checked.trust >= ADD_TRUST else None
    if not wants_deal(deal, category):
        return None
    return Opportunity(
        summary=_summary(item, reading, checked, deal.summary, said.sale if said else ""),
        products=_products(item, reading, checked, deal),
        quantity=_figure(item, reading, checked, "quantity", deal.quantity, deal),
        amount=_figure(item, reading, checked, "amount", deal.amount, deal),
        currency=_value(item, deal.currency, agreed=_agrees(checked, "currency", deal.currency)),
        close_by=_figure(item, reading, checked, "close_by", deal.close_by, deal),
        commitment=_graded(item, deal.commitment, said.commitment if said else "", checked, deal.signs),
    )


def _agrees(checked: Checked | None, field: str, candidate: Candidate | None) -> bool | None:
    said = getattr(checked.answer, field) if checked is not None else ""
    return None if not said or candidate is None or checked is None or checked.trust < 0.5 else said == candidate.value


def _graded(
    item: Item,
    candidate: Candidate | None,
    said: str,
    checked: Checked | None,
    signs: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> Value | None:
    """A closed choice that words of the text carry; the model's choice has the words that `signs` knows for it."""
    value = _value(item, candidate, agreed=None if not said or candidate is None else said == candidate.value)
    if (
        checked is None
        or not said
        or (candidate is not None and (candidate.value == said or candidate.confidence >= UNSURE))
    ):
        return value
    if checked.trust < DECIDE_TRUST:
        return value
    evidence = (grounding.span(item.text, *signs[said]),) if said in signs else ()
    return _model_value(said, evidence, 0.6 * checked.trust)


def _products(item: Item, reading: Reading, checked: Checked | None, deal: deals.Deal) -> tuple[Value, ...]:
    said = {letters(one): one for one in checked.answer.products} if checked is not None else {}
    found = [
        value
        for one in deal.products
        if (value := _value(item, one, agreed=True if letters(one.value) in said else None)) is not None
    ]
    if checked is None or checked.trust < ADD_TRUST:
        return tuple(found)
    off = {letters(one.value) for one in deal.decoys if one.field == "products"}
    known = {letters(one.value) for one in found}
    listed = {letters(name): name for name in item.products}
    for key, written in said.items():
        spans = locate(item, reading, "products", written)
        if not spans or key in known | off or not 2 <= len(written) <= 60 or (listed and key not in listed):
            continue
        if any(_overlaps(span, deal) for span in spans):
            continue
        found.append(_model_value(listed.get(key, written), spans[:1], 0.6 * checked.trust))
    return tuple(found)


def _overlaps(span: Span, deal: deals.Deal) -> bool:
    return any(one.start < span.end and span.start < one.end for one in deal.decoys)


def _figure(
    item: Item, reading: Reading, checked: Checked | None, field: str, candidate: Candidate | None, deal: deals.Deal
) -> Value | None:
    """A number or day: the rules', or the trusted model's where the rules have none and code finds its words."""
    said = getattr(checked.answer, field).strip() if checked is not None else ""
    if checked is None or not said:
        return _value(item, candidate)
    canonical = _canonical_figure(field, said)
    if canonical is None:
        return _value(item, candidate)
    if candidate is not None:
        same = canonical == candidate.value
        return _value(item, candidate, agreed=True if same else (False if checked.trust >= ADD_TRUST else None))
    spans = locate(item, reading, field, canonical)
    off = {one.value for one in deal.decoys if one.field == field}
    if (
        not spans
        or canonical in off
        or checked.trust < ADD_TRUST
        or (field == "amount" and not _is_total(reading, spans[0]))
        or (field == "quantity" and not counts_things(item, reading.text, spans[0]))
    ):
        return None
    return _model_value(canonical, spans[:1], 0.58 * checked.trust)


def _canonical_figure(field: str, said: str) -> str | None:
    if field == "close_by":
        try:
            return date.fromisoformat(said).isoformat()
        except ValueError:
            return None
    value = number(said)
    if (
        value is None
        or value <= 0
        or (field == "quantity" and (value != value.to_integral_value() or value > 10_000_000))
    ):
        return None
    return money.plain(value)


def _is_total(reading: Reading, span: Span) -> bool:
    return any(one.kind == "total" and one.start <= span.start < one.end for one in money.find(reading.text))


def _summary(
    item: Item, reading: Reading, checked: Checked | None, candidate: Candidate | None, said: str
) -> Value | None:
    """A short sentence: the text's best clause, or the trusted model's wording if all its facts stand in the text.

    Where the rules found a clause, another wording must say as much; one that is merely copied is no better.
    """
    said = " ".join(said.split())
    if checked is None or not said or checked.trust < DECIDE_TRUST or not _says_nothing_new(reading, said):
        return _value(item, candidate)
    spans = grounding.locate(said, "text", reading.text)
    if candidate is not None and (spans or not _says_as_much(reading, candidate.value, said)):
        return _value(item, candidate)
    evidence = tuple(grounding.span(item.text, one.start, one.end) for one in spans[:1]) if spans else ()
    return _model_value(said, evidence, 0.65 * checked.trust)


def _says_as_much(reading: Reading, clause: str, said: str) -> bool:
    """Whether a sentence has all figures and products that a clause has, and there is one at all."""
    products = [letters(one.value) for one in reading.deal.products] if reading.deal is not None else []
    named = [one for one in products if one in letters(clause)]
    figures = [word for word in words(clause) if any(char.isdigit() for char in word)]
    return bool(named or figures) and all(one in letters(said) for one in named) and set(figures) <= set(words(said))


def _says_nothing_new(reading: Reading, said: str) -> bool:
    """Whether a sentence's numbers all stand in what is on the table, and most of its words in the text."""
    on_the_table = mask(reading.text, [(start, end) for start, end, _ in reading.deal.off] if reading.deal else [])
    text_words = set(words(on_the_table))
    said_words = words(said)
    if any(any(char.isdigit() for char in word) and word not in text_words for word in said_words):
        return False
    stems = {word[:5] for word in text_words}
    long_words = [word for word in said_words if len(word) > 3]
    return bool(long_words) and sum(word[:5] in stems for word in long_words) >= 0.5 * len(long_words)


def wants_case(reading: Reading, category: str) -> bool:
    """Whether an item of a category is a service request, or a sale that tells of trouble besides."""
    return category in ("support", "billing") or (category == "sales" and cases.strength(reading.text) >= 2.4)


def _case(item: Item, reading: Reading, checked: Checked | None, category: str) -> Case | None:
    if not wants_case(reading, category):
        return None
    said = checked.answer if checked is not None and checked.trust >= ADD_TRUST else None
    candidate = reading.bill if category == "billing" else reading.problem
    candidate = candidate or reading.opening or next((one.text for one in reading.actions), None)
    if candidate is not None:
        candidate = replace(candidate, field="summary")
    return Case(
        summary=_summary(item, reading, checked, candidate, said.problem if said else ""),
        severity=_severity(item, reading, said.severity if said else "", checked, category),
    )


def _severity(item: Item, reading: Reading, said: str, checked: Checked | None, category: str) -> Value | None:
    found = cases.of_bill(reading.severity) if category == "billing" else reading.severity
    value = _graded(item, found, said, checked)
    # "Nothing said" is a judgement on the whole mail, not a value without evidence.
    return (
        replace(value, inferred=False)
        if value is not None and reading.severity is not None and value.value == "normal"
        else value
    )


def _actions(item: Item, reading: Reading, checked: Checked | None) -> tuple[NextAction, ...]:
    found = [_action(item, one) for one in reading.actions]
    if checked is not None and not found:
        for text, due in ((checked.answer.action, checked.answer.due), (checked.answer.action2, checked.answer.due2)):
            if (extra := _said_action(item, reading, checked, text, due)) is not None:
                found.append(extra)
    return tuple(found)


def _action(item: Item, action: requests.Action) -> NextAction:
    text = _value(item, action.text)
    assert text is not None
    return NextAction(
        text=text,
        due=_value(item, action.due),
        owner=Value(action.owner, text.evidence, text.confidence, source="rule", rule=action.text.rule),
    )


def _said_action(item: Item, reading: Reading, checked: Checked, text: str, due: str) -> NextAction | None:
    """What a model says is asked for or promised: words of a sentence that asks or promises; it says who is to act."""
    text = " ".join(text.split())
    spans = grounding.locate(text, "text", reading.text) if len(text.split()) > 1 else None
    if not spans or not _says_nothing_new(reading, text):
        return None
    sentence = next((one for one in sentences(reading.text) if one.start <= spans[0].start < one.end), None)
    owner = requests.owner(sentence.text) if sentence is not None else ""
    if not owner:
        return None
    evidence = (grounding.span(item.text, spans[0].start, spans[0].end),)
    due_spans = locate(item, reading, "due", due) if due.strip() else None
    return NextAction(
        text=_model_value(text, evidence, 0.6 * max(checked.trust, ADD_TRUST)),
        due=_model_value(due.strip(), due_spans[:1], 0.55 * max(checked.trust, ADD_TRUST)) if due_spans else None,
        owner=_model_value(owner, evidence, 0.55 * max(checked.trust, ADD_TRUST)),
    )


# --- what must not be proposed -----------------------------------------------------------------------------------


def _decoys(item: Item, reading: Reading) -> list[Rejected]:
    """What the rules saw and left out, for the reviewer who wonders."""
    rejected = [Rejected(one.field, one.value, one.rule) for one in (reading.deal.decoys if reading.deal else [])]
    if reading.machine_words:
        start, end = reading.machine_words[0]
        quote = " ".join(item.text[start:end].split())[:120]
        rejected.append(Rejected("text", quote, "speaks to the machine, not to a person: nothing was read from there"))
    return rejected


def without_forbidden(found: Extracted, item: Item, reading: Reading) -> Extracted:
    """No free text may carry a figure that is off the table: such summaries and actions are dropped."""
    off = [
        one for one in (reading.deal.decoys if reading.deal else []) if one.field in {"amount", "quantity", "products"}
    ]
    if found.opportunity is None:  # "won't restart" negates no wish: without a deal only foreign and past figures count
        off = [one for one in off if one.rule in {"competitor", "past"}]
    if not off:
        return found
    bad = {re.escape(item.text[one.start : one.end].strip()) for one in off if item.text[one.start : one.end].strip()}
    pattern = (
        re.compile(r"(?<!\w)(?:" + "|".join(sorted(bad, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE)
        if bad
        else None
    )

    def clean(value: Value | None) -> Value | None:
        return None if value is not None and pattern is not None and pattern.search(value.value) else value

    opportunity = replace(found.opportunity, summary=clean(found.opportunity.summary)) if found.opportunity else None
    return replace(
        found,
        opportunity=opportunity,
        case=replace(found.case, summary=clean(found.case.summary)) if found.case else None,
        next_actions=tuple(one for one in found.next_actions if clean(one.text) is not None),
    )
