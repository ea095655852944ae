"""People and teams are changed by admins, and every change is audited."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from crmllm.access import services
from crmllm.access.choices import Role
from crmllm.access.models import ApiToken, Team, User
from crmllm.access.tokens import create_token, find, revoke_token
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict, CrmllmError, Forbidden
from crmllm.core.models import AuditEvent, AuditPayload
from crmllm.crm.models import FieldDef
from tests.support.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def details(action: str) -> dict[str, Any]:
    event = AuditEvent.objects.get(action=action)
    found = audit.details(event, AuditPayload.objects.get(pk=event.id))
    assert found is not None
    return found


def test_an_admin_makes_a_login_that_works(admin: User) -> None:
    team = Team.objects.create(name="North")
    user = services.create_user(actor=admin, username="kim", role=Role.REP, team=team, password=PASSWORD)
    assert user.check_password(PASSWORD) and user.team == team
    assert details("user.created") == {"role": "rep", "team": str(team.id)}
    assert AuditEvent.objects.get(action="user.created").actor_id == admin.id


def test_without_a_password_there_is_none(admin: User) -> None:
    assert not services.create_user(actor=admin, username="kim", role=Role.REP).has_usable_password()


@pytest.mark.parametrize("name", ["admin", "ADMIN"])
def test_a_name_is_given_once(admin: User, name: str) -> None:
    with pytest.raises(Conflict, match="already"):
        services.create_user(actor=admin, username=name, role=Role.REP)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "has blank"}, "username"),
        ({"username": ""}, "username"),
        ({"role": "king"}, "role"),
        ({"email": "no address"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "kim-the-reviewer", "username": "kim-the-reviewer"}, "password"),
    ],
)
def test_what_is_wrong_is_named(admin: User, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        services.create_user(actor=admin, **{"username": "kim", "role": Role.REP} | wrong)
    assert field in refused.value.fields
    assert User.objects.count() == 1 and not AuditEvent.objects.filter(action="user.created").exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_changes_people(admin: User, role: Role) -> None:
    actor, team = make_user("actor", role), Team.objects.create(name="North")
    acts: list[Any] = [
        lambda: services.create_user(actor=actor, username="new", role=Role.ADMIN),
        lambda: services.update_user(actor=actor, user=actor, role=Role.ADMIN),
        lambda: services.deactivate_user(actor=actor, user=admin),
        lambda: services.activate_user(actor=actor, user=admin),
        lambda: services.set_password(actor=actor, user=admin, password="a new long phrase"),
        lambda: services.create_team(actor=actor, name="South"),
        lambda: services.rename_team(actor=actor, team=team, name="South"),
        lambda: create_token(actor=actor, user=admin, name="stolen"),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert not AuditEvent.objects.exists() and not ApiToken.objects.exists()


def test_a_change_of_role_and_team_leaves_one_trace_without_names(admin: User) -> None:
    user, team = make_user("kim"), Team.objects.create(name="North")
    services.update_user(actor=admin, user=user, role=Role.MANAGER, team=team, last_name="Example")
    user.refresh_from_db()
    assert (user.role, user.team, user.last_name) == (Role.MANAGER, team, "Example")
    assert details("user.changed") == {"changed": ["last_name", "role", "team"], "role": ["rep", "manager"]}


def test_no_change_leaves_no_trace(admin: User) -> None:
    services.update_user(actor=admin, user=make_user("kim"), role=Role.REP)
    assert not AuditEvent.objects.exists()


def test_switching_off_ends_tokens_and_can_be_taken_back(admin: User) -> None:
    user = make_user("kim")
    _token, value = create_token(actor=admin, user=user, name="script")
    services.deactivate_user(actor=admin, user=user)
    assert find(value) is None
    services.activate_user(actor=admin, user=user)
    assert find(value) is not None
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["token.created", "user.deactivated", "user.activated"]


def test_the_last_active_admin_stays(admin: User) -> None:
    make_user("gone", Role.ADMIN, is_active=False)
    with pytest.raises(Conflict, match="last active admin"):
        services.deactivate_user(actor=admin, user=admin)
    with pytest.raises(Conflict, match="last active admin"):
        services.update_user(actor=admin, user=admin, role=Role.AUDITOR)
    admin.refresh_from_db()
    assert admin.is_active and admin.role == Role.ADMIN
    make_user("second", Role.ADMIN)
    services.update_user(actor=admin, user=admin, role=Role.AUDITOR)
    assert not AuditEvent.objects.exclude(action="user.changed").exists()


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_two_admins_cannot_leave_at_the_same_moment() -> None:
    pair = [make_user("one", Role.ADMIN), make_user("two", Role.ADMIN)]
    start, refused = Barrier(2), []

    def leave(user: User) -> None:
        start.wait()
        try:
            services.deactivate_user(actor=audit.SYSTEM, user=user)
        except CrmllmError as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    threads = [Thread(target=leave, args=[user]) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1
    assert refused == ["last_admin"]


def test_a_new_password_counts(admin: User) -> None:
    user = make_user("kim")
    services.set_password(actor=admin, user=user, password="quite another long phrase")
    user.refresh_from_db()
    assert user.check_password("quite another long phrase")
    assert AuditEvent.objects.filter(action="user.password_set", subject_id=user.id).count() == 1


def test_teams_have_one_name_each(admin: User) -> None:
    north = services.create_team(actor=admin, name=" North ")
    assert north.name == "North"
    south = services.create_team(actor=admin, name="South")
    with pytest.raises(Conflict):
        services.create_team(actor=admin, name="north")
    with pytest.raises(Conflict):
        services.rename_team(actor=admin, team=south, name="NORTH")
    with pytest.raises(BadInput):
        services.create_team(actor=admin, name="  ")
    services.rename_team(actor=admin, team=north, name="NORTH")
    assert set(Team.objects.values_list("name", flat=True)) == {"NORTH", "South"}


def test_a_field_is_hidden_from_roles_but_never_from_admins_nor_when_it_is_needed(admin: User) -> None:
    field = FieldDef.objects.create(object="account", name="mood", label="Mood", type="text")
    services.hide_field(actor=admin, field=field, roles=["rep", "manager"])
    field.refresh_from_db()
    assert field.hidden_from == ["manager", "rep"]
    assert details("field.visibility_changed")["hidden_from"] == [[], ["manager", "rep"]]
    with pytest.raises(BadInput):
        services.hide_field(actor=admin, field=field, roles=["admin"])
    field.required = True
    with pytest.raises(BadInput, match="Mood"):
        services.hide_field(actor=admin, field=field, roles=["rep"])
    with pytest.raises(Forbidden):
        services.hide_field(actor=make_user("auditor", Role.AUDITOR), field=field, roles=[])


def test_a_token_is_shown_once_and_found_by_its_hash_only(admin: User) -> None:
    token, value = create_token(actor=admin, user=admin, name="script")
    assert value.encode() not in bytes(token.digest) and value not in str(vars(token))
    assert find(value) == token and find(value + "x") is None and find("") is None
    revoke_token(actor=admin, token=token)
    assert find(value) is None


def test_a_token_of_somebody_else_is_not_mine_to_revoke(admin: User) -> None:
    token, value = create_token(actor=admin, user=admin, name="script")
    with pytest.raises(Forbidden):
        revoke_token(actor=make_user("kim"), token=token)
    assert find(value) == token
