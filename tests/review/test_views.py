"""The doors of the review screen, through a browser without scripts and as HTMX asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.ids import uuid7
from crmllm.crm.models import Contact, FieldDef
from crmllm.crm.selectors import forget_fields
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from review import selectors, views
from tests.review.conftest import address, current, decide, only, shown
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

HTMX = {"HX-Request": "true"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def state(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


# --- the card


def test_the_queue_opens_at_what_is_due_first_and_claims_it(
    page: Client, reviewer: User, message: Callable[..., Interaction]
) -> None:
    first = message(5)
    message(0)
    answer = page.get("/review/")
    assert shown(answer)["url"] == address(first)
    first.refresh_from_db()
    assert first.claimed_by == reviewer


def test_looking_ahead_claims_nothing(page: Client, message: Callable[..., Interaction]) -> None:
    row, behind, last = message(), message(), message()
    answer = page.get(address(row, "peek"), headers=HTMX)
    assert shown(answer)["url"] == address(behind)
    behind.refresh_from_db()
    assert behind.claimed_by is None
    answer = page.get(f"{address(row, 'peek')}?without={behind.pk}", headers=HTMX)
    assert shown(answer)["url"] == address(last)
    answer = page.get(f"{address(row, 'peek')}?without={behind.pk}&without={last.pk}", headers=HTMX)
    assert answer.status_code == 204


def test_a_fragment_is_the_card_alone_and_a_page_is_whole(page: Client, message: Callable[..., Interaction]) -> None:
    row = message()
    whole, fragment = page.get(address(row)), page.get(address(row), headers=HTMX)
    assert b"<html" in whole.content and b'id="queue"' in whole.content
    assert b"<html" not in fragment.content and b'id="card"' in fragment.content
    assert "HX-Request" in whole["Vary"] and "HX-Request" in fragment["Vary"]


def test_evidence_is_marked_by_code_points(page: Client) -> None:
    text = "😀😀 We want it by May.\n\nBest regards\nMaría Ruiz\n"
    quote = "We want it by May"
    action = factories.types.NextAction(factories.value(quote, text=text), owner=factories.types.Value("us"))
    found = factories.found(contacts=(), opportunity=None, next_actions=(action,))
    made = factories.proposals(found, text=text)
    content = page.get(address(made["activity"].interaction)).content.decode()
    assert f">{quote}</mark>" in content


def test_lines_say_where_their_values_come_from(page: Client, deal: dict[str, Proposal]) -> None:
    answer = page.get(address(deal["contact"].interaction))
    contact = next(one for one in shown(answer)["proposals"] if one["title"] == "New contact")
    lines = {line["label"]: line for line in contact["lines"]}
    assert (lines["Name"]["sureness"], lines["Name"]["quotes"]) == ("found", [])
    assert (lines["Phone"]["sureness"], lines["Phone"]["proposed"]) == ("found", "+49 30 901820")
    assert (lines["Account"]["sureness"], lines["Account"]["confidence"]) == ("linked", None)
    assert contact["identity"]["level"] == "new" and contact["identity"]["text"]


def new_title(reviewer: User, deal: dict[str, Proposal]) -> Proposal:
    """A proposal to give a contact, who is in the CRM by now, another title."""
    for name in ("account", "contact"):
        services.approve(user=reviewer, proposal=deal[name])
    factories.deliver_all()
    text = factories.TEXT.replace("Head of Procurement", "Plant Manager")
    person = factories.types.Contact(
        "sender",
        factories.value("Maria Ruiz", text=text),
        factories.value("Plant Manager", text=text),
        email=factories.value("maria.ruiz@betasoloin.example", text=text),
    )
    found = factories.found(contacts=(person,), opportunity=None, next_actions=())
    return factories.proposals(found, text=text)["contact"]


def test_an_update_shows_what_the_crm_holds_and_where(page: Client, reviewer: User, deal: dict[str, Proposal]) -> None:
    later = new_title(reviewer, deal)
    answer = page.get(address(later.interaction))
    (one,) = shown(answer)["proposals"]
    assert (one["title"], one["place"], one["identity"]["level"]) == ("Update contact", "Betasoloin GmbH", "existing")
    (line,) = one["lines"]
    assert (line["now"], line["proposed"]) == ("Head of Procurement", "Plant Manager")


# --- decisions


def test_approval_goes_on_to_the_next_proposal_and_then_to_the_next_message(
    page: Client, deal: dict[str, Proposal], message: Callable[..., Interaction]
) -> None:
    other = message()
    answer = decide(page, deal["account"], "approve")
    assert (shown(answer)["url"], current(answer)) == (address(deal["account"].interaction), ["New contact"])
    for name in ("contact", "opportunity", "activity"):
        answer = decide(page, deal[name], "approve")
    assert shown(answer)["url"] == address(other)
    assert answer["HX-Push-Url"] == address(other)
    assert b'id="queue"' in answer.content and b'hx-swap-oob="true"' in answer.content


def test_a_skipped_proposal_is_not_in_the_way(page: Client, deal: dict[str, Proposal]) -> None:
    services.approve(user=User.objects.get(username="rita"), proposal=deal["account"])
    answer = decide(page, deal["contact"], "skip")
    assert current(answer) == ["New opportunity"]
    assert state(deal["contact"]) == "skipped"


def test_without_scripts_a_decision_redirects_to_the_next_card(
    page: Client, message: Callable[..., Interaction]
) -> None:
    first, second = message(9), message(3)
    answer: Any = page.post(address(only(first), "approve"))
    assert (answer.status_code, answer["Location"]) == (302, address(second))
    answer = page.post(address(only(second), "skip"))
    assert (answer.status_code, answer["Location"]) == (302, "/review/")


def test_the_view_of_the_queue_is_kept(page: Client, message: Callable[..., Interaction]) -> None:
    newest, oldest = message(9), message(0)
    page.get(address(newest))
    answer = page.get("/review/?sort=oldest&object=activity")
    assert shown(answer)["url"] == address(oldest) + "?object=activity&sort=oldest"
    assert shown(answer)["proposals"][0]["approve_url"].endswith("/approve/?object=activity&sort=oldest")
    answer = decide(page, only(oldest), "approve", "?object=activity&sort=oldest")
    assert shown(answer)["url"] == address(newest) + "?object=activity&sort=oldest"


def test_what_others_hold_is_passed_over(page: Client, admin: User, message: Callable[..., Interaction]) -> None:
    first, held, third = message(9), message(6), message(3)
    services.claim(user=admin, interaction=held)
    assert shown(decide(page, only(first), "approve"))["url"] == address(third)
    Interaction.objects.filter(pk=held.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    Proposal.objects.filter(interaction=held).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert shown(decide(page, only(third), "approve"))["url"] == address(held)


def test_a_card_that_somebody_else_holds_can_be_read_only(
    page: Client, admin: User, message: Callable[..., Interaction]
) -> None:
    row = message()
    services.claim(user=admin, interaction=row)
    answer = page.get(address(row))
    assert shown(answer)["state"] == "claimed"
    assert "is deciding this one" in answer.content.decode() and "Approve &amp; next" not in answer.content.decode()
    assert decide(page, only(row), "approve").status_code == 409
    assert (
        "with somebody else" in page.get("/review/").content.decode() or shown(page.get("/review/"))["state"] == "empty"
    )


@pytest.mark.parametrize(("model", "title"), [("ready", "All decided"), ("starting", "The model is starting")])
def test_nothing_left_says_so(page: Client, monkeypatch: pytest.MonkeyPatch, model: str, title: str) -> None:
    monkeypatch.setattr(views, "model_status", lambda: SimpleNamespace(state=model))
    assert shown(page.get("/review/"))["empty"]["title"] == title
    assert shown(page.get("/review/?queue=skipped"))["empty"]["title"] == "Nothing here"


def test_editing_shows_the_values_and_keeps_the_difference(page: Client, deal: dict[str, Proposal]) -> None:
    account = deal["account"]
    form = page.get(address(account, "edit"), headers=HTMX)
    names = {field["label"]: f"value-{field['id']}" for field in form.context["proposal"]["fields"]}
    answer = decide(page, account, "edit", **{names["Name"]: "Betasoloin AG"})
    assert current(answer) == ["New contact"]
    assert Writeback.objects.get(proposal=account).values.open()["name"] == "Betasoloin AG"
    assert Decision.objects.get(proposal=account).edits.open() == {"name": "Betasoloin AG"}


def test_a_reference_is_shown_by_name_and_can_only_be_left_out(page: Client, deal: dict[str, Proposal]) -> None:
    form = page.get(address(deal["contact"], "edit"), headers=HTMX)
    field = next(field for field in form.context["proposal"]["fields"] if field["label"] == "Account")
    assert (field["type"], field["shown"]) == ("fixed", "Betasoloin GmbH")
    assert str(deal["account"].target_id) not in form.content.decode()


def test_products_are_edited_one_a_line(page: Client) -> None:
    """The name of a product may hold commas; what nobody touched is no edit, whatever ends its lines."""
    wish = factories.found().opportunity
    assert wish is not None
    names = [factories.value("12 GTX Pro", "Valve, 2 inch"), factories.value("three plants", "Pump, large")]
    deal = factories.proposals(factories.found(opportunity=replace(wish, products=tuple(names))))
    for parent in ("account", "contact"):
        services.approve(user=User.objects.get(username="rita"), proposal=deal[parent])
    row = deal["opportunity"]
    assert b"Valve, 2 inch; Pump, large" in page.get(address(row.interaction)).content

    form = page.get(address(row, "edit"), headers=HTMX)
    field = next(field for field in form.context["proposal"]["fields"] if field["label"] == "Products")
    assert (field["type"], field["value"], field["hint"]) == ("textarea", "Valve, 2 inch\nPump, large", "One a line.")
    assert f'aria-describedby="hint-{field["id"]}"' in form.content.decode()

    name = f"value-{field['id']}"
    amount = next(one for one in form.context["proposal"]["fields"] if one["label"] == "Amount")
    decide(page, row, "edit", **{name: "Valve, 2 inch\r\nPump, large", f"value-{amount['id']}": "50000"})
    assert Decision.objects.get(proposal=row).edits.open() == {"amount": "50000.00"}
    services.undo(user=User.objects.get(username="rita"), proposal=row)

    decide(page, row, "edit", **{name: "Valve, 2 inch\r\nPump, extra large"})
    assert Writeback.objects.filter(proposal=row).latest("id").values.open()["products"] == [
        "Valve, 2 inch",
        "Pump, extra large",
    ]


def test_a_line_can_be_left_out(page: Client, deal: dict[str, Proposal]) -> None:
    user = User.objects.get(username="rita")
    services.approve(user=user, proposal=deal["account"])
    title = deal["contact"].changes.get(field="title")
    decide(page, deal["contact"], "edit", **{f"leave-{title.pk}": "1"})
    assert "title" not in Writeback.objects.get(proposal=deal["contact"]).values.open()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_value_shows_the_form_again_with_what_was_typed(
    page: Client, deal: dict[str, Proposal], headers: dict[str, str]
) -> None:
    services.approve(user=User.objects.get(username="rita"), proposal=deal["account"])
    email = deal["contact"].changes.get(field="email")
    answer = page.post(address(deal["contact"], "edit"), {f"value-{email.pk}": "not an address"}, headers=headers)
    assert answer.status_code == 422
    content = answer.content.decode()
    assert 'value="not an address"' in content and "must be an e-mail address" in content
    assert not Decision.objects.filter(proposal=deal["contact"]).exists()


def test_a_rejection_keeps_its_reason(page: Client, message: Callable[..., Interaction]) -> None:
    proposal = only(message())
    decide(page, proposal, "reject", reason="Not in the text")
    decision = Decision.objects.get(proposal=proposal)
    assert (decision.verdict, decision.reason) == ("reject", "Not in the text")


def test_a_crm_that_moved_is_shown_before_anything_is_decided(
    page: Client, reviewer: User, deal: dict[str, Proposal]
) -> None:
    later = new_title(reviewer, deal)
    Contact.objects.filter(pk=later.target_id).update(title="Head of Everything")
    answer = decide(page, later, "approve")
    assert (answer.status_code, state(later)) == (200, "claimed")
    (one,) = shown(answer)["proposals"]
    assert (one["lines"][0]["now"], one["lines"][0]["sureness"]) == ("Head of Everything", "conflict")
    assert b"Look again, then decide." in answer.content
    decide(page, later, "approve")
    assert state(later) == "approved"


# --- all of a message at once


def test_a_whole_message_is_approved_parents_first(
    page: Client, deal: dict[str, Proposal], message: Callable[..., Interaction]
) -> None:
    other = message()
    answer = decide(
        page,
        deal["account"].interaction,
        "approve-all",
        high_risk="1",
        elapsed_ms="8000",
        shown_at=selectors.shown_at(),
    )
    assert shown(answer)["url"] == address(other)
    assert {state(proposal) for proposal in deal.values()} == {"approved"}
    assert Decision.objects.filter(proposal__in=deal.values(), milliseconds__lte=2000).count() == 4


def test_it_stops_at_the_first_refusal_and_says_why(page: Client, deal: dict[str, Proposal]) -> None:
    change = deal["contact"].changes.get(field="email")
    change.checks = [{"code": "format", "message": "This is no address.", "blocking": True}]
    change.save()
    answer = decide(page, deal["account"].interaction, "approve-all", high_risk="1")
    assert answer.status_code == 200
    assert b"1 approved. This is no address." in answer.content
    assert current(answer) == ["New contact"]
    assert [state(deal[name]) for name in ("account", "contact", "opportunity")] == ["approved", "claimed", "claimed"]


def test_what_was_skipped_on_purpose_stays_skipped(page: Client, deal: dict[str, Proposal]) -> None:
    services.skip(user=User.objects.get(username="rita"), proposal=deal["activity"])
    decide(page, deal["account"].interaction, "approve-all", high_risk="1")
    assert (state(deal["opportunity"]), state(deal["activity"])) == ("approved", "skipped")


@pytest.fixture
def low_account() -> None:
    """The name of an account is of normal risk here: then only the opportunity's figures are of high risk."""
    FieldDef.objects.filter(object="account", name="name").update(risk="normal")
    forget_fields()


@pytest.mark.usefixtures("low_account")
def test_fields_of_high_risk_are_marked_and_named_before_all_is_approved(
    page: Client, deal: dict[str, Proposal]
) -> None:
    answer = page.get(address(deal["account"].interaction))
    card = shown(answer)
    assert [(one["label"], one["proposed"]) for one in card["risks"]] == [("Amount", "48,000.00"), ("Currency", "EUR")]
    assert (card["together"], card["without_risk"]) == (4, 2), "what is to be done hangs on the opportunity"
    marked = [line["label"] for one in card["proposals"] for line in one["lines"] if line["high_risk"]]
    assert marked == ["Amount", "Currency"]
    assert answer.content.decode().count('aria-label="High risk: never applied without a person"') == 2


@pytest.mark.usefixtures("low_account")
def test_without_a_word_on_them_fields_of_high_risk_are_left(page: Client, deal: dict[str, Proposal]) -> None:
    answer = decide(page, deal["account"].interaction, "approve-all")
    assert {name: state(one) for name, one in deal.items()} == {
        "account": "approved", "contact": "approved", "opportunity": "claimed", "activity": "claimed",
    }  # fmt: skip
    assert b"2 approved. Left for a look of its own" in answer.content
    assert current(answer) == ["New opportunity"]


def test_where_nothing_is_of_high_risk_one_press_is_enough(page: Client, message: Callable[..., Interaction]) -> None:
    row = message()
    again = only(row)
    again.pk = again.id = again.target_id = uuid7()
    again._state.adding = True
    again.save()
    card = shown(page.get(address(row)))
    assert (card["risks"], card["together"]) == ([], 2)
    decide(page, row, "approve-all")
    assert set(row.proposals.values_list("state", flat=True)) == {"approved"}


# --- undo


def test_undo_shows_the_proposal_again_and_it_can_be_approved_again(
    page: Client, message: Callable[..., Interaction]
) -> None:
    row = message()
    decide(page, only(row), "approve")
    answer = decide(page, only(row), "undo")
    assert shown(answer)["url"] == address(row)
    (one,) = shown(answer)["proposals"]
    assert (one["state_text"], one["current"], one["can_approve"]) == ("taken back", True, True)
    decide(page, only(row), "approve")
    assert state(only(row)) == "approved"


def test_undo_lists_what_was_taken_back_with_it(page: Client, deal: dict[str, Proposal]) -> None:
    decide(page, deal["account"].interaction, "approve-all", high_risk="1")
    answer = decide(page, deal["account"], "undo")
    assert b"Taken back with it:" in answer.content and b"Maria Ruiz" in answer.content
    assert current(answer) == ["New account"]
    assert {state(proposal) for proposal in deal.values()} == {"undone"}


def test_undo_after_undo_takes_back_the_decision_before(page: Client, message: Callable[..., Interaction]) -> None:
    first, second = message(9), message(3)
    decide(page, only(first), "reject", reason="Other")
    answer = decide(page, only(second), "approve")
    assert answer.context["last"]["undo_url"] == address(only(second), "undo")
    answer = decide(page, only(second), "undo")
    assert answer.context["last"]["undo_url"] == address(only(first), "undo")
    assert decide(page, only(first), "undo").context["last"] is None


def test_what_was_taken_back_can_be_rejected(page: Client, message: Callable[..., Interaction]) -> None:
    row = message()
    for door in ("approve", "undo", "reject"):
        decide(page, only(row), door)
    assert state(only(row)) == "rejected"


# --- by hand


@pytest.fixture
def failed() -> Interaction:
    return factories.interaction(status=Status.FAILED, reason="The model answered with nothing usable.")


def test_a_message_that_failed_offers_a_form_with_what_is_known(page: Client, failed: Interaction) -> None:
    for url in ("/review/?queue=failed", address(failed)):
        answer = page.get(url)
        assert shown(answer)["state"] == "failed"
        assert 'value="Maria Ruiz"' in answer.content.decode()
    assert 'value="Maria Ruiz"' not in page.get(address(failed) + "?by_hand=case").content.decode()


def test_what_was_filled_in_becomes_a_proposal(page: Client, failed: Interaction) -> None:
    answer = decide(page, failed, "by-hand", "?object=contact", name="Maria Ruiz", email="maria@betasoloin.example")
    assert current(answer) == ["New contact"]
    assert only(failed).changes.filter(source="person").count() == 2


def test_products_are_filled_in_one_a_line(page: Client, failed: Interaction) -> None:
    shown_form = page.get(address(failed) + "?by_hand=opportunity").content.decode()
    assert "One a line." in shown_form and '<textarea name="products"' in shown_form
    products = "Valve, 2 inch\r\nPump, large"
    decide(page, failed, "by-hand", "?object=opportunity", name="Valves", products=products)
    assert only(failed).changes.get(field="products").proposed.open() == ["Valve, 2 inch", "Pump, large"]


def test_a_mistake_in_the_form_is_shown_beside_its_field(page: Client, failed: Interaction) -> None:
    answer = decide(page, failed, "by-hand", "?object=contact", name="Maria Ruiz", email="nowhere")
    assert answer.status_code == 422
    assert b"must be an e-mail address" in answer.content
    assert failed.proposals.count() == 0


def test_nothing_to_record_sets_the_message_aside(page: Client, failed: Interaction) -> None:
    assert shown(decide(page, failed, "by-hand", "?object=contact", nothing="1"))["state"] == "empty"
    failed.refresh_from_db()
    assert failed.status == Status.NO_CHANGE


def test_a_failed_message_can_be_run_again(page: Client, failed: Interaction) -> None:
    assert page.post(address(failed, "replay")).status_code == 302
    failed.refresh_from_db()
    assert failed.status == Status.RECEIVED


# --- who may


DOORS = ["approve", "reject", "skip", "undo", "edit"]


@pytest.mark.parametrize("door", ["approve", "reject", "skip", "undo"])
def test_decisions_are_posted(page: Client, message: Callable[..., Interaction], door: str) -> None:
    assert page.get(address(only(message()), door)).status_code == 405


@pytest.mark.parametrize("door", ["approve-all", "by-hand", "replay"])
def test_what_changes_a_message_is_posted(page: Client, message: Callable[..., Interaction], door: str) -> None:
    assert page.get(address(message(), door)).status_code == 405


@pytest.mark.parametrize("door", DOORS)
def test_who_only_reads_may_not_decide(auditor: User, message: Callable[..., Interaction], door: str) -> None:
    row = message()
    assert signed_in(auditor).post(address(only(row), door)).status_code == 403
    answer = signed_in(auditor).get(address(row))
    assert answer.status_code == 200 and b"your role does not decide" in answer.content
    assert state(only(row)) == "pending"


@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_finds_nothing(
    make_user: Callable[..., User], message: Callable[..., Interaction], door: str
) -> None:
    theirs = Team.objects.create(name="Theirs")
    row = message(team=theirs)
    stranger = signed_in(make_user("stan", Role.REP, Team.objects.create(name="Ours")))
    assert stranger.post(address(only(row), door)).status_code == 404
    assert stranger.get(address(row)).status_code == 404
    assert stranger.post(address(row, "approve-all")).status_code == 404
    assert state(only(row)) == "pending"


def test_who_is_not_signed_in_is_sent_to_the_log_in(message: Callable[..., Interaction]) -> None:
    answer: Any = Client().get(address(message()))
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_the_second_decision_is_refused_as_page_or_toast(page: Client, message: Callable[..., Interaction]) -> None:
    proposal = only(message())
    decide(page, proposal, "approve")
    toast = decide(page, proposal, "approve")
    assert (toast.status_code, toast["HX-Retarget"]) == (409, "#toasts")
    assert b"approved already" in toast.content and b"<html" not in toast.content
    whole = page.post(address(proposal, "approve"))
    assert whole.status_code == 409 and b"<html" in whole.content
    assert Decision.objects.filter(proposal=proposal).count() == 1


def test_unknown_words_in_the_address_fall_back(page: Client, message: Callable[..., Interaction]) -> None:
    row = message()
    answer = page.get("/review/?queue=none&object=planet&sort=odd&page=x")
    assert shown(answer)["url"] == address(row)


# --- time


@pytest.mark.parametrize(("elapsed", "least", "most"), [("1500", 1500, 1500), ("99999999", 0, 5000), ("", 0, 5000)])
def test_the_time_of_a_decision_is_never_longer_than_the_server_knows(
    page: Client, message: Callable[..., Interaction], elapsed: str, least: int, most: int
) -> None:
    proposal = only(message())
    stamp = selectors.shown_at()
    if elapsed == "1500":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(TimestampSigner, "timestamp", lambda self: _earlier())
            stamp = selectors.shown_at()
    decide(page, proposal, "approve", shown_at=stamp, elapsed_ms=elapsed)
    stored = Decision.objects.get(proposal=proposal).milliseconds
    assert stored is not None and least <= stored <= most


def _earlier() -> str:
    return signing.b62_encode(int(timezone.now().timestamp()) - 60)


@pytest.mark.parametrize("stamp", ["", "made:up", "x"])
def test_a_time_without_our_stamp_is_not_believed(
    page: Client, message: Callable[..., Interaction], stamp: str
) -> None:
    proposal = only(message())
    decide(page, proposal, "approve", shown_at=stamp, elapsed_ms="1500")
    assert Decision.objects.get(proposal=proposal).milliseconds is None


def test_the_pace_is_the_median(page: Client, reviewer: User, message: Callable[..., Interaction]) -> None:
    for milliseconds in (1000, 90_000, 3000):
        services.approve(user=reviewer, proposal=only(message()), milliseconds=milliseconds)
    progress = page.get("/review/").context["progress"]
    assert (progress["done_today"], progress["median_seconds"], progress["waiting"]) == (3, 3.0, "0")
