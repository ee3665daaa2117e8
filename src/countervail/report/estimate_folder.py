"""The folder of `countervail estimate`: the estimates as JSON and CSV, a plot of them, and measures for a scenario."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final

from countervail.analysis.estimation import Estimate, Estimation
from countervail.analysis.estimation.regressions import EFFECT
from countervail.analysis.estimation.trade_panel import DatedMeasure
from countervail.output import csv_text
from countervail.report.run_folder import refuse, replace
from countervail.types import Row
from countervail.world.build.sources import product, products

JSON, CSV, CHECKS, SVG, FRAGMENT = "estimates.json", "estimates.csv", "checks.csv", "estimates.svg", "measures.yaml"
_FORMAT: Final = "estimates/1"
_LEFT, _WIDTH, _STEP, _TOP, _BOTTOM = 300, 860, 22, 46, 44
_LOOK: Final = """
text{font:12.5px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1c2024}.soft{fill:#5c656e}
.grid{stroke:#e3e6e9}.zero{stroke:#8b949c}.effect{stroke:#0b6aa8;fill:#0b6aa8}.lead{stroke:#8b949c;fill:#8b949c}
@media(prefers-color-scheme:dark){text{fill:#e8eaec}.soft{fill:#a5adb5}.grid{stroke:#343a40}
.effect{stroke:#5fb4e8;fill:#5fb4e8}}"""


def check(folder: str | Path) -> None:
    """Refuse a folder that `write` would refuse, before the work."""
    refuse(folder, is_ours)


def write(result: Estimation, folder: str | Path) -> Path:
    """Write the files into `folder`, which is replaced completely or not at all.

    Raises:
        InputError: the folder is not empty and not one of these, or cannot be written.
    """
    checks = [{"check": kind, **one.row} for kind, ones in _checks(result) for one in ones]
    contents = {
        JSON: json.dumps(result.document(), ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        CSV: _csv(result.rows, ("id", "coefficient", "se", "low", "high", "n", "note")),
        CHECKS: _csv(checks, ("check", "id", "term", "coefficient", "se", "low", "high", "n", "note")),
        SVG: plot(result),
        FRAGMENT: fragment(result),
    }
    return replace({name: text.encode() for name, text in contents.items()}, folder, is_ours, kind="estimate")


def is_ours(folder: Path) -> bool:
    """Whether a folder is one that `write` made."""
    try:
        written = json.loads((folder / JSON).read_text(encoding="utf-8"))
        return isinstance(written, dict) and written.get("format") == _FORMAT
    except (OSError, ValueError):
        return False


def _checks(result: Estimation) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
    return ("before", result.leads), ("placebo", result.placebos)


def _csv(rows: list[Row], columns: tuple[str, ...]) -> str:
    return csv_text([columns, *([row[name] for name in columns] for row in rows)])


# -- measures for a scenario -------------------------------------------------------------------------------------------


def fragment(result: Estimation) -> str:
    """The measures as a scenario's `include` takes them, each with its effect, range, dataset, method and date.

    What has no estimate below zero is left out, and a comment says so: an effect is at most zero.
    """
    lines = [
        f"# Estimated on {result.date} from {_one_line(result.dataset)}: {result.method}.",
        "# Effects on log trade of a pair; the sectors follow from the panel's products: check them.",
        "format: scenario/1",
    ]
    measures: list[str] = []
    for measure, one in zip(result.measures, result.effects, strict=True):
        if not one.known or one.coefficient >= 0:
            why = (
                one.note.split("; ")[0] if not one.known else f"its estimate, {one.coefficient:.2f}, is not below zero"
            )
            lines.append(f"# left out: {measure.id}: {_one_line(why)}")
        else:
            measures += _entry(result, measure, one)
    return "\n".join([*lines, *(["measures:", *measures] if measures else ["measures: []"])]) + "\n"


def _entry(result: Estimation, measure: DatedMeasure, one: Estimate) -> list[str]:
    high = min(one.high, 0.0)
    cut = f" The interval runs to {one.high:+.2f}; an effect is at most zero." if one.high > 0 else ""
    note = f"Standard error {one.se:.2f}, {one.n} observations. {one.note}.{cut}"
    source = f"{result.dataset}; {result.method}; 95 % interval; {result.date}"
    until = [f"    until: {measure.to}"] if measure.to else []
    return [
        f"  - id: {json.dumps(measure.id)}",
        f"    label: {json.dumps(f'Measure {measure.id}, estimated')}",
        "    kind: import_ban",
        f"    senders: [{', '.join(sorted(measure.importers))}]",
        f"    targets: [{', '.join(sorted(measure.exporters))}]",
        f"    sectors: [{', '.join(_sectors(measure))}]",
        f"    since: {measure.since}",
        *until,
        "    effect:",
        f"      {{value: {one.coefficient:.4f}, low: {one.low:.4f}, high: {high:.4f}, basis: estimated,",
        f"       source: {json.dumps(_one_line(source), ensure_ascii=False)},",
        f"       note: {json.dumps(_one_line(note), ensure_ascii=False)}}}",
    ]


def _sectors(measure: DatedMeasure) -> list[str]:
    """Sectors of the panel's products: those of codes of the Harmonised System, other names as they are."""
    if not measure.products:
        return ["goods"]
    known = products()
    return sorted({product(p).sector if p in known else json.dumps(p) for p in measure.products})


def _one_line(text: str) -> str:
    return " ".join(text.split())


# -- the plot ----------------------------------------------------------------------------------------------------------


def plot(result: Estimation) -> str:
    """A coefficient plot as SVG: each measure with its 95 % interval, its leads and part years in grey below it."""
    rows: list[tuple[str, Estimate]] = []
    for one in result.effects:
        rows.append((one.id, one))
        rows += [(before.term, before) for before in result.leads if before.id == one.id and before.known]
    low, high = _span([one for _, one in rows])
    height = _TOP + _STEP * len(rows) + _BOTTOM

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - 20)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img"><title>Effects of measures on log trade</title><style>{_LOOK}</style>',
        f'<text x="12" y="20">Effects on log trade, {escape(result.dataset)}; lines are 95 % intervals</text>',
    ]
    for tick in range(math.ceil(low), math.floor(high) + 1):
        kind = "zero" if tick == 0 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{_TOP}" y2="{height - _BOTTOM}"/>'
        )
        label = f"{tick} ({math.exp(tick) - 1:+.0%})" if tick in (-1, -3) else str(tick)
        parts.append(
            f'<text class="soft" text-anchor="middle" x="{x(tick):.1f}" y="{height - _BOTTOM + 18}">{label}</text>'
        )
    for k, (label, one) in enumerate(rows):
        parts += _row(label, one, _TOP + _STEP * (k + 0.5), x, (low, high))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(label: str, one: Estimate, y: float, x: Callable[[float], float], span: tuple[float, float]) -> list[str]:
    kind = "effect" if one.term == EFFECT else "lead"
    soft = ' class="soft"' if kind == "lead" else ""
    parts = [f'<text{soft} text-anchor="end" x="{_LEFT - 14}" y="{y + 4:.1f}">{escape(label)}</text>']
    if not one.known:
        return [*parts, f'<text class="soft" x="{_LEFT}" y="{y + 4:.1f}">{escape(one.note.split(":")[0])}</text>']
    ends = [min(max(end, span[0]), span[1]) if math.isfinite(end) else one.coefficient for end in (one.low, one.high)]
    parts.append(
        f'<line class="{kind}" stroke-width="2" x1="{x(ends[0]):.1f}" x2="{x(ends[1]):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )
    radius = 4.5 if kind == "effect" else 3
    return [*parts, f'<circle class="{kind}" cx="{x(one.coefficient):.1f}" cy="{y:.1f}" r="{radius}"/>']


def _span(rows: list[Estimate]) -> tuple[float, float]:
    """The axis: all coefficients and zero, and intervals to a point beyond them."""
    known = [one for one in rows if one.known]
    points = [0.0, *(one.coefficient for one in known)]
    ends = [*points, *(end for one in known for end in (one.low, one.high) if math.isfinite(end))]
    return max(min(points) - 3, min(ends)) - 0.3, min(max(points) + 3, max(ends)) + 0.3
