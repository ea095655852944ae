"""What records refer to, made here or kept as another CRM tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from crmllm.access.models import Team
from crmllm.core import audit
from crmllm.core.errors import BadInput
from crmllm.crm import selectors
from crmllm.crm.choices import ForecastCategory, StageKind
from crmllm.crm.models import Competitor, CrmUser, ExchangeRate, Pipeline, Product, Stage
from crmllm.crm.services import require_admin

Kept = TypeVar("Kept", CrmUser, Product, Stage)


def add_crm_users(*, actor: audit.Actor, users: Sequence[CrmUser]) -> dict[str, CrmUser]:
    """Makes the users of the CRM whose e-mail is new. Returns all of them by e-mail."""
    require_admin(actor)
    with transaction.atomic():
        CrmUser.objects.bulk_create(users, ignore_conflicts=True)
        _audit_import(actor, "crm_user", len(users))
        transaction.on_commit(selectors.forget_us)
    rows = CrmUser.objects.select_related("team").filter(email__in=[user.email for user in users])
    return {row.email: row for row in rows}


def add_products(*, actor: audit.Actor, products: Sequence[Product]) -> dict[str, Product]:
    """Adds products whose SKU is new. Returns all of them by SKU."""
    require_admin(actor)
    with transaction.atomic():
        Product.objects.bulk_create(products, ignore_conflicts=True)
        _audit_import(actor, "product", len(products))
    return {row.sku: row for row in Product.objects.filter(sku__in=[product.sku for product in products])}


def add_competitors(*, actor: audit.Actor, competitors: Sequence[Competitor]) -> None:
    """Adds competitors whose name is new."""
    require_admin(actor)
    with transaction.atomic():
        Competitor.objects.bulk_create(competitors, ignore_conflicts=True)
        _audit_import(actor, "competitor", len(competitors))


def add_pipeline(*, actor: audit.Actor, name: str, stages: Sequence[Stage]) -> dict[str, Stage]:
    """Makes a pipeline with its stages in their order; one of this name keeps its stages. Returns them by name."""
    require_admin(actor)
    with transaction.atomic():
        pipeline, _ = Pipeline.objects.get_or_create(name=name)
        for position, stage in enumerate(stages, start=1):
            stage.pipeline, stage.position = pipeline, position
        Stage.objects.bulk_create(stages, ignore_conflicts=True)
        _audit_import(actor, "stage", len(stages))
    return {row.name: row for row in pipeline.stages.all()}


def add_exchange_rates(*, actor: audit.Actor, rates: Sequence[ExchangeRate]) -> None:
    """Adds rates; a day's rate that is known already stays."""
    require_admin(actor)
    with transaction.atomic():
        ExchangeRate.objects.bulk_create(rates, ignore_conflicts=True)
        _audit_import(actor, "exchange_rate", len(rates))


def _audit_import(actor: audit.Actor, subject_type: str, count: int) -> None:
    details = {"count": count}
    audit.record(
        actor=actor, action=f"{subject_type}.imported", subject_type=subject_type, subject_id=None, details=details
    )


# --- what another CRM says of its users, products and stages


def keep_crm_user(
    *, actor: audit.Actor, known: UUID | None, name: str, email: str, team: str, active: bool
) -> tuple[UUID, bool]:
    """A user of the CRM, by our id or by e-mail, made or brought up to date. Returns its id, and whether it changed."""
    if not email:
        raise BadInput("A user of the CRM has no e-mail address.")
    row = _by_id(CrmUser, known) or CrmUser.objects.filter(email__iexact=email).first() or CrmUser(email=email)
    wanted = {"name": name[:120] or email, "active": active}
    if team:
        wanted["team"] = Team.objects.get_or_create(name=team[:80])[0]
    changed = _brought_up_to_date(actor, "crm_user", row, wanted)
    if changed:
        transaction.on_commit(selectors.forget_us)
    return row.pk, changed


def keep_product(*, actor: audit.Actor, known: UUID | None, values: Mapping[str, Any]) -> tuple[UUID, bool]:
    """A product, known by our id or SKU, made or brought up to date. Returns its id, and whether it changed."""
    name = str(values.get("name") or "")[:160]
    if not name:
        raise BadInput("A product of the CRM has no name.")
    sku = str(values.get("sku") or name)[:40]
    row = _by_id(Product, known) or Product.objects.filter(sku=sku).first() or Product(sku=sku)
    wanted: dict[str, Any] = {"name": name, "active": values.get("active") is not False}
    if values.get("family"):
        wanted["family"] = str(values["family"])[:80]
    if values.get("list_price"):
        wanted["list_price"] = Decimal(str(values["list_price"])).quantize(Decimal("0.01"))
    return row.pk, _brought_up_to_date(actor, "product", row, wanted)


def keep_stage(
    *, actor: audit.Actor, known: UUID | None, pipeline: str, values: Mapping[str, Any]
) -> tuple[UUID, bool]:
    """A stage, known by our id or by its name in its pipeline. Returns its id, and whether it changed."""
    name = str(values.get("name") or "")[:80]
    if not name:
        raise BadInput("A stage of the CRM has no name.")
    owner, _ = Pipeline.objects.get_or_create(name=str(values.get("pipeline") or pipeline)[:80])
    row = _by_id(Stage, known) or Stage.objects.filter(pipeline=owner, name=name).first()
    row = row or Stage(pipeline=owner, name=name, position=0, probability=0)
    kind = StageKind.WON if values.get("won") else StageKind.LOST if values.get("closed") else StageKind.OPEN
    wanted: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "position": int(Decimal(str(values.get("position") or 0))),
        "probability": _percent(values.get("probability"), kind),
        "forecast_category": _forecast(values.get("forecast"), kind),
        "active": values.get("active") is not False,
    }
    return row.pk, _brought_up_to_date(actor, "stage", row, wanted)


def _brought_up_to_date(actor: audit.Actor, kind: str, row: Kept, wanted: Mapping[str, Any]) -> bool:
    """Saves a row with these values, unless it is there and has them. Returns whether anything changed."""
    if not row._state.adding and all(getattr(row, key) == value for key, value in wanted.items()):
        return False
    for key, value in wanted.items():
        setattr(row, key, value)
    row.save()
    audit.record(actor=actor, action=f"{kind}.kept", subject_type=kind, subject_id=row.pk)
    return True


def _by_id(model: type[Kept], pk: UUID | None) -> Kept | None:
    return model._default_manager.filter(pk=pk).first() if pk else None


def _percent(told: Any, kind: StageKind) -> int:
    """A probability as the CRM tells it: a share (0.2) or percent (20)."""
    if told in (None, ""):
        return {StageKind.WON: 100, StageKind.LOST: 0, StageKind.OPEN: 50}[kind]
    number = Decimal(str(told))
    return int(min(max(number * 100 if 0 < number <= 1 else number, Decimal(0)), Decimal(100)))


def _forecast(told: Any, kind: StageKind) -> str:
    plain = str(told or "").strip().casefold().replace(" ", "_")
    if plain in ForecastCategory.values:
        return plain
    return {
        StageKind.WON: ForecastCategory.CLOSED,
        StageKind.LOST: ForecastCategory.OMITTED,
        StageKind.OPEN: ForecastCategory.PIPELINE,
    }[kind]
