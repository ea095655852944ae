"""What extraction reads (Item) and what it finds (Extracted).

Pure data, no Django: the rules, the merge and the scorer all speak these types, and a stored extraction is their JSON.
Offsets count Unicode code points in `Item.text`, end exclusive, and `text[start:end] == quote` always holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args

#: Who read a value; "learned": a small classifier, where the rules had no words for it.
Source = Literal["rule", "model", "both", "header", "learned"]
Role = Literal["sender", "recipient", "mentioned"]
Category = Literal[
    "sales",
    "support",
    "billing",
    "vendor",
    "internal",
    "newsletter",
    "auto_reply",
    "spam",
    "personal",
]

CATEGORIES: tuple[str, ...] = get_args(Category)
# Only these may create CRM records; the others are read, recorded with the reason, and left alone.
CRM_CATEGORIES: frozenset[str] = frozenset({"sales", "support", "billing"})

CONTACT_FIELDS = ("name", "title", "company", "email", "phone")
OPPORTUNITY_FIELDS = (
    "summary",
    "products",
    "quantity",
    "amount",
    "currency",
    "close_by",
    "commitment",
)
CASE_FIELDS = ("summary", "severity")
ACTION_FIELDS = ("text", "due", "owner")


# --- what is read ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox from a header; `name` is the display name, decoded, or empty."""

    email: str
    name: str = ""
    role: Role = "sender"


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of `Item.text`: greeting, body, signoff, signature, forwarded_header or forwarded."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where a stretch of `Item.text` stands in the original: "page 3", "Sheet1!B4", "00:12:31"; and whose words."""

    start: int
    end: int
    label: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """Who took part, as the item names them; which side they are on is for the rules to say."""

    name: str
    email: str = ""
    title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Us:
    """Our own side: never a contact, never the customer."""

    company: str = ""
    domains: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()

    def owns(self, email: str) -> bool:
        """Whether an address is ours, sub-domains of our domains included."""
        email = email.strip().casefold()
        domain = email.rpartition("@")[2]
        if email in self.addresses:
            return True
        return any(domain == own or domain.endswith("." + own) for own in self.domains)

    def employs(self, name: str) -> bool:
        """Whether a written name is one of our staff, in any case and spacing."""
        folded = " ".join(name.casefold().split())
        return bool(folded) and any(folded == " ".join(one.casefold().split()) for one in self.staff)


@dataclass(frozen=True, slots=True)
class Item:
    """One incoming item, already parsed and segmented. `text` is the newest text by its own author."""

    text: str
    kind: str = "email"
    zones: tuple[Zone, ...] = ()
    subject: str = ""
    sender: Address | None = None
    recipients: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    us: Us = Us()
    products: tuple[str, ...] = ()
    # Competitors that we know: (as people write it, its name).
    rivals: tuple[tuple[str, str], ...] = ()
    # Of every kind but mail.
    locations: tuple[Location, ...] = ()
    participants: tuple[Participant, ...] = ()
    # Outside `text`: known only so that values that stand nowhere else can be refused.
    quoted_text: str = ""
    hidden_text: str = ""
    region: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    # Words that appear in the prompt's own examples; a value found only there is refused.
    prompt_examples: str = ""
    # Whether sentences that speak to a machine are left unread. Safety does not rest on it: it spares people the noise.
    wary: bool = True
    # Whether a person said that it is for us: then it is sales, support or billing, whatever it looks like.
    insisted: bool = False

    def header(self, name: str) -> str:
        """The first header of that name, or an empty text."""
        wanted = name.casefold()
        return next((value for key, value in self.headers if key.casefold() == wanted), "")


# --- what is found -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Where words stand in `Item.text`."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Value:
    """One found value in its canonical written form.

    An amount is a plain decimal, a date ISO 8601, a phone E.164, an e-mail lower-case. `inferred` says that no words in
    the text carry it (a summary in own words, a sender known from the header alone): a person must look at it.
    """

    value: str
    evidence: tuple[Span, ...] = ()
    confidence: float = 0.0
    inferred: bool = False
    source: Source = "rule"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the customer's side."""

    role: Role = "mentioned"
    name: Value | None = None
    title: Value | None = None
    company: Value | None = None
    email: Value | None = None
    phone: Value | None = None


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A possible sale that the item speaks of."""

    summary: Value | None = None
    products: tuple[Value, ...] = ()
    quantity: Value | None = None
    amount: Value | None = None
    currency: Value | None = None
    close_by: Value | None = None
    commitment: Value | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A service request."""

    summary: Value | None = None
    severity: Value | None = None


@dataclass(frozen=True, slots=True)
class NextAction:
    """What somebody undertakes or asks for."""

    text: Value
    due: Value | None = None
    owner: Value | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody of the customer's side allows or forbids: one way of reaching them.

    `state` is "granted" or "withdrawn" with the words. Name and e-mail say whose word it is, as far as the item tells.
    """

    channel: str
    state: Value
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that was offered and refused, with the reason in words for people."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """Everything found in one item."""

    contacts: tuple[Contact, ...] = ()
    opportunity: Opportunity | None = None
    case: Case | None = None
    next_actions: tuple[NextAction, ...] = ()
    consents: tuple[Consent, ...] = ()
    # What the customer says of others who sell the like, and of how far the sale has come.
    competitors: tuple[Value, ...] = ()
    progress: Value | None = None
    # The web address of the writer's own domain.
    website: Value | None = None
    sentiment: Value | None = None
    category: Value | None = None
    language: Value | None = None
    rejected: tuple[Rejected, ...] = field(default=())

    def may_create_records(self) -> bool:
        """Whether the item's category lets it lead to CRM records at all."""
        return self.category is not None and self.category.value in CRM_CATEGORIES

    def values(self) -> Iterator[tuple[str, Value]]:
        """Every found value with a dotted name, contacts and actions numbered."""
        for number, contact in enumerate(self.contacts):
            for name in CONTACT_FIELDS:
                if (value := getattr(contact, name)) is not None:
                    yield f"contacts.{number}.{name}", value
        if self.opportunity is not None:
            for name in OPPORTUNITY_FIELDS:
                found = getattr(self.opportunity, name)
                if isinstance(found, tuple):
                    yield from ((f"opportunity.{name}.{index}", value) for index, value in enumerate(found))
                elif found is not None:
                    yield f"opportunity.{name}", found
        if self.case is not None:
            for name in CASE_FIELDS:
                if (value := getattr(self.case, name)) is not None:
                    yield f"case.{name}", value
        for number, action in enumerate(self.next_actions):
            for name in ACTION_FIELDS:
                if (value := getattr(action, name)) is not None:
                    yield f"next_actions.{number}.{name}", value
        for number, consent in enumerate(self.consents):
            yield f"consents.{number}.{consent.channel}", consent.state
        yield from ((f"competitors.{number}", value) for number, value in enumerate(self.competitors))
        for name in ("progress", "website", "sentiment", "category", "language"):
            if (value := getattr(self, name)) is not None:
                yield name, value


_Record = TypeVar("_Record", Contact, Opportunity, Case, NextAction)
Change = Callable[[str, Value], Value]


def with_values(found: Extracted, change: Change) -> Extracted:
    """The same with each value of its records changed; `change` is told the value's field, like `contact.title`."""
    return replace(
        found,
        contacts=tuple(_changed("contact", one, change) for one in found.contacts),
        opportunity=found.opportunity and _changed("opportunity", found.opportunity, change),
        case=found.case and _changed("case", found.case, change),
        next_actions=tuple(_changed("next_action", one, change) for one in found.next_actions),
    )


def _changed(kind: str, record: _Record, change: Change) -> _Record:
    given = {one.name: getattr(record, one.name) for one in fields(record)}
    return replace(record, **{name: _each(f"{kind}.{name}", one, change) for name, one in given.items()})


def _each(name: str, given: Any, change: Change) -> Any:
    if isinstance(given, tuple):
        return tuple(_each(name, one, change) for one in given)
    return change(name, given) if isinstance(given, Value) else given


# --- JSON --------------------------------------------------------------------------------------------------------


def to_json(found: Extracted) -> dict[str, Any]:
    """Plain JSON data of an extraction; `from_json` gives the equal object back."""
    return asdict(found)


def from_json(data: dict[str, Any]) -> Extracted:
    """The extraction that `to_json` wrote."""
    opportunity, case = data.get("opportunity"), data.get("case")
    return Extracted(
        contacts=tuple(
            Contact(
                role=one["role"],
                **{name: _value(one.get(name)) for name in CONTACT_FIELDS},
            )
            for one in data.get("contacts", ())
        ),
        opportunity=None
        if opportunity is None
        else Opportunity(
            products=tuple(value for one in opportunity.get("products", ()) if (value := _value(one)) is not None),
            **{name: _value(opportunity.get(name)) for name in OPPORTUNITY_FIELDS if name != "products"},
        ),
        case=None if case is None else Case(**{name: _value(case.get(name)) for name in CASE_FIELDS}),
        next_actions=tuple(
            NextAction(text=text, due=_value(one.get("due")), owner=_value(one.get("owner")))
            for one in data.get("next_actions", ())
            if (text := _value(one["text"])) is not None
        ),
        consents=tuple(
            Consent(one["channel"], state, one["name"], one["email"])
            for one in data.get("consents", ())
            if (state := _value(one["state"])) is not None
        ),
        competitors=tuple(value for one in data.get("competitors", ()) if (value := _value(one)) is not None),
        progress=_value(data.get("progress")),
        website=_value(data.get("website")),
        sentiment=_value(data.get("sentiment")),
        category=_value(data.get("category")),
        language=_value(data.get("language")),
        rejected=tuple(Rejected(**one) for one in data.get("rejected", ())),
    )


def _value(data: dict[str, Any] | None) -> Value | None:
    if data is None:
        return None
    evidence = tuple(Span(**span) for span in data.get("evidence", ()))
    return Value(**{**data, "evidence": evidence})
