"""Calls, notes and chats through every door: upload, API and command; twice is once; and their pages."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.core import audit
from crmllm.crm.choices import Object
from crmllm.extraction import services as extraction
from crmllm.extraction.selectors import item
from crmllm.ingestion import services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.models import Interaction, Refused, Upload
from crmllm.ingestion.tasks import drain_read
from crmllm.jobs.choices import Cluster
from crmllm.jobs.drain import Drain
from crmllm.jobs.services import begin
from crmllm.proposals.models import Proposal

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

VTT = """WEBVTT

NOTE Date: 2026-03-12 14:05

00:00:01.000 --> 00:00:03.000
<v Gemma Tolley>We'd like to order thirty label printers for Hartwell Foods Ltd.

00:00:04.000 --> 00:00:06.000
<v Gemma Tolley>Sorry, forty label printers. The budget is forty-four thousand pounds.

00:00:07.000 --> 00:00:09.000
<v Tom Lee>Could you send me the quote by next Friday?
"""
NOTES = "Visit at Hartwell Foods Ltd\n\nAttendees: Gemma Tolley\n\n- need 2 printers\n\nActions\n- send quote\n"


def test_a_transcript_uploaded_twice_is_one_call(page: Client) -> None:
    for _ in range(2):
        page.post(reverse("uploads:upload"), {"files": SimpleUploadedFile("call.vtt", VTT.encode())})
    row = Interaction.objects.get()
    assert (row.kind, row.status, row.sender_name) == ("call", "parsed", "Gemma Tolley")
    assert [(one.new, one.known) for one in Upload.objects.order_by("created_at")] == [(1, 0), (0, 1)]


def test_a_kind_that_somebody_gives_decides(page: Client) -> None:
    text = SimpleUploadedFile("hartwell.txt", NOTES.encode())
    page.post(reverse("uploads:upload"), {"files": text, "kind": "meeting"})
    assert Interaction.objects.get().kind == "meeting"
    answer = page.post(reverse("uploads:upload"), {"files": SimpleUploadedFile("a.vtt", b"WEBVTT"), "kind": "dream"})
    assert answer.status_code == 422


def test_what_the_given_kind_cannot_be_is_refused_and_visible(page: Client) -> None:
    answer = page.post(
        reverse("uploads:upload"), {"files": SimpleUploadedFile("a.vtt", VTT.encode()), "kind": "chat"}, follow=True
    )
    assert "Files of the type .vtt are not read as chat." in answer.text
    assert Refused.objects.count() == 1


def test_the_api_takes_bodies_and_forms(api: Any) -> None:
    body = api.generic("POST", "/api/v1/interactions/", VTT.encode(), content_type="text/vtt")
    again = api.post("/api/v1/interactions/", {"file": SimpleUploadedFile("x.vtt", VTT.encode())}, format="multipart")
    assert (body.status_code, again.status_code) == (201, 200)
    assert body.json()["id"] == again.json()["id"]
    notes = api.generic("POST", "/api/v1/interactions/?kind=meeting", NOTES.encode(), content_type="text/plain")
    assert notes.status_code == 201
    whole = api.get(f"/api/v1/interactions/{body.json()['id']}/").json()
    assert whole["kind"] == "call"
    assert whole["locations"][1]["label"] == "00:00:04"
    assert whole["locations"][1]["speaker"] == "Gemma Tolley"
    assert [one["name"] for one in whole["participants"]] == ["Gemma Tolley", "Tom Lee"]


def test_the_command_takes_folders_of_everything(tmp_path: Path) -> None:
    (tmp_path / "call.vtt").write_text(VTT)
    (tmp_path / "notes.md").write_text(NOTES)
    (tmp_path / "recording.json").write_text(json.dumps({"segments": [{"speaker": "A", "text": "Hi", "start": 0.5}]}))
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    for new, known in ((3, 0), (0, 3)):
        out = io.StringIO()
        call_command("ingest", str(tmp_path), json=True, stdout=out, stderr=io.StringIO())
        told = json.loads(out.getvalue())
        assert (told["new"], told["known"], told["refused"]) == (new, known, 1)
    assert sorted(Interaction.objects.values_list("kind", flat=True)) == ["call", "call", "meeting"]


def test_a_damaged_transcript_fails_with_the_reason_and_keeps_its_bytes() -> None:
    received = services.receive(actor=audit.SYSTEM, raw=b"WEBVTT", origin=Origin.COMMAND, name="empty.vtt")
    row = received.interaction
    assert (row.status, row.reason) == ("failed", "Could not be parsed: It holds no cues: nobody says anything in it.")
    assert row.source.blob.open_bytes() == b"WEBVTT"


def test_a_replay_reads_with_the_same_reader(reviewer: User) -> None:
    row = services.receive(
        actor=reviewer, raw=NOTES.encode(), origin=Origin.API, name="n.txt", kind="meeting"
    ).interaction
    Interaction.objects.filter(pk=row.pk).update(status="failed")
    services.replay(actor=reviewer, interaction=Interaction.objects.get(pk=row.pk))
    drain_read(Drain(begin(name="read", cluster=Cluster.DEFAULT)))
    row.refresh_from_db()
    assert (row.status, row.kind, row.generation) == ("parsed", "meeting", 2)
    assert [one.name for one in item(row).participants] == ["Gemma Tolley"]


def understood() -> Interaction:
    row = services.receive(actor=audit.SYSTEM, raw=VTT.encode(), origin=Origin.COMMAND, name="call.vtt").interaction
    claimed = extraction.claim(1)
    assert [one.pk for one in claimed] == [row.pk]
    prepared = extraction.begin(claimed[0])
    assert prepared is not None
    assert [name for name, _ in prepared.questions()] == ["extract-call"]
    extraction.finish(prepared, None)
    row.refresh_from_db()
    return row


def test_a_call_becomes_proposals_whose_evidence_is_what_was_said() -> None:
    row = understood()
    assert (row.status, row.category) == ("proposed", "sales")
    wish = Proposal.objects.get(object=Object.OPPORTUNITY)
    lines = {change.field: change for change in wish.changes.all()}
    assert lines["quantity"].proposed.open() == 40
    quotes = {name: [span.quote.open() for span in change.evidence.all()] for name, change in lines.items()}
    assert quotes["quantity"] == ["forty"]
    assert quotes["amount"] == ["forty-four thousand pounds"]
    text = item(row).text
    for change in lines.values():
        assert all(text[span.start : span.end] == span.quote.open() for span in change.evidence.all())


def test_pages_show_turns_with_speaker_and_time(page: Client) -> None:
    row = understood()
    detail = page.get(reverse("ingestion:detail", args=[row.pk])).text
    assert detail.count('class="turn"') == 2
    assert "00:00:07" in detail
    card = page.get(reverse("review:card", args=[row.pk])).text
    assert "00:00:04 · Gemma Tolley" in card
    assert '<mark class="evidence"' in card


def test_a_call_with_somebody_who_was_erased_is_not_processed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "may_process", lambda email, purpose: email != "anna@nowak.example")
    monkeypatch.setattr(extraction, "is_suppressed", lambda email: email == "anna@nowak.example")
    recording = {
        "participants": [{"name": "Anna Nowak", "email": "anna@nowak.example"}],
        "segments": [{"speaker": "Anna Nowak", "text": "We need two printers.", "start": 1.5}],
    }
    raw = json.dumps(recording).encode()
    row = services.receive(actor=audit.SYSTEM, raw=raw, origin=Origin.API, name="r.json").interaction
    assert extraction.begin(extraction.claim(1)[0]) is None
    row.refresh_from_db()
    assert (row.status, row.reason_code) == ("skipped", "suppressed")
