"""The regressions of `estimate`: which observations and which dummies each has, and what its terms are called.

A measure has three kinds of terms: the years in which it is in force from first to last day (`effect`), those in which
it is in force for a part (`part year`), and the years before it (`lead k`), unless another measure is on the pair then.
Products that no measure joins are regressed apart, which gives the same numbers sooner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from countervail.analysis.estimation.ppml import Fit, Name, Observations, fit
from countervail.analysis.estimation.trade_panel import DatedMeasure, TradePanel
from countervail.types import Floats, Indices, Mask

EFFECT: Final = "effect"
PART: Final = "part year"
_WHOLE: Final = 1 - 1e-9
_BEFORE: Final = 5
"""Years before a measure by whose trade untreated buyers are ranked."""
_LEAST_SHARE: Final = 0.01
"""Of what all untreated buyers bought then, which a buyer has to exceed to be tried."""


def lead(years: int) -> str:
    """The name of the term so many years before a measure."""
    return f"lead {years}"


def under(measure: DatedMeasure, panel: TradePanel) -> Mask:
    """Which pairs of the panel a measure is on `[pair]`."""
    return np.array([measure.covers(*pair) for pair in panel.pairs])


@dataclass(frozen=True, eq=False)
class Block:
    """Products and the measures on them, one regression.

    Attributes:
        panel: the whole panel.
        measures: those of the block.
        inside: which pairs of the panel are in it `[pair]`.
    """

    panel: TradePanel
    measures: tuple[DatedMeasure, ...]
    inside: Mask

    def main(self, leads: int) -> Fit:
        """The regression of the measures; its terms are `(id, term)`, the effects first."""
        columns: dict[Name, Mask] = {}
        for name in (EFFECT, PART, *map(lead, range(1, leads + 1))):
            for one in self.measures:
                years = self._years(one, name)
                cells = under(one, self.panel)[:, None] & years
                if name not in (EFFECT, PART):
                    cells &= ~self._under_others(one)
                if years.any():
                    columns[one.id, name] = cells[self.inside].ravel()
        return fit(self._observations(), columns)

    def placebos(self, leads: int, most: int) -> Fit:
        """The regression of untreated buyers, each as if it were under the measure; its terms are `(id, buyer)`.

        Left out are what is under a measure, in the years of its leads, too, and the buyers' part years.
        """
        years = np.array(self.panel.years)
        treated = np.zeros((len(self.panel.pairs), len(years)), dtype=bool)
        columns: dict[Name, Mask] = {}
        for one in self.measures:
            affected = (years >= one.since.year - leads) & (years <= (one.to.year if one.to else years[-1]))
            treated |= under(one, self.panel)[:, None] & affected
        for one in self.measures:
            for buyer, pairs in self._untreated(one)[: 2 * most : 2]:
                columns[one.id, buyer] = (pairs[:, None] & self._years(one, EFFECT))[self.inside].ravel()
                treated |= pairs[:, None] & self._years(one, PART)
        keep = ~treated[self.inside].ravel()
        first: dict[bytes, Name] = {}  # measures on the same years have the same placebos
        same = {name: first.setdefault(one.tobytes(), name) for name, one in columns.items()}
        result = fit(self._observations().only(keep), {name: columns[name][keep] for name in first.values()})
        return replace(result, terms={name: result.terms[same[name]] for name in columns})

    def _under_others(self, one: DatedMeasure) -> Mask:
        """Which cells are under another measure `[pair, year]`."""
        cells = np.zeros((len(self.panel.pairs), len(self.panel.years)), dtype=bool)
        for other in self.measures:
            if other is not one:
                cells |= under(other, self.panel)[:, None] & (self._years(other, EFFECT) | self._years(other, PART))
        return cells

    def _untreated(self, one: DatedMeasure) -> list[tuple[str, Mask]]:
        """Buyers of the measure's exporters under no measure on them, with their pairs, the largest before it first.

        Those that bought hardly anything are left out, and so is the last, because something has to be compared with.
        """
        exporters = np.array([pair[0] in one.exporters for pair in self.panel.pairs])
        products = np.array([not one.products or pair[2] in one.products for pair in self.panel.pairs])
        importers = np.array([pair[1] for pair in self.panel.pairs])
        own = importers == np.array([pair[0] for pair in self.panel.pairs])
        hit = np.zeros(len(exporters), dtype=bool)
        for other in self.measures:
            hit |= under(other, self.panel)
        candidates = exporters & products & ~own & ~np.isin(importers, importers[hit & exporters])
        years = np.array(self.panel.years)
        before = (years < one.since.year) & (years >= one.since.year - _BEFORE)
        bought = np.where(candidates, self.panel.value[:, before].sum(axis=1), 0.0)
        sizes = {str(buyer): float(bought[importers == buyer].sum()) for buyer in np.unique(importers[candidates])}
        least = _LEAST_SHARE * sum(sizes.values())
        ranked = sorted((buyer for buyer in sizes if sizes[buyer] > least), key=lambda buyer: (-sizes[buyer], buyer))
        return [(buyer, candidates & (importers == buyer)) for buyer in ranked[:-1]]

    def _years(self, one: DatedMeasure, term: str) -> Mask:
        """The years in which a term of a measure holds `[year]`."""
        years = self.panel.years
        if term in (EFFECT, PART):
            share = np.array([one.share_in_force(year) for year in years])
            return share >= _WHOLE if term == EFFECT else (share > 0) & (share < _WHOLE)
        return np.array([lead(one.since.year - year) == term for year in years])

    def _observations(self) -> Observations:
        pairs, years = int(self.inside.sum()), len(self.panel.years)
        exporter, importer, product = (self.panel.places(column)[self.inside] for column in range(3))

        def by_year(place: Indices) -> Indices:
            cell = place * (product.max() + 1) + product
            return np.asarray((cell[:, None] * years + np.arange(years)).ravel())

        cluster = exporter * (importer.max() + 1) + importer
        effects = np.column_stack([by_year(exporter), by_year(importer), np.repeat(np.arange(pairs), years)])
        value: Floats = self.panel.value[self.inside].ravel()
        return Observations(value, effects, np.repeat(cluster, years))


def blocks(measures: Sequence[DatedMeasure], panel: TradePanel) -> Iterator[Block]:
    """The panel's products, in groups that measures join, each with its measures; products without one are left out."""
    groups: list[set[str]] = [{product} for product in panel.products]
    for one in measures:
        joined = [g for g in groups if not one.products or g & one.products]
        groups = [g for g in groups if g not in joined] + [set().union(*joined)]
    for group in groups:
        inside = np.array([pair[2] in group for pair in panel.pairs])
        own = tuple(one for one in measures if not one.products or one.products & group)
        if own:
            yield Block(panel, own, inside)
