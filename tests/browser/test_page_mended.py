"""What was wrong once: chips that lag, names twice, words of the command line, a table wider than its frame."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from countervail.report import headline
from countervail.report.tables.run_tables import at_once
from support.driving import Server, keep
from support.expected import outcome, tiles
from support.user import LATER, User

AT_ONCE = 0.5
"""Seconds in which a chip and a count have to follow a switch, on a busy machine."""


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def test_a_chip_and_the_count_of_members_follow_a_switch_at_once(user: User) -> None:
    """Also on a server that has solved nothing yet, and while another window asks."""
    user.opens()
    # neither waits for an answer of the server
    user.page.route("**/api/scenario", lambda route: None)
    chips = user.page.get_by_label("Changed against the scenario as loaded")
    start = time.monotonic()
    user.puts_china("Out")
    expect(chips).to_contain_text("Stays out")
    user.flips("Russia")
    expect(chips).to_contain_text("without Russia")
    user.unfolds("How it is computed")
    user.chooses("Time to adjust", "Short run")
    expect(chips.get_by_role("listitem")).to_have_count(3)
    expect(user.page.get_by_role("heading", name="Members 16")).to_be_visible()
    assert time.monotonic() - start < 6 * AT_ONCE
    user.page.unroute("**/api/scenario")
    user.reads(tiles(*user.changes))


def test_every_control_has_a_name_of_its_own_and_every_icon_a_tooltip(user: User) -> None:
    user.opens()
    for fold in user.page.locator("#controls details").all():
        fold.evaluate("fold => { fold.open = true; }")
    sliders = user.page.get_by_role("slider", include_hidden=True)
    names = sliders.evaluate_all("inputs => inputs.map(input => input.ariaLabel)")
    assert len(names) > 200
    assert len(set(names)) == len(names)
    bare = user.page.evaluate(
        """() => [...document.querySelectorAll("button, summary")]
            .filter(one => one.checkVisibility() && !one.innerText.trim() && !one.title).map(one => one.outerHTML)"""
    )
    assert bare == []


def test_messages_have_the_words_of_the_page(user: User) -> None:
    user.page.context.watch.allow("422")  # type: ignore[attr-defined]
    for change in ("settings.horizon=soon", "measures.nothing.enabled=false"):
        user.page.goto("about:blank")
        user.page.goto(f"{user.home}/#asiu&set={change.replace('=', '%3D')}")
        alert = user.page.get_by_role("alert")
        expect(alert).to_contain_text("A change does not fit")
        text = alert.inner_text()
        assert "--" not in text
        assert len(text) < 400
        expect(alert.get_by_role("button", name="Undo the last change")).to_be_hidden()  # there is nothing to undo
    user.page.goto("about:blank")
    user.opens()
    for tab in ("Members", "Evidence & assumptions"):
        assert "--" not in user.turns_to(tab).inner_text()


def test_the_table_of_members_fits_its_frame(user: User) -> None:
    user.opens()
    panel = user.turns_to("Members")
    expect(panel.get_by_role("table", name="The members").first).to_be_visible()
    for width in (1366, 1920):
        user.page.set_viewport_size({"width": width, "height": 900})
        frame = panel.locator(".members .scroll")
        assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0, width


def test_a_coalition_job_of_another_state_says_so_after_a_reload(user: User) -> None:
    user.opens("#asiu&set=club.china%3Dnone")
    panel = user.turns_to("Coalitions")
    with user.page.expect_response("**/api/coalitions"):
        panel.get_by_role("button", name="Run all coalitions").click()
    user.presses("Reset").settled()
    user.page.reload()
    user.settled()
    earlier = user.panel("Coalitions").get_by_text("earlier state").first
    expect(earlier).to_be_visible()


def shows_the_cost(user: User) -> None:
    """The tile of the cost is that of the state of the page."""
    (tile,) = headline.tiles(at_once(outcome(*user.changes, scenario="russia-alone")))
    expect(user.page.get_by_role("group", name=tile.label).get_by_text(tile.figure.value).first).to_be_visible()


def test_what_comes_through_third_countries_is_counted_and_threatened(user: User) -> None:
    user.opens("#russia-alone")  # of all scenarios the one that is run the fastest
    page = user.page
    user.unfolds("How it is computed")
    leaked = page.get_by_role("slider", name="Share that comes through")
    expect(leaked).to_be_visible()
    expect(page.get_by_text("estimated, 2.0 % to 21 %")).to_be_visible()
    user.flips("Count what comes through third countries").settled()
    assert user.changes == ["settings.rerouting=null"]
    shows_the_cost(user)
    expect(leaked).to_be_hidden()

    user.unfolds("Sanctions in force")
    page.get_by_text("Add a sanction", exact=True).click()
    page.get_by_label("Kind", exact=True).select_option("secondary")
    page.get_by_label("Imposed by", exact=True).select_option("USA")
    page.get_by_label("Third countries threatened").select_option(["CHN", "TUR"])
    user.presses("Impose it").settled()
    # without the channel it would do nothing
    assert "settings.rerouting=null" not in user.changes
    assert '"hubs":["CHN","TUR"]' in user.changes[-1]
    shows_the_cost(user)
    page.get_by_label("What each costs or brings").select_option("CHN")
    page.get_by_label("Find a sanction").fill("secondary hubs")
    expect(page.get_by_text("Because of it, China")).to_be_visible()
    panel = user.turns_to("Rest of the world")
    expect(panel.get_by_role("table", name="What comes through third countries")).to_be_visible(timeout=LATER)
    chart = panel.get_by_role("figure", name="Where barred goods are expected to come through")
    chart.scroll_into_view_if_needed()
    expect(chart).to_contain_text("China to Russia")
    expect(chart).to_contain_text("seen: +65%, all goods")
    expect(chart).to_contain_text("IMF")
    keep(page, "where-to-look-laptop-light")
    # one that is taken back leaves the list
    user.presses("Undo").settled()
    expect(page.get_by_text("No sanction has all these words")).to_be_visible()


CUT_OFF = """() => [...document.querySelectorAll(".panel:not([hidden]) .scroll")]
    .filter(frame => frame.checkVisibility() && frame.scrollWidth > frame.clientWidth + 1)
    .map(frame => frame.getAttribute("aria-label"))"""
"""Tables that run out of their frame."""
DIGITS = """() => [...document.querySelectorAll(".panel:not([hidden]) td.number")]
    .filter(cell => cell.checkVisibility()).map(cell => cell.firstChild?.data ?? cell.textContent)"""
"""The numbers in the tables of a tab."""


def test_every_table_fits_and_its_numbers_have_two_digits_and_one_unit(user: User) -> None:
    user.opens()
    expect(user.tile("gain_pct")).to_contain_text("5–95 %:", timeout=LATER)
    for tab in ("Members", "Payments", "Rest of the world", "Evidence & assumptions", "Checks"):
        panel = user.turns_to(tab)
        expect(panel.get_by_role("table").first).to_be_visible()
        assert user.page.evaluate(CUT_OFF) == [], tab
        for text in user.page.evaluate(DIGITS):
            figures = re.fullmatch(r"[^\d]*(\d[\d,]*(?:\.\d+)?)\D*", text.replace("5th", "").replace("95th", ""))
            if figures and "." in figures[1] and "illion" not in text:  # people are counted at three digits
                assert len(re.sub(r"[.,]", "", figures[1]).lstrip("0")) <= 2, (tab, text)
        assert "log points" not in panel.inner_text(), tab
        assert not re.search(r"%\s*\n?\s*%|USD\s*\n?\s*million USD", panel.inner_text()), tab


def test_a_table_is_saved_with_every_digit(user: User) -> None:
    user.opens()
    panel = user.turns_to("Payments")
    with user.page.expect_download() as download:
        panel.get_by_role("button", name="Save as CSV: Payments among the members").click()
    head, first, *_ = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    row = dict(zip(head.split(","), first.split(","), strict=True))
    assert row["network"] == "as it is"
    assert len(row["wedge"]) > 10
