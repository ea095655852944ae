"""What blind looks say of values that were applied, and what is done about it.

A look by itself writes nothing. A verdict labels the values and may make the policy fall back; where it says that
something is wrong, a correction is put on the list: the look's verdict then takes effect through the ordinary doors, in
the name of who gave it, unless somebody changed the record since.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.jobs.services import enqueue
from crmllm.proposals import services as proposals
from crmllm.proposals.choices import ABOUT_THE_VALUE, Action, State, Verdict
from crmllm.proposals.models import Proposal
from review.looks.choices import Label as LookLabel
from review.looks.choices import Why
from review.looks.models import Look
from review.policies.choices import Blocker, CheckState, Label, Task
from review.policies.models import AutomatedValue, PolicyCheck
from review.policies.services import tell, watch


def heed_verdict(look: Look) -> None:
    """A sample was looked at: its values are labelled, the policies are watched, what is wrong will be corrected."""
    if look.why != Why.SAMPLE:
        return
    said: dict[UUID | None, str] = {line.change_id: line.second for line in look.lines.all()}
    aside = look.verdict == Verdict.REJECT and look.reason and look.reason not in {str(one) for one in ABOUT_THE_VALUE}
    values = list(
        AutomatedValue.objects.select_for_update(of=("self",)).filter(proposal=look.proposal_id, paper=False)
        .select_related("policy__fit").order_by("pk")
    )  # fmt: skip
    for value in values:
        second = said.get(value.change_id)
        wrong = Label.LEFT if aside or second is None else Label.WRONG
        value.label = Label.RIGHT if second == LookLabel.KEPT else wrong
        value.labelled_at = timezone.now()
    AutomatedValue.objects.bulk_update(values, ["label", "labelled_at"])
    for policy in {one.policy_id: one.policy for one in values}.values():
        watch(policy=policy)
    if look.verdict in (Verdict.REJECT, Verdict.EDIT):
        PolicyCheck.objects.update_or_create(
            proposal=look.proposal,
            task=Task.CORRECT,
            defaults={"state": CheckState.WAITING, "look_id": look.pk, "next_attempt_at": timezone.now()},
        )
        _tell_found(values)
        enqueue("automate")


def heed_taken_back(look: Look) -> None:
    """The verdict was taken back: it labels nothing, and what it would have corrected is left."""
    if look.why != Why.SAMPLE:
        return
    AutomatedValue.objects.filter(proposal=look.proposal_id, paper=False).update(label="", labelled_at=None)
    waiting = PolicyCheck.objects.filter(proposal=look.proposal_id, task=Task.CORRECT, state=CheckState.WAITING)
    waiting.update(state=CheckState.VOID)


def _tell_found(values: list[AutomatedValue]) -> None:
    wrong = {one.policy_id: one.policy for one in values if one.label == Label.WRONG}
    for policy in wrong.values():
        tell(
            policy,
            _("A value that a policy applied was found wrong and is being corrected. What else it applied since the "
              "last good sample can be taken back."),
        )  # fmt: skip


def correct(check: PolicyCheck) -> CheckState:
    """Lets a look's verdict take effect: what it rejects is taken back, what it edits is taken back and approved anew
    with the values that were set. Where somebody changed the record since, it is left to a person, and told."""
    if check.look_id is None:
        return CheckState.VOID
    look = Look.objects.select_related("proposal__interaction", "user").filter(pk=check.look_id).first()
    if look is None or look.user is None or look.decided_at is None or look.proposal.state != State.APPROVED:
        return CheckState.VOID
    try:
        with transaction.atomic():
            _take_effect(look)
    except (Conflict, Forbidden, BadInput) as refusal:
        sentence = str(Blocker.BLOCKED.label) % {"message": refusal.message}
        check.blockers = [{"code": str(Blocker.BLOCKED), "field": "", "sentence": sentence[:300]}]
        for value in AutomatedValue.objects.filter(proposal=look.proposal_id, paper=False).select_related("policy")[:1]:
            tell(value.policy, _("A wrong value could not be corrected by itself: %(why)s") % {"why": refusal.message})
        return CheckState.LEFT
    return CheckState.CORRECTED


def _take_effect(look: Look) -> None:
    assert look.user is not None
    user, proposal = look.user, look.proposal
    if look.verdict == Verdict.EDIT and proposal.action == Action.CREATE and _is_built_upon(proposal):
        raise Conflict(_("Other records were made that hang on this one; edit the record itself."))
    proposals.undo(user=user, proposal=proposal)
    if look.verdict == Verdict.EDIT:
        edits = look.edits.open() if look.edits else {}
        again = Proposal.objects.select_related("interaction").get(pk=proposal.pk)
        changes = {change.field: str(change.pk) for change in again.changes.all()}
        given = {changes[name]: value for name, value in edits.items() if name in changes}
        proposals.approve(user=user, proposal=again, edits=given)


def _is_built_upon(proposal: Proposal) -> bool:
    return proposal.needed_by.filter(state=State.APPROVED).exists()
