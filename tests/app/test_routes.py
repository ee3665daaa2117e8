"""The application's answers: those of the Python interface, for every state, whoever else is asking."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.run import case_of, solved
from countervail.app.inputs import MOST_UPLOADS, Sources
from countervail.errors import InputError
from countervail.output import OBEYED
from countervail.rails import payments
from countervail.rails.removals import Element
from countervail.report.charts import every
from countervail.report.tables.columns import described
from countervail.report.tables.rail_tables import CLASSES, channels
from countervail.report.tables.run_tables import at_once, stated, tables
from countervail.scenario import Scenario, dump, library
from countervail.scenario.load import Source
from support.cases import rich_world
from support.served import WALL, app, question, serving

ADDED = (
    'new_measures.added-1={"label": "A tariff", "kind": "tariff", "senders": ["EU"], "targets": ["IND"], '
    '"rate": {"value": 0.25, "low": 0.25, "high": 0.25, "basis": "definition"}}'
)
THROUGH = "settings.rerouting={}"
THREAT = (
    'new_measures.added-2={"label": "A threat", "kind": "secondary", "senders": ["USA"], "targets": ["RUS"], '
    '"hubs": ["TUR", "IND"], "penalty": {"value": 0.1, "low": 0.1, "high": 0.1, "basis": "definition"}}'
)
STATES: tuple[tuple[str, ...], ...] = (
    (),
    ("club.members=[RUS]",),
    ("club.members=[RUS, CHN]", "club.provisions.market.effect=0.1"),
    ("club.reading=two",),
    ("measures.russia.enabled=false",),
    ("measures.russia.lifted=false",),
    ("measures.iran.effect=-0.4", "settings.horizon=short"),
    ("settings.closure=balanced",),
    ("club.provisions.bank-links.enabled=false", "settings.rails_date=2019-06-30"),
    (ADDED, "club.members=[RUS]"),
)


def given(*settings: str) -> Scenario:
    """The scenario of the tests under overrides, read as the command line reads it."""
    return Source.parse(dump(question()).encode(), "test").scenario(settings)


def ask(client: httpx.Client, path: str, *settings: str, **more: Any) -> Any:
    answer = client.post(f"/api/{path}", json={"scenario": "test", "set": settings, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_meta_says_what_is_here(client: httpx.Client) -> None:
    meta = client.get("/api/meta").json()
    assert meta["version"] == cv.__version__
    assert meta["state"] == {"scenario": "test", "set": [], "case": None}
    known = [(s["name"], s["kind"]) for s in meta["scenarios"] if s["kind"] != "upload"]
    assert known == [("test", "file"), *((name, "library") for name in library())]
    assert meta["world"] == {"name": "made up", "year": 2023, "countries": 12, "sectors": 5}
    assert meta["draws"] == 100
    assert set(meta["headline"]["definitions"]) == {column.name for column in described("page")["tiles"].columns}
    assert meta["headline"]["agreement"] == "1.2 to 1.6-fold"
    assert "0.25\u00a0%" in dict(meta["headline"]["terms"])["No ratio"]


def test_charts_are_all_there(client: httpx.Client) -> None:
    body = client.get("/api/charts").json()
    assert set(body["charts"]) == set(every())
    assert set(body["themes"]) == {"light", "dark"}
    for chart in body["charts"].values():
        assert set(chart) == {"title", "reading", "tables", "section", "source", "needs", "specification"}


def test_tables_are_served_as_the_report_has_them(client: httpx.Client) -> None:
    served = client.get("/api/charts").json()["columns"]
    assert {table["document"] for table in served.values()} == {"run", "coalitions", "country", "state"}
    for document in ("run", "coalitions"):
        known = sorted((t for t in described(document).values() if t.section), key=lambda table: table.position)
        placed = [(name, t) for name, t in served.items() if t["document"] == document and t["section"]]
        assert [name for name, _ in placed] == [table.name for table in known]
        for (_, mine), table in zip(placed, known, strict=True):
            assert (mine["section"], mine["folded"]) == (table.section, table.folded)
            assert [c["heading"] for c in mine["columns"]] == [c.heading for c in table.shown]


@pytest.mark.parametrize("settings", STATES)
def test_worlds_are_those_of_the_python_interface(client: httpx.Client, settings: tuple[str, ...]) -> None:
    outcome = cv.run(rich_world(), given(*settings))
    expected = at_once(outcome)
    body = ask(client, "worlds", *settings)
    assert body["placebo_of"] == ("as loaded" if settings else "this")
    assert list(body["tables"]) == list(expected)
    for name in ("figures", "countries"):
        rows = {(r.get("country") or r["iso3"], r.get("quantity")): r for r in body["tables"][name]}
        for row in expected[name]:
            mine = rows.pop((row.get("country") or row["iso3"], row.get("quantity")), None)
            if name == "figures" and row["quantity"] == "break_even":
                assert mine is None  # it comes with the run
                continue
            assert mine is not None
            for key, value in row.items():
                if key == "payments_pct":
                    continue  # it comes with the run
                if isinstance(value, float):
                    # of a change that is small against a country's spending, its money has the solver's tolerance
                    slack = 1e-5 if key.endswith("usd") else 1e-7
                    assert_allclose(mine[key], value, rtol=1e-6, atol=slack, err_msg=f"{row} {key}")
                elif key != "note":
                    assert mine[key] == value
        assert not rows
    assert body["tables"]["meta"][0]["members"] == " ".join(outcome.members)
    tiles = described("page")["tiles"].columns
    assert [tile["quantity"] for tile in body["tiles"]] == [column.name for column in tiles]
    assert len(body["headline"]) >= 2
    assert len(body["members"]["rows"]) == len(outcome.members) + 1
    assert len(body["members"]["columns"]) == len(body["members"]["rows"][0])


def test_a_measure_at_the_margin_is_that_of_the_run(client: httpx.Client) -> None:
    """Lifted alone as in the table of measures; an added one as the world of a run in which it is imposed."""
    outcome = cv.run(rich_world(), given())
    alone = {row["id"]: row["target_usd"] for row in tables(outcome)["measures"]}
    body = ask(client, "margin", measures=["russia"])
    (russia,) = (row for row in body["tables"]["margin"] if row["iso3"] == "RUS")
    assert russia["part"] == "target"
    assert russia["usd"] == pytest.approx(alone["russia"], rel=1e-4)
    assert body["sentences"][0].startswith("Lifting it would bring those it is on")
    together = ask(client, "margin", measures=["russia", "iran"])["sentences"]
    assert together[0].startswith("Lifting them would bring those they are on")
    imposed = cv.run(rich_world(), given(ADDED)).worlds.sanctions.S
    rows = {row["iso3"]: row["usd"] for row in ask(client, "margin", ADDED, measures=["added-1"])["tables"]["margin"]}
    k = outcome.world.index("IND")
    assert rows["IND"] == pytest.approx(float(imposed.equivalent_variation[k]), rel=1e-4)
    assert rows["IND"] < 0
    reply = client.post("/api/margin", json={"scenario": "test", "measures": ["no-such"]})
    assert reply.status_code == 422


def test_two_states_side_by_side_are_those_of_two_runs(client: httpx.Client) -> None:
    changes = ("club.members=[RUS]", ADDED)
    body = ask(client, "compare", *changes, other=["settings.closure=balanced"])
    runs = [at_once(cv.run(rich_world(), given(*settings))) for settings in (("settings.closure=balanced",), changes)]
    for side, tables_of in zip("ab", runs, strict=True):
        known = {row["quantity"]: row["value"] for row in tables_of["verdict"] if row["value"] is not None}
        rows = {row["quantity"]: row for row in body[side]["tables"]["verdict"]}
        assert {name: rows[name]["value"] for name in known} == pytest.approx(known, rel=1e-5)
        assert known
        assert body[side]["verdict"]["sentence"].startswith(("No", "In part", "Yes"))
    for row in body["tables"]["compare"]:
        if row["difference"] is not None:
            assert row["difference"] == pytest.approx(row["b"] - row["a"])
    assert body["sentences"]


def random_states(seed: int, count: int) -> list[tuple[str, ...]]:
    """States of what a reader switches: members, proposals, sanctions lifted, kept, left out and added, hubs."""
    rng = np.random.default_rng(seed)
    choices = (
        ("club.members=[RUS]", "club.members=[CHN]", "club.members=[RUS, CHN]"),
        ("measures.russia.enabled=false", "measures.russia.lifted=false", "measures.russia.effect=-0.7"),
        ("measures.iran.enabled=false", "measures.iran.lifted=false", "measures.iran.effect=-0.4"),
        ("club.provisions.market.enabled=false", "club.provisions.market.effect=0.12"),
        ("settings.closure=balanced", "settings.horizon=short"),
        (ADDED,),
        ("settings.rerouting={leaked: 0.1}", THROUGH),
    )
    states = []
    for k in range(count):
        taken = [str(rng.choice(group)) for group in choices if rng.random() < 0.6]
        if k % 3 == 0:  # a threat is against what comes through third countries
            taken = [text for text in taken if "rerouting" not in text] + [THROUGH, THREAT]
        states.append(tuple(taken))
    return states


def test_twelve_random_states_and_their_comparison_are_those_of_python(client: httpx.Client) -> None:
    states = random_states(22, 12)
    assert any("lifted=false" in text for state in states for text in state)
    assert any(ADDED in state for state in states)
    assert 2 < sum(THREAT in state for state in states) < sum(any("rerouting" in s for s in state) for state in states)
    expected = [at_once(solved(case_of(rich_world(), given(*state)))) for state in states]
    for state, known in zip(states, expected, strict=True):
        body = ask(client, "worlds", *state)["tables"]
        for name in ("u_pct", "c_pct", "uc_pct"):
            mine, ours = ([row[name] for row in rows["countries"]] for rows in (body, known))
            assert_allclose(mine, ours, rtol=1e-6, atol=1e-7, err_msg=f"{state}")
    pairs = [*zip(states, expected, strict=True)]
    for (a, of_a), (b, of_b) in pairwise(pairs):
        compared = ask(client, "compare", *b, other=a)
        for side, known in (("a", of_a), ("b", of_b)):
            values = {row["quantity"]: row["value"] for row in known["verdict"] if row["value"] is not None}
            mine = {row["quantity"]: row["value"] for row in compared[side]["tables"]["verdict"]}
            assert {name: mine[name] for name in values} == pytest.approx(values, rel=1e-5, abs=1e-5)


def test_a_measure_that_stays_in_force_is_not_counted_and_has_no_margin(client: httpx.Client) -> None:
    before, remaining = ask(client, "worlds"), ask(client, "worlds", "measures.russia.lifted=false")
    cost = [
        next(r["value"] for r in body["tables"]["verdict"] if r["quantity"] == "cost_usd")
        for body in (before, remaining)
    ]
    assert abs(cost[1]) < abs(cost[0])
    (measure,) = (m for m in ask(client, "scenario", "measures.russia.lifted=false")["measures"] if m["id"] == "russia")
    assert (measure["enabled"], measure["lifted"], measure["lifted_path"]) == (True, False, "measures.russia.lifted")
    state = {"scenario": "test", "set": ["measures.russia.lifted=false"], "measures": ["russia"]}
    reply = client.post("/api/margin", json=state)
    assert reply.status_code == 422
    assert "stays in force in every world" in reply.json()["error"]


def test_a_pair_pays_as_the_network_says_and_a_cut_costs_it(client: httpx.Client) -> None:
    """Shares by class are those of the table of all pairs; a cut raises the wedge as the network without it has it."""
    case = case_of(rich_world(), given())
    network = payments(case.world, case.scenario)
    body = ask(client, "pair", one="IRN", other="RUS")["tables"]
    for name, rows in body.items():
        for row in rows:
            assert list(row) == [column.name for column in described("state")[name].columns], name
    assert body["pair_income"] == []
    now = [row for row in body["pair_payments"] if row["network"] == "as it is"]
    (known,) = (
        row
        for row in channels(network.club_only(), case.scenario)
        if row["network"] == network.date.isoformat() and {row["one_name"], row["other_name"]} == {"Iran", "Russia"}
    )
    assert [row["share"] for row in now] == pytest.approx([known[key] for key in CLASSES])
    assert now[0]["wedge"] == pytest.approx(known["wedge"])
    names = [row["id"] for row in body["pair_elements"]]
    assert names == sorted(names)  # by name, not by what they cost
    cut = ask(client, "pair", one="IRN", other="RUS", cut=["membership: RUS on SPFS"])["tables"]
    after = next(row for row in cut["pair_payments"] if row["network"] == "as it is, after the cut")
    without = network.cut([Element("membership", "RUS on SPFS")])
    assert after["wedge"] == pytest.approx(float(without.wedges[network.index("IRN"), network.index("RUS")]))
    assert [row["iso3"] for row in cut["pair_income"][:2]] == ["IRN", "RUS"]
    assert cut["pair_income"][1]["now_usd"] <= 0
    # "with the proposals" are the links that are switched on, as for the countries of a table of routes
    paid = case.layout.payments
    assert paid is not None
    proposed = next(row for row in body["pair_payments"] if row["network"] == "with the proposals")
    assert proposed["wedge"] == pytest.approx(float(paid.proposed.wedges[network.index("IRN"), network.index("RUS")]))
    off = ask(client, "pair", "club.provisions.bank-links.enabled=false", one="IRN", other="RUS")["tables"]
    assert {row["network"] for row in off["pair_payments"]} == {"as it is"}
    state = {"scenario": "test", "one": "IRN", "other": "RUS"}
    for more in ({"cut": ["link: no such"]}, {"other": "IRN"}, {"other": "XYZ"}):
        assert client.post("/api/pair", json={**state, **more}).status_code == 422


def test_the_verdict_counts_the_same_countries_whatever_is_switched(client: httpx.Client) -> None:
    who = ask(client, "worlds")["verdict"]["who"]
    for change in ("measures.russia.enabled=false", "club.members=[]", ADDED):
        assert ask(client, "worlds", change)["verdict"]["who"] == who
    assert ask(client, "worlds")["against"] == []


def test_tables_have_the_columns_that_are_described(client: httpx.Client) -> None:
    body = ask(client, "worlds")["tables"] | ask(client, "scenario")["tables"] | ask(client, "payments")["tables"]
    for name, rows in body.items():
        assert rows or name in ("claims", "timeline", "rail_provisions", "rail_pairs", "rail_provision_pairs"), name
        for row in rows:
            assert list(row) == [column.name for column in described()[name].columns], name


def test_the_same_question_again_is_known(client: httpx.Client) -> None:
    first, again = ask(client, "worlds", "club.cap=2.5"), ask(client, "worlds", "club.cap=2.5")
    assert first == again


def test_states_asked_at_once_never_mix(client: httpx.Client) -> None:
    """Twenty windows, each with its own members' strength, each requested by two at a time."""
    states = [f"club.provisions.market.effect={0.02 * k:.2f}" for k in range(1, 21)]
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda s: ask(client, "worlds", s), [*states, *states]))
    for k, state in enumerate(states):
        income = solved(case_of(rich_world(), given(state))).real_income["C"]
        for answer in (answers[k], answers[k + 20]):
            rows = answer["tables"]["countries"]
            assert_allclose([1 + row["c_pct"] / 100 for row in rows], income, rtol=1e-8)


def test_scenario_says_what_can_be_switched(client: httpx.Client) -> None:
    body = ask(client, "scenario", "club.members=[RUS]", "club.provisions.market.effect=0.1")
    assert body["kind"] == "file"
    (number,) = next(p for p in body["provisions"] if p["id"] == "market")["numbers"]
    assert (number["value"], number["loaded"]) == (0.1, 0.3)
    assert {m["iso3"]: m["in"] for m in body["members"]["list"]}["RUS"] is True
    expected = stated(rich_world(), given("club.members=[RUS]", "club.provisions.market.effect=0.1"))
    assert body["tables"] == json.loads(json.dumps(expected))


def test_country_opens_a_country(client: httpx.Client) -> None:
    body = ask(client, "country", "measures.russia.enabled=false", country="RUS")["tables"]
    assert set(body) == {"country", "partners", "country_sectors", "country_measures", "routes"}
    assert body["country"][0]["iso3"] == "RUS"


def test_the_scenario_downloaded_is_what_was_solved(client: httpx.Client) -> None:
    settings = ["club.members=[RUS, CHN]", "settings.horizon=short"]
    answer = client.post("/api/scenario.yaml", json={"scenario": "test", "set": settings})
    assert answer.headers["content-type"].startswith("text/yaml")
    assert answer.headers["content-disposition"] == 'attachment; filename="scenario.yaml"'
    assert Source.parse(answer.content, "downloaded").scenario() == given(*settings)


# -- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting", ["club.chna=none", "club.china=some", "measures.russia.effect=high", "nothing", "club.cap={a: 1"]
)
def test_a_wrong_setting_is_refused_as_on_the_command_line(client: httpx.Client, setting: str) -> None:
    with pytest.raises(cv.InputError) as caught:
        given(setting)
    answer = client.post("/api/worlds", json={"scenario": "test", "set": [setting]})
    assert answer.status_code == 422
    assert answer.json() == {"error": str(caught.value)}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"scenario": "other"}, 404, "there is no 'other' here"),
        ({"scenario": "test", "set": [WALL]}, 409, "closure 'balanced' removes deficits first"),
        ({"scenario": "test", "set": "club.china=none"}, 422, "set: "),
        ({"scenario": "test", "set": ["x=1"] * 401}, 422, "set: "),
        ({"scenario": "test", "set": ["x" * 2001]}, 422, "set.0: "),
        ({"scenario": "test", "sets": []}, 422, "sets: Extra inputs"),
        ({"scenario": "\ud800"}, 422, "scenario: "),
        ([], 422, "body: "),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, body: Any, status: int, message: str) -> None:
    answer = client.post("/api/worlds", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert message in answer.json()["error"]


def test_unknown_things_are_not_found(client: httpx.Client) -> None:
    assert client.post("/api/scenario", json={"scenario": "test", "case": "case-1"}).status_code == 404
    assert client.post("/api/country", json={"scenario": "test", "country": "XXX"}).status_code == 422
    for path in ("/api/jobs/none", "/api/jobs/none/events", "/api/jobs/none/files/report.html", "/api", "/other"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]
    answer = client.get("/api/worlds")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


# -- scenarios sent to it --------------------------------------------------------------------------------------------


def upload(client: httpx.Client, text: str, name: str = "mine.yaml") -> httpx.Response:
    return client.post("/api/scenarios", json={"text": text, "name": name})


def test_scenarios_are_parsed_one_at_a_time(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that compute take turns with the event loop, which with many of them would answer nobody in time."""
    at_once: list[int] = []
    parsing = set[str]()

    def slow(sources: Sources, text: str, shown: str) -> None:
        parsing.add(shown)
        time.sleep(0.05)
        at_once.append(len(parsing))
        parsing.remove(shown)
        raise InputError("slow")

    monkeypatch.setattr(Sources, "upload", slow)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda k: upload(client, "a: 1", f"{k}.yaml"), range(5)))
    assert [answer.status_code for answer in answers] == [422] * 5
    assert at_once == [1] * 5


def test_a_scenario_sent_is_solved_like_any_other(client: httpx.Client) -> None:
    answer = upload(client, dump(given("club.members=[RUS]")))
    assert answer.status_code == 201
    name = answer.json()["name"]
    assert name.startswith("upload-")
    mine = client.post("/api/worlds", json={"scenario": name}).json()["tables"]["countries"]
    served = ask(client, "worlds", "club.members=[RUS]")["tables"]["countries"]
    assert_allclose([row["c_pct"] for row in mine], [row["c_pct"] for row in served], atol=1e-6)
    assert {"name": name, "kind": "upload"}.items() <= client.get("/api/meta").json()["scenarios"][-1].items()


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) \u202eevil\u2066\u200f\x85"


def test_hostile_names_come_back_as_text(client: httpx.Client) -> None:
    scenario = question().model_copy(update={"title": HOSTILE, "description": HOSTILE})
    measures = tuple(m.model_copy(update={"label": HOSTILE, "note": HOSTILE}) for m in scenario.measures)
    answer = upload(client, dump(scenario.model_copy(update={"measures": measures})), HOSTILE)
    assert answer.status_code == 201, answer.text
    name = answer.json()["name"]
    state = {"scenario": name, "country": "RUS"}
    for path in ("worlds", "scenario", "country"):
        answer = client.post(f"/api/{path}", json=state if path == "country" else {"scenario": name})
        assert answer.headers["content-type"] == "application/json"
        assert "<script>alert(1)</script>" in answer.text or path == "country"
        assert not any(character in answer.text for character in map(chr, OBEYED) if character not in "\n")
    assert client.post("/api/scenario.yaml", json={"scenario": name}).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "mine.yaml"),
        ("", "is empty"),
        ("a: &x 1\nb: *x", "anchor &x is not allowed"),
        ("!!python/object/apply:os.system ['id']", "tag"),
        ("include: [../../../../etc/passwd]", "outside"),
        ("include: [other.yaml]", "there is no file"),
        ("[" * 100 + "]" * 100, "nested more than"),
        ("name: " + "x" * 2_000_001, "at most 2,000,000"),
        ("a: \x00", "NUL"),
        ("name: a\ntitle: " + "x" * 10_001, "mine.yaml, line 2: a text of 10,001 characters"),
        ("? " + "x" * 10_001 + "\n: 1", "a text of 10,001 characters"),
    ],
)
def test_scenarios_that_are_none_are_refused(client: httpx.Client, text: str, message: str) -> None:
    answer = upload(client, text)
    assert answer.status_code == 422
    assert message in answer.json()["error"]
    assert "passwd:" not in answer.text


def test_ten_megabytes_are_refused(client: httpx.Client) -> None:
    answer = upload(client, "x" * 10_000_000)
    assert answer.status_code == 413
    assert "body: more than" in answer.json()["error"]


def test_uploads_are_bounded(client: httpx.Client) -> None:
    text = dump(question())
    names = [upload(client, f"{text}\n# {k}").json()["name"] for k in range(MOST_UPLOADS + 1)]
    assert client.post("/api/worlds", json={"scenario": names[0]}).status_code == 404
    assert client.post("/api/worlds", json={"scenario": names[-1]}).status_code == 200


# -- the page, and what the API says about itself ----------------------------------------------------------------------


def test_the_files_of_the_page_are_served(client: httpx.Client) -> None:
    report = files("countervail.report") / "static"
    plain = client.get("/static/world.json", headers={"accept-encoding": "identity"})
    packed = client.get("/static/world.json", headers={"accept-encoding": "gzip"})
    assert plain.content == packed.content == (report / "world.json").read_bytes()
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert client.get("/static/report.css").headers["content-type"] == "text/css; charset=utf-8"
    again = client.get("/static/world.json", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/other.js").status_code == 404


def test_the_documentation_is_complete_and_without_script(client: httpx.Client) -> None:
    page = client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    for path, methods in client.get("/api/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page.text


def test_nothing_is_kept_that_an_app_does_not_hold(client: httpx.Client, tmp_path: Path) -> None:
    """Two applications of one process know nothing of each other."""
    path = tmp_path / "mine.yaml"
    path.write_text(dump(given("club.members=[RUS]")), encoding="utf-8")
    with serving(app(scenario=path, settings=("club.cap=1",), draws=7)) as first:
        meta = first.get("/api/meta").json()
        assert meta["state"] == {"scenario": "mine.yaml", "set": ["club.cap=1"], "case": None}
        assert meta["draws"] == 7
        assert first.post("/api/worlds", json={"scenario": "mine.yaml"}).status_code == 200
        assert client.post("/api/worlds", json={"scenario": "mine.yaml"}).status_code == 404


def test_a_wrong_start_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(cv.InputError, match="no such scenario"):
        app(scenario="nowhere")
    with pytest.raises(cv.InputError, match="there is no `chna`"):
        app(settings=["club.chna=1"])
    with pytest.raises(cv.InputError, match="no case here"):
        app(evidence=tmp_path)
