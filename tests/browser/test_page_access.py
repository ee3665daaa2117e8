"""For everybody: by keyboard alone, on a phone, in light and dark, with less motion, on paper, by axe-core's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from support.driving import LAPTOP, PHONE, Server, keep, violations
from support.expected import tiles, verdict
from support.user import LATER, User, at_the_top

TABS = ["Questions", "Members", "Proposals", "Payments", "Coalitions", "Compare", "Rest of the world"]
TABS += ["Evidence & assumptions", "Checks"]
SCREENS = {"laptop": LAPTOP, "phone": PHONE}
VIEWS = (("laptop", "light", None), ("laptop", "dark", ["color-contrast"]), ("phone", "light", ["color-contrast"]))
"""Screens, schemes, and axe's rules that each is held to, None for all: what is the same in all is looked at once."""
ON_PHONES = ("assumptions",)
"""Views that there are on a phone only, held to all rules there."""
CUT_OFF = """() => [...document.querySelectorAll("#sheet select")].filter(select => {
    const pen = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(select);
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
    return select.checkVisibility() && [...select.options].some(option => pen.measureText(option.text).width > room);
}).map(select => select.labels[0].textContent)"""
"""Choices whose options do not fit."""
SHOW_ALL = """() => document.querySelectorAll("[role=tabpanel][hidden]").forEach(panel => {
    panel.hidden = false;
    panel.dataset.aside = "yes";
})"""
SHOW_ONE = """() => document.querySelectorAll("[data-aside]").forEach(panel => {
    panel.hidden = true;
    delete panel.dataset.aside;
})"""
MANY = 400
"""Presses of Tab after which to give up."""


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def tabs_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until `wanted` has the focus, and sees that it has."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return sees_focus(wanted)
    raise AssertionError(f"Tab never comes to {wanted}")


def sees_focus(focused: Locator) -> None:
    """The focused element lies in the window, and it or the element shown for it has an outline or a shadow."""
    expect(focused).to_be_focused()
    expect(focused).to_be_in_viewport()
    # the style follows the focus, on a busy machine not at once
    focused.page.wait_for_function(
        """focused => [focused, focused.nextElementSibling, focused.parentElement].filter(Boolean).some(element => {
            const style = getComputedStyle(element);
            return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        })""",
        arg=focused.element_handle(),
        timeout=2000,
    )


def test_everything_is_reached_by_keyboard(user: User) -> None:
    user.opens()
    page, keys = user.page, user.page.keyboard
    keys.press("Tab")
    skip = page.get_by_role("link", name="To the answer")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    china = page.get_by_role("group", name="China", exact=True).get_by_role("radio", name="In part")
    tabs_to(page, china)
    keys.press("ArrowRight")
    user.settled().reads(tiles("club.china=full"))
    russia = user.switch("Russia")
    tabs_to(page, russia)
    keys.press("Space")
    expect(russia).not_to_be_checked()
    user.settled().reads(tiles(*user.changes))
    assert len(user.changes) == 2

    slider = page.get_by_role("slider", name="Rise of trade").first
    tabs_to(page, slider)
    before = slider.input_value()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    keys.press("ArrowRight")
    user.settled()
    assert len([url for url in requests if url.endswith("/api/worlds")]) == 1
    assert float(slider.input_value()) > float(before)
    expect(slider).to_have_attribute("aria-valuetext", str(slider.get_attribute("aria-valuetext")))
    assert "log points" in str(slider.get_attribute("aria-valuetext"))
    user.reads(tiles(*user.changes))
    expect(slider).to_be_focused()

    why = page.get_by_role("button", name="Why? China's part")
    why.focus()
    keys.press("Enter")
    expect(user.drawer).to_be_visible()
    keys.press("Escape")
    expect(user.drawer).to_be_hidden()
    expect(why).to_be_focused()

    first = page.get_by_role("tab", name=TABS[0], exact=True)
    first.focus()
    for name in [*TABS[1:], TABS[0]]:
        keys.press("ArrowRight")
        sees_focus(page.get_by_role("tab", name=name, exact=True))
        expect(user.panel(name)).to_be_visible()
    keys.press("End")
    expect(user.panel(TABS[-1])).to_be_visible()
    keys.press("Home")
    keys.press("Tab")
    expect(user.panel(TABS[0])).to_be_focused()

    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.focus()
    for _ in range(3):
        expect(undo).to_be_enabled()
        keys.press("Enter")
        page.wait_for_timeout(100)
    user.settled()
    user.reads(tiles())


def test_sanctions_questions_and_comparison_are_worked_by_keyboard(user: User) -> None:
    """What can be added, asked, pinned and looked up, reached with Tab and used with keys alone."""
    user.opens("#russia-alone")  # of all scenarios the one that is run the fastest
    page, keys = user.page, user.page.keyboard

    # the channel through third countries and its slider
    computed = page.locator("summary").filter(has_text="How it is computed")
    tabs_to(page, computed)
    keys.press("Enter")
    tabs_to(page, user.switch("Count what comes through third countries"))
    keys.press("Space")
    user.settled()
    assert user.changes == ["settings.rerouting=null"]
    keys.press("Space")
    user.settled()
    slider = page.get_by_role("slider", name="Share that comes through")
    tabs_to(page, slider)
    keys.press("ArrowRight")
    user.settled()
    assert user.changes[-1].startswith("settings.rerouting.leaked=")
    counted = list(user.changes)

    # a country pinned, and a threat against a hub, added with the keyboard
    computed.focus()
    keys.press("Enter")  # folded again: Tab has a shorter way
    page.locator("summary").filter(has_text="Sanctions in force").focus()
    pinned = page.get_by_label("What each costs or brings")
    tabs_to(page, pinned)
    keys.type("China")
    expect(pinned).to_have_value("CHN")
    tabs_to(page, page.locator("summary").filter(has_text="Add a sanction"))
    keys.press("Enter")
    kind = page.get_by_label("Kind", exact=True)
    tabs_to(page, kind)
    keys.type("Sec")
    expect(kind).to_have_value("secondary")
    hubs = page.get_by_label("Third countries threatened")
    tabs_to(page, hubs)
    keys.type("Turk")
    keys.press("Space")
    tabs_to(page, page.get_by_role("button", name="Impose it"))
    keys.press("Enter")
    user.settled()
    assert '"hubs":["' in user.changes[-1]
    find = page.get_by_label("Find a sanction")
    tabs_to(page, find)
    keys.type("secondary hubs")
    expect(page.get_by_text("Because of it, China")).to_be_visible()

    # taken back at its chip
    undo = page.get_by_role("button", name=re.compile("^Undo: Added"))
    tabs_to(page, undo)
    keys.press("Enter")
    user.settled()
    assert user.changes == counted
    reset = page.get_by_role("button", name="Reset", exact=True)
    page.get_by_role("combobox", name="Scenario").focus()
    tabs_to(page, reset)
    keys.press("Enter")
    user.settled()

    # a question, and its table sorted
    page.get_by_role("tab", name="Questions", exact=True).focus()
    tabs_to(page, page.get_by_role("button", name="What if the EU lifts its oil bans?"))
    keys.press("Enter")
    expect(user.panel("Questions")).to_contain_text("Germany: gains")
    tabs_to(page, page.get_by_role("button", name="Gain, USD"))
    keys.press("Enter")
    expect(user.panel("Questions").get_by_role("columnheader", name="Gain, USD")).to_have_attribute(
        "aria-sort", "descending"
    )

    # two states beside one another
    page.get_by_role("tab", name="Questions", exact=True).focus()
    keys.press("ArrowRight")
    while page.get_by_role("tab", name="Compare", exact=True).get_attribute("aria-selected") != "true":
        keys.press("ArrowRight")
    tabs_to(page, page.get_by_role("button", name="Pin the state shown as A"))
    keys.press("Enter")
    expect(user.panel("Compare").get_by_role("region", name="A, pinned")).to_be_visible()
    tabs_to(page, page.get_by_role("button", name="Unpin"))
    keys.press("Enter")
    expect(user.panel("Compare").get_by_role("region", name="A, pinned")).to_be_hidden()

    # where to look
    world = page.get_by_role("tab", name="Rest of the world", exact=True)
    world.focus()
    keys.press("Enter")
    table = page.locator("summary").filter(has_text="Where to look: the table")
    expect(table).to_be_visible(timeout=LATER)
    tabs_to(page, table)
    keys.press("Enter")
    expect(user.panel("Rest of the world").get_by_role("table", name="Where to look")).to_be_visible()


def test_what_a_switch_did_is_announced_to_a_screen_reader(user: User) -> None:
    user.opens()
    user.puts_china("Out").settled()
    status = user.page.get_by_role("status").filter(has_text="The club would bring")
    now, before = verdict("club.china=none"), verdict()
    expect(status).to_contain_text(f"The club would bring {now.gain.value}, was {before.gain.value}; sanctions cost")


def test_every_tab_shows_its_subject_and_axe_finds_nothing_serious(user: User) -> None:
    """Every view, light and, where only the colours are others, dark; one page, made narrow at the end."""
    user.opens()
    expect(user.page.get_by_role("tab")).to_have_text(TABS)
    expect(user.tile("gain_pct")).to_contain_text("5–95 %:", timeout=LATER)
    wrong_ones: list[str] = []
    for screen, scheme, rules in VIEWS:
        user.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        user.page.set_viewport_size(SCREENS[screen])  # type: ignore[arg-type]
        for view, within in views(user, phone=screen == "phone"):
            keep(user.page, f"{view}-{screen}-{scheme}")
            if within:
                wrong = violations(user.page, within, None if view in ON_PHONES else rules)
                wrong_ones += [f"{view}, {screen}, {scheme}: {one}" for one in wrong]
    assert not wrong_ones, "\n".join(wrong_ones)


def views(user: User, phone: bool) -> Iterator[tuple[str, str | None]]:
    """Every view in turn, and what axe-core is to look at in it: the tabs all at once, when all are drawn."""
    yield "first-view", None
    for name in TABS:
        panel, tab = user.turns_to(name), user.page.get_by_role("tab", name=name, exact=True)
        expect(tab).to_have_attribute("aria-selected", "true")
        if name not in ("Questions", "Coalitions", "Compare"):
            expect(panel.locator("[data-drawn=true]").or_(panel.get_by_role("table")).first).to_be_visible()
        expect(panel.locator("[data-drawn=false]")).to_have_count(0)
        at_the_top(tab)
        yield f"tab-{name.split()[0].lower()}", None
    filled(user)
    user.page.evaluate(SHOW_ALL)
    yield "every-tab", "body"
    user.page.evaluate(SHOW_ONE)
    user.page.get_by_label("Look at a country").select_option(label="Russia")
    expect(user.drawer.get_by_role("table").first).to_be_visible()
    yield "country", "dialog[open]"
    user.drawer.get_by_role("button", name="Close").click()
    if phone:
        user.presses("Assumptions")
        yield "assumptions", "dialog[open]"
    user.presses("Why? China's part")
    yield "why", "#drawer"
    user.drawer.last.get_by_role("button", name="Close").click()
    if phone:
        user.presses("Done")
    user.page.evaluate("scrollTo(0, 0)")


def filled(user: User) -> None:
    """Shows what is empty or folded at first: a question's answer, two states, the form of a sanction, sliders."""
    panel = user.turns_to("Questions")
    panel.get_by_role("button", name="What if the EU lifts its oil bans?").click()
    expect(panel).to_contain_text("Germany: gains")
    panel = user.turns_to("Compare")
    pin = panel.get_by_role("button", name="Pin the state shown as A")
    if not panel.get_by_role("button", name="Unpin").is_visible():
        pin.click()
    expect(panel.get_by_role("region", name="A, pinned").locator("[data-drawn=true]")).to_be_visible()
    user.page.evaluate(
        """() => {
            const folds = "#controls .part, #controls .add, #controls .target:first-child details";
            for (const fold of document.querySelectorAll(folds)) fold.open = true;
            document.querySelector(".of-channel").hidden = false;
        }"""
    )


def test_on_a_phone_nothing_runs_over_and_every_control_is_reached(
    contexts: Callable[..., BrowserContext], server: Server
) -> None:
    page = contexts(server, viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    user = User(page, server.url).opens()
    page.locator("#map").scroll_into_view_if_needed()
    # the legend gives the limit of every class
    expect(page.locator("#map .role-legend-label text").filter(has_text=re.compile(r"\d"))).to_have_count(10)
    assert page.locator("#map .role-legend-label text[opacity='0']").count() == 0
    for name in TABS:
        user.turns_to(name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    user.presses("Assumptions")
    sheet = page.get_by_role("dialog", name="Assumptions")
    expect(sheet).to_be_visible()
    assert sheet.evaluate("element => element.scrollWidth <= innerWidth")
    user.puts_china("Out").settled()
    change = "club.china=none"
    expect(sheet).to_contain_text(verdict(change).gain.value)
    user.unfolds("How it is computed")
    user.chooses("Time to adjust", "Short run").settled()
    assert page.evaluate(CUT_OFF) == []
    keep(page, "assumptions-open-phone-light")
    sheet.get_by_role("button", name="Done").click()
    expect(sheet).to_be_hidden()
    user.reads(tiles(change, "settings.horizon=short"))
    for name in ("Undo", "Redo", "Reset", "Copy link"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, input, a")]
            .filter(element => element.checkVisibility())
            .filter(element => element.getBoundingClientRect().width > 1 && element.getBoundingClientRect().right > 0)
            .map(element => [(element.closest("label") ?? element).getBoundingClientRect(), element])
            .filter(([box]) => box.width < 24 || box.height < 24)
            .map(([, element]) => element)
            .map(element => element.getAttribute("aria-label") || element.textContent.trim() || element.outerHTML)"""
    )
    assert small == [], f"too small for a finger: {small}"


def test_light_and_dark_follow_the_system_and_the_choice(user: User) -> None:
    def ground() -> str:
        colour: str = user.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    user.opens()
    light = ground()
    user.page.emulate_media(color_scheme="dark")
    dark = ground()
    assert dark != light
    user.presses("Light look")
    assert ground() == light
    user.page.reload()
    user.settled()
    assert ground() == light
    user.presses("Dark look")
    assert ground() == dark


def test_less_motion_is_respected(user: User) -> None:
    user.page.emulate_media(reduced_motion="reduce")
    user.opens()
    user.puts_china("Out")
    user.page.get_by_role("button", name="Why? China's part").click()
    moving = user.page.evaluate(
        """() => document.getAnimations().filter(a => a.effect.getComputedTiming().duration > 10)
            .map(a => a.effect.target.outerHTML.slice(0, 80))"""
    )
    assert moving == []
    assert user.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_on_paper_there_is_only_the_answer(user: User) -> None:
    user.page.emulate_media(color_scheme="dark")
    user.opens()
    user.page.emulate_media(media="print", color_scheme="dark")
    expect(user.page.get_by_role("complementary", name="Assumptions")).to_be_hidden()
    expect(user.page.get_by_role("button", name="Undo", exact=True)).to_be_hidden()
    expect(user.tile("gain_pct")).to_be_visible()
    assert user.page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    keep(user.page, "page-printed", full_page=True)
    assert user.page.pdf().startswith(b"%PDF")
