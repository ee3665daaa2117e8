"""Driving a real browser: which one, the server under test, and what a page must never do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response

ROOT = Path(__file__).resolve().parents[2]
DRAWS = "2"
"""Of the servers that browsers use: the fewest that make a band."""
SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
STARTING = 60.0
"""Seconds that a server may take until it prints its address."""


def browser_path() -> str | None:
    """The Chromium of this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, **options: Any) -> Browser:
    """That Chromium, without what it would fetch by itself."""
    path = browser_path()
    if path is None:
        raise FileNotFoundError(f"no browser: none of {', '.join(NAMES)} is on PATH")
    quiet = ["--disable-gpu", "--disable-sync", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=path, args=quiet, **options)


@dataclass
class Server:
    """A running `countervail serve`, whose launch address was exchanged for the cookies of all contexts."""

    url: str
    process: subprocess.Popen[str]
    log: Path
    printed: Path
    cookies: dict[str, str] = field(default_factory=dict)

    def admit(self, context: BrowserContext) -> BrowserContext:
        """Give a context what a browser has once it opened the launch address."""
        for name, value in self.cookies.items():
            context.add_cookies(
                [{"name": name, "value": value, "url": self.url, "sameSite": "Strict", "httpOnly": True}]
            )
        return context

    def launch_address(self) -> str:
        """The one that is valid now."""
        return _LAUNCH.findall(self.printed.read_text())[-1]

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def stop(self) -> int:
        """Ask it to stop, and wait."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


_LAUNCH = re.compile(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+(?=\s)")


@contextmanager
def serving(log: Path, *arguments: str, port: int = 0) -> Iterator[Server]:
    """`countervail serve` with `arguments`; its address is read off what it prints, its messages go to `log`."""
    command = [sys.executable, "-u", "-m", "countervail", "serve", *arguments, "--port", str(port), "--no-open"]
    printed = log.with_suffix(".out")
    with log.open("a") as messages, printed.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=messages, stdin=subprocess.DEVNULL, text=True)
    try:
        address = _address(process, printed, log)
        cookies = dict(httpx.get(address, trust_env=False).cookies)
        yield Server(address.partition("/?")[0], process, log, printed, cookies)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[str], printed: Path, log: Path) -> str:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        address = _LAUNCH.search(printed.read_text())
        if address:
            return address[0]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the server does not print its address; its last messages:\n{log.read_text()[-2000:]}")


@dataclass
class Watch:
    """What goes wrong in a browser context: errors, refusals of the policy, dialogs, requests elsewhere."""

    own: str
    wrong: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    jobs: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)
        context.on("page", lambda page: page.on("dialog", self._dialog))
        context.route(self._elsewhere, lambda route: route.abort())
        return context

    def allow(self, *patterns: str) -> None:
        """From here on messages that match are expected, not wrong."""
        self.allowed += patterns

    def check(self) -> None:
        wrong = [text for text in dict.fromkeys(self.wrong) if not any(re.search(p, text) for p in self.allowed)]
        assert not wrong, "the page did what it must not:\n" + "\n".join(wrong)

    def _note(self, text: str) -> None:
        self.wrong.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _dialog(self, dialog: Any) -> None:
        self._note(f"dialog {dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        job = re.search(r"/api/jobs/([^/]+)", request.url)
        if job:
            self.jobs.add(job[1])

    def _failed(self, request: Request) -> None:
        # the page itself drops a call that a later switch has made pointless, and streams end with their page
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request failed: {request.method} {request.url} ({request.failure})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"answer {response.status}: {response.request.method} {response.url}")

    def _elsewhere(self, url: str) -> bool:
        if url.startswith((self.own + "/", "data:", "blob:", "about:", "file:")) or url == self.own:
            return False
        self._note(f"request elsewhere: {url}")
        return True


ALIKE = "tbody tr:nth-child(n+4), svg.marks > * { display: none !important }"
"""Hides what axe-core would look at for long to no end: rows built as the first are, and the shapes in pictures, which
assistive technology skips and whose colours axe-core cannot read."""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, within: str | None = None, rules: Sequence[str] | None = None) -> list[str]:
    """What axe-core finds serious or critical by WCAG 2.1 AA and good practice, or by `rules`; one line a rule."""
    # evaluated by the driver, so that the page's own policy stays as it is
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_axe())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _TAGS}
    answer = page.evaluate(
        """async ([where, only, alike]) => {
            const hidden = new CSSStyleSheet();
            hidden.replaceSync(alike);
            document.adoptedStyleSheets = [hidden];
            const answer = await axe.run(where, {runOnly: only, resultTypes: ["violations"]});
            document.adoptedStyleSheets = [];
            return answer;
        }""",
        [within or "html", only, ALIKE],
    )
    return [
        f"{wrong['impact']} {wrong['id']}: {wrong['help']}: "
        + "; ".join(
            f"{node['target'][0]} ({node['failureSummary'].splitlines()[-1].strip()})" for node in wrong["nodes"][:4]
        )
        for wrong in answer["violations"]
        if wrong["impact"] in ("serious", "critical")
    ]


def keep(page: Page, name: str, *, full_page: bool = False) -> Path:
    """A screenshot among what CI keeps."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def cancel(server: Server, jobs: Iterable[str]) -> None:
    """End jobs of a server, if it still runs, so that what comes next has the machine to itself."""
    with suppress(httpx.ConnectError), httpx.Client(base_url=server.url, cookies=server.cookies) as client:
        token = re.search(r'name="token" content="([^"]+)"', client.get("/").text)
        for job in jobs:
            client.delete(f"/api/jobs/{job}", headers={"X-Countervail-Token": token[1] if token else ""})
