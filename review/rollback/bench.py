"""How long it takes to take back what a policy wrote: ten thousand writes to the local CRM, the sender included."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.connectors.services import master_of
from crmllm.core import work
from crmllm.core.bulk import insert_many
from crmllm.core.crypto import Sealed, new_keys
from crmllm.crm.choices import Object
from crmllm.crm.models import Contact
from crmllm.ingestion.choices import Origin, Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals.choices import Action, State, Verdict
from crmllm.proposals.models import Decision, Proposal, ProposedChange
from crmllm.writeback import sender
from crmllm.writeback import tasks as writing
from crmllm.writeback.choices import Operation
from crmllm.writeback.choices import State as WriteState
from crmllm.writeback.models import Writeback
from review.policies.models import AutomatedValue, ReviewPolicy
from review.rollback import services
from review.rollback.choices import Result, Subject
from review.rollback.models import Rollback

WRITES = int(os.environ.get("BENCH_ROLLBACK", "10000"))
#: One record in so many was changed by somebody since; it has to stay as it is.
MOVED = 100
GOAL = 300.0  # seconds
BEFORE, WRITTEN, SINCE = "Buyer", "Head of Purchasing", "Chief Executive"


def roll_back() -> list[dict[str, Any]]:
    """Seconds for the dry run, for taking back, for the sender; and how many records do not hold what they should."""
    user, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": Role.ADMIN})
    policy = ReviewPolicy.objects.create(object=Object.CONTACT, field="title", one_in=200)
    contacts = write(policy, WRITES)
    Contact.objects.filter(pk__in=contacts[::MOVED]).update(title=SINCE)
    planned, row = _timed(lambda: services.plan(user=user, subject_type=Subject.POLICY, subject_id=policy.pk))
    services.start(user=user, rollback=row)
    undone, _ = _timed(lambda: work_off(row))
    sent, _ = _timed(send_all)
    wrong = astray(row, contacts)
    told = f"{WRITES:,} writes of a policy"
    return [
        {"what": f"dry run of {told} (s)", "ours": round(planned, 1)},
        {"what": f"taking back {told} (s)", "ours": round(undone, 1)},
        {"what": f"sending what takes back {told} (s)", "ours": round(sent, 1)},
        {"what": f"all of it, {told} (s)", "ours": round(planned + undone + sent, 1), "goal": GOAL},
        {"what": "records that neither hold what they held nor are listed", "ours": wrong, "goal": 0},
    ]


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = do()
    return time.perf_counter() - started, result


def work_off(row: Rollback) -> None:
    """As the drain does."""
    (held,) = work.claim(Rollback.objects.filter(pk=row.pk), limit=1, seconds=3600)
    while services.advance(held):
        pass


def send_all() -> None:
    """As the sender's drain does."""
    while rows := writing.claim():
        sender.deliver(rows)


def astray(row: Rollback, contacts: Iterable[Any]) -> int:
    """Records that do not hold their before-image, and are not listed as left for a reason either."""
    left = row.items.filter(result__in=[Result.CONFLICT, Result.STAYED]).values_list("proposal__target_id", flat=True)
    titles = dict(Contact.objects.filter(pk__in=list(contacts)).values_list("pk", "title"))
    stayed = set(left)
    return sum(title != (SINCE if pk in stayed else BEFORE) for pk, title in titles.items())


def write(policy: ReviewPolicy, count: int) -> list[Any]:
    """Contacts with a title that a policy wrote, as if the whole way had been gone; returns their ids."""
    keys, now = new_keys(2 * count), timezone.now() - timedelta(hours=1)
    connection = master_of(Object.CONTACT)
    rows: dict[type, list[Any]] = {}

    def add(row: Any) -> Any:
        rows.setdefault(type(row), []).append(row)
        return row

    for number in range(count):
        key = keys[number]
        contact = add(Contact(key_id=keys[count + number], name=f"Robin Sample {number}", title=WRITTEN, version=2))
        interaction = add(
            Interaction(
                key_id=key,
                fingerprint=os.urandom(32),
                occurred_at=now,
                status=Status.DONE,
                origin=Origin.COMMAND,
                sender_name="Robin Sample",
                subject=Sealed.of("A new title", key),
                content=Sealed.of({"text": "A new title.", "sender": {}}, key),
            )
        )
        proposal = add(
            Proposal(
                interaction=interaction,
                object=Object.CONTACT,
                action=Action.UPDATE,
                target_id=contact.pk,
                name=contact.name,
                state=State.APPROVED,
                decided_at=now + timedelta(milliseconds=number),
            )
        )
        change = add(
            ProposedChange(
                proposal=proposal,
                field="title",
                old=Sealed.of(BEFORE, key),
                proposed=Sealed.of(WRITTEN, key),
                confidence=0.99,
                source="rule",
            )
        )
        add(Decision(proposal=proposal, verdict=Verdict.APPROVE, values=Sealed.of({"title": WRITTEN}, key)))
        add(
            Writeback(
                proposal=proposal,
                connection=connection,
                operation=Operation.UPDATE,
                object=Object.CONTACT,
                target_id=contact.pk,
                seq=1,
                state=WriteState.VERIFIED,
                values=Sealed.of({"title": WRITTEN}, key),
                base=Sealed.of({"title": BEFORE}, key),
                before=Sealed.of({"title": BEFORE}, key),
                sent_at=now,
                verified_at=now,
            )
        )
        add(
            AutomatedValue(
                policy=policy, proposal=proposal, change=change, field="contact.title", source="rule", confidence=0.99
            )
        )
    with transaction.atomic():
        for made in rows.values():
            insert_many(made)
    return [contact.pk for contact in rows[Contact]]
