"""What objects and fields there are, and how describe tells it. An org changes them while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EXTERNAL_ID = "Crmllm_Id__c"

TEXTS = {"string", "textarea", "email", "phone", "url", "picklist", "combobox", "multipicklist", "encryptedstring"}
NUMBERS = {"int", "double", "currency", "percent"}
IDS = {"id", "reference"}


@dataclass
class Field:
    """One field, in the words of describe."""

    name: str
    type: str = "string"
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    unique: bool = False
    external: bool = False
    restricted: bool = False
    default: Any = None
    values: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)

    @property
    def relationship(self) -> str | None:
        """AccountId -> Account, Parent__c -> Parent__r."""
        if self.type != "reference":
            return None
        return self.name.removesuffix("__c") + "__r" if self.name.endswith("__c") else self.name.removesuffix("Id")

    @property
    def required(self) -> bool:
        """Whether a create without it is refused."""
        return not self.nillable and self.createable and self.default is None

    @property
    def filterable(self) -> bool:
        """Long texts cannot stand behind WHERE."""
        return not (self.type == "textarea" and self.length > 255)

    def describe(self) -> dict[str, Any]:
        """The shape that the API gives."""
        values = [
            {"value": value, "label": value, "active": True, "defaultValue": value == self.default, "validFor": None}
            for value in self.values
        ]
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": self.type,
            "length": self.length,
            "byteLength": self.length * 3,
            "precision": self.precision,
            "scale": self.scale,
            "digits": self.precision if self.type == "int" else 0,
            "nillable": self.nillable,
            "createable": self.createable,
            "updateable": self.updateable,
            "filterable": self.filterable,
            "sortable": self.filterable,
            "custom": self.name.endswith("__c"),
            "calculated": False,
            "autoNumber": self.name == "CaseNumber",
            "defaultedOnCreate": self.default is not None,
            "defaultValue": self.default if self.type == "boolean" else None,
            "unique": self.unique,
            "externalId": self.external,
            "idLookup": self.external or self.type == "id",
            "caseSensitive": False,
            "restrictedPicklist": self.restricted,
            "dependentPicklist": False,
            "controllerName": None,
            "picklistValues": values,
            "referenceTo": self.targets,
            "relationshipName": self.relationship,
            "permissionable": self.nillable and self.createable,
        }


@dataclass
class ObjectType:
    """One kind of record; `prefix` starts its ids."""

    name: str
    prefix: str
    fields: dict[str, Field]
    writable: bool = True

    def find(self, name: str) -> Field | None:
        """Names of fields do not depend on capital letters."""
        return self.fields.get(name) or next((f for f in self.fields.values() if f.name.lower() == name.lower()), None)

    def relation(self, name: str) -> Field | None:
        """The reference behind a relationship's name."""
        return next((f for f in self.fields.values() if (f.relationship or "").lower() == name.lower()), None)

    def summary(self, version: str) -> dict[str, Any]:
        """The line in the list of objects."""
        url = f"/services/data/v{version}/sobjects/{self.name}"
        return {
            "name": self.name,
            "label": self.name,
            "labelPlural": f"{self.name}s",
            "keyPrefix": self.prefix,
            "custom": self.name.endswith("__c"),
            "createable": self.writable,
            "updateable": self.writable,
            "deletable": self.writable,
            "undeletable": self.writable,
            "queryable": True,
            "retrieveable": True,
            "replicateable": True,
            "searchable": True,
            "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
        }


def text(name: str, length: int = 255, **more: Any) -> Field:
    return Field(name, "string", length, **more)


def long_text(name: str, length: int = 32000) -> Field:
    return Field(name, "textarea", length)


def pick(name: str, *values: str, **more: Any) -> Field:
    return Field(name, "picklist", 255, values=list(values), **more)


def ref(name: str, *targets: str, **more: Any) -> Field:
    return Field(name, "reference", 18, targets=list(targets), **more)


def flag(name: str, **more: Any) -> Field:
    return Field(name, "boolean", nillable=False, default=False, **more)


def money(name: str, **more: Any) -> Field:
    return Field(name, "currency", precision=18, scale=2, **more)


def read_only(made: Field) -> Field:
    """A field that the CRM fills itself."""
    made.createable = made.updateable = False
    return made


def _phones(*names: str) -> list[Field]:
    return [Field(name, "phone", 40) for name in names]


def _address(prefix: str = "") -> list[Field]:
    parts = (("City", 40), ("State", 80), ("PostalCode", 20), ("Country", 80))
    return [Field(f"{prefix}Street", "textarea", 255), *(text(f"{prefix}{name}", length) for name, length in parts)]


def _system() -> list[Field]:
    stamps = [Field(name, "datetime", nillable=False) for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp")]
    people = [ref(name, "User", nillable=False) for name in ("CreatedById", "LastModifiedById")]
    return [read_only(made) for made in (Field("Id", "id", 18, nillable=False), flag("IsDeleted"), *stamps, *people)]


def _person(kind: str, *more: Field) -> list[Field]:
    return [
        text("LastName", 80, nillable=False),
        text("FirstName", 40),
        read_only(text("Name", 121)),
        pick("Salutation", "Mr.", "Ms.", "Mrs.", "Dr.", "Prof."),
        text("Title", 128),
        Field("Email", "email", 80),
        *_phones("Phone", "MobilePhone", "Fax"),
        _sources(),
        long_text("Description"),
        flag("HasOptedOutOfEmail"),
        flag("DoNotCall"),
        read_only(ref("MasterRecordId", kind)),
        *more,
    ]


def _sources() -> Field:
    return pick("LeadSource", "Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")


INDUSTRIES = ("Agriculture", "Banking", "Energy", "Manufacturing", "Retail", "Technology", "Other")
STAGES = {  # name: probability, closed, won, forecast
    "Prospecting": (10, False, False, "Pipeline"),
    "Qualification": (10, False, False, "Pipeline"),
    "Needs Analysis": (20, False, False, "Pipeline"),
    "Value Proposition": (50, False, False, "Pipeline"),
    "Proposal/Price Quote": (75, False, False, "Pipeline"),
    "Negotiation/Review": (90, False, False, "Pipeline"),
    "Closed Won": (100, True, True, "Closed"),
    "Closed Lost": (0, True, False, "Omitted"),
}
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "Closed - Converted")
CONVERTED = "Closed - Converted"
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")


def _activity() -> list[Field]:
    return [
        text("Subject"),
        ref("WhoId", "Contact", "Lead"),
        ref("WhatId", "Account", "Opportunity", "Case"),
        long_text("Description"),
        flag("IsArchived", createable=False, updateable=False),
    ]


def _standard() -> dict[str, tuple[str, list[Field]]]:
    return {
        "Account": ("001", [
            text("Name", 255, nillable=False), ref("ParentId", "Account"),
            pick("Type", "Prospect", "Customer - Direct", "Partner", "Other"), pick("Industry", *INDUSTRIES),
            *_phones("Phone", "Fax"), Field("Website", "url", 255), *_address("Billing"), *_address("Shipping"),
            money("AnnualRevenue"), Field("NumberOfEmployees", "int", precision=8), text("AccountNumber", 40),
            long_text("Description"), read_only(ref("MasterRecordId", "Account")),
        ]),
        "Contact": ("003", _person(
            "Contact",
            ref("AccountId", "Account"), ref("ReportsToId", "Contact"), text("Department", 80),
            *_phones("HomePhone"), *_address("Mailing"), Field("Birthdate", "date"),
            read_only(flag("IsEmailBounced")),
        )),
        "Lead": ("00Q", _person(
            "Lead",
            text("Company", 255, nillable=False), Field("Website", "url", 255), *_address(),
            pick("Status", *LEAD_STATUSES, nillable=False, default=LEAD_STATUSES[0]),
            pick("Rating", "Hot", "Warm", "Cold"), pick("Industry", *INDUSTRIES),
            read_only(flag("IsConverted")), read_only(Field("ConvertedDate", "date")),
            *(read_only(ref(f"Converted{name}Id", name)) for name in ("Account", "Contact", "Opportunity")),
        )),
        "Opportunity": ("006", [
            text("Name", 120, nillable=False), pick("StageName", *STAGES, nillable=False, restricted=True),
            Field("CloseDate", "date", nillable=False), ref("AccountId", "Account"), ref("ContactId", "Contact"),
            money("Amount"), Field("Probability", "percent", precision=3), read_only(money("ExpectedRevenue")),
            pick("Type", "Existing Business", "New Business"), _sources(), text("NextStep", 255),
            long_text("Description"), read_only(flag("IsClosed")), read_only(flag("IsWon")),
            read_only(pick("ForecastCategoryName", "Pipeline", "Best Case", "Commit", "Omitted", "Closed")),
        ]),
        "Case": ("500", [
            read_only(text("CaseNumber", 30)), text("Subject"), long_text("Description"),
            pick("Status", "New", "Working", "Escalated", "Closed", default="New"),
            pick("Priority", "High", "Medium", "Low", default="Medium"), pick("Origin", "Email", "Phone", "Web"),
            pick("Type", "Mechanical", "Electrical", "Other"), pick("Reason", "Installation", "Performance", "Other"),
            ref("ContactId", "Contact"), ref("AccountId", "Account"), ref("ParentId", "Case"),
            Field("SuppliedEmail", "email", 80), text("SuppliedName", 80),
            read_only(flag("IsClosed")), read_only(Field("ClosedDate", "datetime")),
        ]),
        "Task": ("00T", [
            *_activity(), Field("ActivityDate", "date"),
            pick("Status", *TASK_STATUSES, nillable=False, default=TASK_STATUSES[0]),
            pick("Priority", "High", "Normal", "Low", nillable=False, default="Normal"),
            pick("TaskSubtype", "Task", "Email", "Call", default="Task", updateable=False),
            pick("CallType", "Internal", "Inbound", "Outbound"), text("CallDisposition", 255),
            Field("CallDurationInSeconds", "int", precision=8), read_only(flag("IsClosed")),
        ]),
        "Event": ("00U", [
            *_activity(), Field("StartDateTime", "datetime"), Field("EndDateTime", "datetime"),
            Field("ActivityDateTime", "datetime"), Field("DurationInMinutes", "int", precision=8),
            flag("IsAllDayEvent"), text("Location", 255),
        ]),
        "EmailMessage": ("02s", [
            text("Subject", 3000), long_text("TextBody"), long_text("HtmlBody"), Field("FromAddress", "email", 1000),
            text("ToAddress", 4000), text("CcAddress", 4000), flag("Incoming"), pick("Status", "0", "1", "2", "3"),
            Field("MessageDate", "datetime"), ref("ParentId", "Case"), ref("RelatedToId", "Account", "Opportunity"),
            ref("ActivityId", "Task"),
            text("ThreadIdentifier", 765),
        ]),
        "Product2": ("01t", [
            text("Name", 255, nillable=False), text("ProductCode", 255), long_text("Description", 4000),
            pick("Family", "None", "Hardware", "Service"), flag("IsActive"),
        ]),
    }  # fmt: skip


def _lists() -> dict[str, tuple[str, list[Field]]]:
    stage = [text("ForecastCategoryName"), Field("DefaultProbability", "percent", precision=3)]
    label = [text("MasterLabel"), text("ApiName"), Field("SortOrder", "int", precision=8)]
    return {
        "User": ("005", [
            text("Username", 80), Field("Email", "email", 128), text("FirstName", 40), text("LastName", 80),
            text("Name", 121), flag("IsActive"), text("UserType", 40), text("ProfileId", 18), text("UserRoleId", 18),
            text("TimeZoneSidKey", 40), text("LocaleSidKey", 40),
        ]),
        "Group": ("00G", [text("Name", 40), text("DeveloperName", 80), text("Type", 40), Field("Email", "email", 128)]),
        "Organization": ("00D", [text("Name", 80), flag("IsSandbox"), text("InstanceName", 5),
                                 text("OrganizationType", 40), text("DefaultLocaleSidKey", 40)]),
        "OpportunityStage": ("01J", [*label, *stage, flag("IsActive"), flag("IsClosed"), flag("IsWon")]),
        "LeadStatus": ("01K", [*label, flag("IsDefault"), flag("IsConverted")]),
        "UserRecordAccess": ("0UA", [
            ref("UserId", "User"), text("RecordId", 18), flag("HasReadAccess"), flag("HasEditAccess"),
            flag("HasDeleteAccess"), text("MaxAccessLevel", 20),
        ]),
    }  # fmt: skip


def standard_objects(external_id: bool = True) -> dict[str, ObjectType]:
    """A new org's objects, with the connector's external id on every one that can be written."""
    objects = {}
    for name, (prefix, fields) in _standard().items():
        owner = ref("OwnerId", "User", "Group", nillable=False, default="the user")
        ours = [text(EXTERNAL_ID, 64, unique=True, external=True)] if external_id else []
        every = [*_system(), owner, *fields, *ours]
        objects[name] = ObjectType(name, prefix, {made.name: made for made in every})
    for name, (prefix, fields) in _lists().items():
        every = [*_system(), *map(read_only, fields)]
        objects[name] = ObjectType(name, prefix, {made.name: made for made in every}, writable=False)
    return objects
