"""Approve, edit, reject, skip, claim: through the API, as people and programs do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.models import AuditEvent
from crmllm.crm import services as crm
from crmllm.crm.choices import WriterKind
from crmllm.crm.models import Account, Contact, CrmUser
from crmllm.crm.services import Writer
from crmllm.ingestion.models import Interaction
from crmllm.proposals import proposing, services
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def url(proposal: Proposal, action: str = "") -> str:
    return f"/api/v1/proposals/{proposal.pk}/{action + '/' if action else ''}"


def fields(answer: Any) -> dict[str, Any]:
    return {change["field"]: change for change in answer.json()["changes"]}


def test_a_mail_becomes_proposals_that_refer_to_each_other(api: APIClient) -> None:
    made = factories.proposals()
    answer = api.get("/api/v1/proposals/", {"interaction": str(made["contact"].interaction_id)}).json()
    assert answer["count"] == 4
    assert set(made) == {"account", "contact", "opportunity", "activity"}
    contact = fields(api.get(url(made["contact"])))
    assert contact["account"]["proposed"] == str(made["account"].target_id)
    assert contact["phone"]["proposed"] == "+4930901820"
    assert contact["title"]["old"] is None


def test_every_quote_is_in_the_text(api: APIClient) -> None:
    made = factories.proposals()
    text = api.get(f"/api/v1/interactions/{made['contact'].interaction_id}/").json()["text"]
    for proposal in made.values():
        for change in api.get(url(proposal)).json()["changes"]:
            assert change["inferred"] or change["evidence"]
            for span in change["evidence"]:
                assert text[span["start"] : span["end"]] == span["quote"]


def test_approval_queues_the_write_in_the_same_transaction(api: APIClient) -> None:
    account = factories.proposals()["account"]
    answer = api.post(url(account, "approve"), {"milliseconds": 1800}, format="json")
    assert (answer.status_code, answer.json()["state"], answer.json()["record"]) == (200, "approved", None)
    assert Writeback.objects.get(proposal=account).state == "waiting"
    assert Decision.objects.get(proposal=account).milliseconds == 1800
    assert AuditEvent.objects.filter(action="proposal.approved", subject_id=account.pk).count() == 1


def test_the_second_approval_is_refused_and_writes_nothing(api: APIClient) -> None:
    account = factories.proposals()["account"]
    api.post(url(account, "approve"))
    again = api.post(url(account, "approve"))
    assert again.status_code == 409
    assert "approved already" in again.json()["error"]["message"]
    assert Writeback.objects.filter(proposal=account).count() == 1


def test_a_child_waits_for_its_parent_and_says_so(api: APIClient) -> None:
    made = factories.proposals()
    shown = api.get(url(made["contact"])).json()
    assert shown["can_approve"] is False
    assert shown["blocked_by"] == ["Approve the new account “Betasoloin GmbH” first."]
    assert api.post(url(made["contact"], "approve")).status_code == 409
    api.post(url(made["account"], "approve"))
    assert api.post(url(made["contact"], "approve")).status_code == 200


def test_an_edit_is_written_and_kept_apart_from_the_proposal(api: APIClient) -> None:
    account = factories.proposals()["account"]
    change = fields(api.get(url(account)))["name"]
    answer = api.post(url(account, "edit"), {"changes": {change["id"]: "Betasoloin AG"}}, format="json")
    assert answer.status_code == 200
    assert fields(answer)["name"]["proposed"] == "Betasoloin GmbH"
    factories.deliver_all()
    assert Account.objects.get(pk=account.target_id).name == "Betasoloin AG"
    decision = Decision.objects.get(proposal=account)
    assert (decision.verdict, decision.edits.open()) == ("edit", {"name": "Betasoloin AG"})


def test_a_line_edited_to_nothing_is_left_out(api: APIClient) -> None:
    made = factories.proposals()
    api.post(url(made["account"], "approve"))
    phone = fields(api.get(url(made["contact"])))["phone"]
    api.post(url(made["contact"], "edit"), {"changes": {phone["id"]: None}}, format="json")
    factories.deliver_all()
    assert Contact.objects.get(pk=made["contact"].target_id).phone is None


def test_a_wrong_value_is_refused_with_a_sentence(api: APIClient) -> None:
    opportunity = factories.proposals()["opportunity"]
    amount = fields(api.get(url(opportunity)))["amount"]
    answer = api.post(url(opportunity, "edit"), {"changes": {amount["id"]: "a lot"}}, format="json")
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"] == {"amount": ["“Amount” must be a number such as 48000.00."]}
    assert Proposal.objects.get(pk=opportunity.pk).state == "pending"


def test_an_edit_of_an_unknown_change_is_refused(api: APIClient) -> None:
    account = factories.proposals()["account"]
    stranger = "00000000-0000-7000-8000-000000000000"
    assert api.post(url(account, "edit"), {"changes": {stranger: "x"}}, format="json").status_code == 422
    assert api.post(url(account, "edit"), {"changes": {}}, format="json").status_code == 422


def test_rejection_keeps_the_reason_and_frees_the_children(api: APIClient) -> None:
    made = factories.proposals()
    answer = api.post(url(made["account"], "reject"), {"reason": "Wrong company"}, format="json")
    assert answer.json()["state"] == "rejected"
    assert Decision.objects.get(proposal=made["account"]).reason == "Wrong company"
    contact = api.get(url(made["contact"])).json()
    assert contact["can_approve"] is True
    assert "account" not in fields(api.get(url(made["contact"])))
    api.post(url(made["contact"], "approve"))
    assert "account" not in Writeback.objects.get(proposal=made["contact"]).values.open()


def test_taking_a_rejection_back_ties_the_children_to_it_again(api: APIClient) -> None:
    made = factories.proposals()
    api.post(url(made["account"], "reject"), {"reason": "Wrong company"}, format="json")
    assert api.post(url(made["account"], "undo")).json()["state"] == "pending"
    contact = api.get(url(made["contact"]))
    assert contact.json()["can_approve"] is False
    assert fields(contact)["account"]["proposed"] == str(made["account"].target_id)


def test_skipping_keeps_it_for_later(api: APIClient) -> None:
    account = factories.proposals()["account"]
    assert api.post(url(account, "skip")).json()["state"] == "skipped"
    assert Interaction.objects.get(pk=account.interaction_id).open_proposals == 3
    assert api.post(url(account, "approve")).status_code == 200


def test_a_missing_required_value_blocks_until_it_is_filled_in(api: APIClient) -> None:
    nameless = factories.found().contacts[0]
    contact = type(nameless)("sender", None, None, None, nameless.email, None)
    made = factories.proposals(factories.found(contacts=(contact,), opportunity=None, next_actions=()))
    shown = api.get(url(made["contact"])).json()
    assert shown["can_approve"] is False
    name = next(change for change in shown["changes"] if change["field"] == "name")
    answer = api.post(url(made["contact"], "edit"), {"changes": {name["id"]: "Maria Ruiz"}}, format="json")
    assert answer.status_code == 200
    assert factories.deliver_all() == ["verified"]


def test_what_somebody_else_holds_is_refused(api: APIClient, make_user: Callable[..., User]) -> None:
    account = factories.proposals()["account"]
    other = make_user("olaf")
    assert services.claim(user=other, interaction=account.interaction)
    answer = api.post(url(account, "approve"))
    assert answer.status_code == 409
    assert "olaf is deciding" in answer.json()["error"]["message"]


def test_two_people_never_hold_one_interaction(reviewer: User, make_user: Callable[..., User]) -> None:
    row = factories.proposals()["account"].interaction
    assert services.claim(user=reviewer, interaction=row)
    assert services.claim(user=reviewer, interaction=row)
    assert not services.claim(user=make_user("olaf"), interaction=row)


def test_a_forgotten_claim_ends(reviewer: User, make_user: Callable[..., User]) -> None:
    row = factories.proposals()["account"].interaction
    services.claim(user=reviewer, interaction=row)
    past = timezone.now() - timedelta(minutes=1)
    Interaction.objects.filter(pk=row.pk).update(claimed_until=past)
    Proposal.objects.filter(interaction=row).update(claimed_until=past)
    assert services.expire_claims() == 4
    assert services.claim(user=make_user("olaf"), interaction=row)


@pytest.mark.parametrize("action", ["approve", "edit", "reject", "skip", "undo"])
def test_a_reader_may_not_decide(action: str, api_as: Callable[[User], APIClient], auditor: User) -> None:
    account = factories.proposals()["account"]
    answer = api_as(auditor).post(url(account, action), {"changes": {"x": "y"}}, format="json")
    assert answer.status_code == 403
    assert Proposal.objects.get(pk=account.pk).state == "pending"


def test_a_stranger_finds_nothing(api_as: Callable[[User], APIClient], make_user: Callable[..., User]) -> None:
    team = Team.objects.create(name="North")
    alice = make_user("alice", Role.REP, team)
    owner = CrmUser.objects.create(name="Alice", email="alice@ours.example", user=alice, team=team)
    account = factories.proposals(owner=owner, team=team)["account"]
    charlie = api_as(make_user("charlie", Role.REP, Team.objects.create(name="South")))
    assert charlie.get(url(account)).status_code == 404
    assert charlie.post(url(account, "approve")).status_code == 404
    assert charlie.get("/api/v1/proposals/").json()["count"] == 0
    assert api_as(make_user("bob", Role.REP, team)).get(url(account)).status_code == 200


def test_hidden_fields_are_absent(api_as: Callable[[User], APIClient], auditor: User) -> None:
    contact = factories.proposals()["contact"]
    assert "email" not in fields(api_as(auditor).get(url(contact)))


def test_the_same_new_person_twice_becomes_one_contact(api: APIClient) -> None:
    first, second = factories.proposals(), factories.proposals()
    assert second["contact"].target_id != first["contact"].target_id
    for name in ("account", "contact", "opportunity", "activity"):
        api.post(url(first[name], "approve"))
    twin = Proposal.objects.get(pk=second["contact"].pk)
    assert (twin.state, twin.target_id) == ("superseded", first["contact"].target_id)
    reference = fields(api.get(url(second["opportunity"])))["contact"]
    assert reference["proposed"] == str(first["contact"].target_id)
    assert api.post(url(second["opportunity"], "approve")).status_code == 200
    assert set(factories.deliver_all()) == {"verified"}
    assert Contact.objects.filter(name="Maria Ruiz", state="active").count() == 1


def test_a_known_person_gets_only_what_is_new(api: APIClient, reviewer: User) -> None:
    writer = Writer(WriterKind.PERSON, reviewer.pk)
    record = crm.create_record(
        actor=reviewer,
        object_name="contact",
        changes={"name": "María Ruiz", "email": "Maria.Ruiz@betasoloin.example", "phone": "+49 30 901820"},
        writer=writer,
    )
    made = factories.proposals()
    shown = api.get(url(made["contact"])).json()
    assert (shown["action"], shown["record"], shown["match"]["reason"]) == ("update", str(record.pk), "same e-mail")
    assert {change["field"] for change in shown["changes"]} == {"name", "title", "company", "account"}


def test_when_the_crm_moved_the_line_is_brought_up_to_date_first(api: APIClient, reviewer: User) -> None:
    writer = Writer(WriterKind.PERSON, reviewer.pk)
    given = {"name": "Maria Ruiz", "email": "maria.ruiz@betasoloin.example", "title": "Buyer"}
    record = crm.create_record(actor=reviewer, object_name="contact", changes=given, writer=writer)
    contact = factories.proposals()["contact"]
    crm.update_record(actor=reviewer, record=record, changes={"title": "Lead buyer"}, writer=writer)
    refused = api.post(url(contact, "approve"))
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "crm_moved"
    title = fields(api.get(url(contact)))["title"]
    assert (title["old"], title["checks"][0]["code"]) == ("Lead buyer", "conflict")
    api.post(url(factories.Proposal.objects.get(object="account"), "approve"))
    assert api.post(url(contact, "approve")).status_code == 200


def test_filling_in_by_hand_makes_a_proposal(reviewer: User) -> None:
    row = factories.interaction(status="failed")
    proposal = proposing.propose_by_hand(
        user=reviewer, interaction=row, object_name="contact", entered={"name": "Kim Lee", "email": "kim@x.example"}
    )
    services.approve(user=reviewer, proposal=proposal)
    assert factories.deliver_all() == ["verified"]
    assert Interaction.objects.get(pk=row.pk).status == "done"


def test_a_replay_supersedes_what_nobody_decided(reviewer: User, api: APIClient) -> None:
    from crmllm.ingestion import services as ingestion

    made = factories.proposals()
    api.post(url(made["account"], "approve"))
    row = Interaction.objects.get(pk=made["account"].interaction_id)
    ingestion.replay(actor=reviewer, interaction=row)
    proposing.supersede(interaction=row, reason="read again")
    states = dict(Proposal.objects.filter(interaction=row).values_list("object", "state"))
    assert states["account"] == "approved"
    assert {states[name] for name in ("contact", "opportunity", "activity")} == {"superseded"}


def test_lists_cost_a_fixed_number_of_queries(api: APIClient, django_assert_max_num_queries: Any) -> None:
    for _ in range(4):
        factories.proposals()
    with django_assert_max_num_queries(24):
        assert api.get("/api/v1/proposals/").json()["count"] == 16
