"""`python -m tools.estimates --from SOURCES`: the estimates that ship, from raw materials by pair, written anew.

The panel is crude, gas and coal, 1995 to 2024, in value, of the pairs that traded a million USD in a year. What sellers
under sanctions sold to "other Asia" is left out, as in the world. Writes raw_materials.json and the tables of
docs/estimates.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

import countervail as cv
from countervail import countries
from countervail.analysis.estimation import RAW_MATERIALS, SEPARATED, Estimate, Estimation
from countervail.errors import InputError
from countervail.files import write_whole
from countervail.world.build.sources import product
from countervail.world.build.sources.raw_materials import RAW_MATERIALS as BACI
from countervail.world.build.sources.raw_materials import read_raw_materials

YEARS: Final = range(1995, 2025)
SECTORS: Final = ("CRUDE", "GAS", "COAL")
LEAST: Final = 1.0
"""Million USD that a pair traded in its largest year: below it are single cargoes and errors, 0.02 % of trade."""
PAGE: Final = Path(__file__).parents[1] / "docs" / "estimates.md"
STORED: Final = RAW_MATERIALS.with_suffix(".json")
_SCENARIO: Final = "asiu"
_PLACES: Final = {"S19": "TWN", "ZA1": "ZAF", "SCG": "SRB"}


def panel(source: Path) -> dict[str, list[Any]]:
    """The columns of the panel, in million USD."""
    raw = read_raw_materials(source, YEARS)
    sectors = np.array([product(code).sector for code in raw.products])[raw.product]
    chosen = np.isin(sectors, SECTORS) & ~raw.unplaced
    names = np.array([_code(place) for place in raw.countries])
    flows: dict[tuple[int, str, str, str], float] = {}
    for at in np.flatnonzero(chosen):
        cell = int(raw.year[at]), str(names[raw.exporter[at]]), str(names[raw.importer[at]]), str(sectors[at])
        if cell[1] and cell[2] and cell[1] != cell[2]:
            flows[cell] = flows.get(cell, 0.0) + float(raw.usd[at])
    largest: dict[tuple[str, str, str], float] = {}
    for (_, *pair), value in flows.items():
        key = (pair[0], pair[1], pair[2])
        largest[key] = max(value, largest.get(key, 0.0))
    chosen_flows = [(cell, value) for cell, value in flows.items() if largest[cell[1:]] >= LEAST]
    columns = zip(*((*cell, value) for cell, value in chosen_flows), strict=True)
    return {
        name: list(column)
        for name, column in zip(("year", "exporter", "importer", "product", "value"), columns, strict=True)
    }


def _code(place: str) -> str:
    """Today's code of BACI's, empty for what is no country."""
    try:
        return countries.resolve(_PLACES.get(place, place))
    except InputError:
        return ""


def stored(result: Estimation) -> str:
    """The estimates as JSON, a line each, to four digits."""
    document = result.document()
    lists = {name: rows for name, rows in document.items() if isinstance(rows, list) and name != "years"}
    head = {name: value for name, value in document.items() if name not in lists}
    parts = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    for name, rows in lists.items():
        lines = [json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}) for row in rows]
        parts.append(f" {json.dumps(name)}: [\n  " + ",\n  ".join(lines) + "\n ]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def tables(result: Estimation) -> dict[str, str]:
    """The tables of the page: effects beside the library's sizes, the years before, the placebo buyers."""
    sizes = {m.id: m for m in cv.load_scenario(_SCENARIO).measures}
    effects, before, placebos = [], [], []
    for one in result.effects:
        measure = sizes.get(one.id)
        size = measure.effect if measure else None
        ours = f"{size.value:.2g} ({size.low:.2g} to {size.high:.2g})" if size else "" if measure is None else "share"
        interval = f"{one.low:.2f} to {one.high:.2f}" if one.known else ""
        effects.append([f"`{one.id}`", _figure(one), f"{one.se:.2f}" if one.known else "", interval, ours, one.note])
        terms = {term.term: term for term in result.leads if term.id == one.id}
        before.append(
            [f"`{one.id}`", *(_figure(terms.get(t)) for t in ("lead 2", "lead 1", "part year")), _figure(one)]
        )
        tried = [
            f"{p.term} {_figure(p)}" for p in result.placebos if p.id == one.id and (p.known or p.note == SEPARATED)
        ]
        placebos.append([f"`{one.id}`", ", ".join(tried) or "none"])
    return {
        "effects": _table(["measure", "estimate", "s.e.", "95 % interval", "size in the library", "note"], effects),
        "before": _table(["measure", "2 years before", "1 year before", "part year", "in force"], before),
        "placebos": _table(["measure", "placebo buyers"], placebos),
    }


def _figure(one: Estimate | None) -> str:
    if one is None:
        return ""
    return f"{one.coefficient:.2f}" if one.known else "no trade" if one.note == SEPARATED else "none"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main() -> None:
    """Estimate, and write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the folder of the sources")
    columns = panel(parser.parse_args().source)
    started = time.monotonic()
    result = cv.estimate(columns, RAW_MATERIALS, dataset=f"{BACI.title}: {', '.join(SECTORS).lower()}, million USD")
    print(f"{len(columns['year']):,} flows, {len(result.panel.pairs):,} pairs: {time.monotonic() - started:.0f} s")
    write_whole(STORED, stored(result))
    page = PAGE.read_text(encoding="utf-8")
    for name, text in tables(result).items():
        start = page.index(f"<!-- {name} -->\n") + len(f"<!-- {name} -->\n")
        page = page[:start] + text + page[page.index("<!-- end -->", start) :]
    write_whole(PAGE, page)


if __name__ == "__main__":
    main()
