"""The second stage against a model that answers, lies, stalls or is not there: nothing is lost, everything is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import httpx2
import pytest
from django.db.utils import OperationalError
from django.utils import timezone

from crmllm.core import audit, work
from crmllm.core.crypto import Sealed, drop_keys, open_or
from crmllm.core.identifiers import email_index
from crmllm.core.models import AuditEvent
from crmllm.crm.models import Pipeline, Stage
from crmllm.extraction import services, tasks
from crmllm.extraction.models import ExtractedValue, Extraction
from crmllm.extraction.prompting import PROMPT
from crmllm.extraction.selectors import item
from crmllm.extraction.windows import plan
from crmllm.ingestion.choices import Origin, Status
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.services import receive
from crmllm.llm import prompts
from crmllm.llm.client import Model
from crmllm.llm.models import LlmCall, PromptVersion
from crmllm.notifications.models import Notification
from crmllm.privacy.models import Consent, Suppression
from tests.support.factories import TEXT, interaction
from tests.support.model_server import Reply, Server, chat

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

MARIA = "maria.ruiz@betasoloin.example"


class Run:
    """What the jobs package gives a drain, without a job."""

    def __init__(self) -> None:
        self.done = self.failed = 0
        self.doing = ""
        self.stop: Callable[[], bool] = lambda: False

    def should_stop(self) -> bool:
        return self.stop()

    def tick(self, *, done: int = 0, failed: int = 0, doing: str = "") -> None:
        self.done += done
        self.failed += failed
        self.doing = doing or self.doing


def answer(**values: Any) -> httpx2.Response:
    return chat(json.dumps({"category": "sales", "sentiment": "neutral", **values}))


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pipeline = Pipeline.objects.create(name="Sales")
    Stage.objects.create(pipeline=pipeline, name="New", position=1, probability=10, forecast_category="pipeline")
    monkeypatch.setattr(tasks, "embed_idle", lambda run: None)
    monkeypatch.setattr(tasks, "_outages", 0)
    prompts.forget()
    yield
    prompts.forget()


@pytest.fixture
def drain(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Drains against a made-up model server."""

    def go(server: Server, run: Run | None = None) -> Run:
        monkeypatch.setattr(tasks, "Model", lambda: Model(transport=server))
        run = run or Run()
        tasks.drain_extract(run)
        return run

    return go


def mail(text: str = TEXT, *, sender: str = MARIA, **columns: Any) -> Interaction:
    """A mail that was read and waits to be understood."""
    row = interaction(text, status=Status.PARSED, **columns)
    row.content = Sealed.of(
        {
            "text": text,
            "zones": [["body", 0, len(text)]],
            "subject": "Plotters",
            "sender": {"name": "Maria Ruiz", "email": sender},
            "to": [["Us", "sales@ours.example"]],
            "cc": [],
            "sent_at": "2026-03-02T09:30:00+01:00",
            "headers": [["From", sender]],
            "attachments": [],
            "quoted_text": "",
            "hidden_text": "",
        },
        row.key_id,
    )
    row.save()
    return row


def long_call() -> Interaction:
    """A call of several windows; what counts is said in the last."""
    said = [
        f"Maria Ruiz: The harvest was kind to us, remark {number} of many that nobody needs." for number in range(150)
    ]
    said += ["Tom Lee: I see.", "Maria Ruiz: We need twelve plotters, the budget is 9,000 EUR."]
    raw = "\n".join(said).encode()
    return receive(actor=audit.SYSTEM, raw=raw, origin=Origin.COMMAND, name="call.txt", kind="call").interaction


def ledger(row: Interaction) -> list[tuple[str, str]]:
    return list(row.ledger.values_list("step", "code"))


# --- the good way --------------------------------------------------------------------------------------------------


def test_a_mail_becomes_an_extraction_and_proposals(drain: Callable[..., Run]) -> None:
    row = mail()
    run = drain(Server(answer(name="Maria Ruiz", company="Betasoloin GmbH", sale="Twelve GTX Pro")))
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert row.open_proposals == row.proposals.count() > 0
    assert (row.category, row.attempts, row.lease_token) == ("sales", 0, None)
    assert (run.done, run.failed) == (1, 0)
    extraction = Extraction.objects.get()
    call = LlmCall.objects.get()
    assert extraction.prompt_version == call.prompt_version == f"{PROMPT} v5"
    assert extraction.llm_call_id == call.id
    assert call.subject_id == row.pk
    assert [step for step, _ in ledger(row)] == ["extracted", "proposed"]
    assert AuditEvent.objects.filter(action="interaction.extracted", subject_id=row.pk).count() == 1


def test_a_long_call_is_asked_about_in_windows_and_becomes_one_extraction(drain: Callable[..., Run]) -> None:
    row = long_call()
    run = drain(Server(answer(name="Maria Ruiz", amount="9000")))
    row.refresh_from_db()
    assert (row.status, run.done, run.failed) == (Status.PROPOSED, 1, 0)
    windows = plan(item(row)).windows
    assert LlmCall.objects.filter(subject_id=row.pk).count() == len(windows) > 2
    extraction = Extraction.objects.get()
    assert extraction.prompt_version == "extract-call v2"
    amount = extraction.values.get(path="opportunity.amount")
    text = item(row).text
    assert [text[start:end] for start, end in amount.spans] == ["9,000 EUR"]
    assert amount.source == "both"


def test_the_windows_of_a_call_are_asked_about_at_once(drain: Callable[..., Run]) -> None:
    row = long_call()
    windows = len(plan(item(row)).windows)
    running, all_there = 0, asyncio.Event()

    async def together(request: httpx2.Request) -> httpx2.Response:
        nonlocal running
        running += 1
        if running == windows:
            all_there.set()
        await asyncio.wait_for(all_there.wait(), 30)
        return answer(name="Maria Ruiz")

    assert drain(Server(together)).done == 1
    assert Extraction.objects.get().interaction_id == row.pk
    assert LlmCall.objects.filter(subject_id=row.pk).count() == windows > 2


def test_a_window_without_a_usable_answer_goes_by_its_rules(drain: Callable[..., Run]) -> None:
    row, asked = long_call(), count()

    async def first_breaks(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(400, json={"error": "too long"}) if next(asked) == 0 else answer(name="Maria Ruiz")

    assert drain(Server(first_breaks)).done == 1
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert ("extracted", "request_refused") in ledger(row)


def test_every_value_stands_where_its_spans_say(drain: Callable[..., Run]) -> None:
    mail()
    drain(Server(answer(name="Maria Ruiz", title="Head of Procurement", company="Betasoloin GmbH")))
    by_path = {value.path: value for value in ExtractedValue.objects.filter(rejected="")}
    (start, end), *_ = by_path["contacts.0.company"].spans
    assert TEXT[start:end] == open_or(by_path["contacts.0.company"].value) == "Betasoloin GmbH"


def test_a_value_that_the_model_invents_is_kept_as_rejected_and_proposed_nowhere(drain: Callable[..., Run]) -> None:
    row = mail()
    drain(Server(answer(name="Maria Ruiz", company="Invented Holdings Ltd")))
    refused = ExtractedValue.objects.exclude(rejected="")
    assert "Invented Holdings Ltd" in [open_or(value.value) for value in refused]
    changes = [open_or(change.proposed) for one in row.proposals.all() for change in one.changes.all()]
    assert changes
    assert not any("Invented" in str(value) for value in changes)


def test_content_goes_with_its_key(drain: Callable[..., Run]) -> None:
    row = mail()
    drain(Server(answer(name="Maria Ruiz")))
    drop_keys([row.key_id])
    assert open_or(Extraction.objects.get().result, "gone") == "gone"
    assert {open_or(value.value, "gone") for value in ExtractedValue.objects.all()} == {"gone"}


def test_many_are_in_flight_at_once_and_each_is_done_once(drain: Callable[..., Run], settings: Any) -> None:
    settings.LLM_CONCURRENCY = 4
    for _ in range(11):
        mail()
    running = most = 0
    full = asyncio.Event()

    async def slow(request: httpx2.Request) -> httpx2.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 4:
            full.set()
        await asyncio.wait_for(full.wait(), 30)  # however slow the machine: the first ones wait for each other
        await asyncio.sleep(0.05)
        running -= 1
        return answer()

    run = drain(Server(slow))
    assert run.done == 11
    assert most == 4
    assert Extraction.objects.count() == LlmCall.objects.count() == 11
    assert not Interaction.objects.exclude(status__in=[Status.PROPOSED, Status.NO_CHANGE]).exists()


def test_a_replay_supersedes_what_nobody_has_decided(drain: Callable[..., Run]) -> None:
    row = mail()
    drain(Server(answer()))
    first = set(row.proposals.values_list("pk", flat=True))
    Interaction.objects.update(status=Status.PARSED, generation=2)
    drain(Server(answer()))
    assert set(row.proposals.filter(state="superseded").values_list("pk", flat=True)) == first
    assert Extraction.objects.filter(generation=2).count() == 1


# --- not for the model ---------------------------------------------------------------------------------------------


def test_rules_that_are_sure_spare_the_model(drain: Callable[..., Run]) -> None:
    row = mail("I am out of the office until Monday. This is an automatic reply.\n", sender=MARIA)
    server = Server(answer())
    drain(server)
    row.refresh_from_db()
    assert server.asked == []
    assert row.status == Status.NO_CHANGE
    assert (row.category, row.reason_code) == ("auto_reply", "not_for_the_crm")
    assert row.reason.endswith(".")
    assert Extraction.objects.get().prompt_version == ""


def test_a_mail_that_the_rules_read_whole_spares_the_model_unless_it_is_always_asked(
    drain: Callable[..., Run], settings: Any
) -> None:
    signed = "Best regards\nMaria Ruiz\nHead of Purchasing\nBetasoloin GmbH\n+49 30 901820\n"
    asked = {}
    for settings.LLM_ASK in ("needed", "always"):
        row, server = mail(f"Hello,\nplease send an offer for 12 plotters by Friday.\n\n{signed}"), Server(answer())
        drain(server)
        row.refresh_from_db()
        assert row.status == Status.PROPOSED
        asked[settings.LLM_ASK] = len(server.asked)
    assert asked == {"needed": 0, "always": 1}


@pytest.mark.parametrize(
    ("forbid", "code"),
    [
        (lambda: Suppression.objects.create(identifier_index=email_index(MARIA), reason="x"), "suppressed"),
        (
            lambda: Consent.objects.create(
                person_index=email_index(MARIA),
                purpose="extraction",
                state="withdrawn",
                source="mail",
                effective_at=timezone.now(),
            ),
            "no_consent",
        ),
    ],
)
def test_people_who_must_not_be_processed_are_skipped_before_anything_is_read(
    drain: Callable[..., Run], forbid: Callable[[], Any], code: str
) -> None:
    row = mail()
    forbid()
    server = Server(answer())
    drain(server)
    row.refresh_from_db()
    assert (row.status, row.reason_code) == (Status.SKIPPED, code)
    assert ledger(row) == [("skipped", code)]
    assert server.asked == []
    assert not Extraction.objects.exists()


def test_erased_content_is_skipped_with_the_reason(drain: Callable[..., Run]) -> None:
    row = mail()
    drop_keys([row.key_id])
    drain(Server(answer()))
    row.refresh_from_db()
    assert (row.status, row.reason_code) == (Status.SKIPPED, "erased")


def test_without_a_model_rules_do_what_they_can_and_it_is_told(drain: Callable[..., Run], settings: Any) -> None:
    settings.LLM = "none"
    row = mail()
    server = Server(answer())
    drain(server)
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert ledger(row)[0] == ("extracted", "rules_only")
    assert "LLM=none" in row.ledger.all()[0].sentence
    assert server.asked == []


# --- bad answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (chat("no JSON at all"), "answer_not_json"),
        (chat('{"category": "sal'), "answer_not_json"),
        (chat('{"category": "lunch", "sentiment": "neutral"}'), "answer_wrong_shape"),
        (chat('{"category": "sales"', finish_reason="length"), "answer_cut_off"),
        (httpx2.Response(400, json={"error": "too long"}), "request_refused"),
    ],
)
def test_an_answer_that_cannot_be_used_leaves_the_rules_values_and_a_line(
    drain: Callable[..., Run], reply: Reply, code: str
) -> None:
    row = mail()
    drain(Server(reply))
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert ledger(row)[0] == ("extracted", code)
    assert "rules only" in row.ledger.all()[0].sentence
    extraction = Extraction.objects.get()
    assert extraction.prompt_version == ""
    assert not extraction.values.filter(source__in=["model", "both"]).exists()


# --- no model ------------------------------------------------------------------------------------------------------


def test_a_server_named_in_the_settings_is_looked_for_before_items_are_claimed(
    drain: Callable[..., Run], settings: Any
) -> None:
    settings.LLM_BASE_URL, settings.LLM_MODEL = "http://model.example/v1", "chosen"
    row = mail()
    server = Server(httpx2.ConnectError("refused"))
    server.models = httpx2.ConnectError("refused")
    run = drain(server)
    row.refresh_from_db()
    assert (row.status, row.error_code) == (Status.PARSED, "model_unreachable")
    assert "LLM_BASE_URL" in run.doing
    assert not LlmCall.objects.exists()


@pytest.mark.parametrize("count", [1, 7])
def test_while_the_model_is_away_everything_waits_and_no_attempt_is_lost(drain: Callable[..., Run], count: int) -> None:
    rows = [mail() for _ in range(count)]
    server = Server(answer())
    server.models = httpx2.ConnectError("refused")
    run = drain(server)
    assert run.doing == "The model is starting, or its server is down."
    for row in rows:
        row.refresh_from_db()
        assert (row.status, row.attempts, row.error_code) == (Status.PARSED, 0, "model_starting")
        assert row.next_attempt_at > timezone.now() + timedelta(seconds=2)
        assert row.error_message == run.doing
    assert not LlmCall.objects.exists()


@pytest.mark.parametrize("failure", [httpx2.ConnectError("x"), httpx2.Response(503), httpx2.Response(429)])
def test_a_model_that_goes_away_in_the_middle_ends_the_drain(
    drain: Callable[..., Run], settings: Any, failure: Reply
) -> None:
    settings.LLM_CONCURRENCY = 2
    rows = [mail() for _ in range(9)]
    server = Server(answer(), failure)
    drain(server)
    states = [Interaction.objects.get(pk=row.pk) for row in rows]
    assert sorted(row.status for row in states) == sorted([Status.PARSED] * 8 + [Status.PROPOSED])
    assert {row.attempts for row in states} == {0}
    assert all(row.lease_token is None for row in states)
    assert not any(row.next_attempt_at <= timezone.now() for row in states if row.status == Status.PARSED)
    assert len(server.asked) <= 3, "one good answer, then at most what was in flight"


def test_the_wait_grows_while_the_model_stays_away_and_ends_when_it_is_back(drain: Callable[..., Run]) -> None:
    row = mail()
    server = Server(answer())
    server.models = httpx2.ConnectError("refused")
    waits = []
    for _ in range(6):
        Interaction.objects.update(next_attempt_at=timezone.now())
        drain(server)
        row.refresh_from_db()
        waits.append(round((row.next_attempt_at - timezone.now()).total_seconds()))
    assert waits == [5, 10, 20, 40, 60, 60]
    server.models = httpx2.Response(200, json={"data": [{"id": "tiny"}]})
    Interaction.objects.update(next_attempt_at=timezone.now())
    drain(server)
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert (row.error_code, row.error_message) == ("", "")


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(drain: Callable[..., Run]) -> None:
    row = mail()
    drain(Server(httpx2.Response(429, headers={"retry-after": "90"})))
    row.refresh_from_db()
    assert timedelta(seconds=80) < row.next_attempt_at - timezone.now() < timedelta(seconds=91)


def test_without_a_live_prompt_everything_waits_with_the_reason(drain: Callable[..., Run]) -> None:
    PromptVersion.objects.update(live=False)
    row = mail()
    drain(Server(answer()))
    row.refresh_from_db()
    assert (row.status, row.error_code, row.attempts) == (Status.PARSED, "prompt_missing", 0)


# --- one item is at fault ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (httpx2.ReadTimeout("slow"), "model_timeout"),
        (httpx2.ReadError("reset"), "connection_lost"),
        (httpx2.Response(500), "model_fault"),
        (httpx2.Response(200, text="<html>"), "reply_garbled"),
    ],
)
def test_a_request_that_goes_wrong_is_tried_again_later_and_fails_at_last(
    drain: Callable[..., Run], failure: Reply, code: str, admin: Any
) -> None:
    row = mail()
    waits = []
    for tries in range(1, tasks.TRIES + 1):
        Interaction.objects.update(next_attempt_at=timezone.now())
        run = drain(Server(failure))
        row.refresh_from_db()
        if tries < tasks.TRIES:
            assert (row.status, row.attempts, row.error_code) == (Status.PARSED, tries, code)
            waits.append(row.next_attempt_at - timezone.now())
    assert (row.status, row.reason_code, run.failed) == (Status.FAILED, code, 1)
    assert row.reason.endswith("the last one.")
    assert waits == sorted(waits), "each wait is longer"
    assert ledger(row) == [("failed", code)]
    assert LlmCall.objects.count() == tasks.TRIES
    note = Notification.objects.get()
    assert note.user == admin
    assert note.sentence.startswith("1 message could not be understood.")


def test_one_bad_item_does_not_stop_the_others(drain: Callable[..., Run]) -> None:
    bad, good = mail("poison " + TEXT), mail()

    async def reply(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(500) if b"poison" in request.content else answer()

    drain(Server(reply))
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == (Status.PARSED, Status.PROPOSED)


def test_a_server_that_only_fails_ends_the_drain(drain: Callable[..., Run], settings: Any) -> None:
    settings.LLM_CONCURRENCY = 3
    for _ in range(30):
        mail()
    server = Server(httpx2.Response(500))
    drain(server)
    assert len(server.asked) <= 8, "in flight when the third failed, and no more"
    assert Interaction.objects.filter(status=Status.PARSED).count() == 30


def test_a_fault_of_ours_fails_the_item_without_its_words(
    drain: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = mail("poison " + TEXT), mail()
    read = services.reader.read

    def broken(item: Any) -> Any:
        if item.text.startswith("poison"):
            raise ValueError(f"secret words: {item.text}")
        return read(item)

    monkeypatch.setattr(services.reader, "read", broken)
    run = drain(Server(answer()))
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, bad.reason_code, good.status) == (Status.FAILED, "fault", Status.PROPOSED)
    assert "ValueError" in bad.reason
    assert "secret" not in bad.reason + caplog.text
    assert (run.done, run.failed) == (2, 1)


def test_an_item_that_kills_its_worker_each_time_is_given_up_visibly(drain: Callable[..., Run]) -> None:
    row = mail(attempts=services.MOST_ATTEMPTS)
    server = Server(answer())
    drain(server)
    row.refresh_from_db()
    assert (row.status, row.reason_code) == (Status.FAILED, "kept_failing")
    assert server.asked == []


# --- other workers, stops ------------------------------------------------------------------------------------------


def test_what_another_worker_holds_is_left_alone(drain: Callable[..., Run]) -> None:
    row = mail(lease_token="0198a000-0000-7000-8000-000000000001", leased_until=timezone.now() + timedelta(minutes=1))
    assert drain(Server(answer())).done == 0
    row.refresh_from_db()
    assert row.status == Status.PARSED


def test_what_a_dead_worker_left_behind_is_taken_up(drain: Callable[..., Run]) -> None:
    row = mail(lease_token="0198a000-0000-7000-8000-000000000001", leased_until=timezone.now() - timedelta(seconds=1))
    Interaction.objects.update(status=Status.EXTRACTING)
    drain(Server(answer()))
    row.refresh_from_db()
    assert row.status == Status.PROPOSED


def test_a_result_that_comes_after_the_lease_was_lost_changes_nothing(drain: Callable[..., Run]) -> None:
    row = mail()

    async def slow(request: httpx2.Request) -> httpx2.Response:
        await tasks.in_main(Interaction.objects.filter(pk=row.pk).update)(
            lease_token="0198a000-0000-7000-8000-000000000002"
        )
        return answer()

    run = drain(Server(slow))
    row.refresh_from_db()
    assert row.status == Status.EXTRACTING
    assert run.done == 0
    assert not Extraction.objects.exists()
    assert not row.proposals.exists()


def test_leases_are_held_while_the_model_thinks(drain: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "RENEW_SECONDS", 0.02)
    row = mail()
    ends = []

    async def slow(request: httpx2.Request) -> httpx2.Response:
        for _ in range(3):
            await asyncio.sleep(0.05)
            ends.append(await tasks.in_main(lambda: Interaction.objects.get(pk=row.pk).leased_until)())
        return answer()

    drain(Server(slow))
    assert ends == sorted(ends)
    assert ends[0] < ends[-1]


def test_when_it_has_to_stop_what_is_in_flight_is_given_back_as_it_was(
    drain: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(tasks, "LOOK_SECONDS", 0.02)
    rows, run = [mail() for _ in range(3)], Run()

    async def forever(request: httpx2.Request) -> httpx2.Response:
        run.stop = lambda: True
        await asyncio.sleep(60)
        return answer()

    drain(Server(forever), run)
    for row in rows:
        row.refresh_from_db()
        assert (row.status, row.attempts, row.lease_token, row.error_code) == (Status.PARSED, 0, None, "")
        assert row.next_attempt_at <= timezone.now()
    calls = LlmCall.objects.all()
    assert {call.state for call in calls} == {"failed"}
    assert all(call.error.startswith("cancelled:") for call in calls)


def test_a_database_that_goes_away_ends_the_drain_and_leaves_the_items_to_their_leases(
    drain: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [mail() for _ in range(3)]

    def gone(*arguments: Any, **more: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(services, "finish", gone)
    with pytest.raises(OperationalError):
        drain(Server(answer()))
    for row in rows:
        row.refresh_from_db()
        assert row.status == Status.EXTRACTING
        assert row.leased_until is not None
    assert not Notification.objects.exists()


def test_a_message_without_end_is_read_from_its_beginning(drain: Callable[..., Run]) -> None:
    row = mail(TEXT + "word " * 60_000)
    server = Server(answer(name="Maria Ruiz"))
    drain(server)
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert len(server.asked[0]["messages"][1]["content"]) < 10_000


def test_handing_back_does_not_touch_what_others_have_taken_over() -> None:
    row = mail()
    (claimed,) = services.claim(5)
    assert claimed.pk == row.pk
    Interaction.objects.update(lease_token="0198a000-0000-7000-8000-000000000002")
    assert services.hand_back([claimed]) == 0
    with pytest.raises(work.LeaseLost):
        services.fail(claimed, tasks.Failure("x", "X."))
    row.refresh_from_db()
    assert row.status == Status.EXTRACTING


def test_claimed_rows_are_marked_and_leased() -> None:
    rows = [mail() for _ in range(3)]
    claimed = services.claim(2)
    assert [row.pk for row in claimed] == [row.pk for row in rows[:2]]
    stored = list(Interaction.objects.order_by("id"))
    assert [row.status for row in stored] == [Status.EXTRACTING, Status.EXTRACTING, Status.PARSED]
    assert stored[0].lease_token == claimed[0].lease_token is not None
    assert services.claim(5) != claimed
