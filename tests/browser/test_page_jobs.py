"""Long work: bands and break-evens that follow, coalitions, files; stopped, and taken up again after a reload."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import APIResponse, Page, Route, expect

import countervail as cv
from countervail import countries
from countervail.report import headline
from countervail.report.numbers import usd
from countervail.report.tables.run_tables import tables
from countervail.report.verdict import reasons
from countervail.scenario import CLUB
from support.driving import DRAWS, Server, keep
from support.expected import tiles, world
from support.user import LATER, User, use

NO_CHINA = "club.china=none"
LEFT_OUT = ("Nicaragua", "NIC")
"""A country that leaves the club in no test of another file, so that the run of that state is not known before."""


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def test_the_band_is_stale_until_it_is_of_this_state_and_its_job_outlives_a_reload(user: User) -> None:
    user.opens()
    gain, rise = user.tile("gain_pct"), user.tile("break_even")
    expect(gain).to_contain_text("5–95 %:", timeout=LATER)
    watch = user.page.context.watch  # type: ignore[attr-defined]
    before = set(watch.jobs)
    with user.page.expect_response("**/api/run") as started:
        user.flips(LEFT_OUT[0])
        expect(gain).to_contain_text("band of the state before")
        expect(rise).to_contain_text("being computed")
    job = started.value.json()["id"]
    user.settled()
    assert LEFT_OUT[1] not in str(user.changes)
    user.reads(tiles(*user.changes))
    with user.page.expect_request(f"**/api/jobs/{job}*"):
        user.page.reload()
    user.settled()
    expect(gain).to_contain_text("5–95 %:", timeout=LATER)
    expect(gain).not_to_contain_text("before")
    assert watch.jobs - before == {job}

    run = tables(cv.run(world(), cv.load_scenario("asiu", set=user.changes), draws=int(DRAWS), seed=0))
    for quantity in ("cost_pct", "gain_pct", "offset", "break_even"):
        figure = headline.figure(run, CLUB, quantity)
        user.reads({quantity: figure.value})
        if figure.band:
            expect(user.tile(quantity)).to_contain_text(figure.band)
    for sentence in reasons(run, final=False):
        expect(user.page.get_by_text(sentence)).to_be_visible()
    members = user.turns_to("Members")
    for member in headline.members(run)[:3]:
        row = members.get_by_role("row", name=re.compile(f"^{member.name}"))
        for figure in member.figures[:2]:
            expect(row.first).to_contain_text(figure.band.replace("USD\u00a0", ""))
    keep(user.page, "bands-laptop-light", full_page=True)


def test_coalitions_run_to_their_end_and_one_is_loaded(user: User) -> None:
    user.opens()
    panel = user.turns_to("Coalitions")
    players = panel.get_by_role("group", name="Players")
    expect(panel.get_by_text("256 coalitions of 8 players")).to_be_visible()  # those chosen at first are there
    for box in players.get_by_role("switch").all():
        if box.is_checked():
            use(box)
    names = ["Iran", "Russia", "Belarus", "Venezuela"]
    for name in names:
        use(players.get_by_role("switch", name=name, exact=True))
    expect(panel.get_by_text("16 coalitions of 4 players")).to_be_visible()
    panel.get_by_role("button", name="Run all coalitions").click()
    table = panel.get_by_role("table", name="The most valuable coalitions")
    expect(table).to_be_visible(timeout=LATER)
    for title in ("What holds together", "The smallest coalition that reaches an offset", "What others gain or lose"):
        expect(panel.get_by_role("table", name=title)).to_be_visible()
    keep(user.page, "coalitions-laptop-light", full_page=True)

    game = cv.coalitions(world(), cv.load_scenario("asiu"), players=["IRN", "RUS", "BLR", "VEN"])
    best = table.get_by_role("row").nth(1)
    expect(best).to_contain_text(usd(float(game.value.max())))
    for code in game.members(int(game.value.argmax())):
        expect(best).to_contain_text(countries.name(code))
    panel.get_by_role("button", name="Load as the members: Iran, Russia, Belarus", exact=True).click()
    user.settled()
    assert set(user.changes) == {"club.members=[RUS,BLR]", "club.china=none"}
    user.reads(tiles(*user.changes))
    expect(user.switch("Venezuela").first).not_to_be_checked()


def _status(user: User, job: str) -> str:
    """How a job that was cancelled has ended; the server takes the request a moment before the work stops."""
    for _ in range(100):
        status: str = user.page.request.get(f"{user.home}/api/jobs/{job}").json()["status"]
        if status not in ("queued", "running"):
            break
        user.page.wait_for_timeout(50)
    return status


def test_coalitions_are_stopped_at_once(user: User) -> None:
    user.opens()
    panel = user.turns_to("Coalitions")
    expect(panel.get_by_text("256 coalitions of 8 players")).to_be_visible()  # those chosen at first are there
    for box in panel.get_by_role("group", name="Players").get_by_role("switch").all():
        if not box.is_checked():
            use(box)
    expect(panel.get_by_text("262,144 coalitions of 18 players")).to_be_visible()
    with user.page.expect_response("**/api/coalitions") as started:
        panel.get_by_role("button", name="Run all coalitions").click()
    job = started.value.json()["id"]
    bar = panel.get_by_role("progressbar", name="Coalitions")
    expect(bar).to_be_visible()
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("Coalitions: stopped.")).to_be_visible()
    expect(bar).to_be_hidden()
    assert _status(user, job) == "cancelled"
    # the page answers as before
    user.puts_china("Out")
    user.reads(tiles(NO_CHINA))


def test_a_job_is_stopped_before_the_page_knows_its_number(user: User) -> None:
    """The page heard of the job after "Cancel", and followed it as if nothing had been said."""
    held: list[tuple[Route, APIResponse]] = []
    user.opens()
    panel = user.turns_to("Coalitions")
    expect(panel.get_by_text("256 coalitions of 8 players")).to_be_visible()
    user.page.route("**/api/coalitions", lambda route: held.append((route, route.fetch())))
    panel.get_by_role("button", name="Run all coalitions").click()
    panel.get_by_role("button", name="Cancel").click()
    while not held:
        user.page.wait_for_timeout(20)
    ((route, answer),) = held
    route.fulfill(response=answer)
    assert _status(user, answer.json()["id"]) == "cancelled"
    expect(panel.get_by_text("Coalitions: stopped.")).to_be_visible()


def test_report_workbook_and_results_are_those_of_this_state(user: User, tmp_path: Path) -> None:
    user.opens()
    user.flips(LEFT_OUT[0]).settled()  # the server has the run of this state, from the first test
    report = user.downloads("Report")
    assert report.suggested_filename == "report.html"
    html = Path(report.path()).read_text(encoding="utf-8")
    value = tiles(*user.changes)["gain_pct"]
    assert value in html
    assert 'data-tables="' in html
    results = json.loads(Path(user.downloads("Results").path()).read_text(encoding="utf-8"))
    (row,) = (
        r
        for r in results["tables"]["figures"]
        if (r["country"], r["quantity"], r["reading"]) == ("CLUB", "gain_pct", "letter")
    )
    assert headline.quantity(row["value"], "%") == value
    workbook = user.downloads("Workbook")
    workbook.save_as(tmp_path / "results.xlsx")
    assert "figures" in [name.lower() for name in load_workbook(tmp_path / "results.xlsx", read_only=True).sheetnames]


def test_a_chart_is_saved_as_svg_and_png(user: User) -> None:
    user.opens()
    user.puts_china("Out").settled()
    expect(user.page.get_by_label("Changed against the scenario as loaded")).to_contain_text("Stays out")
    figure = user.page.get_by_role("figure", name="Where real income would change")
    for kind, starts in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        figure.locator("summary").click()
        with user.page.expect_download() as download:
            figure.get_by_role("button", name=f"Save as {kind}").click()
        content = Path(download.value.path()).read_bytes()
        assert content.lstrip().startswith(starts)
        assert download.value.suggested_filename == f"map.{kind.lower()}"
        if kind == "SVG":
            # in a document it has its title, the state it shows, and its source
            text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content.decode()))
            for words in ("Where real income would change", "with the club", "China: Stays out", "Source: a model"):
                assert words in text, words
