"""What goes wrong: scenarios with mistakes, impossible states, a server that stops and comes back, no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import countervail as cv
from countervail.scenario import dump
from support.driving import Server, keep, serving
from support.expected import tiles
from support.user import LATER, User


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def offers(user: User, text: str, name: str = "mine.yaml") -> None:
    user.page.get_by_label("Scenario file").set_input_files(
        {"name": name, "mimeType": "text/yaml", "buffer": text.encode()}
    )


def test_a_mistake_in_a_scenario_is_shown_with_its_line(user: User) -> None:
    user.page.context.watch.allow("422")  # type: ignore[attr-defined]
    user.opens()
    text = dump(cv.load_scenario("asiu"))
    at = next(k for k, line in enumerate(text.splitlines(), 1) if line.strip().startswith("horizon:"))
    offers(user, text.replace("horizon: long", "horizon: soon"))
    alert = user.page.get_by_role("alert")
    expect(alert).to_contain_text(f"mine.yaml, line {at}")
    expect(alert).to_contain_text("horizon")
    keep(user.page, "mistake-laptop-light")
    # what is shown goes on being what it was
    user.reads(tiles())
    offers(user, "name: [", "broken.yaml")
    expect(alert).to_contain_text("broken.yaml")
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_be_hidden()


def test_a_scenario_of_ones_own_is_opened(user: User) -> None:
    user.opens()
    own = cv.load_scenario("asiu", set=["settings.horizon=short"]).model_copy(update={"title": "A scenario of my own"})
    offers(user, dump(own))
    expect(user.page.get_by_role("heading", name="A scenario of my own", level=1)).to_be_visible()
    user.settled()
    user.reads(tiles("settings.horizon=short"))
    user.puts_china("Out").settled()
    user.reads(tiles("settings.horizon=short", "club.china=none"))
    user.page.reload()
    user.settled()
    user.reads(tiles("settings.horizon=short", "club.china=none"))


def test_a_server_that_stops_is_noticed_and_one_that_is_back_is_used(
    contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    with serving(tmp_path / "first.log", "asiu", "--draws", "0") as first:
        context = contexts(first)
        context.watch.allow("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "403", "503")  # type: ignore[attr-defined]
        user = User(context.new_page(), first.url).opens()
        expect(user.page.get_by_role("radio", name="Out", exact=True)).to_be_visible()
        first.stop()
        user.puts_china("Out")
        alert = user.page.get_by_role("alert")
        expect(alert).to_contain_text("The server does not answer")
        keep(user.page, "server-gone-laptop-light")
    with serving(tmp_path / "second.log", "asiu", "--draws", "0", port=first.port) as second:
        second.admit(context)  # as does the browser that the new server opens
        # what was changed is still there, and is solved without a click
        expect(alert).to_be_hidden()
        user.reads(tiles("club.china=none"), timeout=LATER)
        # what needs a token of the new server works as well
        with user.page.expect_response(lambda reply: reply.url.endswith("/api/run") and reply.status == 202):
            user.puts_china("In full")
            user.reads(tiles("club.china=full"))
        expect(alert).to_be_hidden()
        user.page.close()  # before its server, which answers what is under way when it ends with 503


def test_a_launch_address_opens_the_page_in_one_browser(browser: Browser, server: Server) -> None:
    address = server.launch_address()
    with browser.new_context() as context, browser.new_context() as other:
        page = context.new_page()
        page.goto(f"{address}#asiu&set=club.china%3Dnone")
        assert page.url == f"{server.url}/#asiu&set=club.china%3Dnone"
        expect(page.get_by_role("heading", name="The answer", exact=True)).to_be_visible()
        (cookie,) = context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
        assert page.evaluate("document.cookie") == ""
        page.reload()
        expect(page.get_by_role("heading", name="The answer", exact=True)).to_be_visible()
        late = other.new_page()
        for again in (address, server.url):
            reply = late.goto(again)
            assert reply is not None
            assert reply.status == 403
            assert "the server printed" in late.inner_text("body")
    assert server.launch_address() != address


def test_it_works_without_any_network(user: User, server: Server) -> None:
    """Every request goes to the server on this machine: others would be aborted, and noticed at the end."""
    requests: set[str] = set()
    user.page.on("request", lambda request: requests.add(request.url))
    user.opens()
    for name in ("Payments", "Coalitions", "Evidence & assumptions"):
        user.turns_to(name)
    user.page.get_by_label("Look at a country").select_option(label="Iran")
    expect(user.drawer.get_by_role("table").first).to_be_visible()
    assert requests
    assert all(url.startswith((f"{server.url}/", "blob:", "data:")) for url in requests), requests
