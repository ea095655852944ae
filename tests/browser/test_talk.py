"""Calls, notes and chats in a browser: their pages and their review cards, wide and on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from unittest import mock

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from crmllm.access.models import User
from crmllm.core import audit
from crmllm.crm.models import CrmUser, Product
from crmllm.crm.selectors import forget_us
from crmllm.extraction import services as extraction
from crmllm.ingestion import kinds, services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.demo import talks
from crmllm.ingestion.models import Interaction
from crmllm.ingestion.reading import File
from tests.browser.test_pages import look_at

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)

SHOWN = ("201-call-hartwell-avonmouth.vtt", "211-notes-elbtal.md", "221-chat-pixelwerk.txt")


@pytest.fixture
def talk(settings: Any) -> dict[str, Interaction]:
    """A call, notes and a chat of the demo, understood."""
    settings.COMPANY_NAME = "Northlight Marking B.V."
    for number, name in enumerate(("Daan Verhoeven", "Lotte Brandsma")):
        CrmUser.objects.create(name=name, email=f"staff{number}@northlight.example")
    for sku, name in (("TT", "TT-300 label printer"), ("CJ", "CJ-8 inkjet coder"), ("FP", "FP-160 flatbed plotter")):
        Product.objects.create(sku=sku, name=name)
    forget_us()
    found = {}
    for name, raw in talks(date(2026, 11, 20)):
        if name in SHOWN:
            reader = kinds.find(name, raw)
            assert reader is not None
            file = File(raw, name, reader)
            row = services.receive_files(actor=audit.SYSTEM, files=[file], origin=Origin.DEMO)[0].interaction
            with mock.patch.object(extraction, "SURE", 2.0):
                prepared = extraction.begin(extraction.claim(1)[0])
            assert prepared is not None
            extraction.finish(prepared, None)
            found[row.kind] = row
    return found


def test_talks_are_accessible_and_fit_a_phone(
    new_tab: Callable[..., Page], admin: User, talk: dict[str, Interaction]
) -> None:
    tab = new_tab(admin)
    wrong = []
    for kind, row in talk.items():
        for door in ("ingestion:detail", "review:card"):
            wrong += [f"{kind} {door}: {line}" for line in look_at(tab, reverse(door, args=[row.pk]))]
    wrong += look_at(tab, reverse("uploads:upload"))
    assert wrong == []


def test_the_line_in_focus_shows_its_words_in_the_turn(
    new_tab: Callable[..., Page], reviewer: User, talk: dict[str, Interaction]
) -> None:
    tab = new_tab(reviewer)
    tab.goto(reverse("review:card", args=[talk["call"].pk]))
    turn = tab.locator(".turn", has_text="Line six came on top last week")
    expect(turn.locator(".turn-at")).to_have_text("00:00:32")
    mark = turn.locator("mark.evidence", has_text="forty")
    expect(mark).to_be_visible()
    mark.click()
    expect(mark).to_have_class("evidence is-current")
    place = tab.locator("[data-line][aria-current] .line-place")
    expect(place).to_contain_text("00:00:32 · Rajesh Nair")


def test_our_own_turns_are_told_apart(
    new_tab: Callable[..., Page], reviewer: User, talk: dict[str, Interaction]
) -> None:
    tab = new_tab(reviewer)
    tab.goto(reverse("ingestion:detail", args=[talk["chat"].pk]))
    expect(tab.locator(".turn-ours")).to_have_count(2)
    expect(tab.locator(".turn-ours").first).to_contain_text("us")
    tab.goto(reverse("review:card", args=[talk["chat"].pk]))
    expect(tab.locator(".proposal-head").filter(has_text="New contact")).to_have_count(1)
