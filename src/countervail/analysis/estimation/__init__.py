"""Effects of measures on trade, estimated from a panel: structural gravity by PPML, with leads and placebo buyers.

Trade of a pair in a year is `exp(exporter-year + importer-year + pair + sum of b over the measures it is under)`, so
that b is the partial effect on log trade that a scenario's `effect` takes; what the other flows do in equilibrium is in
the exporter's and the importer's effects (Yotov, Piermartini, Monteiro and Larch 2016, chapter 1).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from countervail.analysis.estimation import ppml
from countervail.analysis.estimation.ppml import NORMAL, Fit
from countervail.analysis.estimation.regressions import EFFECT, PART, blocks, under
from countervail.analysis.estimation.trade_panel import DatedMeasure, TradePanel, read_measures, read_panel
from countervail.arguments import Check, a_callback, checked, optional, text, whole
from countervail.errors import InputError
from countervail.types import Progress, Row

RAW_MATERIALS: Final = Path(__file__).with_name("raw_materials.csv")
"""Measures on crude, gas and coal; their estimates are in raw_materials.json beside it (tools/estimates.py)."""
FEW_PAIRS: Final = 5
"""Below this number of pairs under a measure the clustered error is too small to rely on."""


@dataclass(frozen=True)
class Estimate:
    """The estimate of one term.

    Attributes:
        id: the measure.
        term: `effect` while it is in force the whole year, `lead 1` the year before it, `part year` a year in which it
            is in force for a part, or the placebo's buyer.
        coefficient: its effect on log trade; NaN where there is none, and `note` says why.
        se: standard error, clustered by pair, as pyfixest has it.
        low, high: 95 % interval, by a jackknife over pairs, which is wider (`ppml`); with few pairs by the placebo
            buyers.
        n: observations of the regression.
        note: what a reader should know.
    """

    id: str
    term: str
    coefficient: float
    se: float
    low: float
    high: float
    n: int
    note: str

    @property
    def known(self) -> bool:
        """Whether there is an estimate."""
        return math.isfinite(self.coefficient)

    @property
    def differs(self) -> bool:
        """Whether its interval leaves out zero."""
        return self.known and (self.low > 0 or self.high < 0)

    @property
    def row(self) -> Row:
        """It as a row of a table; None for what there is not."""
        numbers = {name: getattr(self, name) for name in ("coefficient", "se", "low", "high")}
        known = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
        return {"id": self.id, "term": self.term, **known, "n": self.n, "note": self.note}


@dataclass(frozen=True, eq=False)
class Estimation:
    """What `estimate` returns.

    Attributes:
        measures: as they were read.
        effects: an estimate for each measure, in their order.
        leads: estimates for the years before the measures, and for years in which they were in force for a part.
        placebos: estimates for untreated buyers, as if they were under the measure.
        panel: the balanced panel.
        dataset: what the panel is called.
        date: the day of the estimation.
    """

    measures: tuple[DatedMeasure, ...]
    effects: tuple[Estimate, ...]
    leads: tuple[Estimate, ...]
    placebos: tuple[Estimate, ...]
    panel: TradePanel
    dataset: str
    date: dt.date

    @property
    def rows(self) -> list[Row]:
        """The measures' estimates: id, coefficient, se, low, high, n, note."""
        return [{k: v for k, v in one.row.items() if k != "term"} for one in self.effects]

    @property
    def method(self) -> str:
        """How the estimates were made, in one line."""
        by_product = " by product" if len(self.panel.products) > 1 else ""
        return (
            f"PPML with exporter-year, importer-year and pair effects{by_product}, pyfixest "
            f"{ppml.pyfixest().__version__}; errors clustered by pair; {self.panel.years[0]}-{self.panel.years[-1]}"
        )

    def document(self) -> Row:
        """The result as `--json` prints it."""
        return {
            "format": "estimates/1",
            "dataset": self.dataset,
            "method": self.method,
            "date": self.date.isoformat(),
            "pairs": len(self.panel.pairs),
            "years": [self.panel.years[0], self.panel.years[-1]],
            "rows": self.rows,
            "leads": [one.row for one in self.leads],
            "placebos": [one.row for one in self.placebos],
        }


def _is_table(value: Any, field: str) -> None:
    if not isinstance(value, str | PathLike) and not hasattr(value, "__getitem__"):
        raise InputError(f"{field}: not a table; give the path of a CSV, a DataFrame or columns", field=field)


def _between(least: int, most: int) -> Check:
    return lambda value, field: whole(value, field, least, most)


@checked(
    panel=_is_table,
    measures=_is_table,
    leads=_between(0, 20),
    placebos=_between(0, 50),
    dataset=optional(text),
    progress=optional(a_callback),
)
def estimate(
    panel: Any,
    measures: Any,
    *,
    leads: int = 2,
    placebos: int = 5,
    dataset: str | None = None,
    progress: Progress | None = None,
) -> Estimation:
    """Estimate what measures did to trade, from a panel of trade by pair and year.

    Args:
        panel: the path of a CSV, a DataFrame or a mapping of columns: `year, exporter, importer, value[, product]`, a
            row a flow. Countries by code or name. Pairs that ever trade are balanced: a year without a row is zero.
        measures: the same with the columns `id, exporter, importer, from, to[, product]`. Countries or groups (with
            their members on the first day), several joined by semicolons; days or years; an empty `to` is still in
            force.
        leads: how many years before a measure get a term of their own, which takes what was done in anticipation and
            shows trends from before.
        placebos: how many untreated buyers of the same exporters are tried, at most, each as if it were under the
            measure; 0 leaves them out.
        dataset: what the panel is called where a source is named; default: the name of its file.
        progress: called as `progress(stage, done, total)`.

    Returns:
        Estimates of the measures, their leads and their placebos.

    Raises:
        InputError: a column, value, country or date that is wrong, with file, line and field; or pyfixest is missing.
        NotConverged: trade is too sparse for the effects.
    """
    ppml.pyfixest()  # before the work, not after it
    data = read_panel(panel)
    listed = read_measures(measures, data)
    regressions = list(blocks(listed, data))
    main, tried = [], []
    for k, block in enumerate(regressions):
        _report(progress, k, len(regressions))
        main += _estimates(block.main(leads))
        tried += _estimates(block.placebos(leads, placebos)) if placebos else []
    _report(progress, len(regressions), len(regressions))
    before = tuple(one for m in listed for one in main if one.id == m.id and one.term != EFFECT)
    effects = tuple(
        _with_notes(
            next((one for one in main if (one.id, one.term) == (m.id, EFFECT)), _never_whole(m)),
            [one for one in before if one.id == m.id],
            [one for one in tried if one.id == m.id],
            int(under(m, data).sum()),
        )
        for m in listed
    )
    name = dataset or (Path(panel).name if isinstance(panel, str | PathLike) else "a table of one's own")
    return Estimation(listed, effects, before, tuple(tried), data, name, dt.date.today())


def _report(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress("regressions", done, total)


SEPARATED: Final = "no trade at all where it holds: perfect prediction, the coefficient is minus infinity"
_PROBLEMS: Final = {
    "separated": SEPARATED,
    "absent": "all its observations are predicted by the fixed effects: exporter or importer has no other trade then",
    "collinear": "collinear with the fixed effects or another measure: nothing is left to compare with",
}


def _estimates(fit: Fit) -> list[Estimate]:
    return [
        Estimate(id, term, one.coefficient, one.se, one.low, one.high, fit.n, _PROBLEMS.get(one.problem, ""))
        for (id, term), one in fit.terms.items()
    ]


def _never_whole(one: DatedMeasure) -> Estimate:
    note = "in force for no whole year of the panel: see its part years"
    return Estimate(one.id, EFFECT, math.nan, math.nan, math.nan, math.nan, 0, note)


def _with_notes(one: Estimate, before: list[Estimate], tried: list[Estimate], pairs: int) -> Estimate:
    """The effect with its interval and what a reader should know of its pairs, its leads and its placebo buyers."""
    one = _with_interval(one, tried, pairs)
    notes = [one.note]
    if parts := [p for p in before if p.term == PART]:
        notes.append(f"part years apart: {_shown(parts[0])}")
    if moved := [p for p in before if p.term != PART and p.differs]:
        notes.append("trade differed already before: " + ", ".join(f"{p.term} {_shown(p)}" for p in moved))
    compared = [abs(p.coefficient) for p in tried if p.known] + [math.inf for p in tried if p.note == SEPARATED]
    if one.known and compared:
        larger = sum(size >= abs(one.coefficient) for size in compared)
        notes.append(f"{larger} of {len(compared)} placebo buyers moved as much")
    elif one.known:
        notes.append("no placebo buyer")
    return replace(one, note="; ".join(filter(None, notes)))


def _shown(one: Estimate) -> str:
    return f"{one.coefficient:+.2f}" if one.known else "none"


def _with_interval(one: Estimate, tried: list[Estimate], pairs: int) -> Estimate:
    """The effect with an interval that holds where few pairs are under it, too.

    Their clustered error leaves out what is particular to them. How far untreated buyers moved, the root mean square of
    their coefficients, says more (Conley and Taber 2011); the wider interval is taken.
    """
    known = [p.coefficient for p in tried if p.known]
    if not one.known or (pairs >= FEW_PAIRS and math.isfinite(one.low)):
        return one
    of = f"{pairs} pair{'s' if pairs > 1 else ''} under it"
    if not known:
        half = _widest(NORMAL * one.se, one.high - one.coefficient)
        note = f"{of}: the error leaves out what is particular to them, and there is no placebo buyer to measure it by"
    else:
        half = _widest(NORMAL * float(np.sqrt(np.mean(np.square(known)))), one.high - one.coefficient)
        note = f"{of}: the interval is at least as wide as placebo buyers are apart"
    return replace(one, low=one.coefficient - half, high=one.coefficient + half, note=note)


def _widest(*halves: float) -> float:
    """The largest that is a number; NaN where none is."""
    return max((half for half in halves if math.isfinite(half)), default=math.nan)
