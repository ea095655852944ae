"""The commands about people, run as an operator runs them."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.access.choices import Role
from crmllm.access.demo import company, load_people
from crmllm.access.models import ApiToken, Team, User
from crmllm.access.tokens import find
from crmllm.core.errors import BadInput, Unavailable
from crmllm.core.registry import Registry
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_token_is_the_last_word() -> None:
    user = make_user("reviewer", Role.REVIEWER)
    token = find(run("create_token", "reviewer").split()[-1])
    assert token and token.user == user and token.expires_at is None and token.name == "command line"


def test_a_token_may_have_a_name_and_an_end() -> None:
    make_user("reviewer", Role.REVIEWER)
    run("create_token", "reviewer", "--name", "nightly", "--days", "7")
    token = ApiToken.objects.get()
    assert token.expires_at and token.name == "nightly"
    assert round((token.expires_at - token.created_at) / timedelta(days=1)) == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "no login 'nobody'"),
        (["gone"], "switched off"),
        (["kim", "--days", "-1"], "--days"),
        (["kim", "--days", "999999"], "--days"),
    ],
)
def test_why_there_is_no_token(arguments: list[str], said: str) -> None:
    make_user("kim")
    make_user("gone", is_active=False)
    with pytest.raises(CommandError, match=said):
        run("create_token", *arguments)
    assert not ApiToken.objects.exists()


def test_the_first_admin_is_made_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    password = run("create_user", "ada", "--role", "admin").split()[-1]
    assert User.objects.get(username="ada").check_password(password)
    monkeypatch.setenv("NEW_PASSWORD", "a phrase of my own")
    said = run("create_user", "bob", "--role", "rep", "--email", "bob@example.com")
    bob = User.objects.get(username="bob")
    assert bob.check_password("a phrase of my own") and "a phrase" not in said
    with pytest.raises(CommandError, match="already"):
        run("create_user", "ADA", "--role", "rep")
    monkeypatch.setenv("NEW_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        run("create_user", "eve", "--role", "rep")


def test_the_demo_has_one_login_for_each_role_named_after_it() -> None:
    load_people()
    for role in Role:
        user = User.objects.get(username=role)
        assert user.role == role and user.check_password("crmllm-demo-2026") and user.team
    assert User.objects.count() == len(company()["users"])
    assert set(Team.objects.values_list("name", flat=True)) == {team["name"] for team in company()["teams"]}


def test_loading_again_keeps_what_was_changed() -> None:
    load_people()
    User.objects.filter(username="rep").update(role=Role.MANAGER, password="changed")
    User.objects.filter(username="auditor").delete()
    load_people()
    rep = User.objects.get(username="rep")
    assert (rep.role, rep.password) == (Role.MANAGER, "changed")
    assert User.objects.get(username="auditor").check_password("crmllm-demo-2026")


def test_in_production_the_demo_wants_a_password_of_its_own(settings: Any) -> None:
    settings.DEMO_PASSWORD = ""
    with pytest.raises(BadInput, match="DEMO_PASSWORD"):
        load_people()
    assert not User.objects.exists()


def test_demo_logins_are_told_until_their_password_changes() -> None:
    with pytest.raises(CommandError, match="load_demo"):
        run("demo_logins")
    load_people()
    said = run("demo_logins")
    assert "crmllm-demo-2026" in said and all(role in said for role in Role.values)
    reviewer = User.objects.get(username="reviewer")
    reviewer.set_password("something else entirely")
    reviewer.save()
    assert "crmllm-demo-2026" not in run("demo_logins")


@pytest.fixture
def loaders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    called: list[str] = []
    registry: Registry[Any] = Registry()
    registry.add("second", lambda: called.append("second"), order=20)
    registry.add("first", lambda: called.append("first"), order=10)
    monkeypatch.setattr("crmllm.core.management.commands.load_demo.demo_data", registry)
    return called


def test_the_parts_of_the_demo_are_loaded_in_order_and_told(loaders: list[str]) -> None:
    said = run("load_demo")
    assert loaders == ["first", "second"]
    assert "[1/2] first" in said and "[2/2] second" in said


def test_the_demo_stays_out_of_production_unless_forced(loaders: list[str], settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        run("load_demo")
    assert not loaders
    run("load_demo", "--force")
    assert loaders == ["first", "second"]


def test_a_part_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Unavailable("The store is closed.")

    registry: Registry[Any] = Registry()
    registry.add("shop", fail)
    monkeypatch.setattr("crmllm.core.management.commands.load_demo.demo_data", registry)
    with pytest.raises(CommandError, match="shop: The store is closed"):
        run("load_demo")
