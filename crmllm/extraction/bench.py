"""Bench: does our whole path keep the model server as busy as its own prompts sent straight to it?

The same prompts go through the stage (claim, rules, the model's door, checks, database, proposals) and straight to the
server at the same concurrency, in turns, after one pass that warms the server's prefix cache for both alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx2
import openai
from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils import timezone

from crmllm.core.audit import SYSTEM
from crmllm.core.errors import Conflict
from crmllm.extraction import services, tasks
from crmllm.extraction.prompting import prompt_for
from crmllm.extraction.rules import reader
from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.selectors import item
from crmllm.ingestion.choices import Origin, Status
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.services import receive_many
from crmllm.llm import prompts
from crmllm.llm.choices import CallState
from crmllm.llm.client import Model, request_body
from crmllm.llm.endpoint import base_url
from crmllm.llm.models import LlmCall
from crmllm.llm.schemas import response_format
from crmllm.llm.server.own import model_server

MAILS = 32
ROUNDS = 2  # each: straight, ours, ours, straight
PEOPLE = ("Maria Lopez", "Jonas Keller", "Anna Nowak", "Luc Bernard", "Emma de Vries", "Paolo Conti")
ROLES = ("Head of Procurement", "Plant Manager", "IT Director", "Office Manager")
COMPANIES = ("Brightwater Foods", "Keller Druck", "Nowak Logistics", "Moulin Bernard", "De Vries Bouw", "Conti Arredi")
WISHES = (
    "we would like a quote for {count} units for our new hall. Our budget is {amount} EUR, to be decided in May.",
    "the machine that you delivered last month stops after {count} minutes. Production waits, please call me today.",
    "could you send the invoice for order {count} again? The amount should be {amount} EUR.",
    "we spoke at the fair. Please send me the data sheets and a price for {count} pieces until Friday.",
)


class Quiet:
    """What the stage asks of a job: never to stop."""

    def should_stop(self) -> bool:
        return False

    def tick(self, *, done: int = 0, failed: int = 0, doing: str = "") -> None:
        """Nothing is shown."""


@dataclass
class Tally:
    """Answers and the seconds that they took."""

    answers: int = 0
    seconds: float = 0.0
    rates: list[float] = field(default_factory=list)

    def add(self, answers: int, seconds: float) -> None:
        self.answers += answers
        self.seconds += seconds
        self.rates.append(answers / seconds)

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def model_stage() -> Iterator[dict[str, Any]]:
    """Answered requests per second through our whole path, and straight; the goal is a ratio of 0.95."""
    if Interaction.objects.filter(status__in=services.WAITING).exists():
        raise Conflict("Other messages wait to be understood; this bench needs a database where nothing else waits.")
    with model_server():
        yield _measured(list(_mails()))


def _measured(rows: Sequence[Interaction]) -> dict[str, Any]:
    bodies = _bodies(rows)
    ours, straight = Tally(), Tally()
    async_to_sync(_straight)(bodies)
    for _ in range(ROUNDS):
        straight.add(*async_to_sync(_straight)(bodies))
        ours.add(*_through(rows))
        ours.add(*_through(rows))
        straight.add(*async_to_sync(_straight)(bodies))
    return {
        "what": f"model stage, answers a second at {settings.LLM_CONCURRENCY} in flight",
        "ours": round(ours.rate, 3),
        "peer": round(straight.rate, 3),
        "ratio": round(ours.rate / straight.rate, 3),
        "goal": 0.95,
        "passes": {
            "ours": [round(rate, 3) for rate in ours.rates],
            "peer": [round(rate, 3) for rate in straight.rates],
        },
    }


def _mails() -> Iterator[Interaction]:
    """Fresh made-up mails, stored through the ordinary door."""
    run = str(timezone.now().timestamp())
    raws = []
    for number in range(MAILS):
        name = PEOPLE[number % len(PEOPLE)]
        company = COMPANIES[number % len(COMPANIES)]
        address = f"{name.split()[0].lower()}@{company.split()[0].lower()}.example"
        wish = WISHES[number % len(WISHES)].format(count=5 + number, amount=1000 + 250 * number)
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{name} <{address}>", "sales@crm.example"
        mail["Subject"], mail["Message-ID"] = f"Request {number}", f"<bench-{run}-{number}@crm.example>"
        mail["Date"] = datetime(2026, 3, 2, 9, number % 60, tzinfo=UTC)
        role = ROLES[number % len(ROLES)]
        mail.set_content(f"Hello,\n\n{wish}\n\nBest regards\n{name}\n{role}\n{company}\n+49 30 9018{number:04}\n")
        raws.append(mail.as_bytes())
    for received in receive_many(actor=SYSTEM, raws=raws, origin=Origin.COMMAND):
        yield received.interaction


def _bodies(rows: Sequence[Interaction]) -> list[dict[str, Any]]:
    """The requests that the stage is going to send, word for word."""
    form = response_format(MailAnswer)
    name, known = async_to_sync(_asked)(rows)
    bodies = []
    for row in rows:
        read = item(row)
        prompt, variables = prompt_for(read, reader.read(read), context=known.get(row.pk, ""))
        chosen = prompts.choose(prompt, row.pk, name)
        bodies.append(request_body(chosen, chosen.messages(variables), form, name))
    return bodies


async def _asked(rows: Sequence[Interaction]) -> tuple[str, dict[UUID, str]]:
    """Who answers, and what is told around the items."""
    async with Model() as model:
        return await model.name(), await tasks.contexts(model, rows)


async def _straight(bodies: Sequence[dict[str, Any]]) -> tuple[int, float]:
    """Sends all bodies with nothing of ours around them."""
    slots = asyncio.Semaphore(settings.LLM_CONCURRENCY)
    client = openai.AsyncOpenAI(
        base_url=base_url(),
        api_key=settings.LLM_API_KEY or "none",
        max_retries=0,
        timeout=settings.LLM_TIMEOUT,
        http_client=httpx2.AsyncClient(trust_env=False),
    )

    async def one(body: dict[str, Any]) -> None:
        async with slots:
            await client.chat.completions.create(**body)

    async with client:
        started = time.perf_counter()
        await asyncio.gather(*(one(body) for body in bodies))
        return len(bodies), time.perf_counter() - started


def _through(rows: Sequence[Interaction]) -> tuple[int, float]:
    """Sends the interactions through the stage. A second question about one counts: the server answered it."""
    keys: list[UUID] = [row.pk for row in rows]
    Interaction.objects.filter(pk__in=keys).update(status=Status.PARSED, next_attempt_at=timezone.now())
    began = timezone.now()
    started = time.perf_counter()
    outage = async_to_sync(tasks.with_model)(Quiet())
    seconds = time.perf_counter() - started
    if outage is not None:
        raise outage
    calls = LlmCall.objects.filter(subject_id__in=keys, started_at__gte=began)
    return calls.filter(state__in=[CallState.ANSWERED, CallState.INVALID]).count(), seconds
