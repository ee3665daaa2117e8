"""The report in a real browser: every chart is drawn under its own policy; on any screen, light, dark and printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

import countervail as cv
from countervail.report.pages.coalition_page import page as coalitions
from countervail.report.pages.run_page import page as written
from countervail.report.tables.coalition_tables import tables
from support.driving import LAPTOP, PHONE, keep, violations
from support.expected import world
from support.synthetic_tables import synthetic


def test_every_chart_is_drawn_under_the_policy(contexts: Callable[..., BrowserContext], tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(written(synthetic()), encoding="utf-8")
    page = contexts(report.as_uri()).new_page()
    page.goto(report.as_uri())
    drawn(page, "light")
    assert page.locator("[data-drawn=true]").count() == page.locator("[data-tables]").count() == 27
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
    page.evaluate("document.body.classList.add('story-only')")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4", prefer_css_page_size=True))) <= 6


CLIPPED = """() => [...document.querySelectorAll("[data-chart]")].flatMap(place => {
    const drawing = place.querySelector("svg.marks"), frame = drawing.getBoundingClientRect();
    return [...drawing.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        const out = box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1;
        return box.width && (out || box.bottom > frame.bottom + 1);
    }).map(text => `${place.dataset.chart}: ${text.textContent}`);
})"""
"""Texts of the drawings, legends and labels, that are cut off."""
WIDTHS = (390, 768, 1366, 1920)


def test_no_label_and_no_legend_is_cut_off_at_any_width(
    contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    cut_off: list[str] = []
    cube = cv.coalitions(world(), cv.load_scenario("asiu"), players=["IRN", "RUS", "BLR", "VEN"])
    for name, text in (("run", written(synthetic())), ("coalitions", coalitions(tables(cube)))):
        report = tmp_path / f"{name}.html"
        report.write_text(text, encoding="utf-8")
        page = contexts(report.as_uri()).new_page()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(report.as_uri())
            drawn(page, "light")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            cut_off += [f"{width} {text}" for text in page.evaluate(CLIPPED)]
    assert cut_off == []


def test_a_table_is_sorted_filtered_and_saved_and_a_chart_with_its_data(
    contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    report.write_text(written(synthetic()), encoding="utf-8")
    page = contexts(report.as_uri()).new_page()
    page.goto(report.as_uri())
    drawn(page, "light")
    table = page.get_by_role("table", name="The members Below each figure")
    costs = "t => [...t.tBodies[0].rows].filter(r => !r.hidden).map(r => parseFloat(r.cells[1].firstChild.data))"
    for direction in (-1, 1):
        table.get_by_role("button", name="Cost of sanctions").click()
        values = table.evaluate(costs)
        assert values == sorted(values, key=lambda value: direction * value)
    page.get_by_label("Filter the table: The members").fill("russia")
    assert len(table.evaluate(costs)) == 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV: The members").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Country,Cost of sanctions")
    assert lines[1].startswith("Russia,")
    assert lines[-1].startswith('"# Source: results of a model') or lines[-1].startswith("# Source")

    chart = page.get_by_role("figure", name="What sanctions cost, and what the club would bring")
    for button, start in (("Save as SVG", "<svg"), ("Save its data as CSV", "quantity,")):
        chart.locator("summary").click()
        with page.expect_download() as download:
            chart.get_by_role("button", name=button).click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert text.startswith(start)
        assert "Alliance of Sanctioned States" in text
        assert "Source:" in text


def drawn(page: Page, scheme: str) -> None:
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", scheme, timeout=30_000)
    expect(root).to_have_attribute("data-ready", "true", timeout=30_000)
