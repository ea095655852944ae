"""Who reads which file, and that every door takes all of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from crmllm.core import audit
from crmllm.ingestion import kinds, services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.models import Interaction, Refused
from tests.support.mails import mail


def reader(name: str, raw: bytes = b"hello", **told: str) -> str:
    found = kinds.find(name, raw, **told)
    return found.name if found else ""


@pytest.mark.parametrize("name", ["a.eml", "A.EML", "box.mbox#12", "12345.M1P2.mail.example:2,S", "cur/991", ""])
def test_mail_is_known_by_its_name(name: str) -> None:
    assert reader(name) == "mail"


def test_mail_is_known_by_its_headers_too() -> None:
    assert reader("saved.bak", mail(1)) == "mail"
    assert reader("saved.bak", b"hello") == ""


def test_a_kind_that_fits_no_reader_of_the_file_is_refused() -> None:
    assert reader("a.eml", mail(1), kind="call") == ""
    assert ".eml are not read as call" in kinds.refusal("a.eml", "call")


@given(st.text(max_size=60), st.binary(max_size=60))
def test_any_name_has_a_reader_or_a_refusal(name: str, raw: bytes) -> None:
    assert kinds.find(name, raw) is not None or kinds.refusal(name).endswith(".zip archives of them.")


@pytest.mark.django_db(databases=["default", "keys"])
def test_an_unknown_type_stays_visible_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "drawing.dwg").write_bytes(b"AC1032")
    out = io.StringIO()
    call_command("ingest", str(tmp_path / "drawing.dwg"), json=True, stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["refused"] == 1
    refused = Refused.objects.get()
    assert refused.name.open() == "drawing.dwg"
    assert refused.reason.startswith("Files of the type .dwg are not read. Known are: .eml")
    assert not Interaction.objects.exists()


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_api_refuses_what_nobody_reads(api: Any) -> None:
    drawing = SimpleUploadedFile("drawing.dwg", b"AC1032")
    answer = api.post("/api/v1/interactions/", {"file": drawing}, format="multipart")
    assert (answer.status_code, "Files of the type .dwg are not read." in answer.text) == (422, True)
    answer = api.post("/api/v1/interactions/", {"file": drawing, "kind": "dream"}, format="multipart")
    assert (answer.status_code, "There is no such kind" in answer.text) == (422, True)
    assert api.post("/api/v1/interactions/", b"AC1032", content_type="image/vnd.dwg").status_code == 415
    assert Refused.objects.count() == 1


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_reader_that_breaks_fails_the_item_and_keeps_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(raw: bytes, name: str) -> kinds.Read:
        raise RuntimeError(raw)

    odd = kinds.Reader("odd", "document", (".odd",), (), broken)
    monkeypatch.setattr(kinds, "READERS", (*kinds.READERS, odd))
    row = services.receive(actor=audit.SYSTEM, raw=b"secret", origin=Origin.COMMAND, name="x.odd").interaction
    assert (row.status, row.reason_code, row.kind) == ("failed", "reader_error", "document")
    assert (row.source.reader, row.source.blob.open_bytes()) == ("odd", b"secret")
    assert "secret" not in row.reason
