"""Everybody may have keys of their own; two actions never have the same one."""

from __future__ import annotations

import pytest
from django.test import Client

from crmllm.access.models import User
from crmllm.access.services import choose_keys
from crmllm.core import keymap
from crmllm.core.errors import BadInput

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_the_usual_keys_do_not_clash() -> None:
    usual = {action: one.keys for action, one in keymap.KEYMAP.items()}
    assert keymap.clashes(usual) == {}
    assert all(keymap.is_key(key) for keys in usual.values() for key in keys)


@pytest.mark.parametrize("key", ["5", "Escape", "xy", "", " ", "g h i", "g  h"])
def test_what_is_no_key_is_refused(reviewer: User, key: str) -> None:
    assert not keymap.is_key(key)
    if key.strip():
        with pytest.raises(BadInput) as refusal:
            choose_keys(actor=reviewer, wanted={"approve": key})
        assert "approve" in refusal.value.fields


def test_a_chosen_key_is_on_the_button_and_in_the_help(reviewer: User, page: Client) -> None:
    choose_keys(actor=reviewer, wanted={"approve": "a", "next": "n", "leave-line": "l", "search": ""})
    content = page.get("/review/queues/").content.decode()
    assert "&quot;n&quot;: &quot;next&quot;" in content and "&quot;l&quot;: &quot;leave-line&quot;" in content
    assert "<kbd>a</kbd>" in content.replace("\n", "")


def test_a_key_that_is_taken_is_refused_with_a_sentence(page: Client, reviewer: User) -> None:
    answer = page.post("/profile/keys/", {"edit": "x", "skip": "g"})
    assert answer.status_code == 422
    content = answer.content.decode()
    assert (
        "Reject; then 1 to 8 for the reason" in content and content.count("This key does something else already") == 2
    )
    reviewer.refresh_from_db()
    assert reviewer.keys == {}


def test_two_can_change_places_and_all_can_be_reset(page: Client, reviewer: User) -> None:
    assert page.post("/profile/keys/", {"edit": "x", "reject": "e"}).status_code == 302
    reviewer.refresh_from_db()
    assert reviewer.keys == {"edit": ["x"], "reject": ["e"]}
    assert b'value="x"' in page.get("/profile/keys/").content
    page.post("/profile/keys/", {"reset": "1"})
    reviewer.refresh_from_db()
    assert reviewer.keys == {}
