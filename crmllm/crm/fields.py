"""The built-in fields of the canonical records, as data. `sync_field_defs` keeps the FieldDef table in step.

Everything that asks "which fields are there" reads FieldDef; this list only seeds it. What an admin may change (label,
risk, who does not see it, pick-list of a custom field) is never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crmllm.access.choices import Role
from crmllm.core.datamap import Category
from crmllm.crm import choices
from crmllm.crm.choices import FieldType, Object, Risk
from crmllm.crm.models import FieldDef


@dataclass(frozen=True)
class BuiltIn:
    """One built-in field; `hidden_from` is only the first setting."""

    object: Object
    name: str
    label: str
    type: FieldType = FieldType.TEXT
    risk: Risk = Risk.NORMAL
    category: Category = Category.NONE
    choices: list[str] = field(default_factory=list)
    target: str = ""
    required: bool = False
    sealed: bool = False
    writable: bool = True
    hidden_from: tuple[str, ...] = ()


def _email(object_name: Object) -> BuiltIn:
    return BuiltIn(
        object_name, "email", "E-mail", FieldType.EMAIL, category=Category.CONTACT, sealed=True,
        hidden_from=(Role.AUDITOR,),
    )  # fmt: skip


def _phone(object_name: Object) -> BuiltIn:
    return BuiltIn(
        object_name, "phone", "Phone", FieldType.PHONE, category=Category.CONTACT, sealed=True,
        hidden_from=(Role.AUDITOR,),
    )  # fmt: skip


def _reference(object_name: Object, target: Object) -> BuiltIn:
    return BuiltIn(object_name, target, str(target.label), FieldType.REFERENCE, target=target)


def _pick(
    object_name: Object,
    name: str,
    label: str,
    values: list[str],
    risk: Risk = Risk.NORMAL,
) -> BuiltIn:
    return BuiltIn(object_name, name, label, FieldType.PICKLIST, choices=values, risk=risk)


def _consent(object_name: Object) -> list[BuiltIn]:
    """By which ways a person may be reached: a wrong one does harm either way."""
    return [
        _pick(object_name, f"{channel}_consent", label, choices.Permission.values, Risk.HIGH)
        for channel, label in (("phone", "Consent to calls"), ("email", "Consent to e-mails"),
                               ("marketing", "Consent to marketing"))
    ]  # fmt: skip


_A, _C, _L, _O, _S, _T = (
    Object.ACCOUNT, Object.CONTACT, Object.LEAD, Object.OPPORTUNITY, Object.CASE, Object.ACTIVITY,
)  # fmt: skip

BUILT_IN: list[BuiltIn] = [
    BuiltIn(_A, "name", "Name", category=Category.NAME, required=True),
    BuiltIn(_A, "domains", "Mail domains", FieldType.LIST),
    BuiltIn(_A, "industry", "Industry", risk=Risk.LOW),
    BuiltIn(_A, "website", "Website", FieldType.URL, risk=Risk.LOW),
    BuiltIn(_A, "phone", "Phone", FieldType.PHONE, category=Category.CONTACT, sealed=True),
    BuiltIn(
        _A,
        "address",
        "Address",
        FieldType.LONG_TEXT,
        category=Category.CONTACT,
        sealed=True,
    ),
    BuiltIn(_A, "city", "City", risk=Risk.LOW),
    BuiltIn(_A, "country", "Country", risk=Risk.LOW),
    BuiltIn(_A, "employees", "Employees", FieldType.INTEGER, risk=Risk.LOW),
    BuiltIn(_C, "name", "Name", category=Category.NAME, required=True),
    BuiltIn(_C, "title", "Title", category=Category.NAME, risk=Risk.LOW),
    BuiltIn(_C, "company", "Company", category=Category.NAME, risk=Risk.LOW),
    _reference(_C, _A),
    _email(_C),
    _phone(_C),
    BuiltIn(
        _C,
        "address",
        "Address",
        FieldType.LONG_TEXT,
        category=Category.CONTACT,
        sealed=True,
    ),
    BuiltIn(_C, "language", "Language", risk=Risk.LOW),
    *_consent(_C),
    BuiltIn(_L, "name", "Name", category=Category.NAME, required=True),
    BuiltIn(_L, "title", "Title", category=Category.NAME, risk=Risk.LOW),
    BuiltIn(_L, "company", "Company", category=Category.NAME),
    _email(_L),
    _phone(_L),
    BuiltIn(_L, "website", "Website", FieldType.URL, risk=Risk.LOW),
    BuiltIn(_L, "country", "Country", risk=Risk.LOW),
    BuiltIn(_L, "industry", "Industry", risk=Risk.LOW),
    BuiltIn(_L, "source", "Source", risk=Risk.LOW),
    _pick(_L, "status", "Status", choices.LeadStatus.values),
    *_consent(_L),
    BuiltIn(
        _L,
        "summary",
        "Summary",
        FieldType.LONG_TEXT,
        category=Category.CONTENT,
        sealed=True,
    ),
    BuiltIn(_O, "name", "Name", required=True),
    _reference(_O, _A),
    _reference(_O, _C),
    BuiltIn(
        _O,
        "summary",
        "Summary",
        FieldType.LONG_TEXT,
        category=Category.CONTENT,
        sealed=True,
        risk=Risk.LOW,
    ),
    BuiltIn(_O, "stage", "Stage", FieldType.REFERENCE, target="stage", risk=Risk.HIGH),
    BuiltIn(_O, "products", "Products", FieldType.LIST),
    BuiltIn(_O, "competitors", "Competitors", FieldType.LIST, risk=Risk.HIGH),
    BuiltIn(_O, "quantity", "Quantity", FieldType.INTEGER),
    BuiltIn(_O, "amount", "Amount", FieldType.DECIMAL, risk=Risk.HIGH),
    BuiltIn(_O, "currency", "Currency", risk=Risk.HIGH),
    BuiltIn(_O, "close_date", "Close date", FieldType.DATE, risk=Risk.HIGH),
    _pick(_O, "commitment", "Commitment", choices.Commitment.values),
    _pick(
        _O,
        "forecast_category",
        "Forecast category",
        choices.ForecastCategory.values,
        Risk.HIGH,
    ),
    BuiltIn(_O, "lost_reason", "Lost because"),
    BuiltIn(_S, "name", "Subject", required=True),
    _reference(_S, _A),
    _reference(_S, _C),
    BuiltIn(
        _S,
        "summary",
        "Summary",
        FieldType.LONG_TEXT,
        category=Category.CONTENT,
        sealed=True,
    ),
    _pick(_S, "severity", "Severity", choices.Severity.values),
    _pick(_S, "status", "Status", choices.CaseStatus.values),
    BuiltIn(_T, "name", "Subject", required=True),
    _pick(_T, "kind", "Kind", choices.ActivityKind.values),
    BuiltIn(_T, "text", "Text", FieldType.LONG_TEXT, category=Category.CONTENT, sealed=True),
    BuiltIn(_T, "due", "Due", FieldType.DATE),
    _pick(_T, "side", "To be done by", choices.Side.values),
    _pick(_T, "status", "Status", choices.ActivityStatus.values),
    _reference(_T, _A),
    _reference(_T, _C),
    _reference(_T, _O),
]


def sync_field_defs() -> None:
    """Adds built-in fields that the table lacks and brings their fixed properties up to date."""
    positions: dict[str, int] = {}
    rows = []
    for spec in BUILT_IN:
        position = positions[spec.object] = positions.get(spec.object, 0) + 1
        rows.append(
            FieldDef(
                object=spec.object,
                name=spec.name,
                label=spec.label,
                type=spec.type,
                choices=spec.choices,
                target=spec.target,
                risk=spec.risk,
                category=spec.category,
                required=spec.required,
                sealed=spec.sealed,
                writable=spec.writable,
                hidden_from=list(spec.hidden_from),
                position=position,
            )
        )
    FieldDef.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["object", "name"],
        update_fields=[
            "type",
            "choices",
            "target",
            "category",
            "required",
            "sealed",
            "writable",
            "position",
        ],
    )
