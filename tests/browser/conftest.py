"""Fixtures of the tests in a real browser: one browser and one server a session, a fresh context a test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from support.driving import DRAWS, LAPTOP, SCREENSHOTS, Server, Watch, browser_path, cancel, launch, serving

PATIENCE = 60_000
"""Milliseconds that a test waits for what it expects to see."""
FAILED = pytest.StashKey[bool]()

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one the tests are skipped, and on CI they fail."""
    if browser_path() is None:
        missing = "no Chromium on this machine: install it (on Debian and Ubuntu: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`countervail serve asiu`, as a user starts it."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder / "serve.log", "asiu", "--draws", DRAWS) as server:
        yield server
    log = server.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture
def contexts(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts that share nothing; whatever goes wrong in one fails the test at its end."""
    made: list[tuple[Watch, BrowserContext, Server | str]] = []

    def make(of: Server | str, **options: Any) -> BrowserContext:
        settings = {"viewport": LAPTOP, "locale": "en-GB", "accept_downloads": True, **options}
        context = browser.new_context(**settings)
        if isinstance(of, Server):
            of.admit(context)
        context.set_default_timeout(PATIENCE)
        watch = Watch(of.url if isinstance(of, Server) else of)
        context.watch = watch  # type: ignore[attr-defined]
        made.append((watch, watch.over(context), of))
        return context

    yield make
    if request.node.stash.get(FAILED, False):
        _picture([context for _, context, _ in made], request.node.name)
    for watch, context, of in made:
        context.close()
        if watch.jobs and isinstance(of, Server):
            cancel(of, watch.jobs)
    for watch, _, _ in made:
        watch.check()


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    """What went wrong so far in the test's own context."""
    return context.watch  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def context(contexts: Callable[..., BrowserContext], server: Server) -> BrowserContext:
    return contexts(server)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def _picture(contexts: list[BrowserContext], name: str) -> None:
    folder = SCREENSHOTS / "failed"
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        with suppress(Exception):
            page.screenshot(path=folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)}-{number}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    pictures = len(list(SCREENSHOTS.glob("*.png")))
    if pictures:
        where = os.path.relpath(Path(SCREENSHOTS))
        terminalreporter.write_line(f"Screenshots of every view: {pictures} in {where}")
