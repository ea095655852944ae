"""A version of a prompt tried on an item: shown beside the rules, stored as a call, and nothing else happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core.crypto import drop_keys, open_or
from crmllm.core.identifiers import email_index
from crmllm.core.models import AuditEvent
from crmllm.extraction import trial
from crmllm.extraction.models import Extraction
from crmllm.ingestion.choices import Kind
from crmllm.ingestion.models import Interaction
from crmllm.llm import client as llm_client
from crmllm.llm import prompts
from crmllm.llm.models import LlmCall, ModelVersion
from crmllm.privacy.models import Consent
from crmllm.proposals.models import Proposal
from tests.support.factories import interaction
from tests.support.model_server import Reply, Server, chat

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NAME = "extract-mail"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    ModelVersion.objects.all().delete()
    prompts.forget()
    yield
    prompts.forget()


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    """Lets a made-up server answer."""
    real = llm_client.Model

    def go(*replies: Reply) -> Server:
        server = Server(*replies)
        monkeypatch.setattr(llm_client, "Model", lambda **more: real(transport=server, **more))
        return server

    return go


def said(**values: Any) -> httpx2.Response:
    return chat(json.dumps({"category": "sales", "sentiment": "neutral", **values}))


def ask(client: Client, row: Interaction, number: int = 2) -> Any:
    return client.post(reverse("llm:ask", args=[NAME, number, row.pk]))


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_answer_is_shown_beside_the_rules_and_nothing_happens(
    client: Client, admin: User, answering: Callable[..., Server]
) -> None:
    row = interaction()
    before = Interaction.objects.values().get(pk=row.pk)
    server = answering(said(name="Maria Ruiz", company="Invented Holdings Ltd", sale="Twelve GTX Pro"))
    answer = ask(client, row)
    text = text_of(answer)
    assert answer.status_code == 200
    for shown in ("40 sent, 7 answered", "tiny", "Twelve GTX Pro", "opportunity.amount", "48000", "rules and model"):
        assert shown in text
    refused = text[text.index("Refused") :]
    assert "Invented Holdings Ltd" in refused
    assert server.asked[0]["messages"][1]["content"].splitlines()[0] in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]

    call = LlmCall.objects.get()
    assert (call.prompt_version, call.subject_id, call.state) == (f"{NAME} v2", row.pk, "answered")
    assert "GTX Pro" in str(open_or(call.request))
    assert Interaction.objects.values().get(pk=row.pk) == before
    assert not Extraction.objects.exists()
    assert not Proposal.objects.exists()
    event = AuditEvent.objects.get(action="prompt.tried")
    assert (event.actor_id, event.subject_id) == (admin.pk, row.pk)


def test_it_is_asked_with_this_version_whoever_answers(
    client: Client, answering: Callable[..., Server], settings: Any
) -> None:
    settings.LLM_MODEL = "smollm2-135m-crm"
    server = answering(said())
    ask(client, interaction(), number=5)
    assert "<context>" in str(server.asked)
    assert LlmCall.objects.get().prompt_version == f"{NAME} v5"


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (httpx2.ConnectError("nobody there"), "model"),
        (httpx2.Response(503, text="starting"), "model"),
        (chat("no JSON at all"), "could not be used"),
    ],
)
def test_a_model_that_is_away_or_babbles_is_told_and_the_rules_are_shown(
    client: Client, answering: Callable[..., Server], reply: Reply, sentence: str
) -> None:
    answering(reply)
    answer = ask(client, interaction())
    text = text_of(answer)
    assert answer.status_code == 200
    notice = text[text.index('role="alert"') :][:400]
    assert sentence in notice
    assert "opportunity.amount" in text
    assert "answer</h2>" not in text


def test_nobody_waits_for_a_slow_model(
    client: Client, answering: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        return said()

    assert trial.SECONDS <= 20
    monkeypatch.setattr(trial, "SECONDS", 0.2)
    answering(slow)
    assert "did not answer within" in text_of(ask(client, interaction()))
    assert LlmCall.objects.get().state == "failed"


def test_without_a_model_the_rules_are_shown(client: Client, settings: Any) -> None:
    settings.LLM, settings.LLM_BASE_URL = "none", ""
    text = text_of(ask(client, interaction()))
    assert "No model is set up" in text
    assert "opportunity.amount" in text


def test_one_person_may_ask_only_so_often(client: Client, answering: Callable[..., Server]) -> None:
    server, row = answering(said()), interaction()
    for _ in range(trial.A_MINUTE):
        assert ask(client, row).status_code == 200
    refused = ask(client, row)
    assert refused.status_code == 429
    assert "wait a moment" in text_of(refused)
    assert len(server.asked) == trial.A_MINUTE
    later = timezone.now() + timedelta(seconds=61)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial.timezone, "now", lambda: later)
        assert ask(client, row).status_code == 200


def test_who_does_not_allow_it_is_not_asked_about(client: Client, answering: Callable[..., Server]) -> None:
    server, row = answering(said()), interaction()
    Consent.objects.create(
        person_index=email_index("m@x.example"), purpose="extraction", state="withdrawn", source="x",
        effective_at=timezone.now(),
    )  # fmt: skip
    answer = ask(client, row)
    assert answer.status_code == 409
    assert "does not allow" in text_of(answer)
    assert server.asked == []


def test_what_was_erased_or_never_read_or_is_of_another_kind_is_told(
    client: Client, answering: Callable[..., Server]
) -> None:
    server = answering(said())
    gone, unread, call = interaction(), interaction(content=None), interaction(kind=Kind.CALL)
    drop_keys([gone.key_id])
    assert [ask(client, row).status_code for row in (gone, unread, call)] == [410, 422, 422]
    assert server.asked == []


def test_only_an_admin_may_try(auditor: User, reviewer: User) -> None:
    row = interaction()
    for user in (auditor, reviewer):
        client = Client()
        client.force_login(user)
        assert ask(client, row).status_code == 403
        assert client.get(reverse("llm:try", args=[NAME, 2])).status_code == 403
    assert not AuditEvent.objects.filter(action="prompt.tried").exists()


def test_an_item_is_found_by_subject_sender_address_or_id(client: Client) -> None:
    wanted = interaction(
        title="The blue plotter", sender_name="Ines Vidal", sender_index=email_index("i@vidal.example")
    )
    interaction(title="Something else", sender_name="Tom Reed")
    interaction(title="A blue call", kind=Kind.CALL)
    interaction(title="A blue file that could not be read", content=None)
    address = reverse("llm:try", args=[NAME, 2])
    for term in ("BLUE plot", "vidal", "i@vidal.example", str(wanted.pk)):
        text = text_of(client.post(address, {"term": term}))
        assert reverse("llm:ask", args=[NAME, 2, wanted.pk]) in text
        assert text.count("/try/0") == 1, "nothing else fits"
    assert "No item fits" in text_of(client.post(address, {"term": "nobody"}))
    assert text_of(client.get(address)).count("/try/0") == 2, "the newest ones to begin with"
    assert client.get(reverse("llm:try", args=["people", 2])).status_code == 404
    assert client.get(reverse("llm:try", args=[NAME, 77])).status_code == 404
