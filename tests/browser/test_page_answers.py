"""Every kind of switch: the page shows exactly what the Python interface gives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

import countervail as cv
from support.driving import Server, keep
from support.expected import sentences, tiles
from support.user import User


@pytest.fixture
def user(page: Page, server: Server) -> User:
    return User(page, server.url)


def without(*left: str) -> str:
    """The override that the members beside the secretariat, less some, make."""
    scenario = cv.load_scenario("asiu")
    inside = [m for m in scenario.members() if m not in (scenario.club.secretariat, *left)]
    return f"club.members=[{','.join(inside)}]"


def test_it_opens_with_the_first_view(user: User) -> None:
    user.opens()
    user.reads(tiles())
    for sentence in sentences()[:2]:
        # where the run is known already, its bands follow in brackets
        expect(user.page.get_by_text(sentence.removesuffix("."))).to_be_visible()
    expect(user.page.get_by_role("main").get_by_role("figure").first).to_be_visible()
    expect(user.switch("Russia")).to_be_checked()
    keep(user.page, "first-view-laptop-light")


def test_members_china_and_readings(user: User) -> None:
    user.opens()
    user.flips("Russia").settled()
    user.reads(tiles(without("RUS")))
    user.flips("Belarus").settled()
    user.reads(tiles(without("RUS", "BLR")))
    user.presses("Undo").settled().presses("Undo").settled()
    user.reads(tiles())
    # a switch taken back at once is as it was
    user.flips("Belarus").settled().presses("Undo")
    expect(user.switch("Belarus")).to_be_checked()

    user.puts_china("Out").settled()
    user.reads(tiles("club.china=none"))
    user.puts_china("In full").settled()
    user.reads(tiles("club.china=full"))
    user.puts_china("In part").settled()
    user.reads(tiles())
    assert user.changes == []

    user.chooses("Whose list of members", "Interview").settled()
    user.reads(tiles("club.reading=interview"))


def test_provisions_and_measures(user: User) -> None:
    scenario = cv.load_scenario("asiu")
    currency = next(p for p in scenario.club.provisions if p.id == "currency")
    user.opens()
    user.flips(currency.label).settled()
    user.reads(tiles("club.provisions.currency.enabled=false"))
    user.flips(currency.label).settled()
    slider = user.page.get_by_role("slider", name="Rise of trade").first
    slider.fill("0.12")
    user.settled()
    (change,) = user.changes
    assert change == "club.provisions.currency.effect=0.12"
    user.reads(tiles(change))
    user.presses("Reset").settled()

    user.unfolds("Sanctions in force")
    measure = next(m for m in scenario.measures if scenario.targets(m) == ("IRN",))
    user.page.get_by_label("Find a sanction").fill(measure.label)
    user.sets(measure.label, "Left out").settled()
    user.reads(tiles(f"measures.{measure.id}.enabled=false"))
    user.sets(measure.label, "In force").settled()
    assert user.changes == [f"measures.{measure.id}.lifted=false"]
    user.reads(tiles(*user.changes))
    user.sets(measure.label, "Lifted").settled()
    assert user.changes == []
    user.page.get_by_label("Find a sanction").fill("")
    user.chooses("All sanctions on Cuba", "In force").settled()
    on_cuba = [m.id for m in scenario.measures if scenario.targets(m) == ("CUB",)]
    user.reads(tiles(*(f"measures.{name}.lifted=false" for name in on_cuba)))
    changed = user.page.get_by_role("list", name="Changed against the scenario as loaded")
    expect(changed).to_have_text(f"All {len(on_cuba)} sanctions on Cuba in force was lifted")


def test_how_it_is_computed(user: User) -> None:
    user.opens()
    user.unfolds("How it is computed")
    for label, option, change in (
        ("Time to adjust", "Short run", "settings.horizon=short"),
        ("How easily buyers switch suppliers", "Less easily", "settings.elasticity=low"),
        ("How easily buyers switch suppliers", "More easily", "settings.elasticity=high"),
        ("Trade balances", "All removed first", "settings.closure=balanced"),
    ):
        user.chooses(label, option).settled()
        assert user.changes == [change]
        user.reads(tiles(change))
        user.presses("Reset").settled()
