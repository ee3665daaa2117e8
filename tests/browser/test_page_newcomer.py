"""A newcomer, who knows sanctions but not the program, follows the words on the page alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from support.driving import Server
from support.expected import against, verdict
from support.user import User

STEPS = 3
"""The most that it may take to find out what China is worth to the club."""


def test_what_does_switching_china_off_do(page: Page, server: Server) -> None:
    """From opening the page to the answer: by words that can be read on the screen, without scrolling."""
    page.goto(server.url)
    steps = 1
    # what am I looking at? the answer, and what it rests on, in words and on one scale
    expect(page.get_by_role("heading", level=1)).to_contain_text("club of sanctioned states")
    first, then = verdict(), verdict("club.china=none")
    answer = page.get_by_text(first.answer + ": the club would make good", exact=False).first
    expect(answer).to_be_in_viewport()
    expect(page.get_by_text(first.who)).to_be_in_viewport()
    bars = page.get_by_role("figure", name="What sanctions cost, and what the club would bring")
    expect(bars).to_be_in_viewport()
    expect(bars).to_contain_text(f"What the club would bring them: {first.gain.value}".replace("\u00a0", " "))

    # the word China is on the screen, and beside it what it can be set to
    expect(page.get_by_text("China", exact=True).first).to_be_in_viewport()
    out = page.get_by_text("Out", exact=True).first
    expect(out).to_be_in_viewport()
    box = out.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    steps += 1

    # the answer: the new figure, the old one beside it, and China in the list of changes
    expect(bars).to_contain_text(f"What the club would bring them: {then.gain.value}".replace("\u00a0", " "))
    changed = page.get_by_role("region", name="What you changed")
    expect(changed).to_be_in_viewport()
    expect(changed).to_contain_text("China")
    for sentence in against("club.china=none"):
        expect(changed).to_contain_text(sentence)
    assert then.gain != first.gain
    assert steps <= STEPS


def test_a_switch_moves_neither_the_map_nor_the_axis_and_marks_what_was(page: Page, server: Server) -> None:
    user = User(page, server.url).opens()
    place = "document.querySelector('#map .chart').getBoundingClientRect().top"
    axis = "[...document.querySelectorAll('#verdict-bars .role-axis-label text')].map(t => t.textContent).join()"
    at, ticks = page.evaluate(place), page.evaluate(axis)
    user.puts_china("Out").settled()
    page.wait_for_timeout(700)
    assert abs(page.evaluate(place) - at) < 2
    assert page.evaluate(axis) == ticks
    assert page.locator("#verdict-bars .mark-rect path[aria-label*='As loaded']").count() == 1
    # one scale for the three views; a closer look is a choice, and is said
    scale = page.locator("#map .scaling")
    expect(scale).to_contain_text("One scale for all three views")
    page.get_by_label("Scale the colours to this view").check()
    expect(scale).to_contain_text("scaled to this view alone")
