"""What a CRM is, as data: one YAML file a CRM, checked whole before the first request.

Addresses, queries and bodies are templates (engine.template). What is picked from answers is written in JMESPath.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crmllm.connectors.engine import strategy, template
from crmllm.connectors.engine.signatures import SCHEMES
from crmllm.core.errors import BadInput
from crmllm.crm.choices import Object
from crmllm.crm.fields import BUILT_IN

MAX_FILE = 1_000_000  # bytes of a declaration
FURTHER = re.compile(r"[a-z]{2,12}")  # the name of a further list of an object


def _path(written: str) -> str:
    try:
        jmespath.compile(written)
    except JMESPathError as error:
        raise ValueError(f"“{written}” is no JMESPath: {error}") from None
    return written


def _regex(written: str) -> str:
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"“{written}” is no regular expression: {error}") from None
    return written


#: Where something stands in an answer, as JMESPath.
Pick = Annotated[str, AfterValidator(_path)]
Pattern = Annotated[str, AfterValidator(_regex)]


class Part(BaseModel):
    """Every part refuses keys that it does not know: a typing slip in a declaration must not pass as silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- calls


class PagingKind(StrEnum):
    """How a CRM says that there is more."""

    NONE = "none"
    NEXT_URL = "next_url"  # the answer holds the address of the next page
    CURSOR = "cursor"  # the answer holds a {cursor} for the next call
    OFFSET = "offset"  # {offset} counts rows
    PAGE = "page"  # {page} counts pages from 1, {page_from_0} from 0
    LINK = "link"  # a Link header with rel="next"


class Paging(Part):
    """How to get the next page of a call."""

    kind: PagingKind = Field(default=PagingKind.NONE, description="How the next page is asked for.")
    next: Pick = Field(default="", description="The next address or cursor in the answer; empty ends the list.")
    size: int = Field(default=100, gt=0, description="Rows that are asked for, as {size}.")
    first_id: str = Field(default="", description="What {last_id} is before there is one: less than every id.")
    cap: int | None = Field(default=None, gt=0, description="Rows after which the CRM refuses to go on.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind in (PagingKind.NEXT_URL, PagingKind.CURSOR) and not self.next:
            raise ValueError(f"paging by {self.kind} needs “next”")
        return self


class Call(Part):
    """One request, as a template."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(default="GET", description="Of HTTP.")
    path: str = Field(description="Below the base address, or an address of its own.")
    query: dict[str, Any] = Field(default={}, description="What stands behind the question mark; a list comes often.")
    headers: dict[str, Any] = Field(default={}, description="Beside those of the CRM and of signing in.")
    body: Any = Field(default=None, description="Goes as JSON.")
    form: bool = Field(default=False, description="The body goes as a form instead of JSON.")
    rows: Pick = Field(default="", description="The list in the answer.")
    within: Pick = Field(default="", description="The list in each row that holds the records; the row is their outer.")
    row: Pick = Field(default="@", description="The record in the answer, or in an element of the list.")
    complete: bool = Field(default=False, description="The rows lack what the stream's “complete” calls bring.")
    id: Pick = Field(default="", description="The new record's id in the answer to a create.")
    paging: Paging = Field(default=Paging(), description="How a list goes on.")
    size: int = Field(default=1, gt=0, description="Most records in one call of a batch.")
    item: Any = Field(default=None, description="What stands for one record in a batch's {items}.")
    done: Pick = Field(default="", description="In a batch's answer: whether an element tells of success.")
    problem: Pick = Field(default="", description="In a batch's answer: an element's error.")
    key: Pick = Field(default="", description="In a batch's answer: what an element answers to; else by order.")
    guard: dict[str, str] = Field(default={}, description="Headers of a conditional write; {etag}, {modified_at}.")
    limits: list[str] = Field(default=["default"], description="Names of the limits that the call counts towards.")
    cost: int = Field(default=1, ge=0, description="What one call costs there.")
    cache: Literal["", "etag", "modified"] = Field(
        default="", description="Held until the CRM says by its ETag or Last-Modified that it is new; for fields only."
    )


# --- how to sign in


class Setting(Part):
    """Something that an admin types when a connection is made. Secrets are sealed, the rest is plain."""

    name: str = Field(description="As templates name it.")
    label: str = Field(description="As the form names it.")
    kind: Literal["text", "url", "secret", "choice"] = Field(
        default="text", description="A secret is never shown again."
    )
    choices: list[str] = Field(default=[], description="Of a choice.")
    required: bool = Field(default=True, description="Whether it must be given.")
    default: str = Field(default="", description="What stands in the form.")
    help: str = Field(default="", description="A sentence below the box.")


class AuthKind(StrEnum):
    """The ways of signing in that the engine knows."""

    HEADER = "header"  # what the admin typed goes along as it is
    CODE = "oauth_code"  # a person signs in there; refresh token
    CLIENT = "client_credentials"
    JWT = "jwt_bearer"
    SESSION = "session"  # a call that signs in and yields a token


class Jwt(Part):
    """The assertion of the JWT bearer flow (RFC 7523); all values are templates over the settings."""

    issuer: str = Field(description="Who speaks: the client's id.")
    subject: str = Field(description="For whom: the user's name there.")
    audience: str = Field(description="To whom: the server that signs in.")
    key: str = Field(description="The private key, in PEM form.")
    minutes: int = Field(default=3, ge=1, le=10, description="How long it is good for.")


class Auth(Part):
    """One way of signing in."""

    name: str = Field(description="Kept with the connection.")
    label: str = Field(description="As the form names it.")
    kind: AuthKind = Field(description="What is done.")
    settings: list[Setting] = Field(default=[], description="What an admin types for this way alone.")
    headers: dict[str, str] = Field(description="Sent with each call; {token} is the access token.")
    authorize: str = Field(default="", description="Where the browser goes.")
    token: str = Field(default="", description="Where tokens are got.")
    revoke: str = Field(default="", description="Where they are given back.")
    parameters: dict[str, str] = Field(default={}, description="Further parameters of the authorize address.")
    form: dict[str, str] = Field(default={}, description="Further fields of the token request.")
    scopes: list[str] = Field(default=[], description="What is asked for.")
    pkce: bool = Field(default=True, description="Whether the CRM takes part in PKCE (RFC 7636).")
    client_in: Literal["body", "basic"] = Field(default="body", description="Where the client's id and secret go.")
    lifetime: int = Field(default=3600, gt=0, description="Seconds, where the answer does not say.")
    keep: dict[str, Pick] = Field(default={}, description="What of the token's answer becomes an option.")
    jwt: Jwt | None = Field(default=None, description="For jwt_bearer.")
    login: Call | None = Field(default=None, description="For session: the call that signs in.")
    picked: Pick = Field(default="access_token", description="Where the session call's answer has the token.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = {
            AuthKind.HEADER: (),
            AuthKind.CODE: ("authorize", "token"),
            AuthKind.CLIENT: ("token",),
            AuthKind.JWT: ("token", "jwt"),
            AuthKind.SESSION: ("login",),
        }[self.kind]
        missing = [name for name in needs if not getattr(self, name)]
        if missing:
            raise ValueError(f"signing in by {self.kind} needs {', '.join(missing)}")
        return self


# --- events


class Signature(Part):
    """How a CRM signs its events; `scheme` names a strategy of engine.webhooks."""

    scheme: str = Field(description="A name from the list below.")
    secret: str = Field(description="Name of the setting that holds the secret.")
    headers: dict[str, str] = Field(default={}, description="Which headers a scheme looks at.")
    window: int = Field(default=300, gt=0, description="Seconds that a signature is good for.")


class Events(Part):
    """Events that a CRM sends to us. Each is only a hint: the record is read anew before anything changes."""

    signature: Signature = Field(description="How events are known to be the CRM's.")
    form: Literal["json", "xml"] = "json"
    rows: Pick = "@"
    sender: Pick = Field(default="", description="Where a body names whose events they are.")
    sender_is: str = Field(default="", description="The setting that says whose events are taken.")
    reply: str = Field(default="", description="What is answered, where the CRM waits for certain words.")
    reply_type: str = "text/plain"
    key: Pick = Field(description="What makes an event the same event when it comes twice.")
    at: Pick = Field(default="", description="When it happened.")
    at_format: Literal["iso", "milliseconds", "seconds"] = "iso"
    object: Pick = Field(description="The kind of record, in the CRM's word.")
    objects: dict[str, str] = Field(description="The CRM's word to the object's name; others are left.")
    id: Pick = Field(description="The record's id.")
    deleted: Pick = Field(default="", description="True when the event tells of a deletion.")


class Listening(Part):
    """Changes that a CRM tells to whoever listens: Bayeux long polling (CometD) with its replay extension.

    What comes is kept as an event is: a hint to read the record anew.
    """

    path: str = Field(description="Where the CRM speaks, below the base address or an address of its own.")
    channel: str = Field(description="What is listened to.")
    setting: str = Field(description="The setting by which an admin wants it: “yes”.")
    row: Pick = Field(default="@", description="In a message's data: what tells of the change.")
    key: Pick = Field(description="What makes a change the same change when it comes twice.")
    at: Pick = Field(default="", description="When it happened, in milliseconds.")
    object: Pick = Field(description="The kind of record, in the CRM's word.")
    objects: dict[str, str] = Field(description="The CRM's word to the list's name; others are left.")
    ids: Pick = Field(description="The records' ids; one with a * stands for all.")
    deleted: Pick = Field(default="", description="True when they were deleted.")
    missed: Pick = Field(default="", description="True when the CRM could not tell all: the list's changes are read.")
    own: Pick = Field(default="", description="True for what we wrote ourselves.")


# --- objects


class Codec(StrEnum):
    """How a value is written there."""

    TEXT = "text"
    NUMBER = "number"  # a JSON number
    NUMERAL = "numeral"  # a number as text
    DATE = "date"  # YYYY-MM-DD
    INSTANT_DATE = "instant_date"  # midnight UTC of a date, as text
    BOOLEAN = "boolean"
    CHOICE = "choice"  # by the table in `choices`
    JOINED = "joined"  # several values in one text
    LIST = "list"
    PERSON = "person"  # a name in parts: [given, family] or [title, given, family]
    LINES = "lines"  # an address in parts, one a line
    HEADLINE = "headline"  # the first line of a longer text, without its mark-up; only read
    DOMAIN = "domain"  # a list of mail domains, of which the CRM keeps one
    COUNTRY = "country"  # a code of two letters; names of countries by the table in `also`
    REFERENCE = "reference"  # another record's id there; stages, owners and products too


class FieldMap(Part):
    """One of our fields and what it is there."""

    theirs: str | list[str] = Field(
        description="Its name there, dotted where it lies deeper; a list for a value in parts."
    )
    codec: Codec = Codec.TEXT
    pick: Pick = Field(default="", description="Where a row has the value; else by `theirs`.")
    choices: dict[str, str] = Field(default={}, description="Our value to theirs.")
    also: dict[str, str] = Field(default={}, description="Further values there, and which of ours they are.")
    silent: list[Any] = Field(default=[], description="Values there that tell nothing: ours stays as it is.")
    separator: str = ";"
    target: str = Field(default="", description="The object that a reference points to.")
    readable: bool = True
    writable: bool = True
    written: Any = Field(default=None, description="How the value goes into a body, as a template over {value}.")
    created_only: bool = Field(default=False, description="Goes along with a create; an update leaves it.")
    link: str = Field(default="", description="A reference that is written by the call of this name, not as a field.")
    empty: Any = Field(default=None, description="What clears the field there.")

    @property
    def columns(self) -> list[str]:
        return [self.theirs] if isinstance(self.theirs, str) else list(self.theirs)


class StreamName(StrEnum):
    """What is read from a CRM beside the six objects."""

    OWNER = "owner"
    PRODUCT = "product"
    STAGE = "stage"


class Stream(Part):
    """One list of a CRM: where it is, how its rows look, and what can be done with them."""

    theirs: str = Field(description="Its name there, as {object}.")
    label: str = Field(default="", description="As people there call it.")
    object: str = Field(default="", description="Our object, where this list is a further one of its records.")
    mark: str = Field(default="", description="With `object`: stands before the ids of these records in our books.")
    holds: dict[str, list[str]] = Field(
        default={}, description="With `object`: the values of ours with which a new record is made in this list."
    )
    id: Pick = Field(description="A row's id.")
    stamp: Pick = Field(default="", description="When the row was last changed.")
    stamp_format: Literal["iso", "milliseconds", "seconds"] = "iso"
    etag: Pick = Field(default="", description="What tells one state of a row from another.")
    deleted: Pick = Field(default="", description="True in a row that was deleted.")
    merged_into: Pick = Field(default="", description="In a loser's row: the winner's id.")
    merged_from: Pick = Field(default="", description="In a winner's row: the losers' ids.")
    owner: Pick = Field(default="", description="The owner's id.")
    our_id: str = Field(default="", description="The field there that carries our id.")
    url: str = Field(default="", description="Where a person opens the record.")
    natural_key: list[str] = Field(default=[], description="Our fields that tell a record, where our id is not kept.")
    columns: list[str] = Field(default=[], description="Fields to ask for beside those that are mapped.")
    overlap: int = Field(default=300, ge=0, description="Seconds that a later run reads again.")
    fields: dict[str, FieldMap] = Field(default={}, description="Our fields there.")
    defaults: dict[str, Any] = Field(default={}, description="What a create must hold there, where we have nothing.")
    calls: dict[str, Call] = Field(default={}, description="What can be done, by name.")
    values: dict[str, Any] = Field(default={}, description="What the calls' templates may use beside the usual.")
    complete: dict[str, Call] = Field(default={}, description="Calls for {ids}, by the field that each brings.")
    bin: str = Field(default="", description="What becomes of a deleted record that “erased” still finds, in words.")
    fixed: list[dict[str, Any]] = Field(default=[], description="The rows themselves, where the CRM lists none.")

    def call(self, name: str) -> Call | None:
        return self.calls.get(name)

    def inner(self, external_id: str) -> str:
        """The id as the CRM has it; the mark tells its list from others of the same object."""
        return external_id.removeprefix(self.mark)

    def outer(self, external_id: str) -> str:
        """The id in our books."""
        return f"{self.mark}{self.inner(external_id)}"


#: What the engine asks of a stream, by name.
CALLS = frozenset(
    {
        "list", "changed", "deleted", "count", "read", "read_many", "find", "find_many", "create", "update", "delete",
        "create_many", "update_many", "delete_many", "erase", "erased", "describe", "link", "gone",
        "convert", "converted",
        "find_plain", "create_plain", "create_many_plain",  # where a CRM has not been given the field for our id
    }
)  # fmt: skip


class Discovery(Part):
    """How the CRM tells of its fields."""

    call: Call = Field(description="Lists the fields of {object}.")
    name: Pick = Field(description="Its name.")
    label: Pick = Field(description="What people there call it.")
    type: Pick = Field(description="Its type, in the CRM's word.")
    types: dict[str, str] = Field(description="Their word for a type to ours.")
    choices: Pick = Field(default="", description="The values of a pick-list.")
    writable: Pick = Field(default="", description="Whether it can be written.")
    required: Pick = Field(default="", description="Whether it must be given.")
    reference: Pick = Field(default="", description="The object that it points to.")


# --- limits and errors


class Limit(Part):
    """A window in which only so much may be asked for."""

    seconds: int = Field(gt=0)
    calls: int = Field(gt=0, description="Until the CRM's own headers say otherwise.")
    share: float = Field(default=0.8, gt=0, le=1, description="What background work may use; the rest is people's.")
    header: str = Field(default="", description="The header that tells how things stand.")
    used: Pattern = Field(default="", description="Group 1 of the header: calls used.")
    left: Pattern = Field(default="", description="Group 1 of the header: calls left.")
    most: Pattern = Field(default="", description="Group 1 of the header or of `most_header`: calls allowed.")
    most_header: str = Field(default="", description="The header for `most`, where it is another.")


class Problem(StrEnum):
    """What a CRM's refusal means, and with it what is done."""

    SIGNED_OUT = "signed_out"  # a new token, once
    NEEDS_SIGN_IN = "needs_sign_in"  # a person has to sign in again
    THROTTLED = "throttled"  # slower, soon again
    QUOTA = "quota"  # nothing until the window ends
    UNAVAILABLE = "unavailable"  # no clear answer
    LOCKED = "locked"  # soon again; nothing was done
    MOVED = "moved"
    GONE = "gone"
    DUPLICATE = "duplicate"
    FORBIDDEN = "forbidden"
    FIELD = "field"  # a field is not there (any more), or hidden from us
    VALUE = "value"  # the CRM refuses a value
    CURSOR = "cursor"  # the position is no longer known there
    REFUSED = "refused"


class ErrorRule(Part):
    """Which answer means what. The first rule that fits counts."""

    problem: Problem = Field(description="What the answer means.")
    status: list[int] = Field(default=[], description="Of HTTP; none for any.")
    where: Pick = Field(default="", description="True in the answer's body.")
    matches: Pattern = Field(default="", description="Found in the body as text.")
    say: str = Field(description="A sentence for the operator; {message} is the CRM's own.")
    wait: float = Field(default=0, ge=0, description="Seconds until it is worth another try.")
    name: Pattern = Field(default="", description="Group 1 in the body names the field.")


class Declaration(Part):
    """One CRM."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}$")
    label: str = Field(description="As people call it.")
    about: str = Field(default="", description="A sentence for the page where a CRM is chosen.")
    docs: str = Field(default="", description="The page of our documentation.")
    base: str = Field(description="Base address of all calls, a template over settings and kept options.")
    settings: list[Setting] = Field(default=[], description="What an admin types for every way of signing in.")
    values: dict[str, Any] = Field(default={}, description="What all templates may use: the version, for example.")
    headers: dict[str, Any] = Field(default={}, description="Sent with every call.")
    auth: list[Auth] = Field(min_length=1)
    test: Call = Field(description="A harmless call that shows whether we are let in.")
    streams: dict[str, Stream] = Field(description="The lists, by our object; also owner, product, stage.")
    discovery: Discovery | None = Field(default=None, description="How the CRM tells of its fields.")
    objects: Call | None = Field(default=None, description="Lists the CRM's own objects.")
    limits: dict[str, Limit] = Field(default={}, description="Windows of calls; “default” counts every call.")
    errors: list[ErrorRule] = Field(default=[], description="What its refusals mean; the first that fits counts.")
    message: Pick = Field(default="message", description="The CRM's own words in an error's body.")
    failed: Pick = Field(default="", description="True in the body of an answer that says 200 and means an error.")
    events: Events | None = Field(default=None, description="What it tells by itself.")
    listening: Listening | None = Field(default=None, description="What it tells to whoever listens.")
    strategy: str = Field(default="", description="Name of a registered strategy, for what data cannot say.")
    timeout: float = Field(default=30, gt=0, le=120)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problems = [*self._unknown_names(), *self._unknown_words(), *self._held(), *self._loose_ends()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _unknown_names(self) -> list[str]:
        """Objects, fields, calls and limits that nobody knows."""
        known = {(spec.object.value, spec.name) for spec in BUILT_IN}
        objects = {*Object.values, *StreamName}
        found = []
        for name, stream in self.streams.items():
            if name not in objects and not (stream.object in Object.values and FURTHER.fullmatch(name)):
                found.append(f"there is no object “{name}”; known: {', '.join(sorted(objects))}")
                continue
            found += [f"{name} has no call “{one}”" for one in stream.calls if one not in CALLS]
            ours = self.object_of(name)
            if ours in Object.values:
                found += [f"{name} has no field “{one}”" for one in stream.fields if (ours, one) not in known]
                found += [f"{name} holds by no field “{one}”" for one in stream.holds if (ours, one) not in known]
            for call in stream.calls.values():
                found += [f"there is no limit “{one}”" for one in call.limits if one not in {"default", *self.limits}]
        return found

    def _held(self) -> list[str]:
        """Calls whose answers are held though they tell of records."""
        records = {f"{name}.{one}": call for name, stream in self.streams.items() for one, call in stream.calls.items()}
        return [
            f"{name} may not be held: it tells of records"
            for name, call in records.items()
            if call.cache and not name.endswith(".describe")
        ]

    def _unknown_words(self) -> list[str]:
        """Filters, signature schemes and strategies that nobody knows."""
        found = [f"there is no filter “{one}”" for one in template.unknown_filters(self.model_dump(mode="json"))]
        if self.events is not None and self.events.signature.scheme not in SCHEMES:
            found.append(f"there is no signature scheme “{self.events.signature.scheme}”; known: {', '.join(SCHEMES)}")
        if self.strategy and self.strategy not in strategy.known():
            found.append(f"there is no strategy “{self.strategy}”")
        return found

    def _loose_ends(self) -> list[str]:
        """What must be there together."""
        found = []
        for name, stream in self.streams.items():
            if not stream.fixed and "list" not in stream.calls and "changed" not in stream.calls:
                found.append(f"{name} has neither “list” nor “changed”, nor “fixed” rows")
            if stream.object and (stream.object not in self.streams or not stream.mark):
                found.append(f"{name} is a further list of {stream.object}: it needs that one, and a mark for its ids")
            if "changed" in stream.calls and not stream.stamp:
                found.append(f"{name} is read by changes and has no “stamp”")
            if "create" in stream.calls and not (stream.our_id or stream.natural_key):
                found.append(
                    f"{name} can be created, but nothing tells whether that happened: give our_id or natural_key"
                )
            if ("create" in stream.calls or "update" in stream.calls) and "read" not in stream.calls:
                found.append(f"{name} can be written but not read back")
            if "create" in stream.calls and "find" not in stream.calls:
                found.append(f"{name} can be created, but not found again after an unclear answer")
            for field, mapped in stream.fields.items():
                if mapped.codec == Codec.REFERENCE and mapped.target not in self.streams:
                    found.append(f"{name}.{field} refers to “{mapped.target}”, which is not declared")
                if mapped.codec == Codec.CHOICE and not mapped.choices:
                    found.append(f"{name}.{field} has no choices")
                if mapped.codec == Codec.HEADLINE and mapped.writable:
                    found.append(f"{name}.{field} is a headline, which is only read: say writable: false")
        return found

    def object_of(self, name: str) -> str:
        """Our object that a list's records are; owners, products and stages are none."""
        stream = self.streams.get(name)
        return stream.object or name if stream else name

    def lists_of(self, object_name: str) -> dict[str, Stream]:
        """The lists that hold records of an object, its own first; most objects have one."""
        return {
            object_name: self.streams[object_name],
            **{name: one for name, one in self.streams.items() if one.object == object_name},
        }

    def known(self) -> dict[str, Any]:
        """What templates may use before anybody has typed anything."""
        return {**self.values, **{one.name: one.default for one in self.settings if one.kind != "secret"}}

    def way(self, name: str) -> Auth:
        """The way of signing in of that name. Raises BadInput."""
        for one in self.auth:
            if one.name == name:
                return one
        raise BadInput(f"There is no way of signing in named “{name}”. Known: {', '.join(a.name for a in self.auth)}.")


def read(path: Path) -> Declaration:
    """The declaration in a file. Raises BadInput with every fault and where it is."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise BadInput(f"{path.name} is longer than {MAX_FILE:,} bytes.")
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Declaration.model_validate(written)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} is no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'declaration'}: {one['msg']}" for one in error.errors()]
        raise BadInput(f"{path.name}: " + "; ".join(faults)) from None
