"""One item asked about with one version of a prompt, to look at: nothing is proposed and the item stays as it is.

A person waits for it, so it has a time limit of its own, and one person may ask only so often: the model has other
work to do.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import open_or, preload
from crmllm.core.errors import BadInput, Conflict, TooMany
from crmllm.core.models import AuditEvent
from crmllm.extraction import context, selectors, services, windows
from crmllm.extraction.prompting import prompt_name
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.strangers import without_strangers
from crmllm.extraction.types import Extracted
from crmllm.ingestion.choices import Kind
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.selectors import interactions, search
from crmllm.llm import prompts
from crmllm.llm.endpoint import is_set_up
from crmllm.llm.errors import LlmError, ModelTimeout, ModelUnavailable

if TYPE_CHECKING:  # the client library is slow to load, and most pages never ask
    from crmllm.llm.client import Completion

#: A page is not kept waiting longer.
SECONDS: Final = 15.0
A_MINUTE: Final = 10
ACTION: Final = "prompt.tried"
FOUND: Final = 20
#: Subjects are encrypted: so many of the newest items are opened to look for one.
OPENED: Final = 300


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked, what came back, and what rules alone and both together make of it."""

    messages: list[dict[str, str]]
    #: The pieces that the item is asked about in; the first one was asked about.
    pieces: int
    rules: Extracted
    merged: Extracted | None
    completion: Completion[MailAnswer] | None
    error: LlmError | None
    seconds: float


def candidates(user: User, name: str, term: str = "") -> list[Interaction]:
    """Items that a prompt is for and this person may see: by id, sender or words of the subject; else the newest."""
    kinds = [kind for kind in Kind.values if prompt_name(kind) == name]
    rows = interactions(user).filter(kind__in=kinds, content__isnull=False).defer("content")
    term = term.strip()
    if not term:
        return _opened(rows[:FOUND])
    with suppress(ValueError):
        return _opened(rows.filter(pk=UUID(term)))
    found = {row.pk: row for row in search(rows, term)[:FOUND]}
    words = term.casefold()
    found |= {row.pk: row for row in _opened(rows[:OPENED]) if words in open_or(row.subject, "").casefold()}
    return _opened(list(found.values())[:FOUND])


def _opened(rows: QuerySet[Interaction] | list[Interaction]) -> list[Interaction]:
    opened = list(rows)
    preload(*(row.subject for row in opened))
    return opened


def try_version(*, user: User, interaction: Interaction, name: str, number: int) -> Trial:
    """Asks the model about an item with a version. Raises TooMany, BadInput, Conflict, Erased; never LlmError."""
    require(user, "settings.manage")
    if prompt_name(interaction.kind) != name:
        raise BadInput(_("This prompt is for items of another kind."))
    if interaction.content is None:
        raise BadInput(_("This item could not be read; there is nothing to ask about."))
    item = selectors.item(interaction)
    why_not = services.refusal(item)
    if why_not is not None:
        raise Conflict(str(why_not[1]), code=why_not[0])
    chosen = prompts.exactly(name, number)
    _note(user, interaction, chosen.label)
    plan = windows.plan(item)
    known = context.gather([interaction]).get(interaction.pk, "") if "context" in chosen.variables else ""
    _prompt, variables = plan.questions(known)[0]
    started = time.perf_counter()
    completion, error = async_to_sync(_ask)(interaction, chosen, variables)
    seconds = time.perf_counter() - started
    merged = windows.finish(plan, [services.answer_of(completion)]) if completion is not None else None
    return Trial(
        messages=chosen.messages(variables),
        pieces=len(plan.windows),
        rules=without_strangers(windows.finish(plan, []), item),
        merged=without_strangers(merged, item) if merged is not None else None,
        completion=completion,
        error=error,
        seconds=seconds,
    )


def _note(user: User, interaction: Interaction, label: str) -> None:
    """Records that somebody had a look, and refuses it when it is too often."""
    since = timezone.now() - timedelta(minutes=1)
    lately = AuditEvent.objects.filter(action=ACTION, actor_id=user.pk, at__gt=since).count()
    if lately >= A_MINUTE:
        raise TooMany(_("%(most)d tries a minute are enough; wait a moment.") % {"most": A_MINUTE})
    audit.record(
        actor=user,
        action=ACTION,
        subject_type="interaction",
        subject_id=interaction.pk,
        details={"prompt_version": label},
    )


async def _ask(
    interaction: Interaction, chosen: prompts.Chosen, variables: dict[str, str]
) -> tuple[Completion[MailAnswer] | None, LlmError | None]:
    """The answer, or why there is none."""
    from crmllm.llm.client import Model

    if not is_set_up():
        return None, ModelUnavailable(_("No model is set up (LLM=none)."))
    try:
        async with asyncio.timeout(SECONDS), Model(versions_of={chosen.name: chosen.number}) as model:
            return await model.complete(
                prompt=chosen.name,
                variables=variables,
                schema=MailAnswer,
                subject_id=interaction.pk,
                subject_type="interaction",
                key_id=interaction.key_id,
            ), None
    except TimeoutError:
        text = _("The model did not answer within %(seconds)d seconds: it is busy, or slow.")
        return None, ModelTimeout(text % {"seconds": SECONDS})
    except LlmError as error:
        return None, error
