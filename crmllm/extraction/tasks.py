"""The second stage's drain: it keeps the model server busy and everything else out of its way.

The event loop runs in a thread of its own and only talks HTTP. All database work and all rules run one after the other
in the calling thread, with its connections (asgiref's `async_to_sync` and `sync_to_async` arrange that), so that no
query ever keeps a request waiting. More items are claimed than requests are in flight: when an answer comes, the next
question is ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final, ParamSpec, Protocol, TypeVar
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crmllm.core.work import LeaseLost
from crmllm.extraction import context, services
from crmllm.extraction.prompting import prompt_name
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.services import Prepared
from crmllm.ingestion.models import Interaction
from crmllm.jobs.failures import Failure, report
from crmllm.llm.client import Completion, Model
from crmllm.llm.embedding import EmbeddingUnavailable
from crmllm.llm.endpoint import is_set_up
from crmllm.llm.errors import LlmError, ModelFault, ModelUnavailable, PromptMissing
from crmllm.llm.selectors import INTERACTION
from crmllm.llm.services import store_embeddings
from crmllm.notifications.services import notify

log = structlog.get_logger("crmllm.extraction")

P = ParamSpec("P")
R = TypeVar("R")

#: A request that the server broke on or did not answer in time is tried so often.
TRIES: Final = 5
RENEW_SECONDS: Final = services.LEASE / 3
#: How long requests in flight may go on when the drain has to stop; then their items are given back.
GRACE_SECONDS: Final = 4.0
LOOK_SECONDS: Final = 0.5
FIRST_OUTAGE, LONGEST_OUTAGE = timedelta(seconds=5), timedelta(minutes=1)
EMBED_BATCH: Final = 32

_outages = 0  # drains in a row, in this process, that found no model


def drain_extract(run: Job) -> None:
    """Works off interactions that were read, until none is due, time is up, or the model is away."""
    global _outages
    if not is_set_up():
        async_to_sync(Extractor(run, None).work)()
    else:
        outage = async_to_sync(with_model)(run)
        _outages = _outages + 1 if outage else 0
        if outage:
            services.hold_off(outage, wait=_outage_wait(outage))
            run.tick(doing=outage.message)
            return
    embed_idle(run)


def embed_idle(run: Job) -> None:
    """Makes vectors while nothing else is to be done here. Without them only "similar messages" is missing."""
    try:
        for texts in services.texts_without_vector(EMBED_BATCH):
            store_embeddings(subject_type=INTERACTION, texts=texts)
            if run.should_stop():
                return
    except EmbeddingUnavailable as error:
        log.warning("no embeddings", code=error.code, reason=error.message)


def _outage_wait(outage: LlmError) -> timedelta:
    if isinstance(outage, ModelUnavailable) and outage.wait:
        return timedelta(seconds=outage.wait)
    doublings = max(0, min(_outages - 1, 10))
    return min(FIRST_OUTAGE * float(1 << doublings), LONGEST_OUTAGE)


async def with_model(run: Job) -> LlmError | None:
    """Drains with the model. Returns why it is away, if it is."""
    async with Model() as model:
        try:
            await model.check()
        except ModelUnavailable as error:
            return error
        extractor = Extractor(run, model)
        await extractor.work()
        return extractor.outage


async def contexts(model: Model, rows: Sequence[Interaction]) -> dict[UUID, str]:
    """What is known around those items whose prompt asks for it."""
    asking = [row for row in rows if "context" in (await model.asked_with(prompt_name(row.kind), row.pk)).variables]
    return await in_main(context.gather)(asking)


def in_main(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """A function of the calling thread, for the event loop."""
    return sync_to_async(function, thread_sensitive=True)


class Job(Protocol):
    """What the stage needs of the job that runs it; `jobs.drain.Drain` is one."""

    def should_stop(self) -> bool: ...

    def tick(self, *, done: int = 0, failed: int = 0, doing: str = "") -> None: ...


class Extractor:
    """One drain at work: the items in hand, and whether the model has gone away."""

    def __init__(self, run: Job, model: Model | None) -> None:
        self.run = run
        self.model = model
        self.outage: LlmError | None = None
        self.slots = settings.LLM_CONCURRENCY if model else 4
        self.hand = self.slots + max(4, self.slots // 2)
        self._tasks: dict[asyncio.Task[None], Interaction] = {}
        self._faults = 0
        self._failed = 0

    async def work(self) -> None:
        """Takes items up while there are any, and sees all of them settled."""
        renewer = asyncio.create_task(self._renew())
        try:
            await self._feed()
            await self._settle_rest()
        finally:  # also when the database went away: no task may outlive the drain
            await _end([renewer, *self._tasks])
        if self._failed:
            await in_main(_tell)(self._failed)

    def _stopping(self) -> bool:
        return self.outage is not None or self.run.should_stop()

    async def _feed(self) -> None:
        """Keeps the hand full until nothing is due or it is time to stop."""
        clock = asyncio.get_running_loop().time
        look_at = 0.0
        while not self._stopping():
            free = self.hand - len(self._tasks)
            if clock() >= look_at and (free >= self.hand // 4 or len(self._tasks) < self.slots):
                rows = await in_main(services.claim)(free)
                known = await self._contexts(rows)
                for row in rows:
                    self._tasks[asyncio.create_task(self._one(row, known.get(row.pk, "")))] = row
                if len(rows) < free:
                    look_at = clock() + LOOK_SECONDS
            if not self._tasks:
                return
            await self._wait(LOOK_SECONDS)

    async def _contexts(self, rows: Sequence[Interaction]) -> dict[UUID, str]:
        """What is known around the items in hand. It is a help: trouble with it holds nothing up."""
        if self.model is None:
            return {}
        try:
            return await contexts(self.model, rows)
        except (OperationalError, InterfaceError):
            raise
        except LlmError:  # whoever asks the question meets it again, and deals with it
            return {}
        except Exception as error:
            report(error, job="extract")
            return {}

    async def _wait(self, seconds: float) -> None:
        """Until a task ends, or for so long."""
        done, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._tasks[task]
        for task in done:
            task.result()  # a database that went away ends the drain; every other trouble was dealt with

    async def _settle_rest(self) -> None:
        """Lets requests in flight come to their end for a while, then gives the items back."""
        deadline = asyncio.get_running_loop().time() + GRACE_SECONDS
        while self._tasks and asyncio.get_running_loop().time() < deadline:
            await self._wait(LOOK_SECONDS)
        left = list(self._tasks.values())
        await _end(self._tasks)
        self._tasks.clear()
        if left:
            await in_main(services.hand_back)(left)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._tasks:
                await in_main(services.renew)(list(self._tasks.values()))

    async def _one(self, row: Interaction, known: str) -> None:
        """One interaction from its claim to its end, whatever that is."""
        try:
            prepared = await in_main(services.begin)(row)
            if prepared is not None:
                await self._understand(prepared, known)
            self.run.tick(done=1)
        except LeaseLost:
            pass
        except _Later:
            pass
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            await self._fail(row, report(error, job="extract"))

    async def _understand(self, prepared: Prepared, known: str) -> None:
        row = prepared.row
        if self.model is None:
            await in_main(services.finish)(prepared, None, without=NO_MODEL)
            return
        asked = [self._ask(self.model, row, question) for question in prepared.questions(known)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        completions: list[Completion[MailAnswer] | None] = []
        unusable: LlmError | None = None
        for answer in answers:
            if isinstance(answer, ModelUnavailable | PromptMissing):
                self.outage = answer
                await in_main(services.hand_back)([row], answer)
                raise _Later
            if isinstance(answer, ModelFault):
                await self._again(row, answer)
            elif isinstance(answer, LlmError):  # this window goes by its rules
                unusable = answer
                completions.append(None)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                completions.append(answer)
        self._faults = 0
        await in_main(services.finish)(prepared, *completions, without=unusable)

    async def _ask(
        self, model: Model, row: Interaction, question: tuple[str, dict[str, str]] | None
    ) -> Completion[MailAnswer] | None:
        """The answer about one window; all of an item are asked at once, and the client bounds what is in flight."""
        if question is None:
            return None
        name, variables = question
        return await model.complete(
            prompt=name,
            variables=variables,
            schema=MailAnswer,
            subject_id=row.pk,
            subject_type="interaction",
            key_id=row.key_id,
        )

    async def _again(self, row: Interaction, error: ModelFault) -> None:
        """A request went wrong: the item waits for its next try, or has had enough of them."""
        self._faults += 1
        if self._faults >= max(self.slots, 3):
            self.outage = ModelUnavailable("The model keeps failing; it answered nothing for a while.", code=error.code)
        if row.attempts >= TRIES:
            await self._fail(row, Failure(error.code, f"{error.message} That was try {row.attempts}, the last one."))
        else:
            await in_main(services.postpone)(row, error)
        raise _Later

    async def _fail(self, row: Interaction, failure: Failure) -> None:
        try:
            await in_main(services.fail)(row, failure)
        except LeaseLost:
            return
        self._failed += 1
        self.run.tick(done=1, failed=1)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancels tasks and waits until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Later(Exception):
    """The item was given back; it is not done."""


NO_MODEL: Promise = _("No model is set up (LLM=none).")


def _tell(failed: int) -> None:
    """One notification a drain, however many items failed."""
    sentence = "1 message could not be understood." if failed == 1 else f"{failed} messages could not be understood."
    sentence += " The Jobs page says why."
    notify(kind="interaction-failed", role="admin", sentence=sentence, link=reverse("jobs:index"))
