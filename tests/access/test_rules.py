"""Alice owns, Bob is on her team, Charlie is a stranger."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crmllm.access import rules
from crmllm.access.choices import PERMISSIONS, Role
from crmllm.access.models import ApiToken, Team, User
from crmllm.access.tokens import create_token
from crmllm.core import audit
from crmllm.core.errors import Forbidden, NotFound
from crmllm.core.models import SavedView
from crmllm.crm.models import Account, CrmUser, FieldDef
from crmllm.crm.selectors import visible_fields
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@dataclass
class World:
    alice: User
    bob: User
    charlie: User
    owned: Account  # by Alice, without a team
    shared: Account  # by Alice, of her team
    free: Account  # nobody's


@pytest.fixture
def world() -> World:
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    alice, bob = make_user("alice", team=north), make_user("bob", team=north)
    charlie = make_user("charlie", team=south)
    owner = CrmUser.objects.create(name="Alice", email="alice@example.com", user=alice, team=north)
    return World(
        alice, bob, charlie,
        owned=Account.objects.create(name="Owned", owner=owner),
        shared=Account.objects.create(name="Shared", owner=owner, team=north),
        free=Account.objects.create(name="Free"),
    )  # fmt: skip


def seen_by(user: User) -> set[str]:
    return {account.name for account in rules.visible(user, Account.objects.all())}


def test_the_owner_sees_hers(world: World) -> None:
    assert seen_by(world.alice) == {"Owned", "Shared", "Free"}


def test_the_team_sees_what_is_the_teams(world: World) -> None:
    assert seen_by(world.bob) == {"Shared", "Free"}


def test_a_stranger_sees_what_is_nobodys(world: World) -> None:
    assert seen_by(world.charlie) == {"Free"}


def test_somebody_without_a_team_is_on_no_team(world: World) -> None:
    loner = make_user("loner")
    assert seen_by(loner) == {"Free"}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COMPLIANCE, Role.ADMIN, Role.AUDITOR])
def test_some_roles_see_all(world: World, role: Role) -> None:
    assert seen_by(make_user("all", role)) == {"Owned", "Shared", "Free"}


def test_a_manager_sees_the_team_and_no_more(world: World) -> None:
    assert seen_by(make_user("boss", Role.MANAGER, world.bob.team)) == {"Shared", "Free"}


def test_who_is_switched_off_sees_nothing(world: World) -> None:
    world.alice.is_active = False
    assert seen_by(world.alice) == set()


def test_private_rows_stay_private_even_from_roles_that_see_all(world: World) -> None:
    admin = make_user("admin", Role.ADMIN)
    create_token(actor=audit.SYSTEM, user=world.alice, name="hers")
    assert not rules.visible(admin, ApiToken.objects.all()).exists()
    assert rules.visible(world.alice, ApiToken.objects.all()).count() == 1


def test_a_model_that_nobody_declared_is_refused_to_all(world: World) -> None:
    with pytest.raises(LookupError, match="SavedView"):
        rules.visible(make_user("admin", Role.ADMIN), SavedView.objects.all())


def test_load_answers_a_stranger_with_not_found_and_a_reader_with_forbidden(world: World) -> None:
    auditor = make_user("auditor", Role.AUDITOR)
    with pytest.raises(NotFound):
        rules.load(world.charlie, Account.objects.all(), world.owned.pk, permission="records.change")
    with pytest.raises(Forbidden):
        rules.load(auditor, Account.objects.all(), world.owned.pk, permission="records.change")
    assert rules.load(auditor, Account.objects.all(), world.owned.pk) == world.owned
    assert rules.load(world.alice, Account.objects.all(), world.owned.pk, permission="records.change") == world.owned


@pytest.mark.parametrize("pk", ["nonsense", "", "01890000-0000-7000-8000-000000000000", None])
def test_load_of_what_is_not_there(world: World, pk: object) -> None:
    with pytest.raises(NotFound):
        rules.load(world.alice, Account.objects.all(), pk)


def test_a_hidden_field_is_absent_for_the_role_it_is_hidden_from(world: World) -> None:
    FieldDef.objects.update_or_create(
        object="account", name="industry",
        defaults={"label": "Industry", "type": "text", "hidden_from": ["rep"]},
    )  # fmt: skip
    FieldDef.objects.update_or_create(
        object="account", name="city", defaults={"label": "City", "type": "text", "hidden_from": []}
    )
    names = ["city", "industry", "name"]
    assert rules.fields_for(world.alice, "account", names) == ["city", "name"]
    assert rules.fields_for(make_user("reviewer", Role.REVIEWER), "account", names) == names
    assert "industry" not in {field.name for field in visible_fields(world.alice, "account")}


def test_require_names_no_role_but_says_what_to_do(world: World) -> None:
    with pytest.raises(Forbidden, match="Ask an admin"):
        rules.require(world.alice, "settings.manage")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.REVIEWER, {"proposals.decide", "interactions.view", "interactions.add", "records.view",
                         "records.change", "jobs.view"}),
        (Role.REP, {"proposals.decide", "interactions.view", "interactions.add", "records.view", "records.change"}),
        (Role.MANAGER, {"proposals.decide", "interactions.view", "interactions.add", "records.view",
                        "records.change", "jobs.view"}),
        (Role.COMPLIANCE, {"interactions.view", "records.view", "jobs.view", "settings.view", "audit.view",
                           "privacy.manage"}),
        (Role.AUDITOR, {"interactions.view", "records.view", "jobs.view", "settings.view", "audit.view"}),
    ],
)  # fmt: skip
def test_what_each_role_may_do(role: Role, allowed: set[str]) -> None:
    user = User(username=role, role=role)
    core = {"proposals.decide", "interactions.view", "interactions.add", "records.view", "records.change",
            "jobs.view", "jobs.manage", "settings.view", "settings.manage", "audit.view", "privacy.manage"}  # fmt: skip
    assert {name for name in core if user.may(name)} == allowed


def test_an_admin_may_all_and_nobody_who_is_switched_off_may_anything() -> None:
    assert all(User(role=Role.ADMIN).may(name) for name in PERMISSIONS)
    assert not any(User(role=Role.ADMIN, is_active=False).may(name) for name in PERMISSIONS)
