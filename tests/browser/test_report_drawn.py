"""The report in a real browser: every chart is drawn under its own policy; on any screen, light, dark and printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from countervail.report.pages.run_page import page as written
from support.driving import LAPTOP, PHONE, keep, violations
from support.synthetic_tables import synthetic


def test_every_chart_is_drawn_under_the_policy(contexts: Callable[..., BrowserContext], tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(written(synthetic()), encoding="utf-8")
    page = contexts(report.as_uri()).new_page()
    page.goto(report.as_uri())
    drawn(page, "light")
    assert page.locator("[data-drawn=true]").count() == page.locator("[data-tables]").count() == 23
    keep(page, "report-laptop-light")
    assert violations(page) == []

    page.emulate_media(color_scheme="dark")
    drawn(page, "dark")
    keep(page, "report-laptop-dark")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "report-phone-dark")
    assert violations(page, rules=["color-contrast"]) == []

    page.set_viewport_size(LAPTOP)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    assert page.locator("main details:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    keep(page, "report-printed", full_page=True)
    assert page.pdf().startswith(b"%PDF")


def drawn(page: Page, scheme: str) -> None:
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", scheme, timeout=30_000)
    expect(root).to_have_attribute("data-ready", "true", timeout=30_000)
