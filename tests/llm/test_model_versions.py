"""Versions of the model: which one is asked, who may change it, the way back, and what our server is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.core.audit import SYSTEM
from crmllm.core.errors import Conflict, Forbidden
from crmllm.core.ids import uuid7
from crmllm.core.models import AuditEvent
from crmllm.core.work import claim
from crmllm.experiments.models import Experiment
from crmllm.extraction.models import Extraction
from crmllm.llm import services, versions
from crmllm.llm.choices import VersionState
from crmllm.llm.client import Completion
from crmllm.llm.models import LlmCall, ModelVersion
from crmllm.proposals import services as proposals
from review.rollback import services as rollbacks
from review.rollback.models import Rollback
from tests.support import factories
from tests.support.model_server import Person, Server, chat

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
Ask = Callable[..., Completion[Person]]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    ModelVersion.objects.all().delete()
    versions.forget()
    yield
    versions.forget()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What our server was asked to load; it does."""
    asked: list[dict[str, str]] = []

    def post(url: str, *, json: dict[str, str], **more: Any) -> httpx2.Response:
        asked.append(json)
        return httpx2.Response(200, text="Success")

    monkeypatch.setattr(httpx2, "post", post)
    return asked


def made(name: str, state: str = VersionState.CANDIDATE, **more: Any) -> ModelVersion:
    return ModelVersion.objects.create(
        name=name, base="tiny", path=f"/adapters/{name}", sha256="0", state=state, **more
    )


def adapter(folder: Path, weights: bytes = b"weights") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": 16, "base_model_name_or_path": "tiny"}))
    (folder / versions.WEIGHTS).write_bytes(weights)
    return folder


def serving(*names: str) -> Server:
    server = Server(chat('{"name": "Ada"}'))
    models = [{"id": "tiny", "parent": None}, *({"id": name, "parent": "tiny"} for name in names)]
    server.models = httpx2.Response(200, json={"object": "list", "data": models})
    return server


def test_the_version_in_use_is_asked_if_it_is_served(ask: Ask) -> None:
    made("two", VersionState.LIVE)
    assert ask(serving("one", "two")).request_model == "two"
    assert ask(serving("one")).request_model == "tiny", "not there: the model without any answers"


def test_one_that_was_trained_here_answers_once_it_is_put_in_use(ask: Ask, settings: Any) -> None:
    settings.LLM_BASE_URL = ""
    version = made("one")
    assert ask(serving("one")).request_model == "tiny", "a candidate only waits"
    settings.LLM_ADAPTERS = ["one=/adapters/one"]
    assert ask(serving("one")).request_model == "one", "the operator named it"
    settings.LLM_ADAPTERS = []
    ModelVersion.objects.filter(pk=version.pk).update(state=VersionState.LIVE)
    versions.forget()
    assert ask(serving("one")).request_model == "one"


def test_a_named_model_is_asked_whatever_is_in_use(ask: Ask, settings: Any) -> None:
    made("two", VersionState.LIVE)
    settings.LLM_MODEL = "tiny"
    assert ask(serving("two")).request_model == "tiny"


def test_an_experiment_gives_each_subject_its_version(ask: Ask) -> None:
    made("one", VersionState.LIVE)
    Experiment.objects.create(name=versions.EXPERIMENT, variants={"two": 1})
    assert ask(serving("one", "two")).request_model == "two"


def test_promoting_loads_retires_and_is_recorded(admin: User, loaded: list[dict[str, str]]) -> None:
    old, new = made("one", VersionState.LIVE), made("two")
    assert services.promote_version(user=admin, version=new)
    assert loaded == [{"lora_name": "two", "lora_path": "/adapters/two"}]
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (VersionState.RETIRED, VersionState.LIVE)
    event = AuditEvent.objects.get(action="model.promoted")
    assert (event.actor_id, event.subject_id) == (admin.pk, new.pk)
    with pytest.raises(Conflict):
        services.promote_version(user=admin, version=new)


def test_rolling_back_goes_to_the_one_before(admin: User, loaded: list[dict[str, str]]) -> None:
    one, two = made("one"), made("two")
    services.promote_version(user=admin, version=one)
    services.promote_version(user=admin, version=two)
    assert services.roll_back_version(user=admin).pk == one.pk
    assert dict(ModelVersion.objects.values_list("name", "state")) == {"one": "live", "two": "candidate"}
    with pytest.raises(Conflict):
        services.roll_back_version(user=admin)


def test_a_server_that_is_down_gets_it_later(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def post(*args: Any, **more: Any) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there")

    monkeypatch.setattr(httpx2, "post", post)
    version = made("two")
    assert not services.promote_version(user=admin, version=version)
    version.refresh_from_db()
    assert version.state == VersionState.LIVE


def test_others_may_look_or_not_even_that(auditor: User, reviewer: User) -> None:
    version = made("two", figures={"made_up_title": {"new": 0.875, "current": 0.5}})
    with pytest.raises(Forbidden):
        services.promote_version(user=auditor, version=version)
    page = Client()
    page.force_login(auditor)
    text = page.get(reverse("llm-models:list")).content.decode()
    assert "0.875" in text
    assert "/use/" not in text
    assert page.post(reverse("llm-models:use", args=["two"])).status_code == 403
    assert page.post(reverse("llm-models:back")).status_code == 403
    page.force_login(reviewer)
    assert page.get(reverse("llm-models:list")).status_code == 403


def test_an_admin_promotes_and_goes_back_on_the_page(admin: User, loaded: list[dict[str, str]]) -> None:
    made("one", VersionState.LIVE)
    made("two", figures={"made_up_title": {"new": 0.875, "current": 0.5}}, trained_on=[str(uuid7())])
    LlmCall.objects.create(prompt_version="p v1", request_model="two", subject_type="test", state="answered")
    page = Client()
    page.force_login(admin)
    text = page.get(reverse("llm-models:list")).content.decode()
    assert reverse("llm-models:use", args=["two"]) in text
    assert reverse("llm-models:back") not in text, "there is nothing to go back to"
    page.post(reverse("llm-models:use", args=["two"]))
    assert ModelVersion.objects.get(state=VersionState.LIVE).name == "two"
    assert reverse("llm-models:back") in page.get(reverse("llm-models:list")).content.decode()
    page.post(reverse("llm-models:back"))
    assert ModelVersion.objects.get(state=VersionState.LIVE).name == "one"
    detail = page.get(reverse("llm-models:version", args=["two"])).content.decode()
    assert "0.875" in detail
    assert "0.500" in detail
    assert page.get(reverse("llm-models:version", args=["none"])).status_code == 404


def test_a_trained_adapter_is_registered_with_what_it_learned_from(tmp_path: Path) -> None:
    decision = uuid7()
    row = services.register_version(
        actor=SYSTEM, folder=adapter(tmp_path / "ours"), trained_on=[decision], settings={"seed": 7}, figures={}
    )
    assert (row.name, row.base, row.trained_on, row.state) == ("ours", "tiny", [str(decision)], "candidate")
    assert row.sha256 == versions.fingerprint(tmp_path / "ours")
    assert AuditEvent.objects.get(action="model.registered").subject_id == row.pk
    with pytest.raises(Conflict):
        services.register_version(actor=SYSTEM, folder=tmp_path / "ours", trained_on=[], settings={}, figures={})


def test_what_is_shipped_is_in_use_until_a_person_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "SHIPPED", tmp_path)
    assert versions.load_shipped() == 0
    folder = adapter(tmp_path / "shipped-1")
    (folder / "training.json").write_text(json.dumps({"settings": {"seed": 3}, "figures": {"x": {"new": 1.0}}}))
    assert versions.load_shipped() == 1
    row = ModelVersion.objects.get()
    assert (row.state, row.shipped, row.settings, row.figures) == ("live", True, {"seed": 3}, {"x": {"new": 1.0}})
    adapter(folder, b"better weights")
    adapter(tmp_path / "shipped-2")
    assert versions.load_shipped() == 1
    assert ModelVersion.objects.get(state="live").name == "shipped-1"
    assert ModelVersion.objects.get(name="shipped-1").sha256 != row.sha256


def test_what_a_version_wrote_is_taken_back(admin: User) -> None:
    made("two")
    page = Client()
    page.force_login(admin)
    rows = factories.proposals()
    kept, gone = rows["account"], rows["contact"]
    Extraction.objects.filter(interaction=gone.interaction_id).update(request_model="two")
    kept.changes.update(source="rule")
    gone.changes.update(source="model")
    for proposal in (kept, gone):
        proposal.refresh_from_db()
        proposals.approve(user=admin, proposal=proposal)
    factories.deliver_all()
    shown = page.get(reverse("llm-models:version", args=["two"])).content.decode()
    version = ModelVersion.objects.get(name="two")
    asked = {"subject_type": "model_version", "subject_id": str(version.pk)}
    assert reverse("rollback:plan") in shown and f'value="{version.pk}"' in shown
    page.post(reverse("rollback:plan"), asked)
    row = Rollback.objects.get()
    page.post(reverse("rollback:start", args=[row.pk]))
    (held,) = claim(Rollback.objects.all(), limit=1, seconds=60)
    while rollbacks.advance(held):
        pass
    factories.deliver_all()
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.state, gone.state) == ("approved", "undone")
    assert reverse("rollback:plan") not in page.get(reverse("llm-models:version", args=["two"])).content.decode()


def test_taking_back_needs_the_permission(auditor: User) -> None:
    made("two")
    page = Client()
    page.force_login(auditor)
    asked = {"subject_type": "model_version", "subject_id": str(ModelVersion.objects.get(name="two").pk)}
    assert page.post(reverse("rollback:plan"), asked).status_code == 403
