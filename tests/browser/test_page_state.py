"""The state of the page: undone, redone, reset, reloaded, shared, separate in each window, downloaded as it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

import countervail as cv
from support.driving import Server
from support.expected import outcome, tiles
from support.user import User

NO_CHINA, SHORT = "club.china=none", "settings.horizon=short"


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def shows(user: User, *changes: str) -> None:
    """The tiles, and the address, are those of `changes`."""
    user.reads(tiles(*changes))
    user.settled()
    assert user.changes == list(changes)


def test_undo_redo_reset_and_the_browsers_own_buttons(user: User) -> None:
    user.opens()
    undo, redo, reset = (user.page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo", "Reset"))
    for button in (undo, redo, reset):
        expect(button).to_be_disabled()
    user.puts_china("Out").settled()
    user.unfolds("How it is computed")
    user.chooses("Time to adjust", "Short run")
    shows(user, NO_CHINA, SHORT)
    undo.click()
    shows(user, NO_CHINA)
    undo.click()
    shows(user)
    expect(undo).to_be_disabled()
    redo.click()
    shows(user, NO_CHINA)
    expect(user.page.get_by_role("group", name="China", exact=True).get_by_role("radio", name="Out")).to_be_checked()
    user.page.go_forward()
    shows(user, NO_CHINA, SHORT)
    expect(redo).to_be_disabled()
    user.page.go_back()
    shows(user, NO_CHINA)
    reset.click()
    shows(user)
    undo.click()
    shows(user, NO_CHINA)
    # a step after undoing takes the place of what was undone
    undo.click()
    shows(user)
    user.unfolds("How it is computed")
    user.chooses("Time to adjust", "Short run")
    shows(user, SHORT)
    expect(redo).to_be_disabled()


def test_a_change_is_taken_back_where_it_is_listed(user: User) -> None:
    user.opens("#asiu&set=club.china%3Dnone&set=settings.horizon%3Dshort")
    shows(user, NO_CHINA, SHORT)
    listed = user.page.get_by_label("Changed against the scenario as loaded")
    expect(listed.get_by_role("listitem")).to_have_count(2)
    listed.get_by_role("button", name="Undo: China").click()
    shows(user, SHORT)
    expect(listed.get_by_role("listitem")).to_have_count(1)


def test_a_reload_keeps_the_state_and_a_shared_link_gives_it_to_others(
    user: User, contexts: Callable[..., BrowserContext], server: Server
) -> None:
    user.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    user.opens()
    user.puts_china("In full").settled()
    user.flips("Russia").settled()
    changes = user.changes
    assert len(changes) == 2
    user.page.reload()
    user.settled()
    shows(user, *changes)
    user.presses("Copy link")
    expect(user.page.get_by_text("Link copied.").first).to_be_visible()
    link = user.page.evaluate("navigator.clipboard.readText()")
    assert link == user.page.url

    other = User(contexts(server).new_page(), server.url)
    other.page.goto(link)
    other.settled()
    shows(other, *changes)
    expect(other.switch("Russia")).not_to_be_checked()


def test_two_windows_do_not_touch_each_other(
    user: User, contexts: Callable[..., BrowserContext], server: Server
) -> None:
    beside = User(user.page.context.new_page(), server.url)
    separate = User(contexts(server).new_page(), server.url)
    for one in (user, beside, separate):
        one.opens()
    user.puts_china("Out")
    beside.puts_china("In full")
    separate.flips("Belarus")
    shows(user, NO_CHINA)
    shows(beside, "club.china=full")
    separate.settled()
    separate.reads(tiles(*separate.changes))
    # nor does a later look at the first
    user.page.reload()
    shows(user, NO_CHINA)
    expect(user.switch("Belarus")).to_be_checked()


def test_the_scenario_downloaded_runs_to_the_same_numbers(user: User, tmp_path: Path) -> None:
    user.opens()
    user.puts_china("Out").settled()
    user.unfolds("How it is computed")
    user.chooses("Time to adjust", "Short run").settled()
    download = user.downloads("Scenario")
    path = tmp_path / download.suggested_filename
    download.save_as(path)
    scenario = cv.load_scenario(path)
    assert scenario == cv.load_scenario("asiu", set=[NO_CHINA, SHORT])
    user.reads(tiles(scenario=str(path)))
    again, shown = outcome(scenario=str(path)), outcome(NO_CHINA, SHORT)
    for world in ("U", "C", "UC"):
        np.testing.assert_allclose(again.real_income[world], shown.real_income[world], rtol=1e-8)


def test_a_link_that_fits_nothing_says_so_and_the_page_goes_on(user: User) -> None:
    user.page.context.watch.allow("422", "404")  # type: ignore[attr-defined]
    user.page.goto(f"{user.home}/#asiu&set=settings.horizon%3Dsoon")
    expect(user.page.get_by_role("alert")).to_contain_text("settings.horizon")
    user.page.goto(f"{user.home}/#nowhere")
    expect(user.page.get_by_role("alert")).to_contain_text("nowhere")
    user.page.goto("about:blank")
    user.opens("#asiu")
    shows(user)
    expect(user.page.get_by_role("alert")).to_be_hidden()
