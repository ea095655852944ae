"""Settings > Prompts: everybody in charge may look, only an admin may switch, and it is recorded."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.core.errors import Conflict, Forbidden
from crmllm.core.models import AuditEvent
from crmllm.llm import prompts, services
from crmllm.llm.models import LlmCall, Prompt, PromptVersion

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def versions(prompt: Prompt) -> list[PromptVersion]:
    """Versions 1 (in use) and 2 of `people`."""
    prompt.versions.create(number=2, system="You read people well.", user="Text: {text}")
    return list(prompt.versions.order_by("number"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def call(state: str) -> None:
    LlmCall.objects.create(prompt_version="people v1", request_model="tiny", subject_type="test", state=state)


def test_the_list_shows_versions_and_how_they_do(admin: User, versions: list[PromptVersion]) -> None:
    for state in ("answered", "answered", "answered", "invalid"):
        call(state)
    text = signed_in(admin).get(reverse("llm:prompts")).content.decode()
    assert "people" in text
    assert "75" in text
    assert reverse("llm:use", args=["people", 2]) in text
    assert reverse("llm:use", args=["people", 1]) not in text, "what is in use needs no button"


def test_a_reader_sees_no_button_and_may_not_press_it(auditor: User, versions: list[PromptVersion]) -> None:
    client = signed_in(auditor)
    assert "/use/" not in client.get(reverse("llm:prompts")).content.decode()
    assert client.post(reverse("llm:use", args=["people", 2])).status_code == 403
    assert versions[0].prompt.versions.get(live=True).number == 1


@pytest.mark.parametrize("name", ["llm:prompts", "llm:version"])
def test_others_see_none_of_it(reviewer: User, versions: list[PromptVersion], name: str) -> None:
    arguments = ["people", 1] if name == "llm:version" else []
    assert signed_in(reviewer).get(reverse(name, args=arguments)).status_code == 403
    assert Client().get(reverse(name, args=arguments)).status_code == 302


def test_a_version_shows_its_frozen_text(auditor: User, versions: list[PromptVersion]) -> None:
    page = signed_in(auditor).get(reverse("llm:version", args=["people", 2]))
    assert "You read people well." in page.content.decode()
    assert signed_in(auditor).get(reverse("llm:version", args=["people", 3])).status_code == 404


def test_an_admin_switches_and_the_next_call_uses_it(admin: User, versions: list[PromptVersion]) -> None:
    assert prompts.choose("people", admin.pk).number == 1
    answer = signed_in(admin).post(reverse("llm:use", args=["people", 2]))
    assert answer.status_code == 302
    assert prompts.choose("people", admin.pk).number == 2
    assert list(versions[0].prompt.versions.filter(live=True).values_list("number", flat=True)) == [2]
    assert AuditEvent.objects.get(action="prompt.live_version_set").actor_id == admin.pk


def test_switching_needs_the_permission_and_another_version(
    admin: User, reviewer: User, versions: list[PromptVersion]
) -> None:
    with pytest.raises(Forbidden):
        services.set_live_version(user=reviewer, version=versions[1])
    with pytest.raises(Conflict, match="in use already"):
        services.set_live_version(user=admin, version=versions[0])
    assert not AuditEvent.objects.filter(action="prompt.live_version_set").exists()
