"""A connection that is only tried: what would be written is shown, and nothing is written until somebody says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.connectors.models import Connection
from crmllm.connectors.setup import dry_run
from crmllm.core.errors import Conflict, Forbidden
from crmllm.crm.models import FieldDef
from crmllm.proposals import services
from crmllm.proposals.choices import State as ProposalState
from crmllm.proposals.models import Proposal
from crmllm.writeback.choices import State
from crmllm.writeback.models import Writeback
from tests.connectors.conftest import Served
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def waiting(in_use: Connection, admin: User) -> dict[str, Proposal]:
    """Approved changes of one message, while the connection is tried."""
    dry_run.begin(actor=admin, connection=in_use)
    made = factories.proposals()
    for name in ("account", "contact"):
        services.approve(user=admin, proposal=made[name])
    return made


def test_nothing_is_written_and_all_is_shown(
    as_admin: Client, in_use: Connection, waiting: dict[str, Proposal], toy: Served
) -> None:
    assert factories.deliver_all() == []
    assert not toy.crm.rows["companies"]
    page = as_admin.get(reverse("connectors:trial", args=[in_use.pk]))
    assert page.context["counts"] == [("Account", 1), ("Contact", 1)]
    told = {change.object: {name: then for name, _now, then in change.fields} for change in page.context["changes"]}
    assert told["Contact"]["E-mail"] == "maria.ruiz@betasoloin.example"
    assert told["Account"]["Name"] == "Betasoloin GmbH"
    assert "tried only" in as_admin.get(reverse("connectors:detail", args=[in_use.pk])).content.decode()


def test_hidden_fields_are_not_shown_to_whom_they_are_hidden_from(
    auditor: User, in_use: Connection, waiting: dict[str, Proposal]
) -> None:
    client = Client()
    client.force_login(auditor)
    assert "auditor" in FieldDef.objects.get(object="contact", name="email").hidden_from
    page = client.get(reverse("connectors:trial", args=[in_use.pk])).content.decode()
    assert "Betasoloin" in page
    assert "maria.ruiz@betasoloin.example" not in page


def test_what_waits_is_written_when_the_trial_ends_so(
    as_admin: Client, in_use: Connection, waiting: dict[str, Proposal], toy: Served
) -> None:
    as_admin.post(reverse("connectors:trial", args=[in_use.pk]), {"do": "write"})
    in_use.refresh_from_db()
    assert not in_use.dry_run
    assert set(factories.deliver_all()) == {State.VERIFIED}
    assert [row["name"] for row in toy.crm.rows["companies"].values()] == ["Betasoloin GmbH"]
    (person,) = toy.crm.rows["people"].values()
    assert (person["first"], person["last"], person["company"]) == (
        "Maria",
        "Ruiz",
        next(iter(toy.crm.rows["companies"])),
    )


def test_or_goes_back_to_review(
    as_admin: Client, in_use: Connection, waiting: dict[str, Proposal], toy: Served
) -> None:
    as_admin.post(reverse("connectors:trial", args=[in_use.pk]), {"do": "back"})
    in_use.refresh_from_db()
    assert not in_use.dry_run
    assert not Writeback.objects.filter(state=State.WAITING).exists()
    for name in ("account", "contact"):
        waiting[name].refresh_from_db()
        assert waiting[name].state == ProposalState.PENDING
    assert factories.deliver_all() == []
    assert not toy.crm.rows["companies"]


def test_an_undo_that_goes_back_leaves_what_the_crm_holds_approved(
    in_use: Connection, admin: User, toy: Served
) -> None:
    proposal = factories.proposals()["account"]
    services.approve(user=admin, proposal=proposal)
    assert factories.deliver_all() == [State.VERIFIED]
    dry_run.begin(actor=admin, connection=in_use)
    proposal.refresh_from_db()
    services.undo(user=admin, proposal=proposal)
    assert dry_run.send_back(actor=admin, connection=in_use) == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.note) == (ProposalState.APPROVED, "The undo was cancelled.")
    assert len(toy.crm.rows["companies"]) == 1


def test_only_admins_begin_and_end_a_trial(auditor: User, in_use: Connection) -> None:
    for act in (dry_run.begin, dry_run.write_all, dry_run.send_back):
        with pytest.raises(Forbidden):
            act(actor=auditor, connection=in_use)


def test_a_connection_with_changes_that_wait_is_not_removed(
    as_admin: Client, admin: User, in_use: Connection, waiting: dict[str, Proposal]
) -> None:
    from crmllm.connectors.setup.services import remove

    page = as_admin.get(reverse("connectors:remove", args=[in_use.pk]))
    assert page.context["waiting"] == 2
    with pytest.raises(Conflict):
        remove(actor=admin, connection=in_use)


def test_the_page_is_calm_without_a_trial(as_admin: Client, in_use: Connection, toy: Served) -> None:
    page: Any = as_admin.get(reverse("connectors:trial", args=[in_use.pk]))
    assert "Begin a trial" in page.content.decode()
    as_admin.post(reverse("connectors:trial", args=[in_use.pk]), {"do": "begin"})
    assert "Nothing yet." in as_admin.get(reverse("connectors:trial", args=[in_use.pk])).content.decode()
