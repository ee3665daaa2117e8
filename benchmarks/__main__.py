"""Measure every claimed speed in one run and print it beside the claim (`make bench`)."""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import cubes, page, payments, solver

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PLOT = HERE.parent / "docs" / "benchmarks.svg"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small cubes instead of the whole ones")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results.json and docs/benchmarks.svg")
    parser.add_argument("--only", choices=("solver", "cubes", "payments", "page"), help="one part")
    options = parser.parse_args()
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "numpy": np.__version__}
    print(f"{machine['cores']} cores, {machine['machine']}, NumPy {machine['numpy']}")
    rows: list[dict[str, Any]] = []
    growth: list[dict[str, Any]] = []
    if options.only in (None, "solver"):
        rows += show(solver.measure())
    if options.only in (None, "cubes"):
        cube_rows, growth = cubes.measure(options.quick)
        rows += show(cube_rows)
        for row in growth:
            print(f"  {row['along']:>10} {row['x']:>3}: {row['ms']:.3f} ms per coalition, {row['steps']:.1f} steps")
    if options.only in (None, "payments"):
        rows += show(
            {"what": r["what"], "value": r["seconds"], "unit": "s", "wanted": f"<= {r['at_most']:g}", "note": ""}
            for r in payments.measure()
        )
    if options.only in (None, "page"):
        rows += show(page.measure())
    if options.write:
        RESULTS.write_text(json.dumps({"machine": machine, "rows": rows, "growth": growth}, indent=1) + "\n")
        if growth:
            plot(growth)


def show(rows: Any) -> list[dict[str, Any]]:
    shown = list(rows)
    for r in shown:
        print(f"{r['what']:<58} {r['value']:>11.4g} {r['unit']:<7} {r['wanted']:<8} {r['note']}", flush=True)
    return shown


def plot(growth: list[dict[str, Any]]) -> None:
    """Time per coalition against countries, sectors and players."""
    import altair as alt

    panels = [
        alt.Chart(alt.InlineData([r for r in growth if r["along"] == along]))
        .mark_line(point=True)
        .encode(alt.X("x:Q", title=along.capitalize()), alt.Y("ms:Q", title="core ms per coalition"))
        .properties(width=220, height=180)
        for along in ("countries", "sectors", "players")
    ]
    alt.hconcat(*panels).save(PLOT)


if __name__ == "__main__":
    main()
