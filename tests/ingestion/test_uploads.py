"""Uploads through the page: small ones at once, large ones by a job that may stop anywhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from crmllm.access.models import User
from crmllm.core import crypto, sealed_files
from crmllm.core.crypto import Erased, drop_keys, new_key
from crmllm.core.errors import CrmllmError, Forbidden, TooLarge
from crmllm.core.runtime.home import home
from crmllm.ingestion import services as ingestion
from crmllm.ingestion.choices import UploadState
from crmllm.ingestion.models import Interaction, Upload
from crmllm.ingestion.uploads import services
from crmllm.jobs.choices import RunState
from crmllm.jobs.models import JobRun
from crmllm.jobs.services import start
from crmllm.jobs.tasks import run_job
from tests.support.mails import mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMLLM_HOME", str(tmp_path / "home"))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything counts as large, and batches are small."""
    monkeypatch.setattr(services, "SMALL", 0)
    monkeypatch.setattr(ingestion, "BATCH", 2)


def eml(number: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{number}.eml", mail(number))


def mbox(*numbers: int) -> SimpleUploadedFile:
    separator = b"From maria Tue Nov 10 09:00:00 2026\n"
    content = b"".join(separator + mail(number).replace(b"\r\n", b"\n") + b"\n" for number in numbers)
    return SimpleUploadedFile("inbox.mbox", content)


def counts(upload: Upload) -> tuple[int, int, int]:
    upload.refresh_from_db()
    return upload.new, upload.known, upload.refused


def spooled() -> list[Path]:
    return [path for path in (home().files / "uploads").rglob("*") if path.is_file()]


def test_small_files_are_taken_in_before_the_page_answers(page: Client) -> None:
    files = [eml(1), eml(2), eml(1), SimpleUploadedFile("photo.eml", b"\x89PNG\r\n\x1a\n rest")]
    answer = page.post(reverse("uploads:upload"), {"files": files}, follow=True)
    assert counts(Upload.objects.get()) == (2, 1, 1)
    assert Interaction.objects.count() == 2
    assert "photo.eml" in answer.text
    assert "It is a picture, not a mail." in answer.text
    assert not JobRun.objects.exists()
    assert not spooled()


def test_without_files_the_page_says_so(page: Client) -> None:
    answer = page.post(reverse("uploads:upload"), {})
    assert answer.status_code == 422
    assert "Choose at least one file." in answer.text


def test_too_much_is_refused_before_it_is_read(page: Client, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = page.post(reverse("uploads:upload"), {"files": SimpleUploadedFile("x.eml", b"x" * 2 * 2**20)})
    assert answer.status_code == 413
    assert not Upload.objects.exists()


def test_a_little_too_much_is_refused(reviewer: User, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(TooLarge):
        services.take_in(actor=reviewer, files=[SimpleUploadedFile("x.eml", b"x" * 1001)])


def test_the_form_needs_its_token(reviewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer)
    assert client.post(reverse("uploads:upload"), {"files": eml(1)}).status_code == 403
    assert not Interaction.objects.exists()


def test_an_auditor_uploads_nothing(auditor: User, client: Client) -> None:
    client.force_login(auditor)
    assert client.get(reverse("uploads:upload")).status_code == 403
    with pytest.raises(Forbidden):
        services.take_in(actor=auditor, files=[eml(1)])


def test_uploads_are_ones_own(page: Client, admin: User, client: Client) -> None:
    page.post(reverse("uploads:upload"), {"files": eml(1)})
    client.force_login(admin)
    upload = Upload.objects.get()
    assert client.get(reverse("uploads:detail", args=[upload.pk])).status_code == 404
    assert client.post(reverse("uploads:cancel", args=[upload.pk])).status_code == 404


def test_a_packed_file_counts_by_what_it_holds(reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.eml", mail(1) + b" " * 100_000)
    monkeypatch.setattr(services, "SMALL", 50_000)
    assert packed.tell() < 50_000
    upload = services.take_in(actor=reviewer, files=[SimpleUploadedFile("mails.zip", packed.getvalue())])
    assert upload.run is not None


@pytest.mark.usefixtures("large")
def test_a_large_upload_waits_sealed_for_its_job(
    page: Client, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    answer = page.post(reverse("uploads:upload"), {"files": [mbox(1, 2, 3, 4, 5), eml(6), eml(1)]}, follow=True)
    upload = Upload.objects.get()
    run = JobRun.objects.get()
    assert run.arguments == {"upload": str(upload.pk)}
    assert "Waiting for a worker" in answer.text
    assert not Interaction.objects.exists()
    lying = spooled()
    assert len(lying) == 3
    assert not any(b"boxes of labels" in path.read_bytes() for path in lying)
    assert all(path.stat().st_mode & 0o077 == 0 for path in lying)

    with django_capture_on_commit_callbacks(execute=True):
        run_job(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.progress, run.total) == (RunState.SUCCEEDED, 100, 100)
    assert counts(upload) == (6, 1, 0)
    assert upload.state == UploadState.DONE
    assert not spooled()
    assert "6" in page.get(reverse("uploads:detail", args=[upload.pk])).text


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("killed_at", range(5))
def test_killed_at_any_batch_the_next_run_goes_on(
    reviewer: User, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    upload = services.take_in(actor=reviewer, files=[mbox(1, 2, 3, 4, 5), mbox(6, 7, 1)])
    first = JobRun.objects.get()
    store, calls = ingestion.receive_files, []

    class Killed(BaseException):
        pass

    def die(**arguments: Any) -> Any:
        calls.append(1)
        received = store(**arguments)
        if len(calls) == killed_at + 1:
            raise Killed
        return received

    with monkeypatch.context() as patched:
        patched.setattr(ingestion, "receive_files", die)
        with pytest.raises(Killed):
            run_job(str(first.pk))
    assert sum(counts(upload)) == min(2 * killed_at, 5 + 2 * max(0, killed_at - 3))
    JobRun.objects.update(state=RunState.FAILED)
    run_job(str(start(name=services.JOB, arguments=first.arguments, user=reviewer).pk))
    assert counts(upload) == (7, 1, 0)
    assert Interaction.objects.count() == 7


@pytest.mark.usefixtures("large")
def test_cancelled_it_stops_and_keeps_what_it_has(
    page: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    upload = services.take_in(actor=reviewer, files=[mbox(1, 2, 3, 4, 5)])
    store = services._store

    def store_then_cancel(row: Upload, batch: Any) -> bool:
        stored = store(row, batch)
        if row.entry_number == 2:
            page.post(reverse("uploads:cancel", args=[upload.pk]))
        return stored

    monkeypatch.setattr(services, "_store", store_then_cancel)
    with django_capture_on_commit_callbacks(execute=True):
        run_job(str(JobRun.objects.get().pk))
    assert counts(upload) == (2, 0, 0)
    assert upload.state == UploadState.CANCELLED
    assert not spooled()
    assert page.post(reverse("uploads:cancel", args=[upload.pk])).status_code == 409


@pytest.mark.usefixtures("large")
def test_when_its_time_is_up_another_run_goes_on(reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = services.take_in(actor=reviewer, files=[mbox(1, 2, 3)])
    first = JobRun.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr("crmllm.jobs.drain.Drain.must_stop", lambda drain: True)
        run_job(str(first.pk))
    second = JobRun.objects.exclude(pk=first.pk).get()
    run_job(str(second.pk))
    upload = Upload.objects.get()
    assert counts(upload) == (3, 0, 0)
    assert upload.run == second


@pytest.mark.usefixtures("large")
def test_what_nobody_goes_on_with_is_forgotten(
    reviewer: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    abandoned = services.take_in(actor=reviewer, files=[eml(1)])
    waiting = services.take_in(actor=reviewer, files=[eml(2)])
    Upload.objects.filter(pk=abandoned.pk).update(updated_at=timezone.now() - services.KEPT_FOR * 2)
    with django_capture_on_commit_callbacks(execute=True):
        services.forget_old_files()
    assert [path.parent.name for path in spooled()] == [str(waiting.pk)]
    abandoned.refresh_from_db()
    assert abandoned.state == UploadState.CANCELLED


# --- sealed files


@settings(deadline=None)
@given(content=st.binary(max_size=300), reads=st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320)), max_size=8))
def test_a_sealed_file_reads_like_a_plain_one(content: bytes, reads: list[tuple[int, int]]) -> None:
    key_id = new_key()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sealed_files, "PIECE", 64)
        path = home().files / "sealed"
        path.unlink(missing_ok=True)
        assert sealed_files.write_sealed(path, io.BytesIO(content), key_id) == len(content)
        plain = io.BytesIO(content)
        with sealed_files.open_sealed(path) as sealed:
            assert sealed.read() == content
            for at, size in reads:
                assert (sealed.seek(at), sealed.read(size)) == (plain.seek(at), plain.read(size))
            assert sealed.seek(0, io.SEEK_END) == len(content)


def test_a_sealed_file_cannot_be_rearranged_or_read_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_files, "PIECE", 64)
    key_id, path = new_key(), home().files / "sealed"
    sealed_files.write_sealed(path, io.BytesIO(b"a" * 64 + b"b" * 64), key_id)
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[half:] + whole[:half])
    with sealed_files.open_sealed(path) as sealed, pytest.raises(CrmllmError, match="altered"):
        sealed.read()
    path.write_bytes(whole)
    drop_keys([key_id])
    crypto.ring.forget()
    with sealed_files.open_sealed(path) as sealed, pytest.raises(Erased):
        sealed.read()
