"""Hostile scenarios and documents: what tries to be more than text is shown as text, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, TimeoutError, expect

from support import hostile
from support.documents import papers
from support.driving import Server, keep, serving
from support.user import LATER, User

TABS = ["Questions", "Members", "Proposals", "Payments", "Coalitions", "Compare", "Rest of the world"]
TABS += ["Evidence & assumptions", "Checks"]
# the marks and overrides of the writing direction, and control characters
MADE = "img, iframe, object, embed, [onload], [onerror], a[href^='javascript' i], script:not([src])"
OBEYED = "[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c\\u0001-\\u0008\\u000b-\\u001f]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that computes no bands, which show no text of a scenario."""
    with serving(tmp_path_factory.mktemp("server") / "serve.log", "asiu", "--draws", "0") as server:
        yield server
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture
def user(page: Page, server: Server) -> User:
    page.add_init_script(
        """window.hacked = null;
        for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.hacked = name; };"""
    )
    return User(page, server.url)


def holds(page: Page) -> None:
    """Nothing ran, nothing was made of the texts, and none of them turns the writing round."""
    seen = page.evaluate(
        """([made, obeyed]) => ({
            ran: window.hacked,
            made: [...document.querySelectorAll(made)].map(element => element.outerHTML.slice(0, 200)),
            scripts: [...document.scripts].map(s => s.src).filter(src => !src.startsWith(`${origin}/static/`)),
            turned: (document.documentElement.outerHTML.match(new RegExp(obeyed, "g")) ?? []).length,
        })""",
        [MADE, OBEYED],
    )
    assert seen["ran"] is None, seen
    assert seen["made"] == [], seen
    assert seen["scripts"] == [], seen
    assert seen["turned"] == 0, seen


def hovers_over_marks(figure: Locator, most: int = 2) -> str:
    """Looks at the tooltips of a chart: their text."""
    tips = ""
    figure.scroll_into_view_if_needed()
    marks = figure.locator(".mark-rect path, .mark-symbol path, .mark-bar path")
    # all places in one look: a chart may be drawn anew meanwhile; a long one is only in part on the
    # screen, and a bar of nothing cannot be pointed at
    places = marks.evaluate_all(
        """marks => marks.map(mark => mark.getBoundingClientRect())
            .filter(box => box.width > 2 && box.height > 2)
            .map(box => [box.x + box.width / 2, box.y + box.height / 2])
            .filter(([x, y]) => x > 0 && y > 0 && x < innerWidth && y < innerHeight)"""
    )
    for x, y in places[:most]:
        figure.page.mouse.move(x, y)
        tip = figure.page.locator("#vg-tooltip-element.visible")
        with suppress(TimeoutError):  # of a mark without a tooltip
            tip.wait_for(timeout=400)
            tips += tip.inner_text()
    return tips


def test_a_hostile_scenario_is_text_everywhere(
    user: User, contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    user.opens()
    page = user.page
    upload: FilePayload = {
        "name": 'hostile<img src=x onerror="alert(1)">.yaml',
        "mimeType": "text/yaml",
        "buffer": hostile.scenario().encode(),
    }
    page.get_by_label("Scenario file").set_input_files(upload)
    expect(page.get_by_role("heading", level=1)).to_contain_text(hostile.MARK)
    user.settled()
    holds(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "hostile-laptop-light")

    user.unfolds("Sanctions in force")
    page.get_by_label("Find a sanction").fill("script")
    expect(page.get_by_role("group", name="<script>").first).to_be_visible()
    holds(page)
    page.get_by_label("Find a sanction").fill("")
    page.get_by_role("button", name="Why? this list of members").click()
    expect(user.drawer).to_contain_text(hostile.MARK)
    holds(page)
    page.get_by_role("button", name="Why? A market").first.click()
    expect(user.drawer).to_contain_text(hostile.MARK)
    holds(page)
    user.drawer.get_by_role("button", name="Close").click()

    # a change, its list, and the reading with its hostile key
    page.get_by_label("Whose list of members").select_option(index=3)
    user.settled()
    listed = page.get_by_label("Changed against the scenario as loaded")
    expect(listed).to_contain_text("<img src=x")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    holds(page)
    user.presses("Undo").settled()

    expect(user.tile("break_even")).to_contain_text("-fold", timeout=LATER)
    tips = ""
    for name in TABS:
        panel = user.turns_to(name)
        for summary in panel.locator("summary").filter(has_text="the table").all():
            if summary.is_visible():
                summary.click()
        for figure in panel.get_by_role("figure").all():
            if figure.is_visible():
                tips += hovers_over_marks(figure)
        holds(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert hostile.MARK in tips, "no tooltip showed a hostile label"
    assert "<img src=x" in tips, "no tooltip showed a hostile name of a reading"
    page.get_by_label("Look at a country").select_option(label="Russia")
    expect(user.drawer).to_contain_text(hostile.MARK)
    holds(page)
    user.drawer.get_by_role("button", name="Close").click()

    # and so does the report that it writes
    path = tmp_path / "report.html"
    user.downloads("Report").save_as(path)
    report = contexts(path.as_uri()).new_page()
    report.goto(path.as_uri())
    expect(report.locator("html")).to_have_attribute("data-ready", "true", timeout=LATER)
    expect(report.get_by_role("heading", level=1)).to_contain_text(hostile.MARK)
    assert report.evaluate("window.hacked") is None
    assert report.locator(f"b, {MADE.removesuffix(', script:not([src])')}").count() == 0
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hostile_document_is_text_everywhere(user: User) -> None:
    user.opens()
    panel = user.turns_to("Evidence & assumptions")
    panel.locator("summary").filter(has_text="Read documents of your own").press("Enter")
    text = papers.ARTICLE
    for wanted, worse in (
        ("“Harbour Union,”", "“Harbour Union <img src=x onerror=alert(1)>,”"),
        ("TidewaterLeaks", "Tidewater<script>alert(1)</script>Leaks"),
        (
            "currency other than the dollar",
            "currency other than the dollar <b>bold</b> \u202ejavascript:alert(1)\u202c",
        ),
        ("Eritrea", "Sudan"),
    ):
        assert wanted in text
        text = text.replace(wanted, worse)
    documents: list[FilePayload] = [
        {"name": '<img src=x onerror="alert(1)">.txt', "mimeType": "text/plain", "buffer": text.encode()},
        {
            "name": "page.html",
            "mimeType": "text/html",
            "buffer": f"<html><script>alert(1)</script><p>{text}</p><img src=x onerror=alert(1)></html>".encode(),
        },
    ]
    panel.get_by_label("Documents", exact=True).set_input_files(documents)
    panel.get_by_role("button", name="Read them").click()
    expect(panel.get_by_text("Statements found")).to_be_visible(timeout=LATER)
    for summary in panel.locator("summary").all():
        if summary.is_visible() and summary.evaluate("element => !element.parentElement.open"):
            summary.click()
    user.settled()
    user.page.wait_for_timeout(300)
    holds(user.page)
    keep(user.page, "hostile-document-laptop-light")
