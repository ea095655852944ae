"""The one way to the model: `complete()` asks, checks the answer by our own rules, and keeps a record of every call.

It asks at most twice: once, and once more with what was wrong about the answer. Connection problems are not retried
here: the stage that asked gives its item back and comes again later, so that nothing hangs in memory meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

import httpx2
import openai
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, ValidationError

from crmllm.core.crypto import Sealed
from crmllm.core.ids import uuid7
from crmllm.llm import prompts, versions
from crmllm.llm.choices import CallState
from crmllm.llm.endpoint import base_url
from crmllm.llm.errors import (
    InvalidAnswer,
    LlmError,
    ModelFault,
    ModelTimeout,
    ModelUnavailable,
    RequestRefused,
)
from crmllm.llm.guardrails import is_looping, neutralise
from crmllm.llm.models import LlmCall
from crmllm.llm.schemas import response_format

T = TypeVar("T", bound=BaseModel)
Message = dict[str, str]

CONNECT_SECONDS: Final = 5.0
#: Codes of a server that is not reached at all.
NOBODY_THERE: Final = frozenset({"model_starting", "model_unreachable"})
#: The re-ask repeats at most this much of the bad answer, so that a second try cannot cost many times the first.
REPEATED_CHARACTERS: Final = 1500
#: A model that only adds white space is stopped by the server after a few tokens instead of at the token limit.
STOP: Final = ["\n\n\n\n", "\t\t\t\t", " " * 32]
#: What the libraries below may raise.
_LOWER: Final = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, TimeoutError)
_FENCE = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Completion(Generic[T]):
    """A checked answer, and what it took. Tokens are those of both tries where there were two."""

    value: T
    llm_call_id: UUID
    input_tokens: int
    output_tokens: int
    prompt_version: str
    request_model: str
    mean_logprob: float | None = None


async def complete(
    *,
    prompt: str,
    variables: Mapping[str, str],
    schema: type[T],
    subject_id: UUID,
    subject_type: str,
    key_id: UUID,
) -> Completion[T]:
    """Asks the model once, over a connection of its own. A stage with many items keeps one `Model` open instead."""
    async with Model() as model:
        return await model.complete(
            prompt=prompt,
            variables=variables,
            schema=schema,
            subject_id=subject_id,
            subject_type=subject_type,
            key_id=key_id,
        )


class Model:
    """An open connection to the model server, with at most `concurrency` requests in flight.

    Once the server turned out to be unavailable, it is not asked again through this connection: the questions that
    still wait for a slot fail with the same error, at once. Whoever wants to know whether it is back opens another.
    """

    def __init__(
        self,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        concurrency: int | None = None,
        name: str = "",
        versions_of: Mapping[str, int] | None = None,
    ) -> None:
        """`name` asks that model, and `versions_of` with these versions of prompts, whatever is in use."""
        slots = concurrency or settings.LLM_CONCURRENCY
        self._versions_of = dict(versions_of or {})
        self._slots = asyncio.Semaphore(slots)
        self._named = name or settings.LLM_MODEL
        self._name = self._named
        self._all: frozenset[str] = frozenset()
        self._unavailable: ModelUnavailable | None = None
        limits = httpx2.Limits(max_connections=slots + 2, max_keepalive_connections=slots + 2)
        self._openai = openai.AsyncOpenAI(
            base_url=base_url(),
            api_key=settings.LLM_API_KEY or "none",
            max_retries=0,
            http_client=httpx2.AsyncClient(
                transport=transport,
                limits=limits,
                timeout=httpx2.Timeout(settings.LLM_TIMEOUT, connect=CONNECT_SECONDS),
                trust_env=False,
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._openai.close()

    async def name(self) -> str:
        """The model's name: the given one, LLM_MODEL, or what the server calls the one it serves. Asks once."""
        if not self._name:
            self._name = await self._served()
        return self._name

    async def _name_for(self, subject_id: UUID) -> str:
        """Who is asked about a subject: the version in use, or the one that an experiment gives it, if it is served."""
        usual = await self.name()
        if self._named:
            return usual
        wanted = versions.quick_choice()
        if wanted is None:
            wanted = await sync_to_async(versions.choose)(subject_id)
        return wanted if wanted in self._all else usual

    async def asked_with(self, prompt: str, subject_id: UUID) -> prompts.Chosen:
        """The version of a prompt that a subject is asked with: it depends on who answers."""
        return await self._version(prompt, subject_id, await self._name_for(subject_id))

    async def _version(self, prompt: str, subject_id: UUID, name: str) -> prompts.Chosen:
        if prompt in self._versions_of:
            return await sync_to_async(prompts.exactly)(prompt, self._versions_of[prompt])
        known = prompts.quick_choice(prompt, name)
        return known or await sync_to_async(prompts.choose)(prompt, subject_id, name)

    async def check(self) -> None:
        """Raises ModelUnavailable when nobody answers; cheaper than to find out with the first questions."""
        try:
            served = await self._served()
        except ModelUnavailable as error:
            # A server that does not tell its models may answer questions all the same, if we know what to ask for.
            if not self._named or error.code in NOBODY_THERE:
                raise
        else:
            self._name = self._named or served

    async def _served(self) -> str:
        try:
            async with asyncio.timeout(CONNECT_SECONDS * 2):
                raw = await self._openai.models.with_raw_response.list()
            models = _Models.model_validate_json(raw.content).data
        except ValidationError:
            raise ModelUnavailable("The model server does not say which models it has.", code="model_unknown") from None
        except _LOWER as error:
            lower = _ours(error)
            # Whatever keeps the list from us keeps every request from being answered.
            raise lower if isinstance(lower, ModelUnavailable) else ModelUnavailable(lower.message) from None
        if not models:
            raise ModelUnavailable("The model server has no model loaded.", code="model_unknown")
        self._all = frozenset(one.id for one in models)
        # An adapter, which names the model that it was made from, answers where an operator put it there. One that was
        # trained here answers once a person has put it in use (`versions`).
        put_there = bool(settings.LLM_BASE_URL or settings.LLM_ADAPTERS)
        return next((one.id for one in models if bool(one.parent) == put_there), models[0].id)

    async def complete(
        self,
        *,
        prompt: str,
        variables: Mapping[str, str],
        schema: type[T],
        subject_id: UUID,
        subject_type: str,
        key_id: UUID,
    ) -> Completion[T]:
        """Asks, checks, asks once more if need be, and stores what was said. Raises LlmError."""
        form = response_format(schema)
        name = await self._name_for(subject_id)
        chosen = await self._version(prompt, subject_id, name)
        messages = chosen.messages(variables)
        tries: list[_Try] = []
        try:
            value = await self._ask_twice(name, chosen, messages, form, schema, tries)
        finally:
            if tries:
                stored = sync_to_async(_store)(tries, chosen.label, subject_type, subject_id, key_id)
                await asyncio.shield(stored)
        last = tries[-1]
        return Completion(
            value=value,
            llm_call_id=last.id,
            input_tokens=sum(one.input_tokens for one in tries),
            output_tokens=sum(one.output_tokens for one in tries),
            prompt_version=chosen.label,
            request_model=last.model,
            mean_logprob=last.mean_logprob,
        )

    async def _ask_twice(
        self,
        name: str,
        chosen: prompts.Chosen,
        messages: list[Message],
        form: dict[str, Any],
        schema: type[T],
        tries: list[_Try],
    ) -> T:
        first = await self._ask(name, chosen, messages, form, tries)
        try:
            return _checked(first, schema)
        except _Unfit as fault:
            first.state, first.error = CallState.INVALID, fault.sentence
            again = [*messages, *_correction(first.text, fault.sentence)]
        second = await self._ask(name, chosen, again, form, tries)
        try:
            return _checked(second, schema)
        except _Unfit as fault:
            second.state, second.error = CallState.INVALID, fault.sentence
            raise InvalidAnswer(
                f"The model's answer could not be used, nor could its second one: {fault.sentence}", code=fault.code
            ) from None

    async def _ask(
        self, name: str, chosen: prompts.Chosen, messages: list[Message], form: dict[str, Any], tries: list[_Try]
    ) -> _Try:
        """One request. Whatever becomes of it is noted in `tries`."""
        async with self._slots:
            if self._unavailable is not None:
                raise self._unavailable
            one = _Try(messages, name)
            tries.append(one)
            started = time.perf_counter()
            try:
                async with asyncio.timeout(settings.LLM_TIMEOUT):
                    raw = await self._openai.chat.completions.with_raw_response.create(
                        **request_body(chosen, messages, form, name)
                    )
                one.read(raw.content)
            except _LOWER as error:
                lower = _ours(error)
                if isinstance(lower, ModelUnavailable):
                    self._unavailable = lower
                one.failed(lower)
                raise lower from None
            except LlmError as error:
                one.failed(error)
                raise
            finally:
                one.latency_ms = round((time.perf_counter() - started) * 1000)
        return one


def request_body(
    chosen: prompts.Chosen, messages: Sequence[Message], form: dict[str, Any], model: str
) -> dict[str, Any]:
    """What is sent to the server for one question."""
    body: dict[str, Any] = {
        "model": model,
        "messages": list(messages),
        "response_format": form,
        "temperature": chosen.settings.temperature,
        "max_tokens": chosen.settings.max_tokens,
        "seed": chosen.settings.seed,
        "stop": STOP,
    }
    if chosen.settings.logprobs:
        body["logprobs"] = True
    return body


# --- what the server says ------------------------------------------------------------------------------------------


class _Answer(BaseModel):
    """The parts of a chat completion that we read; anything may be missing from what a server sends."""

    model_config = ConfigDict(extra="ignore")

    class Choice(BaseModel):
        class Message(BaseModel):
            content: str | None = None

        class Logprobs(BaseModel):
            class Token(BaseModel):
                logprob: float

            content: list[Token] | None = None

        message: Message
        finish_reason: str | None = None
        logprobs: Logprobs | None = None

    class Usage(BaseModel):
        prompt_tokens: int = 0
        completion_tokens: int = 0

    choices: list[Choice]
    usage: Usage | None = None


class _Models(BaseModel):
    class Model(BaseModel):
        id: str
        parent: str | None = None

    data: list[Model]


class _Try:
    """One request and what became of it."""

    def __init__(self, messages: list[Message], model: str) -> None:
        self.id = uuid7()
        self.model = model
        self.started_at: datetime = timezone.now()
        self.messages = messages
        # What stands here while the answer is awaited stays when the worker is told to stop meanwhile.
        self.state = CallState.FAILED
        self.error = "cancelled: The worker had to stop before the answer came."
        self.text = ""
        self.finish_reason = ""
        self.input_tokens = self.output_tokens = self.latency_ms = 0
        self.mean_logprob: float | None = None

    def read(self, body: bytes) -> None:
        """Takes the answer in. Raises ModelFault for what is no chat completion, InvalidAnswer for one cut short."""
        try:
            answer = _Answer.model_validate_json(body)
            choice = answer.choices[0]
        except (ValidationError, IndexError):
            raise ModelFault("The model server's reply is not a chat completion.", code="reply_garbled") from None
        self.state, self.error = CallState.ANSWERED, ""
        usage = answer.usage or _Answer.Usage()
        self.input_tokens, self.output_tokens = usage.prompt_tokens, usage.completion_tokens
        self.text, self.finish_reason = choice.message.content or "", (choice.finish_reason or "")[:20]
        tokens = (choice.logprobs.content if choice.logprobs else None) or []
        if tokens:
            self.mean_logprob = sum(token.logprob for token in tokens) / len(tokens)
        if is_looping(self.text):
            raise InvalidAnswer("The model lost itself in white space.", code="answer_looping")
        if self.finish_reason == "length":
            raise InvalidAnswer("The model's answer was longer than the limit and was cut off.", code="answer_cut_off")
        if self.finish_reason == "content_filter":
            raise InvalidAnswer("The model server withheld the answer.", code="answer_withheld")

    def failed(self, error: LlmError) -> None:
        self.state, self.error = _STATES[type(error)], f"{error.code}: {error.message}"


_STATES: Final = {
    ModelUnavailable: CallState.UNREACHABLE,
    ModelTimeout: CallState.TIMED_OUT,
    ModelFault: CallState.FAILED,
    RequestRefused: CallState.REFUSED,
    InvalidAnswer: CallState.INVALID,
}


class _Unfit(Exception):
    """An answer that does not fit the schema; `sentence` tells how, without quoting it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code, self.sentence = code, sentence


def _checked(answer: _Try, schema: type[T]) -> T:
    fenced = _FENCE.fullmatch(answer.text)
    try:
        return schema.model_validate_json(fenced[1] if fenced else answer.text)
    except ValidationError as error:
        # Inputs stay out of the messages: what a mail says must not be able to speak through the re-ask.
        faults = error.errors(include_url=False, include_input=False, include_context=False)
    if any(fault["type"] == "json_invalid" for fault in faults):
        raise _Unfit("answer_not_json", "It is not complete JSON.")
    named = "; ".join(f"{'.'.join(_place(fault['loc'], schema))}: {fault['type']}" for fault in faults[:5])
    raise _Unfit("answer_wrong_shape", f"It does not fit the schema ({named}).")


def _place(location: tuple[int | str, ...], schema: type[BaseModel]) -> list[str]:
    """Where a fault is; names that the model made up are not repeated."""
    return [str(part) if isinstance(part, int) or part in schema.model_fields else "unknown field" for part in location]


def _correction(answer: str, sentence: str) -> list[Message]:
    return [
        {"role": "assistant", "content": neutralise(answer[:REPEATED_CHARACTERS])},
        {
            "role": "user",
            "content": f"This answer cannot be used. {sentence} Answer again, with JSON only.",
        },
    ]


def _store(tries: list[_Try], prompt_version: str, subject_type: str, subject_id: UUID, key_id: UUID) -> None:
    """All tries in one insert; what was said is sealed under the subject's key."""
    LlmCall.objects.bulk_create(
        LlmCall(
            id=one.id,
            started_at=one.started_at,
            prompt_version=prompt_version,
            request_model=one.model[:120],
            subject_type=subject_type,
            subject_id=subject_id,
            state=one.state,
            attempt=number,
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            latency_ms=one.latency_ms,
            finish_reason=one.finish_reason,
            error=one.error[:200],
            request=Sealed.of(one.messages, key_id),
            response=Sealed.of(one.text, key_id) if one.text else None,
        )
        for number, one in enumerate(tries, start=1)
    )


# --- their errors, in our words ------------------------------------------------------------------------------------


def _ours(error: Exception) -> LlmError:
    """Our error for one of openai's or httpx2's. Nothing of its text is taken over: it may quote what was sent."""
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return _timed_out(error)
    if isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, httpx2.ConnectError | httpx2.UnsupportedProtocol):
            return not_reachable()
        return ModelFault("The connection to the model was lost before it answered.", code="connection_lost")
    if isinstance(error, openai.APIStatusError):
        return _refused(error)
    return ModelFault("The model server's reply could not be read.", code="reply_garbled")


def not_reachable() -> ModelUnavailable:
    """What to say when nobody listens: our own server may only be starting."""
    if settings.LLM_BASE_URL:
        return ModelUnavailable("The model is not reachable at the address in LLM_BASE_URL.", code="model_unreachable")
    return ModelUnavailable("The model is starting, or its server is down.", code="model_starting")


def _timed_out(error: Exception) -> LlmError:
    if isinstance(error.__cause__, httpx2.ConnectTimeout):
        return not_reachable()
    return ModelTimeout(f"The model did not answer within {settings.LLM_TIMEOUT} seconds.")


def _refused(error: openai.APIStatusError) -> LlmError:
    status = error.status_code
    if status in (401, 403):
        return ModelUnavailable("The model server refuses our key (LLM_API_KEY).", code="model_key_refused")
    if status == 404:
        sentence = "The model server knows no such model or path (LLM_MODEL, LLM_BASE_URL)."
        return ModelUnavailable(sentence, code="model_not_found")
    if status == 429:
        return ModelUnavailable("The model has too much to do.", code="model_busy", wait=_asked_wait(error))
    if status in (502, 503, 504):
        return ModelUnavailable("The model server is not ready.", code="model_not_ready", wait=_asked_wait(error))
    if status >= 500:
        return ModelFault(f"The model server answered with an error ({status}).")
    return RequestRefused(f"The model server does not take this request ({status}): it may be too long.")


def _asked_wait(error: openai.APIStatusError) -> float | None:
    """Retry-After in seconds, at most an hour."""
    value = error.response.headers.get("retry-after", "")
    return min(float(value), 3600.0) if value.isdecimal() else None
