"""What changes policies: people, who make them and move them between states, and derivations and drift.

    off <-> on paper -> on -> fallen back -> on again, by a person, on fresh evidence

What policies do with proposals is in `applying`, what looks say of that in `correcting`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Avg, Case, Max, When
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.audit import SYSTEM, System
from crmllm.core.errors import BadInput, Conflict
from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object, Risk
from crmllm.extraction.models import Calibration
from crmllm.notifications.services import notify
from crmllm.proposals.models import ProposedChange
from review.policies import drift, evidence
from review.policies.choices import MOVES, Came, Label, State
from review.policies.derive import Derivation, Promise, derive, risk_of
from review.policies.evidence import Evidence
from review.policies.models import AutomatedValue, PolicyFit, ReviewPolicy
from review.policies.pools import Pool, covered, pools

PERMISSION = "policies.manage"
MAX_REASON = 300
#: Proposed values whose confidences are compared with those that the threshold was derived on.
LATEST = 500
#: Tells a drain from the outside, in the audit trail.
POLICY = System("policy")


# --- by people


def create(
    *,
    user: User,
    object_name: str,
    field: str = "",
    source: str = "",
    one_in: int = 200,
    confidence: float = 0.95,
    whole_history: bool = False,
    sample_share: float = 0.05,
) -> ReviewPolicy:
    """A new policy, off. What has enough decisions gets its first threshold at once."""
    require(user, PERMISSION)
    known = crm.field_map(object_name) if object_name in Object.values else {}
    if not known:
        raise BadInput(_("Choose an object."), fields={"object": [_("There is no such object.")]})
    if field and field not in known:
        raise BadInput(_("Choose a field."), fields={"field": [_("This object has no such field.")]})
    if field and known[field].risk == Risk.HIGH:
        raise BadInput(
            _("Fields of high risk are never applied without a person."),
            fields={"field": [_("“%(field)s” is of high risk.") % {"field": known[field].label}]},
        )
    with transaction.atomic():
        row = ReviewPolicy(
            object=object_name,
            field=field,
            source=source,
            one_in=one_in,
            confidence=confidence,
            whole_history=whole_history,
            sample_share=sample_share,
            owner=user,
        )
        _check(row)
        row.save()
        audit.record(
            actor=user,
            action="policy.created",
            subject_type="policy",
            subject_id=row.pk,
            details={"scope": str(row), "confidence": confidence, "sample_share": sample_share},
        )
        derive_due(policy=row)
    row.refresh_from_db()
    return row


def _check(row: ReviewPolicy) -> None:
    try:
        row.clean_fields(exclude=["fit", "owner", "evidence_from", "on_since", "shift"])
    except ValidationError as error:
        raise BadInput(_("A figure is out of range."), fields=error.message_dict) from None


def move(*, user: User, policy: ReviewPolicy, state: State) -> ReviewPolicy:
    """Switches a policy on, on paper or off. Raises Conflict where that cannot be, with what is missing."""
    require(user, PERMISSION)
    try:
        with transaction.atomic():
            row = _locked(policy)
            if state not in MOVES[row.state]:
                raise Conflict(_("This policy is %(state)s.") % {"state": row.get_state_display()})
            if state == State.ON and row.fit is None:
                raise Conflict(_("Nothing is proven yet: the policy has no threshold."), code="not_proven")
            before, row.state, row.reason = row.state, state, ""
            row.on_since = timezone.now() if state == State.ON else None
            row.save()
            audit.record(
                actor=user,
                action=f"policy.{state}",
                subject_type="policy",
                subject_id=row.pk,
                details={"from": before, "threshold": row.fit.threshold if row.fit else None},
            )
    except IntegrityError:
        raise Conflict(
            _("Another policy for the same field and source is not off; switch that one off first.")
        ) from None
    return row


def _locked(policy: ReviewPolicy) -> ReviewPolicy:
    rows = ReviewPolicy.objects.select_for_update(of=("self",), no_key=True).select_related("fit")
    return rows.get(pk=policy.pk)


# --- derivations


def derive_all() -> int:
    """Derives for every policy whose next size is reached, and looks whether confidences have moved. By the clock."""
    made = 0
    for policy in ReviewPolicy.objects.all():
        with transaction.atomic():
            made += derive_due(policy=policy) is not None
        note_shift(policy=policy)
    return made


def derive_due(*, policy: ReviewPolicy) -> PolicyFit | None:
    """The next derivation of a policy, if as many decisions as were fixed beforehand are there."""
    with transaction.atomic():
        row = _locked(policy)
        fits = row.fits.all()
        last = (fits.filter(until__gte=row.evidence_from) if row.evidence_from else fits).first()
        number = fits.count() + 1
        promise = risk_of(number, Promise(row.one_in, row.confidence), whole_history=row.whole_history)
        found = evidence.due(pools(row), row.evidence_from, promise, last)
        if found is None:
            return None
        pool, size = found
        used = evidence.collect(pool, row.evidence_from).first(size)
        return _keep(row, number, pool, used, promise)


def _keep(row: ReviewPolicy, number: int, pool: Pool, used: Evidence, promise: Promise) -> PolicyFit:
    derived = derive(used.scores, used.wrong, promise)
    before = row.fit
    came = _came(derived, before, promise)
    proven = derived.proven
    fit = PolicyFit.objects.create(
        policy=row,
        number=number,
        came=came,
        pool=pool.level,
        until=used.at[-1],
        decisions=derived.decisions,
        errors=derived.errors,
        confidence=promise.confidence,
        threshold=proven.threshold if proven else None,
        above=proven.decisions if proven else 0,
        wrong_above=proven.errors if proven else 0,
        bound=proven.bound if proven else None,
        steps=[[one.threshold, one.decisions, one.errors, round(one.bound, 6), one.passed] for one in derived.steps],
        spread=drift.histogram(used.scores),
    )
    if came == Came.PROVEN:
        row.fit = fit
        row.save(update_fields=["fit", "updated_at"])
    elif came == Came.CONTRADICTED:
        reason = _("Of the decisions above the threshold more were wrong than the promise allows.")
        if row.state == State.ON:
            fall_back(policy=row, reason=reason)
        else:
            row.fit = None
            row.save(update_fields=["fit", "updated_at"])
    audit.record(
        actor=SYSTEM,
        action="policy.derived",
        subject_type="policy",
        subject_id=row.pk,
        details={"number": number, "came": came, "decisions": fit.decisions, "threshold": fit.threshold},
    )
    return fit


def _came(derived: Derivation, before: PolicyFit | None, promise: Promise) -> Came:
    if derived.proven is not None:
        return Came.PROVEN
    if before is None or before.threshold is None:
        return Came.NOTHING
    return Came.CONTRADICTED if derived.contradicts(before.threshold, promise) else Came.KEPT


# --- drift


def fall_back(*, policy: ReviewPolicy, reason: str) -> None:
    """Back to review, at once. What was decided up to now proves nothing any more; a person switches it on again."""
    with transaction.atomic():
        row = _locked(policy)
        if row.state != State.ON:
            return
        row.state, row.reason = State.FALLEN, reason[:MAX_REASON]
        row.fit, row.on_since, row.evidence_from = None, None, timezone.now()
        row.save()
        audit.record(
            actor=POLICY, action="policy.fallen", subject_type="policy", subject_id=row.pk, details={"reason": reason}
        )
        tell(row, _("A policy has fallen back to review. %(reason)s") % {"reason": reason})


def watch(*, policy: ReviewPolicy) -> drift.Watch:
    """Follows the labels since the policy was switched on, and falls back where they tell against the promise."""
    seen = watched(policy)
    if policy.state == State.ON and seen.stopped_at is not None:
        fall_back(
            policy=policy,
            reason=_("%(wrong)d of %(labels)d looks since found something wrong.")
            % {"wrong": seen.wrong, "labels": seen.labels},
        )
    return seen


def watched(policy: ReviewPolicy) -> drift.Watch:
    """What the labels say that came since the policy was switched on."""
    return drift.watch(labels(policy, policy.on_since), policy.one_in)


def labels(policy: ReviewPolicy, since: datetime | None) -> list[float]:
    """For each look, in their order, the share of the policy's values that it found wrong."""
    if since is None:
        return []
    rows = AutomatedValue.objects.filter(
        policy=policy, paper=False, label__in=[Label.RIGHT, Label.WRONG], created_at__gte=since
    )
    wrong = Avg(Case(When(label=Label.WRONG, then=1.0), default=0.0))
    looks = rows.order_by().values("proposal").annotate(share=wrong, at=Max("labelled_at"))
    return [one["share"] for one in looks.order_by("at", "proposal")]


def note_shift(*, policy: ReviewPolicy) -> float | None:
    """Warns, once, when confidences are spread otherwise than those that the threshold in force was derived on."""
    if policy.fit is None or policy.state not in (State.ON, State.SHADOW):
        return None
    now = latest_confidences(policy)
    moved = drift.shift(policy.fit.spread, drift.histogram(now)) if now else None
    with transaction.atomic():
        row = _locked(policy)
        newly = (moved or 0) > drift.SHIFTED >= (row.shift or 0)
        row.shift = moved
        row.save(update_fields=["shift", "updated_at"])
        if newly:
            tell(row, _("Values are read with other confidences than when a policy's threshold was derived."))
    return moved


def latest_confidences(policy: ReviewPolicy) -> list[float]:
    """Of the latest proposed values in a policy's scope."""
    names = {name.partition(".")[2] for name in covered(policy)}
    rows = ProposedChange.objects.filter(proposal__object=policy.object, field__in=names)
    rows = rows.filter(source=policy.source) if policy.source else rows.exclude(source__in=["match", "crm", "person"])
    return list(rows.order_by("-id").values_list("confidence", flat=True)[:LATEST])


def tell(policy: ReviewPolicy, sentence: Any) -> None:
    """Tells the managers and who made the policy."""
    notify(
        kind="policy",
        users=[policy.owner_id] if policy.owner_id else [],
        role=Role.MANAGER,
        sentence=sentence,
        link=f"/review/policies/{policy.pk}/",
    )


def calibrated_anew(policy: ReviewPolicy) -> bool:
    """Whether confidences have been calibrated anew since the threshold was derived."""
    return policy.fit is not None and Calibration.objects.filter(created_at__gt=policy.fit.created_at).exists()
