"""The sync pages: where reading stands, what came, what was skipped; and the limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crmllm.access.models import User
from crmllm.connectors.choices import RunKind, RunState
from crmllm.connectors.models import Connection, LimitWindow, SkippedRecord, Stream, SyncRun
from crmllm.connectors.setup import selectors as setup
from crmllm.core.ids import first_id
from crmllm.crm.models import Account
from crmllm.writeback.models import Writeback
from tests.connectors.conftest import Served
from tests.support import factories
from tests.support.outbox import approved

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def url(name: str, connection: Connection, *more: Any) -> str:
    return reverse(f"connectors:{name}", args=[connection.pk, *more])


def test_what_was_read_is_told(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    page = as_admin.get(url("sync", in_use)).content.decode()
    assert "nothing read yet" in page
    owner = toy.crm.add("users", name="Rita Ray", email="rita@ours.example")
    for number in range(60):
        toy.crm.add("companies", name=f"Boats {number}", owner=owner)
    toy.crm.add("companies", name="", web="nameless.example")
    runs = read_all()
    assert {run.reason for run in runs if run.state != RunState.DONE} == set()
    page = as_admin.get(url("sync", in_use))
    lines = {line.row.name: line for line in page.context["lines"]}
    account = lines["account"]
    assert dict(account.run.counts) == {"read": 61, "new": 60, "skipped": 1}
    assert (account.run.row.there, account.run.row.here, account.skipped) == (61, 60, 1)
    assert account.position.startswith("all changes until")
    assert "The CRM counts 61, we know 60" in page.content.decode()
    assert not page.context["live"]
    toy.crm.change("companies", next(iter(toy.crm.rows["companies"])), name="Bigger boats")
    as_admin.post(url("stream-read", in_use, "account"), {"what": "changes"})
    (changed,) = read_all()
    assert changed.kind == RunKind.CHANGES
    assert changed.counts["updated"] == 1
    assert Account.objects.filter(name="Bigger boats").exists()
    seen = as_admin.get(url("stream", in_use, "account"))
    assert [run.row.kind for run in seen.context["runs"]] == [RunKind.CHANGES, RunKind.FULL]


def test_what_went_out_is_told_beside_it(
    as_admin: Client, in_use: Connection, toy: Served, reviewer: User, read_all: Any
) -> None:
    approved(reviewer, "account", {"name": "Boats"})
    approved(reviewer, "contact", {"name": "Ada Byte"})
    old = approved(reviewer, "account", {"name": "Of last month"})
    Writeback.objects.filter(pk=old.pk).update(id=first_id(timezone.now() - timedelta(days=30)))
    factories.deliver_all()
    approved(reviewer, "account", {"name": "Still here"})
    page = as_admin.get(url("sync", in_use))
    lines = {line.row.name: dict(line.out) for line in page.context["lines"]}
    assert lines["account"] == {"waiting": 1, "written and verified": 1}
    assert lines["contact"] == {"written and verified": 1}
    assert lines["case"] == {}
    assert "Out, in seven days: 1 waiting, 1 written and verified" in " ".join(page.content.decode().split())
    assert "Out, in seven days" in as_admin.get(url("stream", in_use, "account")).content.decode()


def test_an_owner_without_an_address_is_skipped_and_the_others_come(
    as_admin: Client, in_use: Connection, toy: Served, read_all: Any
) -> None:
    toy.crm.add("users", name="Nobody")
    toy.crm.add("users", name="Rita Ray", email="rita@ours.example")
    read_all()
    line = as_admin.get(url("stream", in_use, "owner")).context["line"]
    assert dict(line.run.counts) == {"read": 2, "new": 1, "skipped": 1}
    assert "no e-mail address" in SkippedRecord.objects.get().reason


def test_everything_is_read_again_when_asked(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    toy.crm.add("companies", name="Boats")
    read_all()
    as_admin.post(url("stream-read", in_use, "account"), {"what": "everything"})
    (run,) = read_all()
    assert run.kind == RunKind.FULL


def test_a_stream_pauses_and_goes_on(as_admin: Client, in_use: Connection, read_all: Any) -> None:
    as_admin.post(url("stream-pause", in_use, "account"), {"paused": "yes"})
    assert "account" not in {run.stream.name for run in read_all()}
    as_admin.post(url("stream-pause", in_use, "account"), {"paused": "no"})
    assert [run.stream.name for run in read_all()] == ["account"]


def test_a_skipped_record_is_read_again(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    pk = toy.crm.add("companies", name="")
    read_all()
    row = SkippedRecord.objects.get()
    assert row.external_id == pk
    page = as_admin.get(url("stream", in_use, "account")).content.decode()
    assert row.reason in page
    again = url("read-again", in_use, "account", row.pk)
    as_admin.post(again)
    assert SkippedRecord.objects.filter(pk=row.pk).exists(), "nothing changed there"
    toy.crm.change("companies", pk, name="Named boats")
    as_admin.post(again)
    assert not SkippedRecord.objects.exists()
    assert Account.objects.get().name == "Named boats"


def test_hidden_fields_and_failures_are_told(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    toy.crm.hidden.add("phone")
    toy.crm.add("companies", name="Boats", phone="+4755123456")
    read_all()
    page = as_admin.get(url("sync", in_use)).content.decode()
    assert "The CRM hides: phone" in " ".join(page.split())
    toy.crm.closed = True
    as_admin.post(url("stream-read", in_use, "account"), {"what": "changes"})
    read_all()
    in_use.refresh_from_db()
    page = as_admin.get(url("sync", in_use)).content.decode()
    assert "sign in again" in page


def test_a_page_asks_again_while_something_is_read(as_admin: Client, in_use: Connection) -> None:
    row = Stream.objects.get(connection=in_use, name="account")
    SyncRun.objects.create(stream=row, kind=RunKind.FULL, counts={"read": 1200, "created": 1200})
    Stream.objects.filter(pk=row.pk).update(
        leased_until=timezone.now() + timedelta(minutes=1),
        position={"full": True, "started": timezone.now().isoformat(), "count": 1200},
    )
    page = as_admin.get(url("sync", in_use)).content.decode()
    assert 'hx-trigger="every 3s"' in page
    assert "reading everything, 1,200 records so far" in page
    fragment = as_admin.get(url("sync", in_use), headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip().startswith("<section")
    assert "<html" not in fragment


def test_a_fixed_number_of_queries(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    def queries(path: str) -> int:
        as_admin.get(path)
        with CaptureQueriesContext(database) as seen:
            assert as_admin.get(path).status_code == 200
        return len(seen)

    paths = [url("sync", in_use), url("stream", in_use, "account"), url("objects", in_use), url("detail", in_use)]
    few = [queries(path) for path in paths]
    for number in range(30):
        toy.crm.add("companies", name="" if number % 2 else f"Boats {number}")
    for _ in range(3):
        read_all()
        Stream.objects.update(next_attempt_at=timezone.now(), full_wanted=True)
    for path, before in zip(paths, few, strict=True):
        assert queries(path) <= before + 1, path
        assert before <= 20


def test_limits_show_use_share_and_forecast(as_admin: Client, in_use: Connection, toy: Served, read_all: Any) -> None:
    for number in range(120):
        toy.crm.add("companies", name=f"Boats {number}")
    read_all()
    found = {one.name: one for one in setup.limits(in_use)}
    assert set(found) == {"default", "daily"}
    assert found["daily"].used == toy.crm.used, "the CRM's own count is believed"
    assert (found["daily"].most, found["daily"].background, found["daily"].period) == (20_000, 16_000, "1 d")
    now = timezone.now()
    LimitWindow.objects.filter(name="daily").update(started_at=now - timedelta(hours=2), used=10_000, before=0)
    full_at = {one.name: one for one in setup.limits(in_use)}["daily"].full_at
    assert full_at is not None
    assert timedelta(hours=1, minutes=59) < full_at - now < timedelta(hours=2, minutes=1)
    assert "At this pace full at" in as_admin.get(url("detail", in_use)).content.decode()
    LimitWindow.objects.filter(name="daily").update(blocked_until=now + timedelta(minutes=5))
    assert "asks to wait until" in as_admin.get(url("detail", in_use)).content.decode()
    LimitWindow.objects.update(started_at=now - timedelta(days=3), blocked_until=None)
    assert [one.used for one in setup.limits(in_use)] == [0, 0]


def test_who_sees_no_settings_sees_no_sync(page: Client, reviewer: User, in_use: Connection) -> None:
    for name in ("sync", "detail", "objects"):
        assert page.get(url(name, in_use)).status_code == 403
    assert page.post(url("stream-read", in_use, "account")).status_code == 403
