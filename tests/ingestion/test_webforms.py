"""Web forms: who may send, what is stored, what is taken for spam, and who may set them up."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crmllm.access.models import Team, User
from crmllm.core.crypto import Sealed
from crmllm.core.errors import BadInput
from crmllm.core.models import AuditEvent
from crmllm.ingestion.models import Interaction, WebForm, WebFormEntry
from crmllm.ingestion.webforms import fields, services, signing
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.models import Consent
from crmllm.privacy.services import record_consent

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SITE = "https://www.customer-site.example"
LINES = "Name * : name\nE-mail * : email\nMessage : message\nNews by mail? : consent\nColour"
FILLED = {"name": "Anna Nowak", "e_mail": "anna@fabryka.example", "message": "We need two laser cells."}


@pytest.fixture
def made(admin: User) -> tuple[WebForm, str]:
    return services.create_form(actor=admin, name="Contact", fields=fields.parse(LINES), origins=[SITE], thanks="")


@pytest.fixture
def form(made: tuple[WebForm, str]) -> WebForm:
    return made[0]


@pytest.fixture
def web() -> Client:
    return Client(enforce_csrf_checks=True)


def token(form: WebForm, seconds_ago: float = 10) -> str:
    return signing.make_token(form.secret.open(), form.public_id, time.time() - seconds_ago)


def send(web: Client, form: WebForm, values: dict[str, str] | None = None, **headers: str) -> Any:
    given = {services.TOKEN_FIELD: token(form), **FILLED} | (values or {})
    return web.post(f"/forms/{form.public_id}/", json.dumps(given), content_type="application/json", headers=headers)


def signed(web: Client, form: WebForm, body: bytes, at: float | None = None, secret: str = "") -> Any:
    seconds = str(int(at or time.time()))
    signature = signing.sign_body(secret or form.secret.open(), form.public_id, seconds, body)
    headers = {"X-Form-Timestamp": seconds, "X-Form-Signature": signature}
    return web.post(f"/forms/{form.public_id}/", body, content_type="application/json", headers=headers)


# --- the page


def test_the_page_works_without_scripts_and_cookies(web: Client, form: WebForm) -> None:
    page = web.get(f"/forms/{form.public_id}/")
    assert (page.status_code, "<script" in page.text, dict(page.cookies)) == (200, False, {})
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy and f"frame-ancestors {SITE}" in policy and "script-src" not in policy
    assert "X-Frame-Options" not in page
    proof = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert proof is not None
    assert signing.check_token(form.secret.open(), form.public_id, proof[1], time.time()).seconds_ago < 5


def test_filled_in_on_the_page_it_is_stored_then_answered(web: Client, form: WebForm) -> None:
    answer = web.post(
        f"/forms/{form.public_id}/",
        "&".join(["form_token=" + token(form), "name=Anna+Nowak", "e_mail=anna%40fabryka.example", "message=Two"]),
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/forms/{form.public_id}/thanks/")
    assert "Thank you" in web.get(answer["Location"]).text
    row = Interaction.objects.get()
    assert (row.kind, row.status, row.origin, row.sender_name) == ("web_form", "parsed", "form", "Anna Nowak")
    assert row.content
    content = row.content.open()
    assert "E-mail: anna@fabryka.example\n" in content["text"] and "form_token" not in content["text"]
    assert next(one for one in content["zones"] if one[0] == "field:email") == ["field:email", 25, 45]
    assert content["text"][25:45] == "anna@fabryka.example"


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(web: Client, form: WebForm) -> None:
    proof = token(form)
    answer = web.post(
        f"/forms/{form.public_id}/", f"form_token={proof}&name=Anna&e_mail=nobody&message=Two",
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 422
    assert (
        "This is no e-mail address." in answer.text
        and 'value="Anna"' in answer.text
        and ">Two</textarea>" in answer.text
    )
    assert proof in answer.text  # what it takes to put it right is no second form
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("public_id", ["nothing", "../admin"])
def test_an_unknown_form_is_not_there(web: Client, public_id: str) -> None:
    assert web.get(f"/forms/{public_id}/").status_code == 404


def test_a_closed_form_takes_nothing_in(web: Client, form: WebForm, admin: User) -> None:
    services.set_active(actor=admin, form=form, active=False)
    assert (web.get(f"/forms/{form.public_id}/").status_code, send(web, form).status_code) == (404, 404)


# --- proof


@pytest.mark.parametrize("given", ["", "x", "1.abcdefgh." + "0" * 64])
def test_without_our_token_nothing_comes_in(web: Client, form: WebForm, given: str) -> None:
    answer = send(web, form, {services.TOKEN_FIELD: given})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "signature")
    assert not WebFormEntry.objects.exists()


def test_a_token_of_another_form_or_another_time_is_none(web: Client, form: WebForm, admin: User) -> None:
    other, _ = services.create_form(actor=admin, name="Other", fields=fields.parse("E-mail : email"))
    assert send(web, form, {services.TOKEN_FIELD: token(other)}).status_code == 403
    late = send(web, form, {services.TOKEN_FIELD: token(form, seconds_ago=signing.TOKEN_SECONDS + 60)})
    assert (late.status_code, late.json()["error"]["code"]) == (403, "expired")


def test_sent_twice_it_is_one_and_a_kept_token_is_refused(web: Client, form: WebForm) -> None:
    proof = {services.TOKEN_FIELD: token(form)}
    assert [send(web, form, proof).status_code for _ in range(2)] == [201, 201]
    assert (Interaction.objects.count(), WebFormEntry.objects.count()) == (1, 1)
    replayed = send(web, form, proof | {"message": "Buy pills"})
    assert (replayed.status_code, replayed.json()["error"]["code"]) == (409, "sent_already")
    assert Interaction.objects.count() == 1


def test_a_server_of_the_operator_signs_for_many(web: Client, form: WebForm) -> None:
    bodies = [
        json.dumps(FILLED | {"message": f"Number {number}"}).encode() for number in range(services.ADDRESS_LIMIT + 2)
    ]
    now = time.time()
    assert {signed(web, form, body, at=now).status_code for body in bodies} == {201}
    assert signed(web, form, bodies[0], at=now).status_code == 201  # the same again
    assert Interaction.objects.count() == len(bodies)


def test_a_bad_old_or_foreign_signature_is_refused(web: Client, form: WebForm) -> None:
    body = json.dumps(FILLED).encode()
    assert signed(web, form, body, secret="another").json()["error"]["code"] == "signature"
    assert signed(web, form, body, at=time.time() - 1000).json()["error"]["code"] == "expired"
    assert send(web, form, None, **{"X-Form-Timestamp": "soon", "X-Form-Signature": "ü"}).status_code == 403


def test_a_new_secret_ends_the_old_one(web: Client, form: WebForm, admin: User) -> None:
    old = token(form)
    services.rotate_secret(actor=admin, form=form)
    assert send(web, form, {services.TOKEN_FIELD: old}).status_code == 403
    form.refresh_from_db()
    assert send(web, form).status_code == 201


# --- other sites


def test_only_named_sites_may_send_and_read_the_answer(web: Client, form: WebForm) -> None:
    allowed = send(web, form, Origin=SITE)
    assert (allowed.status_code, allowed["Access-Control-Allow-Origin"]) == (201, SITE)
    for origin in ("https://evil.example", "null", f"{SITE}.evil.example", SITE.upper()):
        refused = send(web, form, Origin=origin)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin")
        assert "Access-Control-Allow-Origin" not in refused
    assert Interaction.objects.count() == 1


def test_scripts_of_named_sites_ask_first_and_fetch_a_token(web: Client, form: WebForm) -> None:
    asked = web.options(f"/forms/{form.public_id}/", headers={"Origin": SITE})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, SITE)
    assert "Origin" in asked["Vary"].split(", ")
    fetched = web.get(f"/forms/{form.public_id}/token/", headers={"Origin": SITE})
    assert fetched.json()["fields"] == ["name", "e_mail", "message", "news_by_mail", "colour"]
    assert "Access-Control-Allow-Origin" not in web.get(
        f"/forms/{form.public_id}/token/", headers={"Origin": "https://evil.example"}
    )


# --- spam and floods


def test_a_filled_trap_is_kept_as_skipped_and_answered_as_ever(web: Client, form: WebForm) -> None:
    assert send(web, form, {services.TRAP_FIELD: "http://pills.example"}).status_code == 201
    row = Interaction.objects.get()
    assert (row.status, row.reason_code) == ("skipped", "form_trap")
    assert "people cannot see" in row.reason


def test_nobody_fills_in_a_form_in_a_second(web: Client, form: WebForm) -> None:
    send(web, form, {services.TOKEN_FIELD: token(form, seconds_ago=0)})
    row = Interaction.objects.get()
    assert (row.status, row.reason_code) == ("skipped", "form_too_fast")
    assert WebFormEntry.objects.get().verdict == "form_too_fast"


def test_one_address_may_send_so_often(web: Client, form: WebForm) -> None:
    answers = [send(web, form) for _ in range(services.ADDRESS_LIMIT + 1)]
    assert [one.status_code for one in answers] == [201] * services.ADDRESS_LIMIT + [429]
    assert answers[-1]["Retry-After"] == "600"
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert send(other, form).status_code == 201


def test_a_form_takes_so_much_in_an_hour(web: Client, form: WebForm, admin: User) -> None:
    services.update_form(actor=admin, form=form, hourly_limit=1)
    assert [send(web, form).status_code for _ in range(2)] == [201, 429]


def test_size_and_type_are_limited(web: Client, form: WebForm) -> None:
    assert send(web, form, {"message": "x" * 70_000}).status_code == 413
    url = f"/forms/{form.public_id}/"
    assert web.post(url, b"x", content_type="text/xml", headers={"Accept": "application/json"}).status_code == 422
    assert web.post(url, b"[1]", content_type="application/json").status_code == 422
    assert web.post(url, b"{", content_type="application/json").status_code == 422


@given(st.binary(max_size=200), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "a/b"]))
def test_any_bytes_are_answered(body: bytes, content_type: str) -> None:
    row = WebForm.objects.filter(name="Any").first()
    if row is None:
        row = WebForm(name="Any", public_id="any", fields=fields.parse("E-mail : email"))
        row.secret = Sealed.of("s", row.key_id)
        row.save()
    answer = Client().post("/forms/any/", body, content_type=content_type)
    assert answer.status_code in (403, 413, 422)


# --- what a form says


def test_a_ticked_box_is_kept_as_a_statement_and_undoes_no_withdrawal(web: Client, form: WebForm) -> None:
    send(web, form)
    assert not Consent.objects.exists()
    send(web, form, {"news_by_mail": "yes"})
    told = Consent.objects.get()
    assert (told.purpose, told.state, told.source) == ("outreach", "granted", "web form Contact")
    record_consent(
        actor=services.SENDER, person=FILLED["e_mail"], purpose=Purpose.OUTREACH, state=ConsentState.WITHDRAWN,
        source="mail",
    )  # fmt: skip
    send(web, form, {"news_by_mail": "yes", "message": "Again"})
    assert Consent.objects.count() == 2


def test_entries_belong_to_the_team_of_the_form(web: Client, form: WebForm, admin: User) -> None:
    team = Team.objects.create(name="North")
    services.update_form(actor=admin, form=form, team=team)
    send(web, form)
    assert Interaction.objects.get().team == team


# --- settings


def test_admins_make_change_close_and_delete_a_form(admin: User) -> None:
    page = Client()
    page.force_login(admin)
    posted = {"name": "Contact", "fields_text": LINES, "origins": SITE + "/", "thanks": "Bye", "hourly_limit": "5"}
    made = page.post("/settings/forms/add/", posted)
    form = WebForm.objects.get()
    assert form.secret.open() in made.text and form.origins == [SITE]
    assert form.secret.open() not in page.get(f"/settings/forms/{form.pk}/").text
    page.post(f"/settings/forms/{form.pk}/edit/", posted | {"name": "Enquiry", "fields_text": "E-mail : email"})
    page.post(f"/settings/forms/{form.pk}/active/", {"active": "no"})
    page.post(f"/settings/forms/{form.pk}/secret/")
    form.refresh_from_db()
    assert (form.name, form.active, len(form.fields)) == ("Enquiry", False, 1)
    page.post(f"/settings/forms/{form.pk}/delete/")
    assert not WebForm.objects.exists()
    told = AuditEvent.objects.filter(subject_type="webform").order_by("at").values_list("action", flat=True)
    assert list(told) == [
        "webform.created", "webform.changed", "webform.disabled", "webform.secret_rotated", "webform.deleted",
    ]  # fmt: skip


def test_the_page_of_a_form_shows_what_came_through_it(web: Client, form: WebForm, admin: User) -> None:
    send(web, form)
    send(web, form, {services.TRAP_FIELD: "x"})
    page = Client()
    page.force_login(admin)
    shown = page.get(f"/settings/forms/{form.pk}/").text
    assert "Anna Nowak" in shown and "people cannot see" in shown and f"/forms/{form.public_id}/" in shown
    assert "2 entries" in page.get("/settings/forms/").text


def test_auditors_look_and_reviewers_do_not(form: WebForm, auditor: User, page: Client) -> None:
    reader = Client()
    reader.force_login(auditor)
    assert reader.get(f"/settings/forms/{form.pk}/").status_code == 200
    for path in ("secret", "active", "delete", "edit"):
        assert reader.post(f"/settings/forms/{form.pk}/{path}/").status_code == 403
    assert reader.get("/settings/forms/add/").status_code == 403
    assert page.get("/settings/forms/").status_code == 403
    assert page.get(f"/settings/forms/{form.pk}/").status_code in (403, 404)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "from 1 to 40 lines"), ("Name : name", "has to mean email or phone"), ("E-mail : post", "is no meaning"),
        ("E-mail : email\nE mail", "stands there twice"), ("!!! : email", "a label has letters"),
    ],
)  # fmt: skip
def test_fields_that_are_not_right_are_named(written: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        fields.parse(written)
    assert sentence in caught.value.fields["fields"][0]


def test_fields_are_written_as_they_were_typed() -> None:
    assert fields.written(fields.parse(LINES)) == LINES


@pytest.mark.parametrize("origin", ["ftp://a.example", "https://a.example/path", "a.example", "https://u@a.example"])
def test_a_site_is_an_origin(admin: User, origin: str) -> None:
    page = Client()
    page.force_login(admin)
    posted = {"name": "Contact", "fields_text": LINES, "origins": origin, "hourly_limit": "5"}
    assert "without a path" in page.post("/settings/forms/add/", posted).text
    assert not WebForm.objects.exists()


def test_old_entries_are_forgotten_and_what_they_brought_stays(
    web: Client, form: WebForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(web, form)
    services.forget_old_entries()
    assert WebFormEntry.objects.count() == 1
    monkeypatch.setattr(services, "KEPT_FOR", timedelta(0))
    services.forget_old_entries()
    assert (WebFormEntry.objects.count(), Interaction.objects.count()) == (0, 1)
