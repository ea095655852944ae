"""What changes uploads. Small ones are taken in before the page answers; large ones lie sealed on disk for a job.

The job keeps how far it is together with each batch, in one transaction: stopped or killed at any moment, the next one
goes on from there and the counts still add up.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import Sealed, new_key
from crmllm.core.errors import BadInput, Conflict, TooLarge
from crmllm.core.runtime.home import home
from crmllm.core.sealed_files import open_sealed, write_sealed
from crmllm.ingestion import services
from crmllm.ingestion.choices import Kind, Origin, UploadState
from crmllm.ingestion.models import Upload
from crmllm.ingestion.services import Tally, entries, receive_entries
from crmllm.jobs.drain import Drain
from crmllm.jobs.services import start

JOB = "take_in_upload"
SMALL = 2 * 2**20  # bytes that are taken in while somebody waits, unpacked
KEPT_FOR = timedelta(days=7)


def take_in(*, actor: User, files: Sequence[UploadedFile[Any]], kind: str = "") -> Upload:
    """Takes in files, or starts the job that does. `kind` says what they are where their names do not."""
    require(actor, "interactions.add")
    if not files:
        raise BadInput(_("Choose at least one file."), fields={"files": [_("Choose at least one file.")]})
    size = sum(file.size or 0 for file in files)
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooLarge(_("Together the files are larger than %(mb)d MB.") % {"mb": settings.UPLOAD_MAX_BYTES // 2**20})
    if kind and kind not in Kind:
        raise BadInput(_("There is no such kind."), fields={"kind": [_("There is no such kind.")]})
    key_id = new_key()
    names = [file.name or "upload" for file in files]
    upload = Upload(key_id=key_id, name=Sealed.of(names, key_id), size=size, user=actor, kind=kind)
    return _at_once(actor, upload, files) if _is_small(files) else _later(actor, upload, files)


def _is_small(files: Sequence[UploadedFile[Any]]) -> bool:
    return sum(_unpacked(file) for file in files) <= SMALL


def _unpacked(file: UploadedFile[Any]) -> int:
    """What a file holds when its archive says the truth; one that does not is cut off there when it is unpacked."""
    assert file.file is not None
    with suppress(zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        if zipfile.is_zipfile(file.file):
            with zipfile.ZipFile(file.file) as packed:
                return sum(info.file_size for info in packed.infolist())
    return file.size or 0


def _at_once(actor: User, upload: Upload, files: Sequence[UploadedFile[Any]]) -> Upload:
    upload.save(force_insert=True)
    for file in files:
        assert file.file is not None
        file.file.seek(0)
        for batch in entries(file.file, file.name or ""):
            tally = receive_entries(actor=actor, batch=batch, origin=Origin.UPLOAD, upload=upload, kind=upload.kind)
            _count(upload, tally)
    with transaction.atomic():
        _close(actor, upload, UploadState.DONE)
    return upload


def _later(actor: User, upload: Upload, files: Sequence[UploadedFile[Any]]) -> Upload:
    folder = _folder(upload.pk)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for number, file in enumerate(files):
            assert file.file is not None
            file.file.seek(0)
            write_sealed(folder / str(number), file.file, upload.key_id)
        with transaction.atomic():
            upload.spooled = True
            upload.save(force_insert=True)
            upload.run = start(name=JOB, arguments={"upload": str(upload.pk)}, user=actor)
            upload.save(update_fields=["run"])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return upload


def run_upload(run: Drain, upload: str) -> str:
    """The job: takes in what lies sealed on disk, from where the last one stopped."""
    row = Upload.objects.select_related("user").get(pk=upload)
    row.run = run.run
    row.save(update_fields=["run", "updated_at"])
    if row.state != UploadState.RUNNING or row.user is None:
        return _("There was nothing left to do.")
    files = sorted(_folder(row.pk).iterdir(), key=lambda path: int(path.name))
    run.expect(100)
    shown = 0
    for number in range(row.file_number, len(files)):
        with open_sealed(files[number]) as content:
            for batch in entries(content, row.name.open()[number], skip=row.entry_number):
                if run.must_stop():
                    return _go_on_later(run, row)
                if not _store(row, batch):
                    return _("Cancelled; what was taken in stays.")
                percent = _percent(files, number, content.tell())
                run.tick(done=max(0, percent - shown), doing=in_words(row))
                shown = max(shown, percent)
        row.file_number, row.entry_number = number + 1, 0
    run.tick(done=100 - shown)
    with transaction.atomic():
        if _at_work(row):
            _close(row.user, row, UploadState.DONE)
    return in_words(row)


def _store(row: Upload, batch: services.Batch) -> bool:
    """Stores a batch together with how far we are; False when somebody cancelled the upload."""
    assert row.user is not None
    with transaction.atomic():
        if not _at_work(row):
            return False
        tally = receive_entries(actor=row.user, batch=batch, origin=Origin.UPLOAD, upload=row, kind=row.kind)
        _count(row, tally)
        row.entry_number += len(batch)
        row.save(update_fields=[*COUNTS, "file_number", "entry_number", "updated_at"])
    return True


def _at_work(row: Upload) -> bool:
    """Whether nobody cancelled it; locks the row, so that nobody does until the end of the transaction."""
    return Upload.objects.select_for_update().get(pk=row.pk).state == UploadState.RUNNING


def _go_on_later(run: Drain, row: Upload) -> str:
    """Time is up: another run goes on. After a cancel on the Jobs page only when somebody says so there."""
    if not run.cancelled:
        assert row.user is not None
        start(name=JOB, arguments={"upload": str(row.pk)}, user=row.user)
    return in_words(row)


def _percent(files: Sequence[Path], number: int, at: int) -> int:
    sizes = [path.stat().st_size for path in files]
    return min(99, 100 * (sum(sizes[:number]) + min(at, sizes[number])) // max(1, sum(sizes)))


def cancel_upload(*, actor: User, upload: Upload) -> Upload:
    """Stops an upload after its present batch. What was taken in stays."""
    require(actor, "interactions.add")
    with transaction.atomic():
        row = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if row.state != UploadState.RUNNING:
            raise Conflict(_("This upload has ended already."))
        _close(actor, row, UploadState.CANCELLED)
    return row


def forget_old_files() -> str:
    """Cancels uploads that nobody went on with for a week, and removes files that belong to no upload at work."""
    for row in Upload.objects.filter(state=UploadState.RUNNING, updated_at__lt=timezone.now() - KEPT_FOR):
        with transaction.atomic():
            _close(audit.SYSTEM, row, UploadState.CANCELLED)
    old = timezone.now().timestamp() - KEPT_FOR.total_seconds()
    stale = [path for path in _folder().glob("*") if path.stat().st_mtime < old]
    at_work = {str(pk) for pk in Upload.objects.filter(state=UploadState.RUNNING).values_list("pk", flat=True)}
    for path in stale:
        if path.name not in at_work:
            shutil.rmtree(path, ignore_errors=True)
    return ""


# --- what they share

COUNTS = ("new", "known", "refused", "skipped", "failed")


def _count(upload: Upload, tally: Tally) -> None:
    for name in COUNTS:
        setattr(upload, name, getattr(upload, name) + getattr(tally, name))


def _close(actor: audit.Actor, upload: Upload, state: UploadState) -> None:
    upload.state, upload.spooled = state, False
    upload.save()
    details = {"state": state, **{name: getattr(upload, name) for name in COUNTS}}
    audit.record(actor=actor, action="upload.ended", subject_type="upload", subject_id=upload.pk, details=details)
    folder = _folder(upload.pk)
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True), robust=True)


def _folder(pk: UUID | None = None) -> Path:
    folder = home().files / "uploads"
    return folder / str(pk) if pk else folder


def in_words(upload: Upload) -> str:
    """The counts as a sentence."""
    return _("%(new)d new, %(known)d known already, %(refused)d refused.") % {
        name: getattr(upload, name) for name in ("new", "known", "refused")
    }
