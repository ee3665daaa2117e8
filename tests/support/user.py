"""What a user of the page does and reads: everything is found by its role, its label or its words."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Download, Locator, Page, expect

TILES = {
    "cost_pct": "Cost of the sanctions",
    "gain_pct": "Gain from the club",
    "offset": "Share made good",
    "blunting": "Sanctions bite less",
    "break_even": "Trade needed",
}
"""What a tile is called on the page, by the quantity it shows."""
SOON = 60_000
LATER = 300_000
"""Milliseconds that an answer, and that a job may take on a busy machine."""
# the main element of the page has the number of the last switch, and of the one it shows
_SETTLED = (
    "() => { const m = document.querySelector('main').dataset; return Boolean(m.ready) && m.updated === m.sequence; }"
)


class User:
    """Somebody before a page."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home

    # -- coming and going

    def opens(self, fragment: str = "") -> User:
        """Opens the page and waits until the first view is shown."""
        self.page.goto(f"{self.home}/{fragment}")
        return self.settled()

    def settled(self) -> User:
        """Waits until the page shows the state that was last chosen, with its figures unfolded."""
        until = time.monotonic() + SOON / 1000
        while not self.page.evaluate(_SETTLED):
            assert time.monotonic() < until, "the page does not come to rest"
            self.page.wait_for_timeout(15)
        self.page.evaluate("document.getElementById('figures').open = true")
        return self

    @property
    def changes(self) -> list[str]:
        """The changes that the address holds."""
        parts = urlsplit(self.page.url).fragment.split("&")
        return [unquote(part.removeprefix("set=")) for part in parts if part.startswith("set=")]

    # -- reading

    def tile(self, quantity: str) -> Locator:
        return self.page.get_by_role("group", name=TILES[quantity], exact=True)

    def reads(self, tiles: Mapping[str, str], timeout: int = SOON) -> None:
        """Every tile shows its value, and nothing more or less."""
        self.page.evaluate("document.getElementById('figures').open = true")
        for quantity, value in tiles.items():
            expect(self.tile(quantity).get_by_text(value, exact=True).first, quantity).to_be_visible(timeout=timeout)

    def values(self) -> dict[str, str]:
        """What the tiles show."""
        return {quantity: self.tile(quantity).inner_text() for quantity in TILES}

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog")

    def panel(self, name: str) -> Locator:
        return self.page.get_by_role("tabpanel", name=name)

    def figure(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("figure", name=name)

    # -- doing

    def unfolds(self, title: str) -> Locator:
        """Opens a part of the controls that is folded away."""
        part = self.page.get_by_role("group").filter(has=self.page.get_by_role("heading", name=title, exact=True))
        summary = self.page.locator("summary").filter(has_text=title)
        if summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()
        return part

    def switch(self, name: str) -> Locator:
        return self.page.get_by_role("switch", name=name, exact=True)

    def flips(self, name: str) -> User:
        use(self.switch(name).first)
        return self

    def puts_china(self, how: str) -> User:
        self.page.get_by_role("group", name="China", exact=True).get_by_role("radio", name=how, exact=True).check()
        return self

    def sets(self, sanction: str, how: str) -> User:
        """What the question does with a sanction: Lifted, In force, or Left out."""
        self.page.get_by_role("group", name=sanction, exact=True).get_by_role("radio", name=how, exact=True).check()
        return self

    def chooses(self, label: str, option: str) -> User:
        """Takes the option that has `option` in its words."""
        box = self.page.get_by_label(label, exact=True)
        box.select_option(label=box.get_by_role("option").filter(has_text=option).first.inner_text())
        return self

    def presses(self, name: str) -> User:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def turns_to(self, tab: str) -> Locator:
        self.page.get_by_role("tab", name=tab, exact=True).click()
        return self.panel(tab)

    def downloads(self, what: str, timeout: int = LATER) -> Download:
        """Takes a file from the menu of downloads."""
        with self.page.expect_download(timeout=timeout) as download:
            self.page.locator("summary").filter(has_text="Download").click()
            self.page.get_by_role("button", name=what).click()
        return download.value


def use(switch: Locator) -> None:
    """Clicks where the switch is seen: its label, once that does not move."""
    switch.locator("xpath=ancestor::label").click()


def at_the_top(what: Locator) -> None:
    """Scrolls until it is under the bar."""
    what.evaluate("element => scrollTo({top: element.getBoundingClientRect().top + scrollY - 60, behavior: 'instant'})")
