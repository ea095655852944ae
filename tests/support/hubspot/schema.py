"""Which objects there are, and which properties each has; custom ones come and go while the server runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from tests.support.hubspot.errors import Refused, error, invalid, not_found


@dataclass(frozen=True)
class Property:
    """One property's definition. `needs` is the scope without which nobody sees it."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    unique: bool = False
    read_only: bool = False
    calculated: bool = False
    external_options: bool = False
    custom: bool = False
    hidden: bool = False
    sensitivity: str = "non_sensitive"
    needs: str = ""
    group: str = "information"
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        options = [
            {"label": label, "value": value, "displayOrder": place, "hidden": False}
            for place, (value, label) in enumerate(self.options)
        ]
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": options,
            "displayOrder": -1,
            "calculated": self.calculated,
            "externalOptions": self.external_options,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": not self.custom,
            "formField": not self.read_only,
            "archived": False,
            "dataSensitivity": self.sensitivity,
            "modificationMetadata": {
                "archivable": self.custom,
                "readOnlyDefinition": not self.custom,
                "readOnlyOptions": not self.custom,
                "readOnlyValue": self.read_only,
            },
        }


@dataclass(frozen=True)
class ObjectType:
    """A kind of record: what HubSpot calls it, and the scopes that open it."""

    name: str
    type_id: str
    singular: str
    read: str
    write: str
    stamp: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    required: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # what a read returns when it names no properties


def _kind(name: str, type_id: str, singular: str, scope: str = "", **more: Any) -> ObjectType:
    read, write = (scope, scope) if scope == "tickets" else (f"crm.objects.{scope or name}.read", "")
    return ObjectType(name, type_id, singular, read, write or read.replace(".read", ".write"), **more)


_ACTIVITY: dict[str, Any] = {"scope": "contacts", "required": ("hs_timestamp",)}
OBJECTS = {
    kind.name: kind
    for kind in (
        _kind(
            "contacts",
            "0-1",
            "contact",
            stamp="lastmodifieddate",
            created="createdate",
            shown=("email", "firstname", "lastname"),
        ),
        _kind("companies", "0-2", "company", created="createdate", shown=("name", "domain")),
        _kind(
            "deals",
            "0-3",
            "deal",
            created="createdate",
            required=("dealname", "dealstage"),
            shown=("dealname", "amount", "closedate", "dealstage", "pipeline"),
        ),
        _kind(
            "tickets",
            "0-5",
            "ticket",
            "tickets",
            created="createdate",
            required=("hs_pipeline_stage",),
            shown=("subject", "content", "hs_pipeline", "hs_pipeline_stage"),
        ),
        _kind("products", "0-7", "product", created="createdate", shown=("name", "price")),
        _kind("leads", "0-136", "lead", required=("hs_lead_name",)),
        _kind("tasks", "0-27", "task", **_ACTIVITY),
        _kind("calls", "0-48", "call", **_ACTIVITY),
        _kind("emails", "0-49", "email", **_ACTIVITY),
        _kind("notes", "0-46", "note", **_ACTIVITY),
        _kind("meetings", "0-47", "meeting", **_ACTIVITY),
    )
}
NAMES = {alias: kind.name for kind in OBJECTS.values() for alias in (kind.name, kind.singular, kind.type_id)}


def _choices(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)


def _prop(name: str, kind: str = "string", *values: str, **more: Any) -> Property:
    field_type = {"enumeration": "select", "number": "number", "date": "date", "datetime": "date"}.get(kind, "text")
    field_type = {"bool": "booleancheckbox", "phone_number": "phonenumber"}.get(kind, field_type)
    options = _choices(*values) if kind != "bool" else (("true", "Yes"), ("false", "No"))
    label = name.removeprefix("hs_").replace("_", " ").capitalize()
    given: dict[str, Any] = {"type": kind, "field_type": field_type, "options": options, **more}
    return Property(name, label, **given)


def _words(names: str, **more: Any) -> tuple[Property, ...]:
    return tuple(_prop(name, **more) for name in names.split())


_OWNER = _prop("hubspot_owner_id", "enumeration", external_options=True)
_COMPUTED = {"read_only": True, "calculated": True}
_BODY = {"field_type": "html"}
_EMAIL_BODY = {"field_type": "textarea", "needs": "sales-email-read"}
_INDUSTRIES = ("COMPUTER_SOFTWARE", "CONSTRUCTION", "MACHINERY", "MANAGEMENT_CONSULTING", "RETAIL")
_STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "other")
_LEAD_STATUS = ("NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "CONNECTED", "BAD_TIMING")

_PROPERTIES: dict[str, tuple[Property, ...]] = {
    "contacts": (
        _prop("email", unique=True),
        *_words("firstname lastname salutation jobtitle company website address city state zip country"),
        _prop("phone", "phone_number"),
        _prop("mobilephone", "phone_number"),
        _prop("lifecyclestage", "enumeration", *_STAGES, field_type="radio"),
        _prop("hs_lead_status", "enumeration", *_LEAD_STATUS, field_type="radio"),
        _prop("hs_language", "enumeration", "de", "en", "es", "fr", "it", "pl"),
        _prop("hs_email_optout", "bool", read_only=True),
        _prop("associatedcompanyid", "number", **_COMPUTED),
    ),
    "companies": (
        *_words("name domain website address city state zip country description"),
        _prop("phone", "phone_number"),
        _prop("industry", "enumeration", *_INDUSTRIES),
        _prop("annualrevenue", "number"),
        _prop("numberofemployees", "number"),
        _prop("lifecyclestage", "enumeration", *_STAGES, field_type="radio"),
    ),
    "deals": (
        *_words("dealname description hs_next_step closed_lost_reason"),
        _prop("dealstage", "enumeration", external_options=True, field_type="radio"),
        _prop("pipeline", "enumeration", external_options=True),
        _prop("amount", "number"),
        _prop("deal_currency_code", "enumeration", "EUR", "USD", "GBP", "CHF", "PLN"),
        _prop("closedate", "datetime"),
        _prop("dealtype", "enumeration", "newbusiness", "existingbusiness", field_type="radio"),
        _prop("hs_is_closed", "bool", **_COMPUTED),
        _prop("hs_is_closed_won", "bool", **_COMPUTED),
        _prop("hs_deal_stage_probability", "number", **_COMPUTED),
    ),
    "tickets": (
        *_words("subject"),
        _prop("content", field_type="textarea"),
        _prop("hs_pipeline", "enumeration", external_options=True),
        _prop("hs_pipeline_stage", "enumeration", external_options=True),
        _prop("hs_ticket_priority", "enumeration", "LOW", "MEDIUM", "HIGH", "URGENT"),
        _prop(
            "hs_ticket_category",
            "enumeration",
            *("PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"),
            field_type="checkbox",
        ),
        _prop("source_type", "enumeration", "CHAT", "EMAIL", "FORM", "PHONE"),
        _prop("closed_date", "datetime"),
    ),
    "leads": (
        _prop("hs_lead_name"),
        _prop("hs_lead_label", "enumeration", "HOT", "WARM", "COLD"),
        _prop("hs_lead_type", "enumeration", "NEW_BUSINESS", "RE_ATTEMPTING", "UPSELL"),
        _prop("hs_pipeline", "enumeration", external_options=True),
        _prop("hs_pipeline_stage", "enumeration", external_options=True),
    ),
    "tasks": (
        _prop("hs_timestamp", "datetime"),
        _prop("hs_task_subject"),
        _prop("hs_task_body", **_BODY),
        _prop("hs_task_status", "enumeration", "NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED"),
        _prop("hs_task_priority", "enumeration", "NONE", "LOW", "MEDIUM", "HIGH"),
        _prop("hs_task_type", "enumeration", "EMAIL", "CALL", "TODO"),
        _prop("hs_task_reminders"),
    ),
    "calls": (
        _prop("hs_timestamp", "datetime"),
        _prop("hs_call_title"),
        _prop("hs_call_body", **_BODY),
        _prop("hs_call_direction", "enumeration", "INBOUND", "OUTBOUND"),
        _prop("hs_call_duration", "number"),
        _prop("hs_call_status", "enumeration", "COMPLETED", "NO_ANSWER", "BUSY", "FAILED", "CANCELED", "QUEUED"),
        _prop("hs_call_disposition"),
    ),
    "emails": (
        _prop("hs_timestamp", "datetime"),
        _prop("hs_email_direction", "enumeration", "EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"),
        _prop("hs_email_subject"),
        _prop("hs_email_text", **_EMAIL_BODY),
        _prop("hs_email_html", **_EMAIL_BODY),
        _prop("hs_email_status", "enumeration", "BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"),
        _prop("hs_email_headers", field_type="textarea"),
    ),
    "notes": (
        _prop("hs_timestamp", "datetime"),
        _prop("hs_note_body", **_BODY),
        _prop("hs_attachment_ids"),
    ),
    "meetings": (
        _prop("hs_timestamp", "datetime"),
        _prop("hs_meeting_title"),
        _prop("hs_meeting_body", **_BODY),
        _prop("hs_meeting_start_time", "datetime"),
        _prop("hs_meeting_end_time", "datetime"),
        _prop("hs_meeting_location"),
        _prop("hs_meeting_outcome", "enumeration", "SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"),
    ),
    "products": (
        *_words("name hs_sku"),
        _prop("price", "number"),
        _prop("description", field_type="textarea"),
    ),
}


class Schema:
    """The account's properties: `schema["contacts"]["email"]`."""

    def __init__(self) -> None:
        self._objects = {name: {one.name: one for one in _all_of(kind)} for name, kind in OBJECTS.items()}

    def __getitem__(self, name: str) -> dict[str, Property]:
        return self._objects[name]

    def add(self, object_name: str, /, **definition: Any) -> Property:
        """Tests' short way to a custom property: add("contacts", name="vip", type="bool")."""
        given = _prop(definition.pop("name"), definition.pop("type", "string"), custom=True, **definition)
        self[object_name][given.name] = given
        return given

    def create(self, object_name: str, body: dict[str, Any]) -> Property:
        """A custom property out of what the properties API was sent."""
        if missing := [key for key in ("name", "label", "type", "fieldType", "groupName") if not body.get(key)]:
            raise invalid(f"Some required fields were not set: [{', '.join(missing)}]")
        name = body["name"]
        if not name.replace("_", "").isalnum() or name != name.lower():
            raise invalid(f"Property name '{name}' is not valid: only lower-case letters, digits and underscores.")
        if name in self[object_name]:
            raise Refused(409, error(f"A property named '{name}' already exists.", "OBJECT_ALREADY_EXISTS"))
        made = Property(
            name,
            body["label"],
            body["type"],
            body["fieldType"],
            _options(body),
            unique=body.get("hasUniqueValue", False),
            hidden=body.get("hidden", False),
            custom=True,
            sensitivity=body.get("dataSensitivity", "non_sensitive"),
            group=body["groupName"],
            description=body.get("description", ""),
        )
        self[object_name][name] = made
        return made

    def change(self, object_name: str, name: str, body: dict[str, Any]) -> Property:
        """New words or options for a property."""
        known = self.get(object_name, name)
        words: dict[str, Any] = {key: body[key] for key in ("label", "description", "hidden") if key in body}
        words |= {"options": _options(body)} if "options" in body else {}
        self[object_name][name] = replace(known, **words)
        return self[object_name][name]

    def remove(self, object_name: str, name: str) -> None:
        """A custom property is archived; HubSpot's own stay."""
        if not self.get(object_name, name).custom:
            raise invalid(f"Property '{name}' is defined by HubSpot and cannot be archived.")
        del self[object_name][name]

    def get(self, object_name: str, name: str) -> Property:
        known = self[object_name].get(name)
        if known is None:
            raise not_found(f"Property '{name}' does not exist.")
        return known

    def custom(self) -> list[dict[str, Any]]:
        """What has to be kept across starts."""
        return [
            {"object": name, **asdict(one)}
            for name, known in self._objects.items()
            for one in known.values()
            if one.custom
        ]

    def load(self, line: dict[str, Any]) -> None:
        name = line.pop("object")
        line["options"] = tuple((value, label) for value, label in line["options"])
        self[name][line["name"]] = Property(**line)


def _all_of(kind: ObjectType) -> tuple[Property, ...]:
    owner = () if kind.name == "products" else (_OWNER,)
    computed = (
        _prop("hs_object_id", "number", **_COMPUTED),
        _prop(kind.created, "datetime", read_only=True),
        _prop(kind.stamp, "datetime", read_only=True),
        _prop("hs_merged_object_ids", "enumeration", external_options=True, **_COMPUTED),
    )
    return (*_PROPERTIES[kind.name], *owner, *computed)


def _options(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one["value"]), str(one["label"])) for one in body.get("options", ()))
