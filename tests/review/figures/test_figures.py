"""The Figures page: every figure is what the rows of decisions say."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core.models import AuditEvent
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.choices import Verdict
from crmllm.proposals.models import Decision, Outcome, Proposal
from review.figures import selectors
from review.figures.asked import Asked
from review.looks import services as looks
from review.looks.choices import Why
from review.looks.models import Look
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
URL = "/review/figures/"


@pytest.fixture
def other(make_user: Callable[..., User]) -> User:
    return make_user("olaf", Role.REVIEWER, Team.objects.create(name="North"))


@pytest.fixture
def day(reviewer: User, other: User) -> dict[str, Proposal]:
    """A day's work: four proposals of one message decided in four ways by two people."""
    made = factories.proposals()
    title = made["contact"].changes.get(field="title")
    services.approve(user=reviewer, proposal=made["account"], milliseconds=2000)
    services.approve(user=reviewer, proposal=made["contact"], edits={str(title.pk): "Buyer"}, milliseconds=6000)
    services.reject(user=other, proposal=made["opportunity"], reason="Wrong value", milliseconds=4000)
    services.skip(user=other, proposal=made["activity"])
    services.approve(user=other, proposal=made["activity"], milliseconds=1000)
    services.undo(user=other, proposal=made["activity"])
    return made


def found(user: User, **asked: str) -> selectors.Figures:
    return selectors.figures(user, Asked.of(asked))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_total_is_what_was_decided(admin: User, day: dict[str, Proposal]) -> None:
    total = found(admin).total
    assert (total.decisions, total.edited, total.rejected, total.skipped, total.taken_back) == (4, 1, 1, 1, 1)
    times = [2000, 6000, 4000, 1000]
    assert total.median_ms == statistics.median(times)
    assert total.p90_ms == pytest.approx(statistics.quantiles(times, n=10, method="inclusive")[-1])


def test_an_hour_counts_where_something_was_decided(admin: User, day: dict[str, Proposal]) -> None:
    at = timezone.now().replace(minute=10, second=0, microsecond=0) - timedelta(hours=5)
    rows = list(Decision.objects.exclude(verdict__in=[Verdict.SKIP, Verdict.UNDO]))
    for row, minutes in zip(rows, (0, 20, 90, 100), strict=True):
        Decision.objects.filter(pk=row.pk).update(created_at=at + timedelta(minutes=minutes))
    total = found(admin, **{"from": (timezone.localdate() - timedelta(days=1)).isoformat()}).total
    assert (total.hours, total.an_hour) == (2, 2.0)


def test_each_person_has_their_own(admin: User, day: dict[str, Proposal]) -> None:
    pace = {one.name: one.pace for one in found(admin).people}
    assert {name: (one.decisions, one.edited, one.rejected) for name, one in pace.items()} == {
        "olaf": (2, 0, 1), "rita": (2, 1, 0)}  # fmt: skip
    assert pace["rita"].median_ms == 4000


def test_fields_reasons_and_errors(admin: User, day: dict[str, Proposal]) -> None:
    figures = found(admin)
    assert figures.fields[0].field == "contact.title"
    assert (figures.fields[0].edited, figures.fields[0].kept) == (1, 0)
    assert figures.reasons == [("Wrong value", 1)]
    services.reject(user=User.objects.get(username="rita"), proposal=day["activity"], reason="Ms Ruiz told me so")
    assert found(admin).reasons == [("Wrong value", 1), ("", 1)], "what people write themselves is only counted"
    assert figures.errors == {"sample": 0, "settled": 0, "automatic_undone": 0, "taken_back": 1}


def test_what_a_policy_decides_is_automation_and_nobodys_pace(admin: User, day: dict[str, Proposal]) -> None:
    Decision.objects.filter(verdict=Verdict.APPROVE, actor__username="rita").update(actor=None)
    Outcome.objects.filter(decision__actor=None).update(automatic=True)
    figures = found(admin)
    assert (figures.automation.hits, figures.automation.count) == (1, 3)
    assert figures.total.decisions == 3
    assert next(one for one in figures.fields if one.field == "account.name").automatic == 1


def test_the_service_level_is_what_was_decided_by_its_deadline(admin: User, day: dict[str, Proposal]) -> None:
    assert (found(admin).in_time.hits, found(admin).in_time.count) == (4, 4)
    row = Decision.objects.get(verdict=Verdict.REJECT)
    Decision.objects.filter(pk=row.pk).update(created_at=factories.days_ago(1))
    Interaction.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert (found(admin).in_time.hits, found(admin).in_time.count) == (1, 4)
    Interaction.objects.update(due_at=None)
    assert found(admin).in_time.count == 0


def test_days_show_what_came_in_and_went_out(admin: User, day: dict[str, Proposal]) -> None:
    yesterday = factories.days_ago(1)
    Proposal.objects.filter(pk=day["account"].pk).update(created_at=yesterday)
    days = found(admin).days
    assert len(days) == 30
    assert [(one.came, one.decided) for one in days[-2:]] == [(1, 0), (3, 4)]
    assert found(admin).open_now == Proposal.objects.filter(state__in=["pending", "claimed"]).count()


def test_agreement_counts_looks_up_to_yesterday(
    admin: User, reviewer: User, other: User, day: dict[str, Proposal]
) -> None:
    services.reject(user=reviewer, proposal=day["activity"])
    look = looks.request(proposal=day["opportunity"], why=Why.SECOND)
    assert looks.give(user=reviewer) == look
    looks.decide(user=reviewer, look=look, verdict=Verdict.REJECT)
    assert found(admin).agreement.count == 0
    Look.objects.update(decided_at=factories.days_ago(1))
    agreement = found(admin).agreement
    assert (agreement.hits, agreement.count) == (1, 1)


def test_one_may_ask_for_a_person_a_team_and_an_object(admin: User, other: User, day: dict[str, Proposal]) -> None:
    assert found(admin, person=str(other.pk)).total.decisions == 2
    assert found(admin, team=str(other.team_id)).total.decisions == 2
    contacts = found(admin, object="contact")
    assert (contacts.total.decisions, sum(one.came for one in contacts.days)) == (1, 1)
    assert {one.field.partition(".")[0] for one in contacts.fields} == {"contact"}
    early = (timezone.localdate() - timedelta(days=9)).isoformat()
    late = (timezone.localdate() - timedelta(days=5)).isoformat()
    assert found(admin, **{"from": early, "to": late}).total.decisions == 0


def test_people_see_their_own_and_managers_their_teams(
    reviewer: User, other: User, make_user: Callable[..., User], day: dict[str, Proposal]
) -> None:
    boss = make_user("boss", Role.MANAGER, other.team)
    assert [one.name for one in found(reviewer).people] == ["rita"]
    assert found(reviewer).total.decisions == 2
    assert [one.name for one in found(boss).people] == ["olaf"]
    assert signed_in(reviewer).get(f"{URL}?person={other.pk}").status_code == 404
    assert signed_in(boss).get(f"{URL}?person={reviewer.pk}").status_code == 404
    assert signed_in(make_user("rob", Role.REP)).get(URL).status_code == 403


def test_a_manager_counts_only_what_they_may_see(
    make_user: Callable[..., User], other: User, day: dict[str, Proposal]
) -> None:
    boss = make_user("boss", Role.MANAGER, other.team)
    Proposal.objects.update(team=Team.objects.create(name="South"))
    assert (found(boss).open_now, sum(one.came for one in found(boss).days)) == (0, 0)


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "to=2026-13-01", "from=2026-11-20&to=2026-11-01", "from=2020-01-01", "object=planet",
     "person=rita", "team=x"],
)  # fmt: skip
def test_a_question_that_is_not_understood_is_refused(admin: User, query: str) -> None:
    assert signed_in(admin).get(f"{URL}?{query}").status_code == 422


def test_an_empty_period_says_what_to_do(admin: User) -> None:
    answer = signed_in(admin).get(URL)
    assert answer.context["empty"] and b"Nothing in this period" in answer.content


def test_the_page_and_the_file_say_the_same(admin: User, day: dict[str, Proposal]) -> None:
    page = signed_in(admin)
    assert page.get(URL).context["figures"][0]["value"] == "4"
    answer = page.get(f"{URL}?export=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    values = {tuple(row[:3]): row[3] for row in rows[1:]}
    assert values["total", "", "decisions"] == "4"
    assert values["person", "rita", "edited"] == "1"
    assert values["field", "contact.title", "edited"] == "1"
    assert values["reason", "Wrong value", "rejected"] == "1"
    assert values["day", timezone.localdate().isoformat(), "decided"] == "4"
    assert AuditEvent.objects.filter(action="list.exported", subject_type="review-figures").count() == 1


def test_the_api_says_the_same(
    api: APIClient, api_as: Callable[[User], APIClient], admin: User, make_user: Any, day: dict[str, Proposal]
) -> None:
    answer = api_as(admin).get("/api/v1/review-figures/")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["total"]["decisions"], said["total"]["median_ms"]) == (4, 3000)
    assert {one["name"] for one in said["people"]} == {"rita", "olaf"}
    assert len(said["days"]) == 30 and said["errors"]["taken_back"] == 1
    assert api.get("/api/v1/review-figures/?object=planet").status_code == 422
    assert api_as(make_user("rob", Role.REP)).get("/api/v1/review-figures/").status_code == 403


def test_the_page_costs_the_same_for_many(
    admin: User, day: dict[str, Proposal], make_user: Callable[..., User], django_assert_max_num_queries: Any
) -> None:
    page = signed_in(admin)
    page.get(URL)
    with CaptureQueriesContext(connection) as few:
        page.get(URL)
    for number in range(8):
        one = make_user(f"more{number}")
        row: Interaction = factories.next_action(number)
        services.reject(user=one, proposal=row.proposals.get(), reason="Not in the text")
    with CaptureQueriesContext(connection) as many:
        page.get(URL)
    assert len(many) <= len(few) <= 25


def test_every_figure_can_be_counted_again(admin: User, day: dict[str, Proposal]) -> None:
    """The statements of docs/quality.md, as an operator would type them."""
    from pathlib import Path

    text = (Path(__file__).resolve().parents[3] / "docs" / "quality.md").read_text(encoding="utf-8")
    block = text.partition("```sql\n")[2].partition("```")[0]
    start: datetime = Asked.of({}).starts
    answers = {}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, block.split(";")):
            name = statement.strip().splitlines()[0].removeprefix("-- ")
            cursor.execute(statement.replace(":from", "%(from)s").replace(":to", "%(to)s"),
                           {"from": start, "to": timezone.now() + timedelta(days=1)})  # fmt: skip
            answers[name] = cursor.fetchall()
    figures = found(admin)
    (total,) = answers["pace"]
    assert total == (figures.total.decisions, figures.total.hours, figures.total.median_ms, figures.total.p90_ms)
    assert dict(answers["reasons"]) == dict(figures.reasons)
    assert {row[0]: row[1:] for row in answers["fields"]} == {
        one.field: (one.kept, one.edited, one.rejected, one.automatic) for one in figures.fields}  # fmt: skip
    assert answers["automation"] == [(figures.automation.hits, figures.automation.count)]
    assert answers["in time"] == [(figures.in_time.hits, figures.in_time.count)]
    assert answers["agreement"] == [(figures.agreement.hits, figures.agreement.count)]
