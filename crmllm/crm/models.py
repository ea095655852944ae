"""Canonical records: one shape for every CRM, and the registry of their fields.

E-mail, phone and address are sealed under the record's own content key and found through blind indexes; so is what
people wrote (summaries, descriptions). Names, titles and companies stay plain: sorting, search and matching need them.
Only the services of `crm` write here.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper

from crmllm.access.models import Owned
from crmllm.core.crypto import new_key
from crmllm.core.fields import SealedField
from crmllm.core.models import BaseModel
from crmllm.crm.choices import (
    ActivityKind,
    ActivityStatus,
    CaseStatus,
    Commitment,
    FieldType,
    ForecastCategory,
    LeadStatus,
    Object,
    Permission,
    RecordState,
    Risk,
    Severity,
    Side,
    StageKind,
)


class CrmUser(BaseModel):
    """A user of the CRM: who owns records. Linked to a login of ours where there is one."""

    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    user = models.OneToOneField(
        "access.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="crm_user",
    )
    team = models.ForeignKey("access.Team", null=True, blank=True, on_delete=models.SET_NULL)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Product(BaseModel):
    """What we sell; mentions in mail are matched against these names."""

    sku = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    family = models.CharField(max_length=80, blank=True)
    list_price = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Competitor(BaseModel):
    """Somebody else who sells what we sell; messages are searched for its names."""

    name = models.CharField(max_length=160, unique=True)
    also_known_as = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Pipeline(BaseModel):
    """An ordered set of stages."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Stage(BaseModel):
    """A step of a possible sale."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField(help_text="Percent.")
    forecast_category = models.CharField(max_length=12, choices=ForecastCategory.choices)
    kind = models.CharField(max_length=8, choices=StageKind.choices, default=StageKind.OPEN)
    active = models.BooleanField(default=True, help_text="Nothing moves into one that is not; old records stay.")

    class Meta:
        ordering: ClassVar = ["pipeline", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_name_once"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(BaseModel):
    """Units of the base currency for one unit of `currency` on a day."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["currency", "day"], name="rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}"


class FieldDef(BaseModel):
    """One field of one object, built-in or custom: the one registry that forms, mapping, policies and privacy read."""

    object = models.CharField(max_length=12, choices=Object.choices)
    name = models.SlugField(max_length=60)
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=12, choices=FieldType.choices)
    choices = models.JSONField(default=list, blank=True, help_text="Pick-list values.")
    target = models.CharField(max_length=12, blank=True, help_text="The object that a reference points to.")
    risk = models.CharField(max_length=8, choices=Risk.choices, default=Risk.NORMAL)
    category = models.CharField(max_length=10, default="none", help_text="Data category (crmllm.core.datamap).")
    writable = models.BooleanField(default=True)
    required = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False, editable=False)
    custom = models.BooleanField(default=False, editable=False)
    hidden_from = ArrayField(models.CharField(max_length=12), default=list, blank=True, help_text="Roles.")
    mapping = models.JSONField(default=dict, blank=True, help_text="Connector key to the field's name there.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["object", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["object", "name"], name="fielddef_once")]

    def __str__(self) -> str:
        return f"{self.object}.{self.name}"


class Record(BaseModel, Owned):
    """What all canonical records share."""

    object_name: ClassVar[str]
    key_id = models.UUIDField(default=new_key, editable=False)
    state = models.CharField(max_length=8, choices=RecordState.choices, default=RecordState.ACTIVE)
    version = models.PositiveIntegerField(default=1, help_text="Grows with each write: the local CRM's ETag.")
    custom = models.JSONField(default=dict, blank=True)
    field_meta = models.JSONField(default=dict, blank=True, help_text="Field to its last writer and time.")

    class Meta:
        abstract = True

    name: models.CharField[str, str]

    def __str__(self) -> str:
        return self.name


def _search(*columns: str, name: str) -> GinIndex:
    """Trigram index over upper-cased columns: what `icontains` compares."""
    return GinIndex(*(OpClass(Upper(column), name="gin_trgm_ops") for column in columns), name=name)


class Account(Record):
    """A customer organisation."""

    object_name = Object.ACCOUNT

    name = models.CharField(max_length=200)
    domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    website = models.CharField(max_length=300, blank=True)
    phone = SealedField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    address = SealedField(null=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["domains"], name="account_domains"),
            models.Index(Lower("name"), name="account_name"),
            _search("name", name="account_search"),
        ]


class Person(Record):
    """What contacts and leads tell alike."""

    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    email = SealedField(null=True)
    email_index = models.BinaryField(max_length=32, null=True)
    phone = SealedField(null=True)
    phone_index = models.BinaryField(max_length=32, null=True)
    phone_consent = models.CharField(max_length=10, choices=Permission.choices, blank=True)
    email_consent = models.CharField(max_length=10, choices=Permission.choices, blank=True)
    marketing_consent = models.CharField(max_length=10, choices=Permission.choices, blank=True)

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(fields=["email_index"], name="%(class)s_email"),
            models.Index(fields=["phone_index"], name="%(class)s_phone"),
            models.Index(Lower("name"), name="%(class)s_name"),
        ]


class Contact(Person):
    """A person at an account."""

    object_name = Object.CONTACT

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts")
    address = SealedField(null=True)
    language = models.CharField(max_length=12, blank=True)

    class Meta(Person.Meta):
        indexes: ClassVar = [*Person.Meta.indexes, _search("name", name="contact_search")]


class Lead(Person):
    """An unqualified interest."""

    object_name = Object.LEAD

    website = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=12, choices=LeadStatus.choices, default=LeadStatus.NEW)
    summary = SealedField(null=True)
    converted_contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Person.Meta):
        indexes: ClassVar = [*Person.Meta.indexes, _search("name", "company", name="lead_search")]


class Opportunity(Record):
    """A possible sale."""

    object_name = Object.OPPORTUNITY

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="opportunities")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="opportunities")
    name = models.CharField(max_length=200)
    summary = SealedField(null=True)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    forecast_category = models.CharField(
        max_length=12,
        choices=ForecastCategory.choices,
        default=ForecastCategory.PIPELINE,
    )
    products = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    competitors = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    quantity = models.PositiveIntegerField(null=True, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    base_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True, editable=False)
    close_date = models.DateField(null=True, blank=True)
    commitment = models.CharField(max_length=8, choices=Commitment.choices, blank=True)
    lost_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "opportunities"
        indexes: ClassVar = [
            models.Index(Lower("name"), name="opportunity_name"),
            models.Index(fields=["close_date"], name="opportunity_close"),
            _search("name", name="opportunity_search"),
        ]


class OpportunityHistory(BaseModel):
    """One value of one field of an opportunity while it held: [valid_from, valid_to). The pipeline of any past day is a
    query over these. Written only by crm's services."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="history")
    field = models.CharField(max_length=20)
    value = models.CharField(max_length=80, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "field"],
                condition=Q(valid_to__isnull=True),
                name="history_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
                name="history_forward",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["field", "valid_from", "valid_to"], name="history_snapshot")]


class Case(Record):
    """A service request."""

    object_name = Object.CASE

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    name = models.CharField(max_length=200)
    summary = SealedField(null=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.NORMAL)
    status = models.CharField(max_length=8, choices=CaseStatus.choices, default=CaseStatus.OPEN)

    class Meta:
        indexes: ClassVar = [_search("name", name="case_search")]


class Activity(Record):
    """A call, mail, meeting, to-do or note, as logged in the CRM."""

    object_name = Object.ACTIVITY

    kind = models.CharField(max_length=8, choices=ActivityKind.choices)
    name = models.CharField(max_length=200)
    text = SealedField(null=True)
    due = models.DateField(null=True, blank=True)
    side = models.CharField(max_length=4, choices=Side.choices, default=Side.US)
    status = models.CharField(max_length=8, choices=ActivityStatus.choices, default=ActivityStatus.OPEN)
    happened_at = models.DateTimeField(null=True, blank=True)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities")
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )

    class Meta:
        verbose_name_plural = "activities"
        indexes: ClassVar = [
            models.Index(fields=["status", "due"], name="activity_due"),
            _search("name", name="activity_search"),
        ]


MODELS: dict[str, type[Record]] = {
    model.object_name: model for model in (Account, Contact, Lead, Opportunity, Case, Activity)
}


def model_for(object_name: str) -> type[Record]:
    """The model of an object's name; KeyError for an unknown one."""
    return MODELS[object_name]
