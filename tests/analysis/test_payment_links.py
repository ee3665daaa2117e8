"""What payment links are worth and what cuts cost: as much as the provision, and nothing where it is nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis import payment_links
from countervail.analysis.case.draws import sample
from countervail.analysis.decompose import provisions
from countervail.analysis.payment_links import Study, prepare, study
from countervail.analysis.worlds import ROUNDED_TOLERANCE, sanctions, worlds
from countervail.errors import InputError
from countervail.folders import MARKER
from countervail.rails import load_rails
from countervail.report.pages import payment_page
from countervail.report.tables import payment_tables, rail_tables
from countervail.report.tables.columns import described
from countervail.scenario import Scenario
from support.cases import measure, provision, rich_world, rng_of, scenario

MEASURES = [measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5))]
SMALL = scenario(MEASURES, [provision("bank-links", rng_of(0.03, 0.0, 0.1), rails=["SEPAM", "SPFS"])])
CUT_SIZES = 2


@pytest.fixture(scope="module")
def links() -> Study:
    case, network = prepare(rich_world(), SMALL)
    return study(case, network, cuts=CUT_SIZES, budgets=(0.0,))


def by_id(links: Study) -> dict[str, payment_links.ProposalGain]:
    return {w.proposed.id: w for w in links.worth}


def test_the_links_of_a_provision_give_what_the_provision_gives(links: Study) -> None:
    """`payment_proposals` beside `provisions`: the same links, the same gain, by two ways."""
    case = links.case
    base = sanctions(case)
    (part,) = provisions(case, worlds(case, base, links.members))
    together = by_id(links)["bank-links"]
    # both are solved to the tolerance of what is rounded
    np.testing.assert_allclose(together.alone.value, part.alone, atol=ROUNDED_TOLERANCE)
    parts = sum(w.alone.value for name, w in by_id(links).items() if name.startswith("bank-link-"))
    np.testing.assert_allclose(parts, together.alone.value, rtol=0.05, atol=1e-7)


def test_bands_hold_the_value_and_links_that_change_nothing_give_nothing(links: Study) -> None:
    for worth in links.worth:
        assert (worth.alone.low <= worth.alone.value + 1e-12).all()
        assert (worth.alone.value <= worth.alone.high + 1e-12).all()
    # no Syria and no Lebanon in this world: their links change no pair and are worth nothing
    for name in ("bank-link-syr", "bank-link-lbn"):
        worth = by_id(links)[name]
        assert worth.proposed.alone.saving.value.max() == 0
        assert np.abs(worth.alone.value).max() < 1e-9
        assert np.abs(worth.last).max() < 1e-8
    # once the two rails are joined for all, Iran's own link with Russia adds nothing
    assert np.abs(by_id(links)["bank-link-rus"].last).max() < 1e-8
    assert by_id(links)["bank-link-rus"].alone.value[links.case.world.index("IRN")] > 1e-6
    everything = by_id(links)["all"]
    np.testing.assert_allclose(everything.last, everything.alone.value, rtol=1e-10)


def test_draws_give_bands(links: Study) -> None:
    draws = sample(links.case.world, SMALL, 3, 0)
    drawn, again = (study(links.case, links.network, links.base, draws=draws) for _ in range(2))
    assert drawn.draws == 3
    for one, other in zip(drawn.worth, again.worth, strict=True):
        assert one.draws == 3
        np.testing.assert_array_equal(one.alone.low, other.alone.low)
        np.testing.assert_array_equal(one.alone.value, by_id(links)[one.proposed.id].alone.value)
        assert (one.alone.low <= one.alone.high).all()
    for row in payment_tables.tables(drawn)["payment_proposals"]:
        assert re.match(r"negligible|most likely place \d of \d \(\d+ % of draws\)|not negligible", row["worth"])
    hidden = {c.name for c in described()["payment_proposals"].columns if c.hidden}
    assert {"alone_pct", "alone_usd", "last_pct", "last_usd"} <= hidden  # never a point


def test_a_cut_costs_the_club_and_the_worst_of_more_elements_costs_no_less_wedge(links: Study) -> None:
    worst = [next(c for c in links.costs if c.interdiction.k == k) for k in range(1, CUT_SIZES + 1)]
    assert all(one.cut.loss <= other.cut.loss + 1e-12 for one, other in pairwise(worst))
    assert all(c.interdiction.exact for c in links.costs)
    assert len(links.costs) == CUT_SIZES * payment_links.SHOWN
    rows = payment_tables.tables(links)["payment_cuts"]
    income, world = links.base.base_income, links.case.world
    for row, cost in zip(rows, links.costs, strict=True):
        total = sum(row[f"{group}_usd"] or 0.0 for group in ("club", "others", "senders", "third"))
        assert total == pytest.approx(float((income * np.expm1(cost.change)).sum()), rel=1e-9)
    hit = next(c for c in links.costs if c.cut.elements[0].name.startswith("RUS on "))
    assert hit.change[world.index("RUS")] < 0


def test_a_sender_asks_for_the_loss_of_eligible_members_and_sees_how_unequal_their_pairs_are() -> None:
    case, network = prepare(cv.load_world(), cv.load_scenario("asiu"))
    club = payment_links.club_that_counts(case, network)
    assert "UKR" in network.members
    assert "UKR" not in (*club.members, *club.counted)
    weight = club.club_pairs()
    ukraine, russia, china = (network.index(code) for code in ("UKR", "RUS", "CHN"))
    assert not weight[ukraine].any()
    assert weight.sum() == pytest.approx(2.0)
    # one pair has more than a third of all: the table of pairs shows it
    assert weight[russia, china] > 1 / 3
    rows = {(row["one"], row["other"]): row["weight"] for row in rail_tables.pairs(network)}
    assert max(rows.values()) == rows.get(("RUS", "CHN"), rows.get(("CHN", "RUS")))


def test_cutting_nothing_costs_nothing(links: Study) -> None:
    case = links.case
    shock = case.repaid(payment_links.lost_saving(links.network, links.network.cut([])), case.sanctioned())
    (eq,) = payment_links.equilibria(case, [shock], links.base)
    np.testing.assert_allclose(eq.real_income, links.base.real_income, rtol=1e-9)


def test_a_club_of_one_has_no_links() -> None:
    alone = scenario(MEASURES, [], members=[])
    case, network = prepare(rich_world(), alone)
    done = study(case, network, cuts=2)
    assert done.worth == done.costs == ()
    assert not any(payment_tables.tables(done).values())


def test_tables_fit_their_descriptions(links: Study) -> None:
    tables = payment_tables.tables(links, pairs=True)
    assert set(tables) == set(payment_tables.NAMES)
    for name, rows in tables.items():
        # a world without the trade of other years has nothing to compare observed shares with
        assert rows or name == "payment_observed", name
        for row in rows:
            assert list(row) == [c.name for c in described()[name].columns], name
    json.dumps(tables, allow_nan=False)
    heads = {(row["id"], row["country"]) for row in tables["payment_proposals"]}
    assert {c for i, c in heads if i == "bank-link-ven"} == {"CLUB", "IRN", "VEN"}
    assert {row["band"] for row in tables["payment_proposals"]} == {"what payments save"}


def test_the_page_shows_what_the_links_are_worth(links: Study) -> None:
    tables = payment_page.tables(links)
    html = payment_page.page(tables)
    assert "bank links together raise trade on their own pairs" in html
    assert html.count("data-chart=") == 5
    assert "memberships.swift-all.share" in html
    assert json.loads(payment_page.document(tables))["meta"][0]["format"] == "payments/1"


def test_a_run_has_the_network_and_with_draws_the_links() -> None:
    without = cv.run(rich_world(), SMALL)
    assert without.payments is not None
    assert without.payments.worth == ()
    shown = payment_tables.tables(without.payments)
    assert shown["rail_series"]
    assert shown["rail_edges"]
    assert not shown["payment_proposals"]
    with_draws = cv.run(rich_world(), SMALL, draws=2)
    assert with_draws.payments is not None
    assert with_draws.drawn is not None
    together = by_id(with_draws.payments)["bank-links"]
    expected = np.percentile(with_draws.drawn.provision["bank-links"], 95, axis=0)
    np.testing.assert_array_equal(together.alone.high, expected)
    assert together.draws == 2
    assert by_id(with_draws.payments)["bank-link-ven"].draws == 0
    # no provision over rails, no network
    assert cv.run(rich_world(), scenario(MEASURES, [])).payments is None


# -- what U lifts ----------------------------------------------------------------------------------------------------


def ids(scenario: Scenario) -> set[str]:
    network = cv.payments(cv.load_world(), scenario)
    lifted = {e.id for e in network.lifted_by(scenario).rails.entries()}
    return {e.id for e in network.rails.entries() if e.id not in lifted}


def test_u_lifts_what_the_scenario_lifts() -> None:
    asiu, russia, pressure = (ids(cv.load_scenario(n)) for n in ("asiu", "russia-2022", "maximum-pressure-2018"))
    # Ukraine's embargo stays in U, and so are its banks' dealings
    assert "ukraine-dealings" not in asiu | russia | pressure
    assert all(name.startswith(("russia-", "belarus-")) for name in russia)
    assert russia < asiu
    # the older embargo of the United States stays, and with it its dollar and its own banks
    assert pressure == {"iran-swift-2018", "iran-euro-2018", "iran-dealings-2018", "iran-secondary-2022"}
    # what nobody imposes is never lifted
    assert not {"somalia-swift", "lebanon-swift-2020", "sudan-swift-2017"} & asiu


def test_the_united_nations_are_a_sender_of_their_own() -> None:
    network = replace(cv.payments(cv.load_world(), cv.load_scenario("asiu")), rails=load_rails())
    assert network.date == dt.date(2023, 7, 1)
    assert network.imposed(["UN"], ["PRK"]) == ("korea-swift-2017",)
    assert "korea-dollar" in network.imposed(["USA"], ["PRK"])
    assert "korea-swift-2017" not in network.imposed(["USA"], ["PRK"])


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    from countervail.cli import call

    monkeypatch.setattr(cv, "load_world", rich_world, raising=False)
    monkeypatch.setattr(cv, "load_scenario", lambda name, set=(): SMALL, raising=False)

    def invoke(*arguments: str) -> tuple[int, str, str]:
        code = call(["payments", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return invoke


def test_the_command_shows_writes_and_explains(run: Any, tmp_path: Any) -> None:
    out = tmp_path / "payments"
    code, shown, _ = run(
        "--draws", "0", "--date", "2022-07-01", "--interdict", "1", "--route", "IRN", "VEN", "-o", str(out)
    )
    assert code == 0
    for words in (
        "Payments among 4 members on 2022-07-01",
        "Bank link Iran-Venezuela over SEPAM",
        "Venezuela pays Iran",
        "exact of",
        "third countries",
        "what payments save",
    ):
        assert words in shown
    assert {p.name for p in out.iterdir()} == {MARKER, "payments.html", "payments.json"}
    document = json.loads((out / "payments.json").read_text(encoding="utf-8"))
    assert document["meta"][0]["date"] == "2022-07-01"
    assert document["rail_routes"]
    code, printed, errors = run("--draws", "0", "--json", "-o", str(out))
    assert code == 0
    assert json.loads(printed)["payment_proposals"]
    assert "Report:" in errors
    code, shown, _ = run("--draws", "2")
    assert code == 0
    assert "2 draws" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--date", "yesterday"], "'yesterday' is not a date"),
        (["--route", "IRN", "XXX"], "'XXX' is not in the network"),
        (["--route", "IRN", "IRN"], "two different countries"),
        (["--rails", "/nonexistent/rails.yaml"], "cannot be read"),
    ],
)
def test_the_command_refuses_by_name(run: Any, arguments: list[str], message: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err


def test_the_command_keeps_what_is_not_its_own(run: Any, tmp_path: Any) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, err = run("-o", str(tmp_path))
    assert code == 2
    assert "not empty" in err
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    with pytest.raises(InputError):
        payment_page.write(payment_page.tables(study(*prepare(rich_world(), SMALL))), tmp_path)
