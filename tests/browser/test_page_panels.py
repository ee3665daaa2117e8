"""What lies behind the figures: countries by map and keyboard, the evidence of an assumption, payments, the tabs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

import countervail as cv
from countervail.report.numbers import percent, usd
from countervail.report.tables.country_tables import country_tables
from countervail.scenario.scenario import RAILS_KNOWN
from support.documents import papers
from support.driving import Server, keep
from support.expected import outcome
from support.user import User

TABS = ["Questions", "Members", "Proposals", "Payments", "Coalitions", "Compare", "Rest of the world"]
TABS += ["Evidence & assumptions", "Checks"]


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def test_a_click_on_the_map_opens_the_country(user: User) -> None:
    user.opens()
    chart = user.page.get_by_role("figure", name="Where real income would change")
    chart.scroll_into_view_if_needed()
    # the middle of Iran lies inside it; what a point of the map is, only the chart knows
    middle = """figure => {
        const path = [...figure.querySelectorAll("path")].find(p => p.__data__?.datum?.id === "364");
        const box = path.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    }"""
    tip = user.page.locator("#vg-tooltip-element")
    for step in range(100):
        # the window may still be scrolling
        x, y = chart.evaluate(middle)
        user.page.mouse.move(x + step % 2, y)
        if tip.is_visible() and "Iran" in tip.inner_text():
            break
        user.page.wait_for_timeout(100)
    expect(tip).to_contain_text("Iran")
    user.page.mouse.click(x, y)
    expect(user.drawer.get_by_role("heading", name="Iran", exact=True)).to_be_visible()
    opened = country_tables(outcome(), "IRN")
    row = opened["country"][0]
    expect(user.drawer).to_contain_text(f"{percent(row['u_pct'])}, {usd(row['u_usd'])} a year")
    expect(user.drawer).to_contain_text(f"{percent(row['c_pct'])}, {usd(row['c_usd'])} a year")
    for table in ("partners", "country_sectors", "country_measures", "routes"):
        assert opened[table]
    expect(user.drawer.get_by_role("table")).to_have_count(4)
    measure = opened["country_measures"][0]["label"]
    expect(user.drawer.get_by_text(measure).first).to_be_attached()
    keep(user.page, "country-laptop-light")
    # another state is another answer
    user.puts_china("In full").settled()
    row = country_tables(outcome("club.china=full"), "IRN")["country"][0]
    expect(user.drawer).to_contain_text(f"{percent(row['c_pct'])}, {usd(row['c_usd'])} a year")


def test_the_map_that_is_recoloured_is_the_map_drawn_anew(user: User) -> None:
    seen = """() => [...document.querySelectorAll("#map .solved_marks path, #map .members_marks path")]
        .filter(path => path.getAttribute("display") !== "none")
        .map(path => ["d", "fill", "stroke", "stroke-width"].map(name => path.getAttribute(name)).join(" ")).sort()"""
    user.opens()
    user.chooses("Whose list of members", "Interview").settled()
    user.flips("Russia").settled()
    at_first = user.page.evaluate(seen)
    assert len(at_first) > 90
    # Vega follows when somebody looks at the map
    user.page.locator("#map .chart").dispatch_event("pointerenter")
    user.page.wait_for_timeout(50)
    assert user.page.evaluate(seen) == at_first
    user.presses("Undo").settled().presses("Undo").settled()
    assert user.page.evaluate(seen) != at_first
    user.presses("Redo").settled().presses("Redo").settled()
    assert user.page.evaluate(seen) == at_first
    user.page.reload()
    user.settled()
    assert user.page.evaluate(seen) == at_first


def test_a_country_is_opened_and_closed_from_the_keyboard(user: User) -> None:
    user.opens()
    choice = user.page.get_by_label("Look at a country")
    choice.focus()
    choice.select_option(label="Russia")
    heading = user.drawer.get_by_role("heading", name="Russia", exact=True)
    expect(heading).to_be_focused()
    user.page.keyboard.press("Escape")
    expect(user.drawer).to_be_hidden()
    expect(choice).to_be_focused()


def test_behind_an_assumption_stand_document_place_range_and_basis(user: User) -> None:
    currency = next(p for p in cv.load_scenario("asiu").club.provisions if p.id == "currency")
    user.opens()
    button = user.page.get_by_role("button", name=f"Why? {currency.label}")
    button.click()
    drawer = user.drawer
    expect(drawer.get_by_role("heading", name=currency.label, exact=True)).to_be_visible()
    for term, text in (("Document", currency.document), ("Place", currency.place), ("Rests on", "Assumption: ours")):
        entry = drawer.get_by_role("term").filter(has_text=term).first
        expect(entry).to_be_visible()
        expect(drawer).to_contain_text(str(text))
    expect(drawer).to_contain_text("Range")
    expect(drawer).to_contain_text(currency.effect.note or "")
    keep(user.page, "evidence-of-an-assumption-laptop-light")
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()
    expect(button).to_be_focused()


def test_a_pair_pays_by_class_of_channel_and_a_cut_costs_it_and_the_network_has_its_date(user: User) -> None:
    user.opens()
    page, panel = user.page, user.turns_to("Payments")
    panel.get_by_label("A country", exact=True).select_option(label="Venezuela")
    chart = panel.get_by_role("figure", name="How a pair of countries pays")
    expect(chart).to_contain_text("With the proposals: paying costs")
    expect(chart.locator(".source")).to_have_text("Source: a model's results, in the economy of 2023.")
    sentence = panel.locator("[aria-live]").first
    expect(sentence).to_contain_text("Paying between Venezuela and")
    cut = panel.get_by_role("switch", name="Venezuela on SWIFT (connection)")
    cut.focus()
    page.keyboard.press("Space")
    expect(sentence).to_contain_text("the cut changes real income: Venezuela USD\u00a0−")
    expect(panel.get_by_role("table", name="What the cut does to real income")).to_be_visible()
    keep(page, "pair-laptop-light")

    summary = panel.get_by_role("table", name="Payments among the members")
    expect(summary).to_be_visible()
    before = summary.inner_text()
    date = panel.get_by_label("Date of the payment network")
    for bound, day in zip(("min", "max"), RAILS_KNOWN, strict=True):
        expect(date).to_have_attribute(bound, day.isoformat())
    date.fill("2015-06-30")
    user.settled()
    assert user.changes == ['settings.rails_date="2015-06-30"']
    expect(summary).not_to_have_text(before)
    keep(page, "payments-2015-laptop-light")


CLIPPED = """figure => {
    const frame = figure.querySelector("svg.marks").getBoundingClientRect();
    return [...figure.querySelectorAll("svg.marks text")].filter(text => {
        const box = text.getBoundingClientRect();
        const out = box.left < frame.left - 1 || box.right > frame.right + 1;
        return box.width && (out || text.textContent.includes("…"));
    }).map(text => text.textContent);
}"""
"""Texts of a drawing that are cut off."""


def test_a_question_without_a_club_has_no_words_about_one(user: User) -> None:
    user.page.set_viewport_size({"width": 390, "height": 844})
    user.opens("#russia-alone")
    page = user.page
    names = [tab.inner_text() for tab in page.get_by_role("tab").all() if tab.is_visible()]
    assert names == ["Questions", "Costs", "Payments", "Compare", "Rest of the world", TABS[-2], "Checks"]
    expect(page.get_by_role("heading", name="Who is in the club")).to_have_count(0)
    expect(page.get_by_role("figure", name="What the sanctions in force cost those they are on")).to_be_visible()
    for figure in ("What sanctions cost", "How a pair of countries pays"):
        if figure.startswith("How"):
            user.turns_to("Payments")
        drawn = page.get_by_role("figure", name=figure, exact=True)
        drawn.locator("svg.marks").wait_for()
        assert drawn.evaluate(CLIPPED) == []
    costs = user.turns_to("Costs").get_by_role("table", name="Those under sanctions")
    expect(costs.get_by_role("columnheader")).to_have_text(["Country", "Cost of sanctions", "Cost, USD"])
    assert "–" not in costs.inner_text()
    keep(page, "without-a-club-phone-light")


def test_documents_of_ones_own_are_read(user: User) -> None:
    user.opens()
    panel = user.turns_to("Evidence & assumptions")
    # by keyboard: what is drawn meanwhile may move the place of a click
    panel.locator("summary").filter(has_text="Read documents of your own").press("Enter")
    panel.get_by_label("Documents", exact=True).set_input_files(
        [papers.FOLDER / f"{name}.txt" for name in papers.NAMES]
    )
    panel.get_by_role("button", name="Read them").click()
    expect(panel.get_by_text("Statements found")).to_be_visible(timeout=180_000)
    expect(panel.get_by_text("h1-article").first).to_be_attached()
    user.settled()
