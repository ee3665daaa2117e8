"""Questions that an analyst asks: sanctions lifted and added, two states side by side, the cards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from countervail.analysis.margin import margin
from countervail.report.numbers import share, usd
from support.driving import Server, keep
from support.expected import against, outcome, verdict
from support.user import LATER, User

TARIFF = (
    'new_measures.added-1={"label": "Tariff of 25 % by European Union on India", "kind": "tariff", "senders": ["EU"], '
    '"targets": ["IND"], "rate": {"value": 0.25, "low": 0.25, "high": 0.25, "basis": "definition"}}'
)


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def test_an_added_tariff_shows_what_it_costs_india_where_one_looks(user: User) -> None:
    user.opens()
    user.unfolds("Sanctions in force")
    page = user.page
    page.get_by_text("Add a sanction", exact=True).click()
    page.get_by_label("On", exact=True).select_option("IND")
    page.get_by_label("Rate, % of the price").fill("25")
    user.presses("Impose it").settled()
    expect(page.get_by_label("Changed against the scenario as loaded")).to_contain_text("Tariff of 25 %")
    page.get_by_label("What each costs or brings").select_option("IND")
    page.get_by_label("Find a sanction").fill("india tariff")
    added = outcome(TARIFF)
    cost = margin(added, ["added-1"]).money[added.world.index("IND")]
    assert cost < 0
    expect(page.get_by_text(f"India: loses {usd(-cost)} a year")).to_be_visible()
    expect(page.get_by_text(verdict().who)).to_be_visible()  # who is counted does not change
    page.get_by_role("button", name=re.compile("^Undo: Added")).click()
    user.settled()
    assert user.changes == []
    expect(page.get_by_text("No sanction has all these words")).to_be_visible()
    for words in ("oil embargo", "Germany", "crude"):
        page.get_by_label("Find a sanction").fill(words)
        expect(page.get_by_text("EU import ban on seaborne Russian crude").first).to_be_visible()


def test_questions_are_answered_in_the_numbers_of_their_state(user: User) -> None:
    user.opens()
    panel = user.turns_to("Questions")
    panel.get_by_role("button", name="What if the EU lifts its oil bans?").click()
    bans = ["eu-russia-crude", "eu-russia-refined"]
    gain = margin(outcome(), bans).money[outcome().world.index("DEU")]
    assert gain > 0
    expect(panel).to_contain_text(f"Germany +{gain / 1e3:.1f}")
    expect(panel.get_by_text(f"Germany: gains {usd(gain)} a year")).to_be_visible()
    expect(panel).to_contain_text("Lifting them would bring those they are on")
    panel.get_by_role("button", name="What if China leaves?").click()
    user.settled()
    for sentence in (verdict("club.china=none").sentence, *against("club.china=none")):
        expect(panel).to_contain_text(sentence)
    assert user.changes == ["club.china=none"]
    # an answer of another state says so, until that state is back
    user.presses("Undo").settled()
    earlier = panel.get_by_text("This answer is of the state before the last change")
    expect(earlier).to_be_visible()
    user.presses("Redo").settled()
    expect(earlier).to_be_hidden()
    user.presses("Undo").settled()

    panel.get_by_role("button", name="How can Venezuela pay Iran").click()
    case = outcome().case
    paid = case.layout.payments
    assert paid is not None
    for network in (paid.observed, paid.proposed):
        expect(panel).to_contain_text(
            f"paying costs {share(network.wedges[network.index('VEN'), network.index('IRN')])} of the trade"
        )
    expect(panel).to_contain_text("were cut again")
    panel.get_by_role("button", name="Cut its connections one by one").click()
    payments = user.panel("Payments")
    expect(payments.get_by_label("A country", exact=True)).to_have_value("VEN")
    expect(payments.get_by_label("and its partner")).to_have_value("IRN")


def test_questions_that_take_longer_are_answered_when_they_are_done(page: Page, server: Server) -> None:
    user = User(page, server.url).opens("#maximum-pressure-2018")  # of three members: a moment's work
    panel = user.turns_to("Questions")
    panel.get_by_role("button", name="Which coalition holds together?").click()
    expect(panel).to_contain_text("The answer comes here when it is done")
    expect(panel).to_contain_text("8 coalitions of 3 players are solved", timeout=LATER // 2)
    expect(panel).to_contain_text("Where anyone may join")
    panel.get_by_role("button", name="Which proposal is worth most?").click()
    expect(panel).to_contain_text("a year alone", timeout=LATER)
    assert "USD\u00a00\u00a0m" not in panel.inner_text()
    expect(page.get_by_text("Counted is always the one country")).to_be_visible()


def test_a_reload_at_the_payments_asks_for_nothing_before_it_knows_the_scenario(user: User) -> None:
    user.opens()
    user.turns_to("Payments")
    user.page.reload()
    user.settled()
    expect(user.panel("Payments").get_by_role("table", name="Payments among the members")).to_be_visible()


def test_two_states_stand_side_by_side_and_a_link_holds_both(user: User) -> None:
    user.opens("#asiu&set=club.china%3Dnone")
    panel = user.turns_to("Compare")
    panel.get_by_role("button", name="Pin the state shown as A").click()
    user.puts_china("In full").settled()
    sides = {name: panel.get_by_role("region", name=name) for name in ("A, pinned", "B, shown")}
    for name, change in (("A, pinned", "club.china=none"), ("B, shown", "club.china=full")):
        expect(sides[name]).to_contain_text(verdict(change).sentence)
    axis = "side => [...side.querySelectorAll('.role-axis-label text')].map(text => text.textContent).join()"
    expect(sides["B, shown"].locator(".role-axis-label text").first).to_be_visible()
    assert sides["A, pinned"].evaluate(axis) == sides["B, shown"].evaluate(axis)
    keep(user.page, "compare-laptop-light")
    user.page.reload()
    user.settled()
    panel = user.turns_to("Compare")
    expect(panel.get_by_role("region", name="A, pinned")).to_contain_text(verdict("club.china=none").sentence)
