"""Alive, ready, figures, and whether the model is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.checks import Error
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from crmllm.core import audit
from crmllm.core.models import AuditEvent
from crmllm.ingestion.choices import Status
from crmllm.monitoring import checks, selectors
from crmllm.monitoring.selectors import ModelStatus
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    selectors.forget_model_status()
    yield
    selectors.forget_model_status()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Callable[[httpx.Response | Exception], list[str]]:
    """Lets the model server answer; returns the addresses that were asked."""
    asked: list[str] = []

    def answers(reply: httpx.Response | Exception) -> list[str]:
        def get(url: str, **options: Any) -> httpx.Response:
            asked.append(url)
            if isinstance(reply, Exception):
                raise reply
            return reply

        monkeypatch.setattr(selectors.httpx, "get", get)
        return asked

    return answers


class TestModel:
    def test_ready(self, model: Callable[..., list[str]], settings: Any) -> None:
        settings.LLM_BASE_URL = "http://models.example/v1"
        asked = model(httpx.Response(200))
        assert selectors.model_status() == ModelStatus("ready")
        assert asked == ["http://models.example/v1/models"]

    def test_it_is_asked_once_every_few_seconds(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = model(httpx.Response(200))
        for _ in range(20):
            selectors.model_status()
        assert len(asked) == 1
        now = selectors.time.monotonic()
        monkeypatch.setattr(selectors.time, "monotonic", lambda: now + selectors.MODEL_KEPT + 0.1)
        selectors.model_status()
        assert len(asked) == 2

    def test_our_own_is_starting_at_first(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.LLM_BASE_URL = ""
        model(httpx.ConnectError("refused"))
        assert selectors.model_status().state == "starting"
        assert "starting" in selectors.model_status().sentence
        now = selectors.time.monotonic()
        monkeypatch.setattr(selectors.time, "monotonic", lambda: now + selectors.STARTING_FOR + 1)
        assert selectors.model_status().state == "unreachable"

    def test_another_one_is_missing(self, model: Callable[..., list[str]], settings: Any) -> None:
        settings.LLM_BASE_URL = "http://models.example/v1"
        model(httpx.ConnectError("refused"))
        status = selectors.model_status()
        assert status.state == "unreachable"
        assert "nothing is lost" in status.sentence

    def test_one_that_is_busy_is_still_there(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.LLM_BASE_URL = "http://models.example/v1"
        model(httpx.Response(200))
        selectors.model_status()
        model(httpx.ReadTimeout("busy"))
        now = selectors.time.monotonic()
        monkeypatch.setattr(selectors.time, "monotonic", lambda: now + 10)
        assert selectors.model_status().state == "ready"

    def test_one_that_hangs_for_long_is_not(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.LLM_BASE_URL = "http://models.example/v1"
        model(httpx.Response(200))
        selectors.model_status()
        model(httpx.ReadTimeout("hangs"))
        now = selectors.time.monotonic()
        monkeypatch.setattr(selectors.time, "monotonic", lambda: now + 70)
        assert selectors.model_status().state == "unreachable"

    def test_one_that_refuses_us(self, model: Callable[..., list[str]], settings: Any) -> None:
        settings.LLM_BASE_URL = "http://models.example/v1"
        model(httpx.Response(401))
        assert "401" in selectors.model_status().sentence

    @pytest.mark.parametrize("path", ["/", "/model-status/"])
    def test_none_is_set_up(self, page: Client, model: Callable[..., list[str]], settings: Any, path: str) -> None:
        settings.LLM, settings.LLM_BASE_URL = "none", ""
        asked = model(httpx.Response(200))
        shown = page.get(path).content.decode()
        assert "No model is set up (LLM=none): until there is one, messages are understood by rules alone." in shown
        assert "/model-status/" not in shown  # nothing to ask again for
        assert asked == []

    def test_another_server_counts_as_a_model(self, model: Callable[..., list[str]], settings: Any) -> None:
        settings.LLM, settings.LLM_BASE_URL = "none", "http://models.example/v1"
        model(httpx.Response(200))
        assert selectors.model_status().state == "ready"

    def test_pages_tell_it(self, page: Client, model: Callable[..., list[str]], settings: Any) -> None:
        settings.LLM_BASE_URL = ""
        model(httpx.ConnectError("refused"))
        assert "The model is starting." in page.get("/jobs/").content.decode()
        assert "The model is starting." in page.get("/model-status/").content.decode()
        selectors.forget_model_status()
        model(httpx.Response(200))
        assert "The model is starting." not in page.get("/jobs/").content.decode()
        assert "hx-trigger" not in page.get("/model-status/").content.decode()


class TestAliveAndReady:
    def test_alive_asks_nobody(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            answer = Client().get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"alive": True})

    def test_ready_also_without_the_model(self, model: Callable[..., list[str]]) -> None:
        model(httpx.ConnectError("refused"))
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        told = answer.json()
        assert told["ready"] is True
        assert told["parts"]["model"]["ok"] is False
        assert {name for name, part in told["parts"].items() if part["ok"]} == {
            "database",
            "keys",
            "migrations",
            "audit",
            "connections",
        }

    @pytest.mark.parametrize("alias", ["default", "keys"])
    def test_not_ready_without_a_database(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, alias: str
    ) -> None:
        model(httpx.Response(200))
        real = selectors._answers

        def answers(asked: str) -> str:
            if asked == alias:
                raise OperationalError("could not connect to /secret/path")
            return real(asked)

        monkeypatch.setattr(selectors, "_answers", answers)
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        part = answer.json()["parts"]["database" if alias == "default" else "keys"]
        assert part == {"ok": False, "message": "The database does not answer."}

    def test_not_ready_before_the_migrations(
        self, model: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model(httpx.Response(200))
        monkeypatch.setattr(selectors, "_migrated_once", False)
        monkeypatch.setattr(selectors.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert "manage.py migrate" in answer.json()["parts"]["migrations"]["message"]


class TestFigures:
    def figures(self) -> dict[tuple[str, str], float]:
        text = Client().get("/metrics").content.decode()
        return {
            (sample.name, sample.labels.get("stage", "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def test_they_tell_stages_model_and_audit(self, model: Callable[..., list[str]]) -> None:
        model(httpx.Response(200))
        factories.interaction(status=Status.RECEIVED, created_at=timezone.now() - timedelta(minutes=5))
        factories.interaction(status=Status.FAILED)
        told = self.figures()
        assert told["crmllm_stage_waiting", "read"] == 1
        assert 300 <= told["crmllm_stage_oldest_seconds", "read"] < 400
        assert told["crmllm_stage_failed", "extract"] == 1
        assert told["crmllm_model_up", ""] == 1
        assert told["crmllm_audit_unsealed_seconds", ""] == 0

    def test_what_waits_for_the_sealer_ages(self) -> None:
        event = audit.record(actor=audit.SYSTEM, action="thing.done", subject_type="thing", subject_id=None)
        assert AuditEvent.objects.filter(pk=event.pk).exists()
        assert timedelta(0) < selectors.unsealed_for() < timedelta(minutes=1)

    def test_nobody_is_named(self, model: Callable[..., list[str]]) -> None:
        model(httpx.Response(200))
        factories.interaction(status=Status.FAILED)
        assert "Ruiz" not in Client().get("/metrics").content.decode()

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"REMOTE_ADDR": "192.0.2.7"}, 403),
            ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),  # a proxy on this machine speaks for somebody
            ({"HTTP_FORWARDED": "for=127.0.0.1"}, 403),
        ],
    )
    def test_without_a_token_only_this_machine_reads_them(self, headers: dict[str, str], status: int) -> None:
        assert Client().get("/metrics", **headers).status_code == status  # type: ignore[arg-type]

    def test_with_a_token_whoever_has_it(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "made-up"
        assert Client().get("/metrics").status_code == 403
        assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
        far = Client().get("/metrics", headers={"Authorization": "Bearer made-up"}, REMOTE_ADDR="192.0.2.7")
        assert far.status_code == 200


class TestServerCheck:
    def test_ours_is_suitable(self) -> None:
        assert checks.suitable_server(databases=["default"]) == []
        assert checks.suitable_server(databases=None) == []
        assert checks.suitable_server(databases=["keys"]) == []

    def test_one_that_is_too_old_is_refused_with_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(vars(connections["default"]), "pg_version", 140011)
        [error] = checks.suitable_server(databases=["default"])
        assert isinstance(error, Error)
        assert "is version 14; crmllm needs PostgreSQL 15 or later" in error.msg

    def test_one_without_pgvector_is_refused_with_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "refuse", lambda version, available: "lacks pgvector: install it.")
        [error] = checks.suitable_server(databases=["default"])
        assert error.msg == "The PostgreSQL server lacks pgvector: install it."

    def test_one_that_is_away_is_said_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away() -> None:
            raise OperationalError("secret")

        monkeypatch.setattr(connections["default"], "cursor", away)
        [error] = checks.suitable_server(databases=["default"])
        assert error.msg == "The database cannot be reached."
