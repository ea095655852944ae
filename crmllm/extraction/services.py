"""The second stage: an interaction that was read becomes an extraction, and that becomes proposals.

    parsed -> extracting -> proposed | no_change | skipped | failed
                   \\-> parsed again, with the reason and a time for the next try

`claim` and `begin` before the model is asked, `finish` after it; `hand_back`, `postpone` and `fail` when it did not
work. All of them are plain database work; crmllm.extraction.tasks keeps the requests in flight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crmllm.core import audit, work
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Erased, Sealed, open_or, preload
from crmllm.core.errors import CrmllmError
from crmllm.extraction import selectors, windows
from crmllm.extraction.models import ExtractedValue, Extraction
from crmllm.extraction.rules import reader
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.strangers import without_strangers
from crmllm.extraction.types import CRM_CATEGORIES, Extracted, Item, to_json
from crmllm.ingestion.choices import Status, Step
from crmllm.ingestion.models import Interaction, LedgerEntry
from crmllm.jobs.failures import Failure
from crmllm.llm.embedding_files import MODEL_NAME
from crmllm.llm.errors import LlmError
from crmllm.llm.models import Embedding
from crmllm.llm.selectors import INTERACTION
from crmllm.privacy.choices import Purpose
from crmllm.privacy.selectors import is_suppressed, may_process
from crmllm.proposals.proposing import propose, supersede

if TYPE_CHECKING:  # the client library is slow to load, and pages need the states only
    from crmllm.llm.client import Completion

LEASE = 30.0
#: Rules that are this sure that a message is no business of the CRM decide alone; the model is not asked.
SURE = 0.8
#: So many times an item may be taken up; each end of a worker in the middle of it counts.
MOST_ATTEMPTS = 20
#: Vectors are made within this time; later ones come with a replay.
LATELY = timedelta(days=2)
WAITING = (Status.PARSED, Status.EXTRACTING)


@dataclass(frozen=True)
class Prepared:
    """An interaction that is ready to be asked about: opened, allowed, and read by the rules."""

    row: Interaction
    item: Item
    plan: windows.Plan = field(repr=False)

    @property
    def reading(self) -> reader.Reading:
        """What the rules say about the whole."""
        return self.plan.reading

    @cached_property
    def asked(self) -> tuple[bool, ...]:
        """For each window, whether the model is asked about it."""
        return self.plan.worthwhile() if settings.LLM_ASK == "needed" else (True,) * len(self.plan.windows)

    def questions(self, context: str = "") -> list[tuple[str, dict[str, str]] | None]:
        """The prompt's name and variables for each window of the item; None for one that the rules read alone."""
        return [one if asked else None for one, asked in zip(self.plan.questions(context), self.asked, strict=True)]


# --- before the model


def claim(limit: int) -> list[Interaction]:
    """Leases the next interactions to the caller and marks them as being understood."""
    rows = Interaction.objects.filter(status__in=WAITING).order_by("next_attempt_at", "id")
    with transaction.atomic():
        claimed = work.claim(rows, limit=limit, seconds=LEASE)
        Interaction.objects.filter(pk__in=[row.pk for row in claimed]).update(status=Status.EXTRACTING)
    preload(*(row.content for row in claimed))
    return claimed


def begin(row: Interaction) -> Prepared | None:
    """Opens one interaction and lets the rules read it. None when its way ends here, with the reason recorded."""
    if row.attempts > MOST_ATTEMPTS:
        fail(row, Failure("kept_failing", f"Taken up {MOST_ATTEMPTS} times without coming to an end."))
        return None
    try:
        item = selectors.item(row)
    except Erased as error:
        _end(row, Status.SKIPPED, Step.SKIPPED, error.code, error.message)
        return None
    why_not = refusal(item)
    if why_not is not None:
        _end(row, Status.SKIPPED, Step.SKIPPED, *why_not)
        return None
    prepared = Prepared(row, item, windows.plan(item))
    guess = prepared.reading.category
    no_business = guess.value not in CRM_CATEGORIES and guess.confidence >= SURE and len(prepared.plan.windows) == 1
    if no_business or not any(prepared.asked):
        finish(prepared, None)
        return None
    return prepared


def refusal(item: Item) -> tuple[str, str | Promise] | None:
    """Why an item must not be processed, if so: who sent it, or took part in it, does not allow it."""
    who = [item.sender.email] if item.sender is not None else []
    who += [one.email for one in item.participants if one.email and not item.us.owns(one.email)]
    for email in dict.fromkeys(who):
        if may_process(email, Purpose.EXTRACTION):
            continue
        if is_suppressed(email):
            return "suppressed", _("The sender was erased on request and is not processed again.")
        return "no_consent", _("The sender does not allow messages to be processed.")
    return None


# --- after it


def finish(
    prepared: Prepared, *completions: Completion[MailAnswer] | None, without: LlmError | Promise | None = None
) -> Status:
    """Stores what was found, proposes changes, and moves the interaction on. LeaseLost when another worker has it.

    There is one completion for each of the prepared questions, None where no answer could be used. `without` says why
    there is no answer of the model, where one was wanted: what the rules found is used alone then.
    """
    row = prepared.row
    found = windows.finish(prepared.plan, [answer_of(one) for one in completions])
    found = without_strangers(found, prepared.item)
    completion = next((one for one in completions if one is not None), None)
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        extraction = _store(current, found, completion)
        lines = [_understood(current, found, completion, without)]
        current.category = extraction.category
        current.sentiment = extraction.sentiment
        if found.may_create_records() or found.consents:
            current.open_proposals = len(propose(interaction=current, extraction=extraction, extracted=found))
        else:
            supersede(interaction=current, reason="The message was read again.")
            current.open_proposals = 0
        if current.open_proposals:
            current.status, current.reason_code, current.reason = Status.PROPOSED, "", ""
            lines.append(_line(current, Step.PROPOSED, "", _count(current.open_proposals)))
        else:
            current.status = Status.NO_CHANGE
            current.reason_code, current.reason = _no_change(found)
            lines.append(_line(current, Step.EXTRACTED, current.reason_code, current.reason))
        current.attempts = 0
        current.save(update_fields=[*work.LEASE_FIELDS, *_RESULT_FIELDS])
        LedgerEntry.objects.bulk_create(lines)
        audit.record(
            actor=SYSTEM,
            action="interaction.extracted",
            subject_type="interaction",
            subject_id=current.pk,
            details={
                "extraction": str(extraction.pk),
                "prompt_version": extraction.prompt_version,
                "status": str(current.status),
                "proposals": current.open_proposals,
            },
            key_id=current.key_id,
        )
    return Status(current.status)


def answer_of(completion: Completion[MailAnswer] | None) -> ModelAnswer | None:
    if completion is None:
        return None
    return ModelAnswer(completion.value, completion.mean_logprob, completion.prompt_version)


_RESULT_FIELDS = (
    "status", "category", "sentiment", "reason_code", "reason", "open_proposals", "updated_at",
)  # fmt: skip


def _store(row: Interaction, found: Extracted, completion: Completion[MailAnswer] | None) -> Extraction:
    extraction = Extraction.objects.create(
        interaction=row,
        generation=row.generation,
        rules_version=reader.RULES_VERSION,
        prompt_version=completion.prompt_version if completion else "",
        request_model=completion.request_model if completion else "",
        llm_call_id=completion.llm_call_id if completion else None,
        mean_logprob=completion.mean_logprob if completion else None,
        category=found.category.value if found.category else "",
        sentiment=found.sentiment.value if found.sentiment else "",
        language=(found.language.value if found.language else "")[:12],
        result=Sealed.of(to_json(found), row.key_id),
    )
    rows = [
        ExtractedValue(
            extraction=extraction,
            path=path[:60],
            value=Sealed.of(value.value, row.key_id),
            spans=[[span.start, span.end] for span in value.evidence],
            confidence=value.confidence,
            inferred=value.inferred,
            source=value.source,
        )
        for path, value in found.values()
    ]
    rows += [
        ExtractedValue(
            extraction=extraction,
            path=refused.field[:60],
            value=Sealed.of(refused.value, row.key_id),
            source="model",
            rejected=refused.reason[:200],
        )
        for refused in found.rejected
    ]
    ExtractedValue.objects.bulk_create(rows)
    return extraction


def _understood(
    row: Interaction, found: Extracted, completion: Completion[MailAnswer] | None, without: LlmError | Promise | None
) -> LedgerEntry:
    """The line that says who understood it, and how much."""
    code, who = "rules_only", "Understood by rules alone"
    if completion is not None:
        code, who = "", f"Understood by rules and the model ({completion.prompt_version})"
        if isinstance(without, LlmError):
            code, who = without.code, f"{who}, parts of it by rules only because an answer could not be used"
    elif isinstance(without, LlmError):
        code, who = without.code, "The model's answer could not be used; rules only"
    elif without is not None:
        who = f"{without} Rules only"
    return _line(row, Step.EXTRACTED, code, f"{who}: {sum(1 for _ in found.values())} values.")


def _count(proposals: int) -> str:
    return "1 proposal waits for review." if proposals == 1 else f"{proposals} proposals wait for review."


def _no_change(found: Extracted) -> tuple[str, str]:
    if found.category is not None and not found.may_create_records():
        return (
            "not_for_the_crm",
            f"Recognised as {found.category.value.replace('_', ' ')}; only sales, support and billing lead to records.",
        )
    return "nothing_new", "Nothing in it that the CRM does not know."


# --- when it did not work


def hand_back(rows: Sequence[Interaction], error: CrmllmError | None = None, *, wait: timedelta = timedelta()) -> int:
    """Gives rows back that nobody has tried yet, as they were: the model is away, or the worker has to stop.

    The attempt does not count. Rows that another worker has taken over meanwhile are left alone.
    """
    return Interaction.objects.filter(
        pk__in=[row.pk for row in rows], lease_token__in=[row.lease_token for row in rows]
    ).update(
        status=Status.PARSED,
        attempts=F("attempts") - 1,
        lease_token=None,
        leased_until=None,
        error_code=error.code if error else "",
        error_message=error.message[:400] if error else "",
        next_attempt_at=timezone.now() + wait,
    )


def hold_off(error: CrmllmError, *, wait: timedelta) -> int:
    """Lets everything that is due wait: the model is away. No row is claimed for it, no attempt counted."""
    return Interaction.objects.filter(work.due(), status__in=WAITING).update(
        status=Status.PARSED,
        error_code=error.code,
        error_message=error.message[:400],
        next_attempt_at=timezone.now() + wait,
    )


def postpone(row: Interaction, error: CrmllmError) -> None:
    """Gives back a row whose try went wrong; the wait doubles with each. LeaseLost when another worker has it."""
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.postpone(current, error)
        current.status = Status.PARSED
        current.save(update_fields=[*work.LEASE_FIELDS, "status", "updated_at"])


def fail(row: Interaction, failure: Failure) -> None:
    """Ends the way of an interaction visibly; it can be replayed. LeaseLost when another worker has it."""
    _end(row, Status.FAILED, Step.FAILED, failure.code, failure.sentence)


def _end(row: Interaction, status: Status, step: Step, code: str, sentence: str | Promise) -> None:
    with transaction.atomic():
        current = work.locked_under_lease(row)
        work.give_back(current)
        current.status, current.reason_code, current.reason = status, code[:60], str(sentence)[:400]
        current.attempts = 0
        current.save(update_fields=[*work.LEASE_FIELDS, *_RESULT_FIELDS])
        LedgerEntry.objects.bulk_create([_line(current, step, code, sentence)])
        audit.record(
            actor=SYSTEM,
            action=f"interaction.{status}",
            subject_type="interaction",
            subject_id=current.pk,
            details={"code": code},
        )


def _line(row: Interaction, step: Step, code: str, sentence: str | Promise) -> LedgerEntry:
    return LedgerEntry(
        interaction=row, step=step, code=code[:60], sentence=str(sentence)[:400], generation=row.generation
    )


def renew(rows: Sequence[Interaction]) -> int:
    """Holds the leases of all rows in hand for longer, in one statement."""
    return Interaction.objects.filter(
        pk__in=[row.pk for row in rows], lease_token__in=[row.lease_token for row in rows]
    ).update(leased_until=timezone.now() + timedelta(seconds=LEASE))


# --- vectors


def texts_without_vector(size: int) -> Iterator[dict[UUID, str]]:
    """The texts of understood interactions of the last days that have no vector yet, newest first, `size` at a time."""
    made = Embedding.objects.filter(subject_type=INTERACTION, subject_id=OuterRef("pk"), request_model=MODEL_NAME)
    rows = Interaction.objects.filter(
        ~Exists(made),
        pk__gte=UUID(int=int((timezone.now() - LATELY).timestamp() * 1000) << 80),  # ids begin with their time
        status__in=[Status.PROPOSED, Status.NO_CHANGE, Status.DONE],
        content__isnull=False,
    ).order_by("-pk")
    batch = list(rows[:size])
    while batch:
        preload(*(row.content for row in batch))
        opened = {row.pk: open_or(row.content) for row in batch}
        yield {pk: content["text"] for pk, content in opened.items() if content is not None}
        batch = list(rows.filter(pk__lt=batch[-1].pk)[:size])
