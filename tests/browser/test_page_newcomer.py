"""A newcomer, who knows sanctions but not the program, follows the words on the page alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from support.driving import Server
from support.expected import tiles

STEPS = 3
"""The most that it may take to find out what China is worth to the club."""


def test_what_does_switching_china_off_do(page: Page, server: Server) -> None:
    """From opening the page to the answer: by words that can be read on the screen, without scrolling."""
    page.goto(server.url)
    steps = 1
    # what am I looking at?
    expect(page.get_by_role("heading", level=1)).to_contain_text("club of sanctioned states")
    for words in ("Gain from the club", "Cost of the sanctions", "Offset"):
        expect(page.get_by_text(words, exact=True).first).to_be_in_viewport()
    before = tiles()["gain_pct"]
    gain = page.get_by_role("group", name="Gain from the club", exact=True)
    expect(gain).to_contain_text(before)

    # the word China is on the screen, and beside it what it can be set to
    expect(page.get_by_text("China", exact=True).first).to_be_in_viewport()
    out = page.get_by_text("Out", exact=True).first
    expect(out).to_be_in_viewport()
    box = out.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    steps += 1

    # the answer: the new figure, with the old one beside it, and China in the list of changes
    after = tiles("club.china=none")["gain_pct"]
    expect(gain).to_contain_text(after)
    expect(gain).to_contain_text(before)
    expect(gain).to_be_in_viewport()
    changed = page.get_by_label("Changed against the scenario as loaded")
    expect(changed).to_be_in_viewport()
    expect(changed).to_contain_text("China")
    assert after != before
    assert steps <= STEPS
