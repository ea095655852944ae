"""Which policy speaks for each value of a proposal, and what keeps it from being applied. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crmllm.crm import selectors as crm
from crmllm.crm.choices import Risk
from crmllm.proposals import selectors as proposals
from crmllm.proposals.models import Proposal, ProposedChange
from review.looks.choices import ALIVE, Why
from review.looks.models import Look
from review.policies.choices import Blocker, State
from review.policies.models import ReviewPolicy

#: Lines that no text was read for: the link to a record that matching found, and facts that the CRM holds already. They
#: stand or fall with the identity of the record, which is a question of its own.
LINKS = ("match", "crm")


@dataclass
class Verdict:
    """What the policies say of one proposal: who speaks for each value, and what is in the way."""

    spoken: list[tuple[ProposedChange, ReviewPolicy]] = field(default_factory=list)
    blockers: list[dict[str, str]] = field(default_factory=list)

    @property
    def policies(self) -> list[ReviewPolicy]:
        return list({policy.pk: policy for _, policy in self.spoken}.values())

    @property
    def on_paper(self) -> bool:
        """Whether a policy that only says what it would do has a part in it."""
        return any(policy.state == State.SHADOW for policy in self.policies)

    def block(self, code: Blocker, *, name: str = "", **words: str) -> None:
        sentence = str(code.label) % ({"field": name} | words)
        self.blockers.append({"code": str(code), "field": name, "sentence": sentence[:300]})


def speaking_for(policies: Iterable[ReviewPolicy], object_name: str, change: ProposedChange) -> ReviewPolicy | None:
    """The policy that covers a value: the one that names its field and source before one that names less."""
    fitting = [
        one
        for one in policies
        if one.object == object_name and one.field in ("", change.field) and one.source in ("", change.source)
    ]
    return max(fitting, key=lambda one: (bool(one.field), bool(one.source)), default=None)


def judge(proposal: Proposal, policies: Sequence[ReviewPolicy]) -> Verdict:
    """What policies that are not off say of a proposal. Validation and doubt win over any of them."""
    said, fields = Verdict(), crm.field_map(proposal.object)
    for change in proposal.changes.all():
        label = str(fields[change.field].label) if change.field in fields else change.field
        for one in change.checks:
            said.block(Blocker.CHECK, name=label, message=one["message"])
        if fields[change.field].risk == Risk.HIGH:
            said.block(Blocker.HIGH_RISK, name=label)
        elif change.source in LINKS:
            continue
        elif change.source == "person":
            said.block(Blocker.BY_HAND, name=label)
        elif change.inferred:
            said.block(Blocker.INFERRED, name=label)
        else:
            _speak(said, speaking_for(policies, proposal.object, change), change, label)
    if proposal.match.get("others"):
        said.block(Blocker.IDENTITY)
    if not said.spoken and not said.blockers:
        said.block(Blocker.BLOCKED, message="It holds no value that a policy could speak for.")
    for sentence in proposals.blocked_by(proposal):
        if not any(sentence in one["sentence"] for one in said.blockers):
            said.block(Blocker.BLOCKED, message=sentence)
    return said


def _speak(said: Verdict, policy: ReviewPolicy | None, change: ProposedChange, label: str) -> None:
    if policy is None or policy.state == State.OFF:
        said.block(Blocker.NO_POLICY, name=label)
    elif policy.state == State.FALLEN:
        said.block(Blocker.FALLEN, name=label)
    elif policy.fit is None or policy.fit.threshold is None:
        said.block(Blocker.NOT_PROVEN, name=label)
    elif change.confidence < policy.fit.threshold:
        said.block(
            Blocker.BELOW,
            name=label,
            confidence=f"{change.confidence:.3f}",
            threshold=f"{policy.fit.threshold:.3f}",
        )
    else:
        said.spoken.append((change, policy))


def looks_waiting(policy: ReviewPolicy) -> int:
    """Samples of a policy on which nobody has decided yet."""
    return Look.objects.filter(subject_id=policy.pk, why=Why.SAMPLE, state__in=ALIVE).count()


def waits_for_looks(policies: Iterable[ReviewPolicy]) -> bool:
    """Whether so many samples wait that nothing more may be applied: it bounds what can go wrong unseen."""
    return any(looks_waiting(one) >= one.most_waiting for one in policies if one.state == State.ON)


def ids(policies: Iterable[ReviewPolicy]) -> list[UUID]:
    return sorted(one.pk for one in policies)


def told(blockers: list[dict[str, Any]]) -> str:
    """Blockers in one line."""
    return " ".join(one["sentence"] for one in blockers)
