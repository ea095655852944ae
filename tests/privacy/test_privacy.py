"""Consent and suppression: the latest word counts, and who was erased stays erased."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crmllm.access.models import User
from crmllm.core import audit
from crmllm.core.errors import BadInput, Forbidden, NotFound
from crmllm.core.models import AuditEvent, AuditPayload
from crmllm.privacy import services
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.models import Consent, Suppression
from crmllm.privacy.selectors import is_suppressed, may_process

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

MARIA = "maria.ruiz@betasoloin.example"


def say(state: ConsentState, purpose: Purpose = Purpose.EXTRACTION, **changes: Any) -> Consent:
    given: dict[str, Any] = {"actor": audit.SYSTEM, "person": MARIA, "source": "a letter"}
    return services.record_consent(**(given | changes), state=state, purpose=purpose)


class TestConsent:
    def test_nobody_has_to_agree_but_everybody_may_object(self) -> None:
        assert may_process(MARIA, Purpose.EXTRACTION)
        say(ConsentState.WITHDRAWN)
        assert not may_process(" Maria.RUIZ@betasoloin.example", Purpose.EXTRACTION)
        assert may_process(MARIA, Purpose.SCORING)
        assert may_process("ben@betasoloin.example", Purpose.EXTRACTION)

    def test_the_latest_word_counts_by_when_it_was_said(self) -> None:
        say(ConsentState.WITHDRAWN)
        say(ConsentState.GRANTED, effective_at=timezone.now() - timedelta(days=1))  # recorded late
        assert not may_process(MARIA, Purpose.EXTRACTION)
        say(ConsentState.GRANTED)
        assert may_process(MARIA, Purpose.EXTRACTION)

    def test_it_is_recorded_without_the_person(self, admin: User) -> None:
        row = say(ConsentState.GRANTED, actor=admin)
        event = AuditEvent.objects.get(action="consent.recorded")
        assert event.subject_id == row.pk
        details = audit.details(event, AuditPayload.objects.get(pk=event.pk))
        assert details == {"purpose": "extraction", "state": "granted"}
        assert len(bytes(row.person_index)) == 32

    def test_it_needs_the_permission(self, reviewer: User) -> None:
        with pytest.raises(Forbidden):
            say(ConsentState.GRANTED, actor=reviewer)


class TestSuppression:
    @pytest.mark.parametrize(
        ("listed", "met"),
        [
            (MARIA, " Maria.RUIZ@betasoloin.example"),
            ("+31 20 123 45 67", "020-1234567"),
            ("0031201234567", "+31201234567"),
        ],
    )
    def test_it_knows_every_writing(self, listed: str, met: str, settings: Any) -> None:
        settings.DEFAULT_REGION = "NL"
        services.suppress(actor=audit.SYSTEM, identifier=listed, reason="Erased on request")
        assert is_suppressed(met)
        assert not is_suppressed("ben@betasoloin.example")
        assert not is_suppressed("+31209999999")
        services.unsuppress(actor=audit.SYSTEM, identifier=met)
        assert not is_suppressed(listed)

    def test_who_is_suppressed_is_not_processed_for_anything(self) -> None:
        say(ConsentState.GRANTED)
        services.suppress(actor=audit.SYSTEM, identifier=MARIA, reason="Erased on request")
        assert not any(may_process(MARIA, purpose) for purpose in Purpose)

    def test_nonsense_is_not_suppressed_and_stops_nothing(self) -> None:
        assert not is_suppressed("")
        assert not is_suppressed("undisclosed recipients")

    def test_twice_is_once(self) -> None:
        for _ in range(2):
            services.suppress(actor=audit.SYSTEM, identifier=MARIA, reason="Erased on request")
        assert Suppression.objects.count() == 1
        assert AuditEvent.objects.filter(action="suppression.added").count() == 1

    def test_it_says_why_and_about_whom(self) -> None:
        with pytest.raises(BadInput, match="Say why"):
            services.suppress(actor=audit.SYSTEM, identifier=MARIA, reason="  ")
        with pytest.raises(BadInput, match="neither"):
            services.suppress(actor=audit.SYSTEM, identifier="Maria", reason="x")
        with pytest.raises(NotFound):
            services.unsuppress(actor=audit.SYSTEM, identifier=MARIA)

    def test_it_needs_the_permission(self, reviewer: User) -> None:
        with pytest.raises(Forbidden):
            services.suppress(actor=reviewer, identifier=MARIA, reason="x")
        with pytest.raises(Forbidden):
            services.unsuppress(actor=reviewer, identifier=MARIA)


class TestTheCommand:
    def test_on_and_off(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("suppress", MARIA, "--reason", "Erased on request")
        assert is_suppressed(MARIA)
        call_command("suppress", MARIA, "--remove")
        assert not is_suppressed(MARIA)
        assert capsys.readouterr().out == "On the list.\nRemoved from the list.\n"

    def test_from_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{MARIA}\n"))
        call_command("suppress", "-", "--reason", "Erased on request")
        assert is_suppressed(MARIA)

    def test_a_refusal_is_a_sentence(self) -> None:
        with pytest.raises(CommandError, match="Say why"):
            call_command("suppress", MARIA)
        with pytest.raises(CommandError, match="not suppressed"):
            call_command("suppress", MARIA, "--remove")
