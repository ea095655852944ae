"""The list helper, tried on a table of its own page: teams and tokens."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import django_filters
import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from crmllm.access.models import Team, User
from crmllm.core import lists
from crmllm.core.errors import BadInput
from crmllm.core.lists import BulkAction, Column, Empty, ListPage, ListSpec, harmless, pack_term, respond, unpack_term
from crmllm.core.models import AuditEvent, SavedView

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


class PeopleFilter(django_filters.FilterSet):  # type: ignore[misc]
    role = django_filters.ChoiceFilter(choices=[("rep", "Rep"), ("admin", "Admin")], label="Role")
    is_active = django_filters.BooleanFilter(label="Active")
    team = django_filters.ModelChoiceFilter(queryset=Team.objects.all())
    made_after = django_filters.DateFilter(field_name="date_joined", lookup_expr="date__gte", label="Made after")

    class Meta:
        model = User
        fields = ("role", "is_active", "team")


def by_name(rows: QuerySet[User], words: str) -> QuerySet[User]:
    return rows.filter(username__icontains=words)


SPEC: ListSpec[User] = ListSpec(
    name="folk",
    title="Folk",
    columns=(
        Column("name", "Name", lambda user: user.username, sort=(Lower("username"),)),
        Column("role", "Role", lambda user: user.role, sort=("role",)),
        Column("note", "Note", lambda user: user.last_name),
        Column("picture", "Picture"),
    ),
    empty=Empty("Nobody yet", "Add somebody."),
    order="name",
    filterset=PeopleFilter,
    search=by_name,
    page_size=10,
)


@pytest.fixture
def ask(make_user: Callable[..., User]) -> Callable[..., HttpRequest]:
    """Asks for the list as somebody who is signed in."""
    reader = make_user("zz-reader", role="auditor")

    def make(query: str = "", post: dict[str, Any] | None = None, **headers: str) -> HttpRequest:
        factory = RequestFactory()
        request = factory.get(f"/folk/?{query}", headers=headers) if post is None else factory.post(
            f"/folk/?{query}", post
        )  # fmt: skip
        request.user = reader
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return request

    return make


@pytest.fixture
def folk(make_user: Callable[..., User]) -> list[User]:
    return [make_user(f"user-{number:02}", role="rep") for number in range(25)]


def page(request: HttpRequest, **more: Any) -> ListPage[User]:
    return ListPage(request, SPEC, User.objects.exclude(username="zz-reader"), **more)


def names(shown: ListPage[User]) -> list[str]:
    return [user.username for user in shown.rows]


# --- paging and counting


def test_pages_tell_which_rows_they_show_and_lead_on(ask: Any, folk: list[User]) -> None:
    first = page(ask())
    assert names(first) == [f"user-{number:02}" for number in range(10)]
    assert (first.page.first, first.page.last, first.page.count) == (1, 10, "25")
    assert first.page.previous_url == "" and first.page.next_url == "/folk/?page=2"
    last = page(ask("page=3"))
    assert len(last.rows) == 5 and (last.page.first, last.page.last) == (21, 25)
    assert last.page.previous_url == "/folk/?page=2" and last.page.next_url == ""


@pytest.mark.parametrize(
    ("asked", "shown"), [("0", 1), ("-1", 1), ("x", 1), ("", 1), ("99", 3), ("9" * 30, 1), ("２", 2), ("²", 1)]
)
def test_a_page_that_is_not_there_is_the_nearest(ask: Any, folk: list[User], asked: str, shown: int) -> None:
    assert page(ask(f"page={asked}")).page.number == shown


def test_counting_and_paging_stop_at_the_cap(ask: Any, folk: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "CAP", 20)
    shown = page(ask("page=2"))
    assert shown.count == "20+" and shown.page.next_url == ""
    monkeypatch.setattr(lists, "CAP", 25)
    assert page(ask()).count == "25"


def test_thousands_are_readable(ask: Any) -> None:
    shown = page(ask())
    shown.__dict__["total"] = 1234
    assert shown.count == "1,234"


def test_three_queries_however_many_rows(ask: Any, folk: list[User], django_assert_num_queries: Any) -> None:
    request = ask("role=rep")
    with django_assert_num_queries(4):  # count, rows, saved views, the choices of the team filter
        shown = page(request)
        assert shown.rows and shown.page and shown.saved_views == [] and shown.filters and shown.active_filters
        assert shown.columns and shown.count and shown.rows


# --- order


def test_rows_are_ordered_by_an_allowed_column_only(ask: Any, make_user: Any) -> None:
    make_user("ben", role="rep")
    make_user("Anna", role="rep")
    make_user("Carl", role="admin")
    assert names(page(ask())) == ["Anna", "ben", "Carl"]
    assert names(page(ask("sort=-name"))) == ["Carl", "ben", "Anna"]
    assert names(page(ask("sort=role")))[0] == "Carl"
    for forbidden in ("password", "note", "-password", "--name", "name,role", "user__password"):
        assert names(page(ask(f"sort={forbidden}"))) == ["Anna", "ben", "Carl"], forbidden


def test_a_head_says_how_it_sorts_and_turns_round(ask: Any) -> None:
    heads = {head["label"]: head for head in page(ask("sort=name&role=rep&page=2")).columns}
    assert heads["Name"]["sorted"] == "ascending" and heads["Name"]["sort_url"] == "/folk/?role=rep&sort=-name"
    assert heads["Role"]["sorted"] == "" and heads["Role"]["sort_url"] == "/folk/?role=rep&sort=role"
    assert heads["Note"]["sort_url"] == ""


def test_equal_rows_keep_one_order_over_pages(ask: Any, folk: list[User]) -> None:
    seen = [name for number in (1, 2, 3) for name in names(page(ask(f"sort=role&page={number}")))]
    assert len(set(seen)) == 25


# --- filters


def test_filters_narrow_and_show_as_chips_that_can_be_taken_off(ask: Any, folk: list[User], make_user: Any) -> None:
    make_user("boss", role="admin")
    shown = page(ask("role=admin&is_active=true&sort=-name&page=2&junk=1"))
    assert names(shown) == ["boss"]
    assert shown.active_filters == [
        {"label": "Role: Admin", "remove_url": "/folk/?is_active=true&sort=-name"},
        {"label": "Active: Yes", "remove_url": "/folk/?role=admin&sort=-name"},
    ]
    assert shown.clear_url == "/folk/?sort=-name"


def test_the_boxes_of_the_filters_are_filled_in(ask: Any) -> None:
    team = Team.objects.create(name="North")
    shown = {item["name"]: item for item in page(ask("role=rep")).filters}
    assert set(shown) == {"role", "is_active", "team"}
    assert shown["role"]["value"] == "rep" and [c["value"] for c in shown["role"]["choices"]] == ["rep", "admin"]
    assert [c["value"] for c in shown["is_active"]["choices"]] == ["true", "false"]
    assert [(c["value"], str(c["label"])) for c in shown["team"]["choices"]] == [(str(team.pk), "North")]


def test_what_has_no_box_is_kept_while_filtering(ask: Any) -> None:
    shown = page(ask(f"made_after=2020-01-01&role=rep&sort=-name&s={pack_term('ann')}"))
    assert {pair["name"] for pair in shown.hidden} == {"made_after", "sort", "s"}
    assert "Made after: 2020-01-01" in [chip["label"] for chip in shown.active_filters]


@pytest.mark.parametrize("query", ["role=king", "team=nonsense", f"team={uuid4()}", "made_after=soon"])
def test_a_value_that_a_filter_does_not_know_is_refused_by_name(ask: Any, query: str) -> None:
    with pytest.raises(BadInput) as refused:
        page(ask(query))
    assert list(refused.value.fields) == [query.split("=")[0]]


# --- search


def test_search_words_are_posted_and_stand_in_no_address(ask: Any, folk: list[User]) -> None:
    answer = respond(ask("role=rep&page=2", post={"q": "  user-2  "}), SPEC, User.objects.all(), "none.html")
    address = answer["Location"]
    assert answer.status_code == 302 and "user-2" not in address and address.startswith("/folk/?role=rep&s=")
    shown = page(ask(address.partition("?")[2]))
    assert shown.q == "user-2" and names(shown) == [f"user-{number}" for number in range(20, 25)]
    assert shown.active_filters[-1]["label"] == "Search: user-2"


def test_searching_for_nothing_ends_the_search(ask: Any) -> None:
    answer = respond(ask(f"s={pack_term('x')}", post={"q": " "}), SPEC, User.objects.all(), "none.html")
    assert answer["Location"] == "/folk/"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_words_come_back_from_the_address_as_they_were(words: str) -> None:
    packed = pack_term(words)
    assert unpack_term(packed) == words
    assert packed != pack_term(words), "the same words must not be seen to be the same"


@given(st.text(max_size=300))
def test_an_address_that_was_made_up_searches_for_nothing(packed: str) -> None:
    assert unpack_term(packed) == ""


def test_a_changed_address_searches_for_nothing() -> None:
    packed = pack_term("kim@example.com")
    assert unpack_term(packed[:-2] + ("AA" if packed[-2:] != "AA" else "BB")) == ""


# --- saved views


def test_a_view_keeps_filters_and_order_but_no_search_words(ask: Any) -> None:
    request = ask(f"role=rep&sort=-name&page=3&s={pack_term('kim')}", post={"name": " Reps "})
    answer = respond(request, SPEC, User.objects.all(), "none.html")
    assert answer.status_code == 302
    view = SavedView.objects.get()
    assert (view.user, view.page, view.name, view.query) == (request.user, "folk", "Reps", "role=rep&sort=-name")
    shown = page(ask("sort=-name&role=rep")).saved_views
    assert [(entry["name"], entry["active"]) for entry in shown] == [("All", False), ("Reps", True)]
    assert shown[1]["url"] == "/folk/?role=rep&sort=-name"
    assert [entry["active"] for entry in page(ask()).saved_views] == [True, False]


def test_the_same_name_again_replaces_the_view_and_a_view_can_be_forgotten(ask: Any) -> None:
    respond(ask("role=rep", post={"name": "Mine"}), SPEC, User.objects.all(), "none.html")
    respond(ask("role=admin", post={"name": "Mine"}), SPEC, User.objects.all(), "none.html")
    assert SavedView.objects.get().query == "role=admin"
    for wrong in ("nonsense", str(uuid4())):
        respond(ask(post={"forget_view": wrong}), SPEC, User.objects.all(), "none.html")
    assert SavedView.objects.exists()
    respond(ask(post={"forget_view": str(SavedView.objects.get().pk)}), SPEC, User.objects.all(), "none.html")
    assert not SavedView.objects.exists()


def test_views_are_for_oneself(ask: Any, make_user: Any) -> None:
    other = make_user("other")
    view = SavedView.objects.create(user=other, page="folk", name="Theirs", query="role=rep")
    assert page(ask()).saved_views == []
    respond(ask(post={"forget_view": str(view.pk)}), SPEC, User.objects.all(), "none.html")
    assert SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize(("query", "name"), [("role=rep", " "), ("", "Empty")])
def test_a_view_wants_a_name_and_something_to_keep(ask: Any, query: str, name: str) -> None:
    with pytest.raises(BadInput):
        respond(ask(query, post={"name": name}), SPEC, User.objects.all(), "none.html")


def test_views_have_an_end(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_VIEWS", 1)
    respond(ask("role=rep", post={"name": "One"}), SPEC, User.objects.all(), "none.html")
    with pytest.raises(BadInput, match="Forget one first"):
        respond(ask("role=rep", post={"name": "Two"}), SPEC, User.objects.all(), "none.html")


# --- export


def exported(response: Any) -> list[list[str]]:
    raw = b"".join(response.streaming_content).decode()
    assert raw.startswith("\ufeff")
    return list(csv.reader(io.StringIO(raw[1:])))


def test_an_export_holds_all_matching_rows_and_is_audited(ask: Any, folk: list[User], make_user: Any) -> None:
    make_user("boss", role="admin")
    response = respond(ask("role=rep&sort=-name&export=csv&page=2"), SPEC, User.objects.all(), "none.html")
    assert response["Content-Type"].startswith("text/csv") and "attachment" in response["Content-Disposition"]
    rows = exported(response)
    assert rows[0] == ["Name", "Role", "Note"]
    assert [row[0] for row in rows[1:]] == [f"user-{number:02}" for number in reversed(range(25))]
    assert AuditEvent.objects.filter(action="list.exported", subject_type="folk").count() == 1


def test_an_export_shows_no_column_that_the_person_may_not_see(ask: Any, folk: list[User]) -> None:
    response = respond(ask("export=csv"), SPEC, User.objects.all(), "none.html", columns=SPEC.columns[:1])
    assert {len(row) for row in exported(response)} == {1}


def test_a_hidden_column_cannot_be_sorted_by(ask: Any, folk: list[User]) -> None:
    assert page(ask("sort=role"), columns_shown=SPEC.columns[:1]).sort == "name"


def test_the_address_of_the_export_keeps_filters_and_search(ask: Any) -> None:
    term = pack_term("x")
    assert page(ask(f"role=rep&page=2&s={term}")).export_url == f"/folk/?role=rep&s={term}&export=csv"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+31 10 555 0100", "'+31 10 555 0100"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"), ("\t=1", "'\t=1"), ("\rx", "'\rx"), ("|cmd", "'|cmd"), ("\uff1d1", "'\uff1d1"),
        ("plain", "plain"), ("a=b", "a=b"), ("", ""), (None, ""), (-5, "-5"), (Decimal("-1.50"), "-1.50"), (1.5, "1.5"),
        (True, "yes"), (False, "no"), (["a", "b"], "a, b"), (["=x"], "'=x"), (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T13:00:00+01:00"),
    ],
)  # fmt: skip
def test_a_cell_is_never_a_formula(value: object, cell: str) -> None:
    assert harmless(value) == cell


@given(st.text())
def test_no_text_at_all_starts_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


# --- selection


def test_a_selection_is_what_was_ticked_and_may_be_seen(ask: Any, folk: list[User]) -> None:
    request = ask(post={"id": [str(folk[0].pk), str(folk[1].pk), str(folk[2].pk)]})
    chosen = lists.selected(request, User.objects.exclude(pk=folk[1].pk))
    assert set(chosen) == {folk[0], folk[2]}


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4()) for _ in range(lists.MAX_SELECTED + 1)]])
def test_a_selection_that_makes_no_sense_is_refused(ask: Any, ids: list[str]) -> None:
    with pytest.raises(BadInput):
        lists.selected(ask(post={"id": ids}), User.objects.all())


# --- the page itself


def test_an_empty_list_says_what_to_do_and_a_narrowed_one_how_to_widen(ask: Any) -> None:
    assert page(ask()).empty.title == "Nobody yet"
    narrowed = page(ask("role=admin")).empty
    assert narrowed.title == "Nothing matches" and narrowed.action_url == "/folk/"


def test_a_post_that_means_nothing_is_refused(ask: Any) -> None:
    with pytest.raises(BadInput):
        respond(ask(post={"x": "y"}), SPEC, User.objects.all(), "none.html")


def test_bulk_actions_are_handed_to_the_page(ask: Any) -> None:
    action = BulkAction("Switch off", "/folk/off/")
    assert page(ask(), bulk_actions=[action]).bulk_actions == [action]


def test_narrow_is_for_the_api_too(folk: list[User], make_user: Any) -> None:
    make_user("boss", role="admin")
    rows, _bound = lists.narrow(User.objects.all(), PeopleFilter, {"role": "admin"})
    assert [user.username for user in rows] == ["boss"]
    with pytest.raises(BadInput):
        lists.narrow(User.objects.all(), PeopleFilter, {"role": "king"})
