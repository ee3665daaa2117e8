"""The kinds of measures: each is described once, has one effect, and a new one needs these two files only."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import numpy as np
import pytest
from numpy.testing import assert_allclose
from pydantic import ValidationError

import countervail as cv
from countervail.analysis.case import Case, effects
from countervail.analysis.case.effects import EFFECTS
from countervail.report.controls import controls
from countervail.scenario import Measure, Scenario, kinds
from countervail.scenario.kinds import COUNTRIES, DIRECTIONS, KINDS, NUMBERS, Kind
from support.cases import CODES, bare_world, measure, scenario

ROOT = Path(cv.__file__).parent
REPOSITORY = Path(__file__).parents[3]
R, U = CODES.index("RUS"), CODES.index("USA")


def test_every_kind_has_an_entry_and_an_effect() -> None:
    assert list(KINDS) == list(get_args(Kind))
    assert set(EFFECTS) == set(KINDS)
    for name, kind in KINDS.items():
        assert set(kind.needs) <= set(kind.takes) <= {*NUMBERS, *COUNTRIES}, name
        assert set(kind.numbers) <= set(kind.takes), name
    assert {*NUMBERS, *COUNTRIES} <= set(Measure.model_fields)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="'embargo', 'export_control'"):
        scenario([measure("m", "quota", effect=-1.0)])


def test_kinds_are_named_in_two_files_only() -> None:
    """Else the table would not be the one place. Three of them also name other things."""
    named = re.compile("|".join(f'"{kind}"' for kind in KINDS if kind not in ("tariff", "payment_cutoff", "secondary")))
    where = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "evidence" not in path.parts and named.search(path.read_text(encoding="utf-8"))
    }
    assert where == {"scenario/kinds.py", "analysis/case/effects.py"}


def test_the_guide_to_scenarios_lists_every_kind() -> None:
    text = (REPOSITORY / "docs" / "how-to-scenario.md").read_text(encoding="utf-8")
    text = text[text.index("## Measures") : text.index("## The club")]
    rows = {m[1]: (m[2], m[3]) for m in re.finditer(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)}
    assert set(rows) == set(KINDS)
    for name, (direction, takes) in rows.items():
        assert direction == DIRECTIONS[KINDS[name].direction]  # type: ignore[index]
        # fields are named in the row or in the direction; "the same" refers to the row of the embargo
        fields = takes if takes != "the same" else rows["embargo"][1]
        assert set(re.findall(r"`(\w+)`", fields + direction)) == set(KINDS[name].takes), name  # type: ignore[index]


# -- the worked example of CONTRIBUTING.md -----------------------------------------------------------------------------


class OfAnyKind(Measure):
    """A measure whose kind is not checked against `Kind`, which no test can change."""

    kind: str  # type: ignore[assignment]


@pytest.fixture
def port_ban(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind that CONTRIBUTING.md adds, made by its code."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text[text.index("## A new kind of measure") : text.index("## A new data source")]
    entry, function = (dedent(code) for code in re.findall(r"   ```python\n(.*?)   ```\n", section, re.DOTALL))
    (new,) = eval("{" + entry + "}", dict(vars(kinds))).items()
    monkeypatch.setitem(KINDS, *new)
    names = dict(vars(effects))
    exec(function, names)
    monkeypatch.setitem(EFFECTS, new[0], names[new[0]])


def made(field: str, *, horizon: str = "long", **fields: Any) -> Scenario:
    """A scenario with a port ban among its `measures` or `new_measures`."""
    ban = OfAnyKind.model_validate(measure("ports", "port_ban", **fields))
    return scenario(settings={"horizon": horizon}).model_copy(update={field: (ban,)})


@pytest.mark.usefixtures("port_ban")
def test_a_kind_made_by_the_guide_is_validated() -> None:
    for fields, message in (
        ({}, "a port_ban needs `rate`"),
        ({"rate": -0.1}, "rate may not be below 0"),
        ({"rate": 0.1, "leakage": 0.5}, "a port_ban takes no `leakage`; it may have rate"),
    ):
        with pytest.raises(ValidationError, match=message):
            made("measures", **fields)


@pytest.mark.usefixtures("port_ban")
@pytest.mark.parametrize("horizon", ["long", "short"])
def test_a_kind_made_by_the_guide_works_and_lifting_undoes_it(horizon: str) -> None:
    world = bare_world(closed=0.0)
    on = Case.of(world, made("new_measures", rate=0.1, horizon=horizon)).sanctioned()
    off = Case.of(world, made("measures", rate=0.1, horizon=horizon)).lift()
    assert on.trade_effect is not None
    theta = np.asarray(world.elasticity) * (0.5 if horizon == "short" else 1.0)
    for cell in ((R, U), (U, R)):
        assert_allclose(np.asarray(on.trade_effect)[cell], 1.1**-theta, rtol=1e-12)
    assert_allclose(np.asarray(on.trade_effect) * np.asarray(off.trade_effect), 1.0, rtol=1e-12)
    assert cv.solve(world, on).real_income[R] < 1.0 < cv.solve(world, off).real_income[R]


@pytest.mark.usefixtures("port_ban")
def test_a_kind_made_by_the_guide_is_on_the_page() -> None:
    shown = made("measures", rate=0.1)
    (switch,) = controls(shown, shown).measures
    assert switch.kind_label == "Port ban"
    assert [(n.label, n.unit, n.minimum) for n in switch.numbers] == [("Cost of other ships", "ad valorem", 0.0)]
