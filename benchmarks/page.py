"""The page in a real browser: first view, switches of every kind, twenty windows at once (`python -m benchmarks.page`).

A switch is timed in the page, from the event of the control that is used to the frame in which tiles, map and bars
show the answer. Every switch measured leads to a state that the server has not solved before. Needs a Chromium on PATH.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from countervail.analysis.live import Live
from countervail.report import headline
from countervail.report.tables.run_tables import at_once
from countervail.scenario import CLUB, load_scenario
from countervail.types import Row
from countervail.world.store import load_world
from tests.support.driving import LAPTOP, Server, browser_path, launch, serving

SINGLE, WINDOWS = 70, 20
FIRST, SWITCH, SWITCH_P95, SETTING, TOGETHER = 2000, 80, 300, 600, 1000
"""Milliseconds promised."""
BETWEEN = 300
"""Milliseconds between switches: the controls are requested in them, and the run for bands does not begin."""
# Notes how long it takes from the event of a control to the frame in which the page shows the state that is then the
# latest. `use` does to a control what a user does, after some milliseconds: a switch or choice is clicked, a slider or
# list set to a value; it returns how long the page took.
_CLOCK = """
window.taken = [];
let began = null;
let report = () => {};
for (const kind of ["input", "change", "click"]) addEventListener(kind, event => { began ??= event.timeStamp; }, true);
document.addEventListener("DOMContentLoaded", () => {
  const main = document.querySelector("main");
  new MutationObserver(() => {
    if (began === null || main.dataset.updated !== main.dataset.sequence) return;
    const since = began;
    began = null;
    requestAnimationFrame(() => setTimeout(() => {
      taken.push(performance.now() - since);
      report(taken.at(-1));
    }));
  }).observe(main, { attributes: true, attributeFilter: ["data-updated"] });
});
window.use = (selector, value, wait) => new Promise((done, fail) => {
  report = done;
  setTimeout(() => fail(new Error(`${selector}: no answer shown`)), wait + 60000);
  setTimeout(() => {
    const control = document.querySelector(selector);
    if (value === null) return control.click();
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }, wait);
});
"""
# How long the server took to answer what it had not answered before: what it keeps comes in a few milliseconds
_ANSWERED = """() => performance.getEntriesByType("resource")
    .filter(e => e.name.endsWith("/api/worlds") && e.decodedBodySize && e.duration > 20).map(e => e.duration)"""
_RESTS = (
    "() => { const m = document.querySelector('main').dataset; return Boolean(m.ready) && m.updated === m.sequence; }"
)

Control = tuple[str, str | None]
"""A selector, and the value it is set to; None for a click."""


def measure() -> list[Row]:
    """Each claim beside what was promised; nothing, with a word why, where there is no browser."""
    if browser_path() is None:
        print("page: not measured, no Chromium on this machine")
        return []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with launch(playwright) as browser:
            with serving(Path(folder) / "one.log", "asiu") as server:
                rows = [*_opening(browser, server), *_switches(browser, server)]
            with serving(Path(folder) / "many.log", "asiu") as server:
                rows += _windows(browser, server)
        with serving(Path(folder) / "clients.log", "asiu") as server:
            rows += _clients(server)
    return rows


def _row(what: str, value: float, at_most: int | None, note: str = "", unit: str = "ms") -> Row:
    wanted = f"<= {at_most}" if at_most else ""
    return {"what": what, "value": round(value, 1), "unit": unit, "wanted": wanted, "note": note}


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# -- one window ------------------------------------------------------------------------------------------------------


@contextmanager
def _window(browser: Browser, server: Server) -> Iterator[Page]:
    context = server.admit(browser.new_context(viewport=LAPTOP))
    page = context.new_page()
    page.add_init_script(_CLOCK)
    page.goto(server.url)
    _rests(page)
    yield page
    context.close()


def _rests(page: Page) -> None:
    until = time.monotonic() + 60
    while not page.evaluate(_RESTS):
        if time.monotonic() > until:
            raise TimeoutError(f"no answer shown: {page.inner_text('body')[:500]}")
        page.wait_for_timeout(5)


def _opening(browser: Browser, server: Server, times: int = 7) -> list[Row]:
    """From asking for the page to tiles, map and bars; every time in a browser that has nothing of it."""
    taken = []
    for _ in range(times):
        with _window(browser, server) as page:
            taken.append(float(page.evaluate("performance.getEntriesByName('updated-1')[0].startTime")))
    return [
        _row("opening to first view, the server just started", taken[0], FIRST),
        _row(
            "opening to first view, median", median(taken[1:]), FIRST, f"of {times - 1}, largest {max(taken[1:]):.0f}"
        ),
    ]


def _switches(browser: Browser, server: Server) -> list[Row]:
    with _window(browser, server) as page:
        page.wait_for_timeout(1000)
        for fold in page.locator("#controls details").all():
            fold.evaluate("fold => { fold.open = true; }")
        page.wait_for_timeout(500)
        controls = _controls(page)[:SINGLE]
        page.evaluate("performance.clearResourceTimings()")
        alone = [_there_and_back(page, control) for control in controls]
        answered = page.evaluate(_ANSWERED)
        beside = []
        for control in _controls(page, seed=1)[:20]:
            page.evaluate("location.hash = '#asiu&set=club.congo%3DCOG'")
            page.wait_for_timeout(1500)  # the run for bands is under way
            beside.append(_there_and_back(page, control))
        page.evaluate("location.hash = '#asiu'")
        page.wait_for_timeout(300)
        walk = [_timed(page, control) for control in _controls(page, seed=2)[:30]]
        slow = []
        for control in random.Random(3).sample(controls, 5):
            page.evaluate("location.hash = '#asiu'")
            page.wait_for_timeout(300)
            _timed(page, control)
            for name, values in (("horizon", ("short", "long")), ("elasticity", ("low", "high", "central"))):
                slow += [_timed(page, (f'select[data-path="settings.{name}"]', value)) for value in values][:-1]
    every = alone + walk
    return [
        _row("a switch to tiles, map and bars, median", median(every), SWITCH, f"of {len(every)}, all to new states"),
        _row("a switch, 95th percentile", _at(every, 0.95), SWITCH_P95, f"largest {max(every):.0f}"),
        _row("  one change, median", median(alone), None, _spread(alone)),
        _row("  of which the server's answer, median", median(answered), None, _spread(answered)),
        _row("  many changes one upon the other, median", median(walk), None, _spread(walk)),
        _row("  while a run is under way, median", median(beside), SWITCH, _spread(beside)),
        _row("horizon or elasticity, median", median(slow), SETTING, f"of {len(slow)}, largest {max(slow):.0f}"),
    ]


def _spread(values: list[float]) -> str:
    return f"of {len(values)}, 95th percentile {_at(values, 0.95):.0f}"


def _controls(page: Page, seed: int = 0) -> list[Control]:
    """Switches of members, provisions and measures, the ways of China, sliders; in a random order."""
    controls: list[Control] = []
    for path, country, kind, low, high in page.evaluate(
        """() => [...document.querySelectorAll("#controls input[data-path]")]
            .filter(i => !i.dataset.path.startsWith("settings."))
            .map(i => [i.dataset.path, i.dataset.country ?? null, i.type, i.min, i.max])"""
    ):
        place = f'#controls input[data-path="{path}"]' + (f'[data-country="{country}"]' if country else "")
        if kind == "checkbox":
            controls.append((place, None))
        elif kind == "range" and path.startswith("club."):
            controls.append((place, str(round(float(low) + 0.7 * (float(high) - float(low)), 3))))
    controls += [(f'#controls input[type="radio"][value="{value}"]', None) for value in ("none", "full")]
    random.Random(seed).shuffle(controls)
    return controls


def _there_and_back(page: Page, control: Control) -> float:
    taken = _timed(page, control)
    _timed(page, ("#undo", None))
    return taken


def _timed(page: Page, control: Control) -> float:
    """Milliseconds from using a control to the page's showing the answer."""
    taken = float(page.evaluate("([selector, value]) => use(selector, value, 0)", list(control)))
    page.wait_for_timeout(BETWEEN)
    return taken


# -- twenty at once --------------------------------------------------------------------------------------------------


def _wanted() -> list[tuple[Control, str]]:
    """Twenty different switches, with the override that each makes."""
    scenario = load_scenario("asiu")
    members = [m for m in scenario.members() if m not in (scenario.club.secretariat, "CHN")]
    wanted: list[tuple[Control, str]] = [
        (
            (f'#controls input[data-country="{one}"]', None),
            f"club.members=[{','.join([*(m for m in members if m != one), 'CHN'])}]",
        )
        for one in members
    ]
    wanted += [
        ((f'#controls input[type="radio"][value="{value}"]', None), f"club.china={value}") for value in ("none", "full")
    ]
    wanted += [
        (
            (f'#controls input[data-path="club.provisions.{p.id}.enabled"]', None),
            f"club.provisions.{p.id}.enabled=false",
        )
        for p in scenario.club.provisions
    ]
    return wanted[:WINDOWS]


def _right(changes: list[str]) -> list[dict[str, str]]:
    """What the tiles have to say under each change."""
    live = Live.of(load_world(), load_scenario("asiu"))
    values = []
    for change in changes:
        rows = at_once(live.outcome_of(load_scenario("asiu", set=[change])))
        values.append({q: headline.figure(rows, CLUB, q).value for q in ("cost_pct", "gain_pct", "offset", "blunting")})
    return values


def _windows(browser: Browser, server: Server) -> list[Row]:
    """Twenty windows, each of which uses another switch at the same moment."""
    wanted = _wanted()
    contexts = [server.admit(browser.new_context(viewport=LAPTOP)) for _ in wanted]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.add_init_script(_CLOCK)
        page.goto(server.url)
        _rests(page)
    pages[0].wait_for_timeout(5000)
    moment = time.time() + 2
    for page, (control, _) in zip(pages, wanted, strict=True):
        wait = max(0.0, 1000 * (moment - time.time()))
        page.evaluate("([selector, value, wait]) => void use(selector, value, wait)", [*control, wait])
    pages[0].wait_for_timeout(4000)
    # one look when it is over, for whoever looks more often is in their way
    for page in pages:
        page.wait_for_function("() => taken.length > 0", timeout=120_000, polling=1000)
    taken = [float(page.evaluate("taken.at(-1)")) for page in pages]
    waited = [
        float(
            page.evaluate(
                "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/api/worlds')).at(-1).duration"
            )
        )
        for page in pages
    ]
    right = _right([change for _, change in wanted])
    shown = [
        {tile: page.locator(f'[data-quantity="{tile}"] .value').text_content() for tile in right[0]} for page in pages
    ]
    for context in contexts:
        context.close()
    correct = sum(one == right for one, right in zip(shown, right, strict=True))
    return [
        _row(
            f"{WINDOWS} windows at the same moment, largest",
            max(taken),
            TOGETHER,
            f"median {median(taken):.0f}; {correct} of {WINDOWS} correct",
        ),
        _row(
            "  of which waiting for the server, largest",
            max(waited),
            None,
            f"median {median(waited):.0f}; the rest is Chromium drawing {WINDOWS} maps",
        ),
    ]


def _clients(server: Server) -> list[Row]:
    """Twenty HTTP clients instead, which ask for new states at the same moment."""
    changes = [change for _, change in _wanted()]
    taken, shown = [0.0] * len(changes), [dict[str, str]()] * len(changes)
    gate = threading.Barrier(len(changes))

    def ask(k: int) -> None:
        own = {"Origin": server.url}
        with httpx.Client(base_url=server.url, cookies=server.cookies, headers=own, timeout=30) as client:
            client.post("/api/worlds", json={"scenario": "asiu", "set": [], "case": None})
            time.sleep(5.0)  # as the windows' pages, which have been open a while
            gate.wait()
            since = time.perf_counter()
            answer = client.post("/api/worlds", json={"scenario": "asiu", "set": [changes[k]], "case": None})
            taken[k] = 1000 * (time.perf_counter() - since)
            shown[k] = {tile["quantity"]: tile["value"] for tile in answer.json()["tiles"]}

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(len(changes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    right = _right(changes)
    correct = sum(one.items() >= other.items() for one, other in zip(shown, right, strict=True))
    return [
        _row(
            f"{WINDOWS} HTTP clients at the same moment, largest",
            max(taken),
            TOGETHER,
            f"median {median(taken):.0f}; {correct} of {WINDOWS} correct",
        )
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row['what']:<58} {row['value']:>9.4g} {row['unit']:<3} {row['wanted']:<8} {row['note']}", flush=True)
