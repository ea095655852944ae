"""The pages about people: who reaches them, and what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient
from rest_framework.views import APIView

from crmllm.access.choices import Role
from crmllm.access.models import ApiToken, Team, User
from crmllm.access.tokens import create_token
from crmllm.core import audit
from crmllm.core.models import AuditEvent
from crmllm.core.registry import profile as profile_parts
from crmllm.core.registry import settings_pages
from crmllm.crm.models import FieldDef
from tests.support.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def text(response: Any) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(make_user(f"a-{role}", role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def kim() -> User:
    return make_user("kim", Role.REP, first_name="Kim", last_name="Example", email="kim@example.com")


def paths(user: User) -> list[str]:
    return [
        reverse("settings:index"),
        reverse("settings:people"),
        reverse("settings:people-detail", args=[user.pk]),
        reverse("settings:teams"),
        reverse("settings:fields"),
    ]


def test_who_is_not_signed_in_is_sent_to_the_log_in(client: Client, kim: User) -> None:
    for path in [*paths(kim), reverse("settings:tokens"), reverse("profile"), reverse("settings:people-add")]:
        assert client.get(path)["Location"].startswith(reverse("login")), path


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.COMPLIANCE])
def test_some_roles_read_the_settings(kim: User, role: Role) -> None:
    client = signed_in(role)
    for path in paths(kim):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.REVIEWER])
def test_others_are_told_why_not(kim: User, role: Role) -> None:
    client = signed_in(role)
    for path in paths(kim):
        answer = client.get(path)
        assert answer.status_code == 403 and "Your role does not allow this" in text(answer), path


def test_a_reader_changes_nothing(kim: User) -> None:
    client, team = signed_in(Role.AUDITOR), Team.objects.create(name="North")
    assert "Set a new password" not in text(client.get(reverse("settings:people-detail", args=[kim.pk])))
    posts = [
        (reverse("settings:people-detail", args=[kim.pk]), {"role": "admin"}),
        (reverse("settings:people-switch", args=[kim.pk]), {}),
        (reverse("settings:people-password", args=[kim.pk]), {"password": "a new long phrase"}),
        (reverse("settings:people-add"), {"username": "new", "role": "admin"}),
        (reverse("settings:teams"), {"name": "South"}),
        (reverse("settings:teams-rename", args=[team.pk]), {"name": "South"}),
        (reverse("settings:fields"), {}),
    ]
    for path, data in posts:
        assert client.post(path, data).status_code == 403, path
    kim.refresh_from_db()
    assert kim.role == Role.REP and kim.is_active and kim.check_password(PASSWORD)


def test_the_installation_page_shows_values_but_no_secret(as_admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_KEY", "this-must-not-be-shown")
    monkeypatch.setenv("COMPANY_NAME", "Northlight")
    page = as_admin.get(reverse("settings:index"))
    shown = {entry["name"]: entry for group in page.context["groups"] for entry in group["settings"]}
    assert shown["COMPANY_NAME"]["value"] == "Northlight" and not shown["COMPANY_NAME"]["from_default"]
    assert shown["PORT"]["value"] and shown["MASTER_KEY"]["value"] == "set"
    assert "this-must-not-be-shown" not in page.content.decode()
    assert shown["SECRET_KEY"]["value"] == ""


def test_the_side_menu_shows_what_one_may_open_and_where_one_is(as_admin: Client, kim: User) -> None:
    sections = as_admin.get(reverse("settings:people-detail", args=[kim.pk])).context["sections"]
    assert [entry["name"] for entry in sections] == settings_pages.names()
    assert [entry["name"] for entry in sections if entry["active"]] == ["people"]
    own = signed_in(Role.REP).get(reverse("settings:tokens")).context["sections"]
    assert [entry["name"] for entry in own] == ["tokens"]


def test_the_navigation_marks_settings(as_admin: Client) -> None:
    nav = as_admin.get(reverse("settings:teams")).context["nav"]
    assert [entry["name"] for entry in nav if entry["active"]] == ["settings"]
    assert [entry["action"] for entry in nav if entry["name"] == "settings"] == ["go-settings"]
    assert "settings" not in {entry["name"] for entry in signed_in(Role.REP).get(reverse("profile")).context["nav"]}


def test_an_admin_adds_somebody(as_admin: Client) -> None:
    team = Team.objects.create(name="North")
    data = {"username": "sam", "first_name": "Sam", "last_name": "", "email": "", "role": "rep", "team": str(team.pk),
            "password": "a first long phrase"}  # fmt: skip
    answer = as_admin.post(reverse("settings:people-add"), data, follow=True)
    sam = User.objects.get(username="sam")
    assert "Sam can log in now" in text(answer)
    assert sam.check_password("a first long phrase") and sam.team == team and sam.role == Role.REP


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short"}, "too short"),
        ({"username": "admin"}, "already exists"),
        ({"username": "ADMIN"}, "This name is taken"),
        ({"role": "king"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_with_somebody_new_is_said_at_the_field(
    as_admin: Client, wrong: dict[str, str], said: str
) -> None:
    data = {"username": "sam", "role": "rep", "password": "a first long phrase"} | wrong
    answer = as_admin.post(reverse("settings:people-add"), data)
    assert answer.status_code == 422 and said in text(answer)
    assert answer.context["form"].errors and User.objects.count() == 1


def test_an_admin_changes_somebody(as_admin: Client, kim: User) -> None:
    path = reverse("settings:people-detail", args=[kim.pk])
    data = {"first_name": "Kim", "last_name": "Other", "email": "kim@example.com", "role": "manager", "team": ""}
    assert as_admin.post(path, data)["Location"] == path
    kim.refresh_from_db()
    assert (kim.role, kim.last_name) == (Role.MANAGER, "Other")


def test_the_last_admin_reads_why_not(as_admin: Client, admin: User) -> None:
    path = reverse("settings:people-detail", args=[admin.pk])
    answer = as_admin.post(path, {"role": "rep", "first_name": "", "last_name": "", "email": "", "team": ""})
    assert answer.status_code == 422 and "last active admin" in text(answer)
    answer = as_admin.post(reverse("settings:people-switch", args=[admin.pk]))
    assert answer.status_code == 409 and "last active admin" in text(answer)
    admin.refresh_from_db()
    assert admin.is_active and admin.role == Role.ADMIN


def test_switching_off_throws_somebody_out_at_once(as_admin: Client, kim: User) -> None:
    theirs = Client()
    theirs.force_login(kim, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get(reverse("profile")).status_code == 200
    as_admin.post(reverse("settings:people-switch", args=[kim.pk]))
    assert theirs.get(reverse("profile")).status_code == 302
    as_admin.post(reverse("settings:people-switch", args=[kim.pk]))
    kim.refresh_from_db()
    assert kim.is_active


def test_an_admin_gives_a_new_password(as_admin: Client, kim: User) -> None:
    path = reverse("settings:people-password", args=[kim.pk])
    assert as_admin.post(path, {"password": "short"}).status_code == 422
    assert as_admin.post(path, {"password": "quite another phrase"}).status_code == 302
    kim.refresh_from_db()
    assert kim.check_password("quite another phrase")


@pytest.mark.parametrize("pk", ["01890000-0000-7000-8000-000000000000"])
def test_a_person_who_is_not_there(as_admin: Client, pk: str) -> None:
    assert as_admin.get(reverse("settings:people-detail", args=[pk])).status_code == 404
    assert as_admin.post(reverse("settings:people-switch", args=[pk])).status_code == 404


def test_the_people_list_filters_searches_and_sorts(as_admin: Client, kim: User) -> None:
    path = reverse("settings:people")
    make_user("zoe", Role.REVIEWER, is_active=False, last_name="Able")
    assert [row["login"] for row in as_admin.get(path, {"role": "rep"}).context["people"]] == ["kim"]
    assert [row["login"] for row in as_admin.get(path, {"active": "no"}).context["people"]] == ["zoe"]
    by_login = as_admin.get(path, {"sort": "-login"}).context["people"]
    assert [row["login"] for row in by_login] == ["zoe", "kim", "admin"]
    found = as_admin.post(path, {"q": "exam kim"}, follow=True)
    assert [row["login"] for row in found.context["people"]] == ["kim"]
    assert "exam" not in found.redirect_chain[0][0]


def test_the_people_list_takes_as_many_queries_for_many_as_for_few(
    as_admin: Client, django_assert_num_queries: Any
) -> None:
    path = reverse("settings:people")
    with django_assert_num_queries(7) as few:  # session, person, count, rows, teams of the filter, views, notes
        as_admin.get(path)
    for number in range(30):
        make_user(f"u{number}", team=Team.objects.create(name=f"T{number}"))
    with django_assert_num_queries(len(few)):
        as_admin.get(path)


def test_a_fragment_brings_the_rows_and_the_bar_above_them(as_admin: Client, kim: User) -> None:
    path = reverse("settings:people")
    answer = as_admin.get(path, {"role": "rep", "team": ""}, headers={"HX-Request": "true", "HX-Target": "results"})
    body = answer.content.decode()
    assert "<html" not in body and 'id="results"' not in body and "Kim Example" in body and "Roles" not in body
    assert 'id="list-bar" hx-swap-oob="true"' in body and "Role: Sales rep" in body
    assert re.search(r'id="list-count">1<', body)
    assert answer["HX-Push-Url"] == f"{path}?role=rep"


def test_teams_are_made_and_renamed(as_admin: Client) -> None:
    as_admin.post(reverse("settings:teams"), {"name": "North"})
    team = Team.objects.get()
    answer = as_admin.post(reverse("settings:teams"), {"name": "north"})
    assert answer.status_code == 422 and "This name is taken" in text(answer)
    as_admin.post(reverse("settings:teams-rename", args=[team.pk]), {"name": "South"})
    team.refresh_from_db()
    assert team.name == "South" and "South" in text(as_admin.get(reverse("settings:teams")))


def test_field_visibility_is_set_for_all_fields_of_a_kind_at_once(as_admin: Client) -> None:
    FieldDef.objects.filter(object="case").delete()
    mood = FieldDef.objects.create(object="case", name="mood", label="Mood", type="text", hidden_from=["rep"])
    cause = FieldDef.objects.create(object="case", name="cause", label="Cause", type="text")
    name = FieldDef.objects.create(object="case", name="name", label="Name", type="text", required=True)
    path = reverse("settings:fields-of", args=["case"])
    assert "everybody sees it" in text(as_admin.get(path))
    as_admin.post(path, {str(cause.pk): ["auditor", "rep"], str(name.pk): ["rep"]})
    hidden = {field.name: field.hidden_from for field in FieldDef.objects.filter(object="case")}
    assert hidden == {"mood": [], "cause": ["auditor", "rep"], "name": []}
    assert as_admin.post(path, {str(mood.pk): ["king"]}).status_code == 422
    assert as_admin.get(reverse("settings:fields-of", args=["nonsense"])).status_code == 404


def test_the_risk_of_a_field_is_set_there_too_and_every_change_is_recorded(as_admin: Client) -> None:
    stage = FieldDef.objects.get(object="opportunity", name="stage")
    assert stage.risk == "high", "stage, amount, close date and competitors are, unless an admin says otherwise"
    path = reverse("settings:fields-of", args=["opportunity"])
    assert f'name="risk-{stage.pk}"' in as_admin.get(path).content.decode()
    as_admin.post(path, {f"risk-{stage.pk}": "normal"})
    risks = dict(FieldDef.objects.filter(object="opportunity").values_list("name", "risk"))
    high = ("amount", "close_date", "competitors", "currency", "forecast_category")
    assert risks["stage"] == "normal" and {risks[name] for name in high} == {"high"}
    assert AuditEvent.objects.filter(action="field.risk_changed", subject_id=stage.pk).count() == 1
    assert as_admin.post(path, {f"risk-{stage.pk}": "none"}).status_code == 422


def test_a_token_is_made_shown_once_works_and_ends(kim: User) -> None:
    client = Client()
    client.force_login(kim, backend="django.contrib.auth.backends.ModelBackend")
    made = client.post(reverse("settings:tokens-new"), {"name": "nightly", "days": "30"})
    value = re.search(r'id="token">([^<]+)<', made.content.decode())
    assert value and value[1].startswith("crm_") and "no-store" in made["Cache-Control"]
    token = ApiToken.objects.get(user=kim)
    assert token.expires_at and token.name == "nightly"
    listed = client.get(reverse("settings:tokens"))
    assert "nightly" in text(listed) and value[1] not in listed.content.decode()
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {value[1]}")
    assert api.get("/api/schema/").status_code == 200
    client.post(reverse("settings:tokens-revoke", args=[token.pk]))
    assert api.get("/api/schema/").status_code == 401
    assert "revoked" in text(client.get(reverse("settings:tokens")))


def test_tokens_of_others_are_not_there_for_anybody_but_an_admin(as_admin: Client, kim: User) -> None:
    token, _value = create_token(actor=audit.SYSTEM, user=kim, name="nightly")
    path = reverse("settings:tokens-revoke", args=[token.pk])
    assert signed_in(Role.COMPLIANCE).post(path).status_code == 404
    assert "nightly" not in text(as_admin.get(reverse("settings:tokens")))
    assert "nightly" in text(as_admin.get(reverse("settings:people-detail", args=[kim.pk])))
    assert as_admin.post(path)["Location"] == reverse("settings:people-detail", args=[kim.pk])
    token.refresh_from_db()
    assert token.revoked_at


def test_a_token_needs_a_name(as_admin: Client) -> None:
    assert as_admin.post(reverse("settings:tokens-new"), {"name": "", "days": "30"}).status_code == 422
    assert as_admin.post(reverse("settings:tokens-new"), {"name": "x", "days": "4000"}).status_code == 422
    assert not ApiToken.objects.exists()


def test_single_keys_are_switched_by_the_person_alone(kim: User) -> None:
    client = Client()
    client.force_login(kim, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("profile"), {})
    page = client.get(reverse("profile")).content.decode()
    assert not User.objects.get().single_keys and 'data-keys="off"' in page
    client.post(reverse("profile"), {"single_keys": "on", "role": "admin"})
    again = User.objects.get()
    assert again.single_keys and again.role == Role.REP


def test_the_account_page_without_a_password_offers_no_change_of_it(kim: User) -> None:
    kim.set_unusable_password()
    kim.save()
    client = Client()
    client.force_login(kim, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("profile"))
    assert reverse("password_change") not in page.content.decode()
    assert "kim@example.com" in text(page)


def test_others_add_to_the_account_page(kim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_parts, "_entries", {"x": (1, lambda request: {"tokens_url": "/somewhere/"})})
    client = Client()
    client.force_login(kim, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("profile")).context["tokens_url"] == "/somewhere/"


def test_a_fragment_after_the_sessions_end_takes_the_page_to_the_log_in(client: Client) -> None:
    answer = client.get(
        reverse("settings:people"),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/people/?role=rep"},
    )
    assert answer.status_code == 200 and not answer.content
    assert answer["HX-Redirect"] == f"{reverse('login')}?next=%2Fsettings%2Fpeople%2F%3Frole%3Drep"


#: What may be reached by somebody who is not signed in, besides the API, whose views ask for a token.
OPEN_DOORS = {
    "login",
    "social:begin",
    "social:complete",
    "social:idp_launch",
    "social:app_launch",
    "healthz",
    "readyz",
    "metrics",
    "forms:form",
    "forms:token",
    "forms:thanks",
    "hooks",  # what CRMs tell: believed when it is signed
}


def doors(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All addresses of the site with the names of their views."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from doors(entry, inner)
        else:
            yield f"{namespace}{entry.name}", entry


def test_every_door_but_a_few_wants_somebody_who_is_signed_in() -> None:
    found = set()
    for name, door in doors(get_resolver()):
        view = getattr(door.callback, "cls", None) or getattr(door.callback, "view_class", None)
        is_api = isinstance(view, type) and issubclass(view, APIView)
        if not is_api and not getattr(door.callback, "login_required", True):
            found.add(name)
    assert found == OPEN_DOORS
