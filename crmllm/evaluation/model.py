"""The model's answers for a whole set: asked in parallel, with a server of our own where none is running."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from crmllm.evaluation.formats import Labelled
from crmllm.extraction import windows
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.llm.errors import InvalidAnswer, LlmError, ModelUnavailable
from crmllm.llm.server.own import model_server


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the questions about one item: an answer for each, None where there is none."""

    answers: tuple[ModelAnswer | None, ...] = ()
    tokens: int = 0
    calls: int = 0
    prompt_version: str = ""
    model: str = ""
    invalid: bool = False
    failed: bool = False

    @property
    def answer(self) -> ModelAnswer | None:
        """The first answer; the only one about a mail."""
        return self.answers[0] if self.answers else None


@dataclass(slots=True)
class Answers:
    """All questions of a set."""

    asked: list[Asked] = field(default_factory=list)
    seconds: float = 0.0

    def of(self, index: int) -> Asked:
        return self.asked[index] if self.asked else Asked()

    @property
    def tokens(self) -> int:
        return sum(one.tokens for one in self.asked)

    @property
    def calls(self) -> int:
        return sum(one.calls for one in self.asked)

    @property
    def invalid(self) -> int:
        return sum(one.invalid for one in self.asked)

    @property
    def unanswered(self) -> int:
        """Items about which the server, asked three times, gave no answer at all."""
        return sum(one.failed for one in self.asked)

    @property
    def model(self) -> str:
        return next((one.model for one in self.asked if one.model), "")

    @property
    def prompt_versions(self) -> list[str]:
        """All versions of prompts that were asked with: kinds have prompts of their own."""
        return sorted({one.prompt_version for one in self.asked if one.prompt_version})


def no_model() -> Answers:
    """The rules alone."""
    return Answers()


def ask_all(
    cases: list[Labelled], *, name: str = "", versions_of: Mapping[str, int] | None = None, gated: bool = True
) -> Answers:
    """Ask the model, or the one of a name, about every case, with the versions of prompts that it is asked with or with
    given ones. As in daily work it is asked where an answer could change something (LLM_ASK). The stored calls' key is
    dropped afterwards: a set's content does not stay. Raises ModelUnavailable if it answered nothing at all."""
    from django.core.management import call_command

    from crmllm.core.crypto import drop_keys, new_key
    from crmllm.llm import prompts

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    prompts.load()
    for prompt, number in (versions_of or {}).items():
        prompts.exactly(prompt, number)  # said before a server is started for it
    key = new_key()
    try:
        with model_server():
            started = time.perf_counter()
            asked = asyncio.run(_ask_all(cases, key, name, versions_of, gated))
            done = Answers(asked, time.perf_counter() - started)
    finally:
        drop_keys([key])
    if done.unanswered and not done.calls:
        raise ModelUnavailable(f"The model answered none of {done.unanswered} questions: there is nothing to measure.")
    return done


async def _ask_all(
    cases: list[Labelled], key: UUID, name: str, versions_of: Mapping[str, int] | None, gated: bool
) -> list[Asked]:
    """Every case once; those that the server was too busy for again, with ever fewer at a time."""
    from django.conf import settings

    from crmllm.llm.client import Model

    asked = [Asked(failed=True)] * len(cases)
    for slots in (settings.LLM_CONCURRENCY, max(1, settings.LLM_CONCURRENCY // 4), 1):
        left = [index for index, one in enumerate(asked) if one.failed]
        async with Model(concurrency=slots, name=name, versions_of=versions_of) as model:
            answers = await asyncio.gather(*(_ask(model, cases[at], key, gated) for at in left))
        for index, one in zip(left, answers, strict=True):
            asked[index] = one
    return asked


async def _ask(model: object, case: Labelled, key: UUID, gated: bool) -> Asked:
    from django.conf import settings

    from crmllm.core.ids import uuid7
    from crmllm.llm.client import Model

    assert isinstance(model, Model)
    answers: list[ModelAnswer | None] = []
    tokens, invalid = 0, False
    version = served = ""
    plan = windows.plan(case.item)
    asked = plan.worthwhile(gated=gated) if settings.LLM_ASK == "needed" else (True,) * len(plan.windows)
    calls = 0
    for (name, variables), wanted in zip(plan.questions(), asked, strict=True):
        if not wanted:
            answers.append(None)
            continue
        calls += 1
        try:
            done = await model.complete(
                prompt=name,
                variables=variables,
                schema=MailAnswer,
                subject_id=uuid7(),
                subject_type="evaluation",
                key_id=key,
            )
        except InvalidAnswer:
            answers.append(None)
            invalid = True
            continue
        except LlmError as error:
            print(f"{case.sample.file}: {error.code}", file=sys.stderr)
            return Asked(failed=True)
        answers.append(ModelAnswer(done.value, done.mean_logprob, done.prompt_version))
        tokens += done.input_tokens + done.output_tokens
        version, served = done.prompt_version, done.request_model
    return Asked(tuple(answers), tokens, calls, version, served, invalid=invalid)
