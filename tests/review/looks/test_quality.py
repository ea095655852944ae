"""What looks say of people, fields and pairs; disagreements, settings and what managers are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.errors import BadInput, Conflict, Forbidden, NotFound
from crmllm.core.models import AuditEvent
from crmllm.notifications.models import Notification
from crmllm.proposals.choices import Judged, Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.looks import quality, services, settling, watching
from review.looks.choices import Truth, Why
from review.looks.models import GuardSettings, Look, Told
from tests.review.looks.conftest import given
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
Decided = Callable[..., Proposal]


@pytest.fixture
def disputed(decided: Decided, reviewer: User) -> Look:
    """Frida approved what Rita would have edited."""
    row = decided()
    look = given(reviewer, row)
    title = str(row.changes.get(field="title").pk)
    return services.decide(user=reviewer, look=look, verdict=Verdict.EDIT, edits={title: "Buyer"})


def yesterday() -> None:
    Look.objects.filter(decided_at__isnull=False).update(decided_at=factories.days_ago(1))


def copies(look: Look, hits: int, count: int, **columns: object) -> None:
    """So many looks of the same kind, so many of them agreed; proposals are shared, so each is by nobody twice."""
    for number in range(count):
        one = Look.objects.get(pk=look.pk)
        one.pk, one._state.adding = None, True
        one.id = Look._meta.get_field("id").get_default()
        one.proposal = _another(look.proposal)
        one.agreed = number < hits
        for name, value in columns.items():
            setattr(one, name, value)
        one.save()


def _another(row: Proposal) -> Proposal:
    again = Proposal.objects.get(pk=row.pk)
    again.pk = again.id = Proposal._meta.get_field("id").get_default()
    again.target_id = Proposal._meta.get_field("target_id").get_default()
    again._state.adding = True
    again.save()
    return again


def of(name: str, found: quality.Quality) -> quality.Reviewer:
    return next(one for one in found.reviewers if one.name == name)


def test_both_of_a_pair_have_the_agreement(admin: User, first: User, reviewer: User, disputed: Look) -> None:
    copies(disputed, 11, 12)
    assert quality.quality(admin, [first, reviewer]).fields == [], "looks of today would tell which card was one"
    yesterday()
    found = quality.quality(admin, [first, reviewer])
    for name in ("frida", "rita"):
        share = of(name, found).agreement
        assert (share.hits, share.count) == (11, 13)
    assert (of("frida", found).held.hits, of("frida", found).held.count) == (11, 11)
    title = next(one for one in found.fields if one.name == "contact.title")
    assert (title.share.hits, title.share.count, title.kappa) == (0, 1, None)
    assert [one.name for one in found.pairs] == ["frida · rita"]


def test_a_settled_truth_counts(admin: User, first: User, manager: User, disputed: Look) -> None:
    yesterday()
    settling.settle(user=manager, look=disputed, truth=Truth.SECOND)
    share = of("frida", quality.quality(admin, [first])).held
    assert (share.hits, share.count) == (0, 1)
    outcome = Outcome.objects.get(field="contact.title")
    assert outcome.judged == Judged.EDITED
    assert set(Outcome.objects.exclude(pk=outcome.pk).values_list("judged", flat=True)) == {Judged.KEPT}
    assert AuditEvent.objects.filter(action="look.settled", actor_id=manager.pk).exists()


@pytest.mark.parametrize(("truth", "judged"), [(Truth.FIRST, Judged.KEPT), (Truth.NEITHER, Judged.REJECTED)])
def test_labels_follow_the_truth(manager: User, disputed: Look, truth: Truth, judged: Judged) -> None:
    settling.settle(user=manager, look=disputed, truth=truth)
    assert Outcome.objects.get(field="contact.title").judged == judged


def test_a_third_person_settles_and_once(
    manager: User, reviewer: User, disputed: Look, make_user: Callable[..., User]
) -> None:
    with pytest.raises(Forbidden):
        settling.settle(user=reviewer, look=disputed, truth=Truth.SECOND)
    User.objects.filter(pk=reviewer.pk).update(role=Role.MANAGER)
    with pytest.raises(Forbidden, match="third"):
        settling.settle(user=User.objects.get(pk=reviewer.pk), look=disputed, truth=Truth.SECOND)
    settling.settle(user=manager, look=disputed, truth=Truth.FIRST)
    with pytest.raises(Conflict):
        settling.settle(user=manager, look=disputed, truth=Truth.SECOND)
    with pytest.raises(Conflict):
        services.take_back(user=reviewer, look=disputed)


def test_where_two_agree_there_is_nothing_to_settle(manager: User, decided: Decided, reviewer: User) -> None:
    look = given(reviewer, decided())
    with pytest.raises(Conflict):
        settling.settle(user=manager, look=look, truth=Truth.FIRST)
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    with pytest.raises(Conflict):
        settling.settle(user=manager, look=look, truth=Truth.FIRST)


def test_fast_is_less_than_a_quarter_of_the_own_median(admin: User, first: User, decided: Decided) -> None:
    for _ in range(4):
        decided()
    rows = list(Decision.objects.all())
    for row, time in zip(rows, (8000, 8000, 8000, 1500), strict=True):
        Decision.objects.filter(pk=row.pk).update(milliseconds=time)
    one = of("frida", quality.quality(admin, [first]))
    assert (one.median_ms, one.fast_below_ms) == (8000, 2000)
    assert (one.fast.hits, one.fast.count) == (1, 4)
    Decision.objects.update(milliseconds=900)
    one = of("frida", quality.quality(admin, [first]))
    assert one.fast_below_ms == 700, "the floor"
    assert one.fast.hits == 0


def test_settings_are_set_by_managers_and_audited(manager: User, reviewer: User) -> None:
    wanted = {"second_share": 0.05, "planted_on": True, "planted_share": 0.02, "fast_ms": 900}
    with pytest.raises(Forbidden):
        settling.set_guards(user=reviewer, **wanted)  # type: ignore[arg-type]
    settling.set_guards(user=manager, **wanted)  # type: ignore[arg-type]
    settling.set_guards(user=manager, **wanted)  # type: ignore[arg-type]
    row = GuardSettings.objects.get()
    assert {name: getattr(row, name) for name in wanted} == wanted
    assert AuditEvent.objects.filter(action="guards.set", actor_id=manager.pk).count() == 2
    with pytest.raises(BadInput):
        settling.set_guards(user=manager, **(wanted | {"second_share": 0.5}))  # type: ignore[arg-type]


# --- what managers are told


def test_a_manager_is_told_of_a_pattern_once(
    decided: Decided, reviewer: User, make_user: Callable[..., User], admin: User
) -> None:
    team = Team.objects.create(name="North")
    boss, other = make_user("boss", Role.MANAGER, team), make_user("other", Role.MANAGER)
    User.objects.filter(pk=reviewer.pk).update(team=team)
    look = services.ask(proposal=decided(), why=Why.PLANTED, planted={"phone": "+4930901828"})
    services.give(user=reviewer)
    services.decide(user=reviewer, look=look, verdict=Verdict.APPROVE)
    look.refresh_from_db()
    copies(look, 2, 8)
    assert watching.watch() == 0, "nine are too few to say"
    copies(look, 1, 3)
    assert watching.watch() == 1
    assert watching.watch() == 0
    (told,) = Notification.objects.filter(kind="guards")
    assert told.user == boss and "3 of 12" in told.sentence
    copies(look, 60, 60)
    assert watching.watch() == 0
    assert not Told.objects.exists(), "the pattern has gone"
    assert other.pk and admin.pk


def test_without_a_manager_the_admins_are_told(reviewer: User, admin: User) -> None:
    from review.people import managers_of

    assert list(managers_of(reviewer)) == [admin]


# --- the pages


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_people_see_their_own_figures_and_managers_those_of_their_team(
    make_user: Callable[..., User], reviewer: User, first: User, admin: User, disputed: Look
) -> None:
    yesterday()
    team = Team.objects.create(name="North")
    User.objects.filter(pk=first.pk).update(team=team)
    boss = make_user("boss", Role.MANAGER, team)
    seen = {
        who: [one["name"] for one in signed_in(user).get("/review/guards/").context["reviewers"]]
        for who, user in {"rita": reviewer, "boss": boss, "ada": admin}.items()
    }
    assert seen == {"rita": ["rita"], "boss": ["frida"], "ada": ["frida", "rita"]}
    assert signed_in(make_user("rob", Role.REP)).get("/review/guards/").status_code == 403


def test_few_looks_say_so_and_nothing_else(admin: User, disputed: Look) -> None:
    yesterday()
    page = signed_in(admin).get("/review/guards/")
    rita = next(one for one in page.context["reviewers"] if one["name"] == "rita")
    assert rita["agreement"] == {"value": "too few to say", "note": "0 of 1"}
    assert rita["caught"] == {"value": "–", "note": "none yet"}


def test_the_page_costs_the_same_for_many(admin: User, disputed: Look, make_user: Callable[..., User]) -> None:
    client = signed_in(admin)
    yesterday()
    client.get("/review/guards/")
    with CaptureQueriesContext(connection) as few:
        client.get("/review/guards/")
    copies(disputed, 3, 20)
    for number in range(10):
        make_user(f"more{number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/review/guards/")
    assert len(many) <= len(few) <= 25


def test_a_manager_sets_the_shares_on_the_page(manager: User, reviewer: User) -> None:
    good = {"second_percent": "4", "planted_percent": "1.5", "planted_on": "on", "fast_ms": "800"}
    assert signed_in(manager).post("/review/guards/", good).status_code == 302
    row = GuardSettings.objects.get()
    assert (row.second_share, row.planted_share, row.planted_on, row.fast_ms) == (0.04, 0.015, True, 800)
    answer = signed_in(manager).post("/review/guards/", good | {"second_percent": "90"})
    assert answer.status_code == 422 and "second_percent" in answer.context["form"].errors
    assert signed_in(reviewer).post("/review/guards/", good).status_code == 403


def test_a_disagreement_shows_both_and_is_settled(manager: User, reviewer: User, disputed: Look) -> None:
    page = signed_in(manager)
    (row,) = page.get("/review/guards/").context["disagreements"]
    shown = page.get(row["url"])
    title = shown.context["lines"][0]
    assert (title.label, title.proposed, title.first, title.second) == ("Title", "Head of Procurement", "kept", "Buyer")
    assert shown.content.count(b'name="truth"') == 3
    assert page.post(row["url"], {"truth": "perhaps"}).status_code == 422
    assert page.post(row["url"], {"truth": "second"}).status_code == 302
    assert page.get("/review/guards/").context["disagreements"] == []
    assert b"Settled" in page.get(row["url"]).content
    assert page.post(row["url"], {"truth": "first"}).status_code == 409
    assert signed_in(reviewer).get(row["url"]).status_code == 403


def test_a_stranger_sees_no_disagreement(make_user: Callable[..., User], disputed: Look) -> None:
    Proposal.objects.update(team=Team.objects.create(name="Theirs"))
    stranger = make_user("boss", Role.MANAGER, Team.objects.create(name="Ours"))
    assert signed_in(stranger).get(f"/review/guards/disagreements/{disputed.pk}/").status_code == 404


def test_own_figures_stand_on_the_own_page(reviewer: User, disputed: Look, auditor: User) -> None:
    yesterday()
    assert b'id="own-figures"' in signed_in(reviewer).get("/profile/").content
    assert b'id="own-figures"' not in signed_in(auditor).get("/profile/").content
    assert NotFound.status == 404
