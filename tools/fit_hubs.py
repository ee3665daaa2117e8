"""Fits who the hubs are to Russia's imports of 2021 and 2023 and writes the table (`python -m tools.fit_hubs`).

The partners are those that bar nothing and sold over 0.1 bn in either year, all on record in the package (IMF, goods
by partner). ln(b / a) is fitted by least squares under normal priors of standard deviation 0.5 about zero on the
coefficients (1 on the level's); ranges are the 5th and 95th percentile over partners drawn with replacement. Printed:
rank correlations on halves that were not fitted, beside gravity alone and past growth alone. `--check` writes
nothing and compares with the table.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares  # type: ignore[import-untyped]
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from countervail import countries as atlas
from countervail.analysis.rerouting import hubs
from countervail.analysis.rerouting.hubs import DISTANCE, ORIENTATION, by_land
from countervail.types import Floats, Indices, Mask
from countervail.world.observed import YEARS, arrays, russia

BARRING = ("EU", "G7", "KOR", "AUS", "CHE", "NOR", "NZL", "TWN", "SGP", "ISL", "UKR")
LEFT_OUT = {
    "BLR": "no figure of Russia's customs since 2022",
    "UGA": "imputed: 5.8 bn where the partner reports 0.02",
    "UZB": "imputed: 7.8 bn where the partners' reports give 3.0",
    "FRO": "no exports to all in the UN's accounts",
    "TKM": "zero since 2022 after 140 million, which is no report and not no trade",
}
LEAST = 100.0
"""Million USD in 2021 or 2023."""
PRIOR, NOISE = 0.5, 0.45
"""Standard deviations of a coefficient before the data, and of ln(b / a) about the fit."""
LEVEL = -1.5
"""Of alpha before the data, with a standard deviation of 1: a gain of a fifth of what was sold."""
SPLITS, DRAWS = 200, 500
NAMES = ("level", "orientation", "distance", "land", "union")
NOTES = {
    "level": "Gain over sales at 1 % of exports, 3,000 km, neither near by land nor in the union, in logs",
    "orientation": "On the log of the share of its exports that the target takes",
    "distance": "On the log of nearness",
    "land": "Of a border with the target, or with a neighbour of it that bars nothing",
    "union": "Of a customs union with the target",
}
SOURCE = "Russia's imports by partner 2021 and 2023, IMF International Trade in Goods (tools/fit_hubs.py)"
_KM = 6371.0


@dataclass(frozen=True)
class Partners:
    """Russia's partners that bar nothing, arrays `[partner]`; values in million USD.

    Attributes:
        codes: ISO3.
        before, after, earlier: what Russia bought of them in 2021, 2023 and 2019.
        exports: to all, 2021, goods and services.
        exports_after: the same of 2023.
        x: the covariates of `NAMES` `[partner, covariate]`.
    """

    codes: tuple[str, ...]
    before: Floats
    after: Floats
    earlier: Floats
    exports: Floats
    exports_after: Floats
    distance: Floats
    x: Floats

    @property
    def far(self) -> Mask:
        """Those neither near by land nor in the union."""
        return np.asarray((self.x[:, 3] == 0) & (self.x[:, 4] == 0))

    @classmethod
    def load(cls) -> Partners:
        """From what ships with the package."""
        trade, known = russia(), atlas.load()
        place = trade.countries.index("RUS")
        bought = {y: trade.matrix(y)[:, place] for y in (2019, 2021, 2023)}
        barring = set(atlas.expand(BARRING, "2022-12-31"))
        most = np.fmax(np.nan_to_num(bought[2021]), np.nan_to_num(bought[2023]))
        at = [
            k
            for k, c in enumerate(trade.countries)
            if c in known and c not in barring and c not in LEFT_OUT and c != "RUS" and most[k] >= LEAST
        ]
        codes = tuple(trade.countries[k] for k in at)
        before, after, earlier = (bought[y][at] for y in (2021, 2023, 2019))
        exports, exports_after = (_un_exports(codes, y) for y in (2021, 2023))
        distance = np.array([_between(c, "RUS") for c in codes])
        land = np.array([c in _by_land(barring) for c in codes])
        union = np.array([c in atlas.group("EAEU", "2021-12-31") for c in codes])
        x = np.stack(
            [np.ones(len(codes)), np.log(before / exports / ORIENTATION), -np.log(distance / DISTANCE), land, union],
            axis=1,
        )
        return cls(codes, before, after, earlier, exports, exports_after, distance, x)


def _un_exports(codes: tuple[str, ...], year: int) -> Floats:
    """Exports of goods and services, million USD."""
    data = arrays()
    rows = {str(c): k for k, c in enumerate(data["un_countries"])}
    values = data["un_values"][list(data["un_series"]).index("exports")][:, year - YEARS[0]]
    return np.array([values[rows[c]] for c in codes], dtype=np.float64)


def _between(one: str, other: str) -> float:
    """Great-circle distance between capitals, km."""
    a, b = (atlas.load()[c] for c in (one, other))
    p, q, turn = np.radians(a.latitude), np.radians(b.latitude), np.radians(b.longitude - a.longitude)
    cosine = np.sin(p) * np.sin(q) + np.cos(p) * np.cos(q) * np.cos(turn)
    return float(_KM * np.arccos(np.clip(cosine, -1.0, 1.0)))


def _by_land(barring: set[str]) -> set[str]:
    """The countries near Russia by land, as `by_land` has it."""
    known = atlas.load()
    codes = list(known)
    place = {c: k for k, c in enumerate(codes)}
    borders = np.zeros((len(codes), len(codes)), bool)
    for code, country in known.items():
        for other in country.neighbours:
            if other in place:
                borders[place[code], place[other]] = borders[place[other], place[code]] = True
    passing = np.array([c not in barring for c in codes])
    return {codes[k] for k in np.flatnonzero(by_land(borders, place["RUS"], passing))}


@dataclass(frozen=True)
class Fit:
    """g, and alpha with the coefficients of `NAMES`."""

    demand: float
    beta: Floats

    @classmethod
    def of(cls, partners: Partners, chosen: Indices) -> Fit:
        """Fitted on some of the partners."""
        ratio, x = (partners.after / partners.before)[chosen], partners.x[chosen]
        demand = float(np.median(ratio[partners.far[chosen]]))

        def misfit(beta: Floats) -> Floats:
            error = np.log(demand + np.exp(x @ beta)) - np.log(ratio)
            return np.concatenate([error / NOISE, (beta - start) / spread])

        start = np.r_[LEVEL, np.zeros(x.shape[1] - 1)]
        spread = np.r_[1.0, np.full(x.shape[1] - 1, PRIOR)]
        return cls(demand, np.asarray(least_squares(misfit, start).x))

    def growth(self, partners: Partners, of: Indices) -> Floats:
        """The expected ratio of sales after to before."""
        return np.asarray(self.demand + np.exp(partners.x[of] @ self.beta))


def rank_correlations(partners: Partners, splits: int = SPLITS, seed: int = 0) -> dict[str, Floats]:
    """Spearman's rho on halves that were not fitted, of the absolute and the log change `[split, 2]`, by forecast."""
    random, n = np.random.default_rng(seed), len(partners.codes)
    rows: dict[str, list[tuple[float, float]]] = {"fitted": [], "gravity alone": [], "past growth alone": []}
    for _ in range(splits):
        order = random.permutation(n)
        half, rest = order[: n // 2], order[n // 2 :]
        growth = Fit.of(partners, half).growth(partners, rest)
        gravity = (partners.exports / partners.distance)[rest]
        past = (partners.before / partners.earlier)[rest]
        before, change = partners.before[rest], (partners.after - partners.before)[rest]
        log = np.log(partners.after / partners.before)[rest]
        for name, absolute, relative in (
            ("fitted", (growth - 1) * before, growth),
            ("gravity alone", gravity, gravity),
            ("past growth alone", past, past),
        ):
            rows[name].append((float(spearmanr(absolute, change)[0]), float(spearmanr(relative, log)[0])))
    return {name: np.array(values) for name, values in rows.items()}


def precisions(partners: Partners) -> dict[str, float]:
    """How many of the first 10 and 20 swelled, ranked by gain, each with the fit of all the others; and by chance.

    A pair swelled where Russia bought more of the partner by a larger factor than the partner's exports to all rose.
    """
    n = len(partners.codes)
    swelled = partners.after / partners.before > partners.exports_after / partners.exports
    gain = np.zeros(n)
    for k in range(n):
        fit = Fit.of(partners, np.setdiff1d(np.arange(n), [k]))
        gain[k] = ((fit.growth(partners, np.array([k])) - fit.demand) * partners.before[k])[0]
    order = np.argsort(-gain)
    out = {f"precision_{m}": float(swelled[order[:m]].mean()) for m in (10, 20)}
    return {**out, "chance": float(swelled.mean()), "pairs": float(n)}


def text_of(partners: Partners, draws: int = DRAWS) -> str:
    """The table as it is written."""
    n = len(partners.codes)
    fit = Fit.of(partners, np.arange(n))
    random = np.random.default_rng(0)
    drawn = np.array([Fit.of(partners, random.integers(0, n, n)).beta for _ in range(draws)])
    low, high = np.percentile(drawn, (5, 95), axis=0)
    rows: list[tuple[Any, ...]] = [
        (name, f"{fit.beta[k]:.3f}", f"{low[k]:.3f}", f"{high[k]:.3f}", "estimated", SOURCE, NOTES[name])
        for k, name in enumerate(NAMES)
    ]
    note = "Part of a hub's gain that goes by sector like its purchases from the barring countries; no data say it"
    rows.append(("mix", 0.5, 0, 1, "assumption", "None: the data have totals of pairs", note))
    notes = {
        "precision_10": "Part of the first 10 that swelled, each ranked by the fit of all the others",
        "precision_20": "Part of the first 20 that swelled",
        "chance": "Part of all the pairs that swelled",
        "pairs": "Pairs ranked",
    }
    rows += [
        (k, f"{v:.3g}", f"{v:.3g}", f"{v:.3g}", "measured", SOURCE, notes[k]) for k, v in precisions(partners).items()
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("name", "value", "low", "high", "basis", "source", "note"))
    writer.writerows(rows)
    return out.getvalue()


def main() -> int:
    """Fit, print the scores, write the table."""
    partners = Partners.load()
    for name, values in rank_correlations(partners).items():
        for k, change in enumerate(("absolute", "log")):
            low, middle, high = np.percentile(values[:, k], (5, 50, 95))
            print(f"{name:18} {change:8} change: rank correlation {middle:.2f}, 5 to 95 %: {low:.2f} to {high:.2f}")
    text = text_of(partners)
    print(text)
    path = Path(hubs.__file__).parent / hubs.FILE
    if "--check" in sys.argv[1:]:
        return int(path.read_text(encoding="utf-8") != text)
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
