"""Decisions that run ahead of their answers: the next card is live at once, and nothing is lost when one is refused."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from crmllm.access.models import User
from crmllm.core.crypto import Sealed
from crmllm.ingestion.models import Interaction
from crmllm.proposals import services
from crmllm.proposals.models import Decision, Proposal
from crmllm.writeback.models import Writeback
from tests.browser.conftest import state
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"], transaction=True)


def message(title: str) -> Interaction:
    key_id = factories.new_key()
    return factories.next_action(subject=Sealed.of(title, key_id), key_id=key_id)


@pytest.fixture
def three() -> list[Interaction]:
    """Three messages with one proposal each, in the order in which they are due."""
    return [message(title) for title in ("The first", "The second", "The third")]


@pytest.fixture
def review(new_tab: Callable[..., Page], reviewer: User, three: list[Interaction]) -> Page:
    return opened(new_tab(reviewer), "/review/")


def opened(tab: Page, path: str) -> Page:
    """The page, shown with requests already passing through the test.

    Chromium gives a page that stands its new way out some time after a first route was asked for, so a door held only
    then may let the next request through.
    """
    tab.route("**/no-such-door/", lambda route: route.abort())
    tab.goto(path)
    ready(tab)
    return tab


def ready(tab: Page) -> None:
    """Wait until the card behind is there."""
    expect(tab.locator("html[data-ahead]")).to_have_count(1)


def title(tab: Page) -> Locator:
    return tab.locator(".source h2")


class Held:
    """Requests to a door, kept until they are let go or fail; those that come later pass."""

    def __init__(self, tab: Page, door: str) -> None:
        self.tab, self.waiting, self.open = tab, list[Route](), False
        tab.route(door, lambda route: route.continue_() if self.open else self.waiting.append(route))

    def let_go(self) -> None:
        self.open = True
        self.tab.wait_for_function("() => true")
        while self.waiting:
            self.waiting.pop(0).continue_()

    def fail(self) -> None:
        """The request breaks off: a press is shown before it has reached the door."""
        ends = time.monotonic() + 30
        while not self.waiting:
            assert time.monotonic() < ends, "nothing was asked for"
            self.tab.wait_for_function("() => true")
        self.open = True
        self.waiting.pop(0).abort()


def decided(row: Interaction) -> str:
    return state(row.proposals.get())


def test_the_next_card_is_live_before_the_answer(review: Page, three: list[Interaction]) -> None:
    held = Held(review, "**/approve/")
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    ready(review)
    review.keyboard.press("s")
    expect(title(review)).to_contain_text("The third")
    assert not Decision.objects.exists(), "the second waits for the first"
    held.let_go()
    expect(review.locator(".review-pace")).to_contain_text("2 decided today")
    assert [decided(row) for row in three] == ["approved", "skipped", "claimed"]
    verdicts = Decision.objects.order_by("created_at").values_list("proposal", "verdict")
    assert list(verdicts) == [(three[0].proposals.get().pk, "approve"), (three[1].proposals.get().pk, "skip")]
    expect(review.locator("#queue .queue-item[aria-current]")).to_have_count(1)
    expect(review.locator(f'#queue [data-card="{three[0].pk}"]')).to_have_count(0)
    assert review.url.endswith(f"/review/{three[2].pk}/")


def test_a_refusal_brings_the_card_back_and_keeps_what_was_typed(
    review: Page, admin: User, three: list[Interaction]
) -> None:
    held = Held(review, "**/approve/")
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    review.keyboard.press("e")  # waits for the answer, as everything but a decision does
    first = three[0].proposals.get()
    Proposal.objects.filter(pk=first.pk).update(claimed_by=None, claimed_until=None, state="pending")
    services.reject(user=admin, proposal=first)
    held.let_go()
    expect(title(review)).to_contain_text("The first")
    expect(review.locator(".proposals [role=alert]")).to_contain_text("rejected already")
    expect(review.locator(".toast")).to_contain_text("call me on Thursday: This proposal is rejected already.")
    review.keyboard.press("Enter")  # goes on to the next
    expect(title(review)).to_contain_text("The second")


def test_what_is_typed_into_the_next_card_outlives_a_refusal_of_the_last(
    review: Page, three: list[Interaction]
) -> None:
    held = Held(review, "**/approve/")
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    review.get_by_label("Leave out: Kind").check()
    held.fail()
    expect(review.locator(".toast")).to_contain_text("The server did not answer.")
    expect(title(review)).to_contain_text("The first")
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    expect(review.get_by_label("Leave out: Kind")).to_be_checked()
    ready(review)
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The third")
    expect(review.locator(".review-pace")).to_contain_text("2 decided today")
    assert [decided(row) for row in three] == ["approved", "approved", "claimed"]
    assert "kind" not in Writeback.objects.get(proposal=three[1].proposals.get()).values.open()


def test_all_that_was_on_its_way_comes_back_in_order(review: Page, three: list[Interaction]) -> None:
    held = Held(review, "**/skip/")
    review.keyboard.press("s")
    expect(title(review)).to_contain_text("The second")
    ready(review)
    review.keyboard.press("s")
    expect(title(review)).to_contain_text("The third")
    held.fail()
    expect(title(review)).to_contain_text("The first")
    for name in ("The second", "The third"):
        review.keyboard.press("s")
        expect(title(review)).to_contain_text(name)
    expect(review.locator(".review-pace")).to_contain_text("2 decided today")
    assert [decided(row) for row in three] == ["skipped", "skipped", "claimed"]


def test_what_somebody_else_took_meanwhile_is_replaced(review: Page, admin: User, three: list[Interaction]) -> None:
    services.claim(user=admin, interaction=three[1])
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The third")
    expect(review.locator(".toast")).to_contain_text("Somebody else took the card")
    ahead = [Interaction.objects.get(pk=row.pk).claimed_by for row in three]
    assert [str(one) if one else "" for one in ahead] == ["", "ada", "rita"]


def test_undo_waits_for_what_is_on_its_way(review: Page, three: list[Interaction]) -> None:
    held = Held(review, "**/approve/")
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    expect(review.locator(".last-decision")).to_have_count(0)
    held.let_go()
    expect(review.locator(".last-decision")).to_be_visible()
    review.keyboard.press("z")
    expect(title(review)).to_contain_text("The first")
    expect(review.locator(".is-current .state")).to_have_text("taken back")
    assert decided(three[0]) == "undone"


def test_reject_without_a_reason_is_enter(review: Page, three: list[Interaction]) -> None:
    review.keyboard.press("x")
    expect(review.get_by_role("button", name="Without a reason")).to_be_focused()
    review.keyboard.press("Enter")
    expect(title(review)).to_contain_text("The second")
    expect(review.locator(".review-pace")).to_contain_text("1 decided today")
    assert Decision.objects.get().reason == "" and decided(three[0]) == "rejected"


# --- within a card


@pytest.fixture
def of_one_card(new_tab: Callable[..., Page], reviewer: User) -> tuple[Page, dict[str, Proposal]]:
    """A card of four proposals, of which the second waits for the first; another card behind it."""
    proposals = factories.proposals()
    message("The card behind")
    return opened(new_tab(reviewer), f"/review/{proposals['account'].interaction_id}/"), proposals


def in_focus(tab: Page) -> Locator:
    return tab.locator(".proposal.is-current .proposal-kind")


def test_the_next_proposal_is_live_before_the_answer(of_one_card: tuple[Page, dict[str, Proposal]]) -> None:
    tab, proposals = of_one_card
    held = Held(tab, "**/approve/")
    tab.keyboard.press("Enter")
    expect(in_focus(tab)).to_have_text("New contact")
    tab.keyboard.press("Enter")  # it waited for the first alone
    expect(in_focus(tab)).to_have_text("New opportunity")
    assert not Decision.objects.exists(), "the second waits for the first"
    held.let_go()
    expect(tab.locator(".review-pace")).to_contain_text("2 decided today")
    expect(in_focus(tab)).to_have_text("New opportunity")
    assert [state(one) for one in proposals.values()] == ["approved", "approved", "claimed", "claimed"]
    expect(tab.locator(".proposal.is-decided .state")).to_have_count(2)


def test_a_refusal_within_a_card_opens_what_was_decided_behind_it(
    of_one_card: tuple[Page, dict[str, Proposal]], admin: User
) -> None:
    tab, proposals = of_one_card
    held = Held(tab, "**/approve/")
    tab.keyboard.press("Enter")
    expect(in_focus(tab)).to_have_text("New contact")
    tab.keyboard.press("Enter")
    expect(in_focus(tab)).to_have_text("New opportunity")
    Proposal.objects.filter(pk=proposals["account"].pk).update(claimed_by=None, claimed_until=None, state="pending")
    services.reject(user=admin, proposal=proposals["account"])
    held.let_go()
    expect(tab.locator(".proposals [role=alert]")).to_contain_text("rejected already")
    expect(in_focus(tab)).to_have_text("New contact")
    assert [state(one) for one in proposals.values()][:2] == ["rejected", "claimed"]
    assert not Decision.objects.filter(proposal=proposals["contact"]).exists()


def test_without_an_answer_all_of_a_card_is_open_again(of_one_card: tuple[Page, dict[str, Proposal]]) -> None:
    tab, proposals = of_one_card
    held = Held(tab, "**/approve/")
    for name in ("New contact", "New opportunity"):
        tab.keyboard.press("Enter")
        expect(in_focus(tab)).to_have_text(name)
    held.fail()
    expect(tab.locator(".toast")).to_contain_text("The server did not answer.")
    expect(in_focus(tab)).to_have_text("New account")
    expect(tab.locator(".proposal.is-current tr:has(th:text-is('Name'))")).to_be_visible()
    for name in ("New contact", "New opportunity"):
        tab.keyboard.press("Enter")
        expect(in_focus(tab)).to_have_text(name)
    expect(tab.locator(".review-pace")).to_contain_text("2 decided today")
    assert [state(one) for one in proposals.values()] == ["approved", "approved", "claimed", "claimed"]


def test_what_is_left_out_of_the_next_proposal_outlives_the_answer(
    of_one_card: tuple[Page, dict[str, Proposal]],
) -> None:
    tab, proposals = of_one_card
    held = Held(tab, "**/approve/")
    tab.keyboard.press("Enter")
    expect(in_focus(tab)).to_have_text("New contact")
    tab.get_by_label("Leave out: Title").check()
    held.let_go()
    expect(tab.locator(".review-pace")).to_contain_text("1 decided today")
    expect(tab.get_by_label("Leave out: Title")).to_be_checked()
    tab.keyboard.press("Enter")
    expect(in_focus(tab)).to_have_text("New opportunity")
    expect(tab.locator(".review-pace")).to_contain_text("2 decided today")
    assert "title" not in Writeback.objects.get(proposal=proposals["contact"]).values.open()
