"""`manage.py ingest`: totals that add up, on whatever lies at the paths."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.ingestion.choices import Origin
from crmllm.ingestion.management.commands import ingest
from crmllm.ingestion.models import Interaction, Refused
from tests.support.mails import mail

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """A folder with one of everything: 5 new, 1 known, 2 refused."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "1.eml").write_bytes(mail(1))
    (tmp_path / "deep" / "again.eml").write_bytes(mail(1))
    (tmp_path / "deep" / "broken.eml").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "holiday.eml").write_bytes(b"\x89PNG\r\n\x1a\n")
    separator = b"From maria Tue Nov 10 09:00:00 2026\n"
    (tmp_path / "box.mbox").write_bytes(b"".join(separator + mail(n).replace(b"\r", b"") + b"\n" for n in (2, 3)))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("4.eml", mail(4, Auto_Submitted="auto-replied"))
        packed.writestr("../5.eml", mail(5))
    return tmp_path


def run(*paths: Path, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("ingest", *map(str, paths), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_everything_in_a_folder_is_taken_in_and_counted(mails: Path) -> None:
    said, _ = run(mails)
    assert said == (
        "8 messages: 5 new, 1 known already, 2 refused.\n"
        "Of the new ones 3 were read, 1 skipped with a reason, 1 could not be parsed.\n"
    )
    assert Interaction.objects.filter(origin=Origin.COMMAND).count() == 5
    assert {row.name.open() for row in Refused.objects.all()} == {"holiday.eml", "packed.zip/../5.eml"}


def test_totals_as_json_over_several_paths(mails: Path) -> None:
    said, _ = run(mails / "1.eml", mails / "box.mbox", mails / "1.eml", json=True)
    assert json.loads(said) == {
        "entries": 4, "new": 3, "known": 1, "refused": 0, "skipped": 0, "failed": 0, "missing": 0,
    }  # fmt: skip


def test_a_missing_path_is_named_and_the_others_are_taken_in(mails: Path) -> None:
    with pytest.raises(CommandError, match=r"Not found: .*nowhere\.eml") as caught:
        run(mails / "nowhere.eml", mails / "1.eml")
    assert caught.value.returncode == 1
    assert Interaction.objects.count() == 1


def test_without_a_terminal_progress_is_lines(mails: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "LINE_EVERY", 2)
    monkeypatch.setattr("crmllm.ingestion.services.BATCH", 2)
    _, progress = run(mails / "box.mbox", mails / "1.eml")
    assert progress == "box.mbox: 2 messages\n"
