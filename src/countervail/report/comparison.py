"""Runs beside one another: what differs in their scenarios, and every headline figure of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from countervail import __version__
from countervail.analysis.outcome import Outcome
from countervail.errors import InputError
from countervail.files import open_whole
from countervail.report.charts import charts
from countervail.report.headline import question
from countervail.report.numbers import NOTHING, float_of, plain, quantity
from countervail.report.pages import Section, fill, render
from countervail.report.results import FORMAT, workbook
from countervail.report.run_folder import replace
from countervail.report.tables.run_tables import tables as tables_of
from countervail.scenario import dump
from countervail.types import Row, Tables
from countervail.views import View, Viewed, frame, listed, table_view

HTML, JSON, XLSX = "comparison.html", "comparison.json", "comparison.xlsx"
COMPARISON: Final = "comparison/1"
LONGEST: Final = 80
"""Characters of a setting at most, as it is shown."""
THERE: Final = "there"
"""The value of an item that a scenario has, such as a measure."""
SHOWN: Final = ("cost_pct", "cost_usd", "gain_pct", "gain_usd", "offset")
"""The quantities that a summary shows."""


@dataclass(frozen=True)
class _Run:
    label: str
    tables: Tables
    settings: dict[str, Any]


@dataclass(frozen=True, repr=False)
class Comparison(Viewed):
    """Runs beside one another; `tables` are rows of columns that columns.csv describes.

    Attributes:
        runs: their labels, the first being the one that the others are compared with.
        tables: `comparison_runs`, `comparison_settings` (what differs), `comparison_figures`.
    """

    runs: tuple[str, ...]
    tables: dict[str, list[Row]]

    @property
    def figures(self) -> list[Row]:
        """Every headline figure of every run, with its difference from the first run's."""
        return self.tables["comparison_figures"]

    @property
    def differences(self) -> list[Row]:
        """Every setting of the scenarios that is not the same in all runs, with its value in each."""
        return self.tables["comparison_settings"]

    def to_frame(self) -> Any:
        """A tidy pandas DataFrame, a row a run and figure."""
        rows = self.figures
        return frame({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})

    def write(self, folder: str | Path) -> Path:
        """Write comparison.html, comparison.xlsx and comparison.json; InputError where the folder cannot be written."""
        document = {"format": COMPARISON, "countervail": __version__, "tables": plain(self.tables)}
        contents = {
            HTML: self._page().encode(),
            XLSX: workbook(self.tables, "comparison"),
            JSON: (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(),
        }
        return replace(contents, folder, is_ours, kind="comparison")

    def _page(self) -> str:
        tables = plain(self.tables)
        sections = [Section("answer", "What differs"), Section("figures", "Figure by figure")]
        filled = fill(sections, tables, charts(tables), ("comparison",))
        title = f"{len(self.runs)} runs beside one another"
        run = f"Compared with {self.runs[0]}: {', '.join(self.runs[1:])}."
        beside = f"The same figures are in {XLSX} and {JSON} beside this page."
        return render(tables, {"title": title}, run, filled, self.sentences(), beside=beside)

    def sentences(self) -> list[str]:
        """What differs, in sentences."""
        paths = list(dict.fromkeys(str(row["path"]) for row in self.differences))
        first = "The scenarios are the same." if not paths else f"{len(paths)} settings differ: {listed(paths)}."
        moved = [row for row in self.tables["comparison_runs"] if row["placebo_pct"] is not None]
        bounds = {f"{row['placebo_pct']:.2f} %" for row in moved}
        extra = (
            f"The placebo, above which a ratio is given, is {' and '.join(sorted(bounds))}." if len(bounds) > 1 else ""
        )
        return [first, *([extra] if extra else [])]

    def _view(self) -> View:
        rows = [tuple(row) for row in self.lines()]
        return table_view(f"{len(self.runs)} runs", self.sentences(), ("", "figure", *self.runs), rows, 40)

    def lines(self) -> Iterator[list[str]]:
        """A line a country and figure: country, figure, and its value in every run."""
        values: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.figures:
            if row["quantity"] in SHOWN:
                cell = quantity(float_of(row["value"]), str(row["unit"]))
                values.setdefault((str(row["name"]), str(row["quantity"])), {})[str(row["run"])] = cell
        for (name, what), cells in values.items():
            yield [name, what, *(cells.get(run, NOTHING) for run in self.runs)]


def compare(*runs: Outcome | str | Path, labels: Sequence[str] | None = None) -> Comparison:
    """Runs beside one another, each an outcome or a run folder (or its results.json).

    Args:
        runs: two or more.
        labels: what each is called; default the names of the folders or scenarios.

    Raises:
        InputError: fewer than two runs, one that is no run, labels that do not fit.
    """
    if len(runs) < 2:
        raise InputError("compare: give two runs or more", field="runs")
    read = [_read(run) for run in runs]
    names = _labels(read, labels)
    read = [_Run(name, run.tables, run.settings) for name, run in zip(names, read, strict=True)]
    tables = {
        "comparison_runs": [_run_row(run) for run in read],
        "comparison_settings": list(_settings(read)),
        "comparison_figures": list(_figures(read)),
    }
    return Comparison(tuple(names), tables)


def is_ours(target: Path) -> bool:
    """Whether a folder is one that `write` made."""
    try:
        written = json.loads((target / JSON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(written, dict) and written.get("format") == COMPARISON


def _read(run: Outcome | str | Path) -> _Run:
    if isinstance(run, Outcome):
        return _Run(run.scenario.name, plain(tables_of(run)), yaml.safe_load(dump(run.scenario)))
    if not isinstance(run, str | Path):
        raise InputError(f"runs: a {type(run).__name__} is no run; give outcomes or run folders", field="runs")
    path = Path(run)
    folder = path.parent if path.name == "results.json" else path
    try:
        with open_whole(folder / "results.json") as file:
            document = json.load(file)
        settings = yaml.safe_load((folder / "scenario.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        document, settings = None, None
    if not isinstance(document, dict) or document.get("format") != FORMAT or not isinstance(settings, dict):
        raise InputError(f"{run}: is no run folder; `countervail run` writes one", field="runs", file=str(run))
    return _Run(folder.resolve().name, document["tables"], settings)


def _labels(runs: Sequence[_Run], labels: Sequence[str] | None) -> list[str]:
    if labels is not None:
        names = [str(label) for label in labels]
        if len(names) != len(runs) or len(set(names)) < len(names):
            raise InputError(f"labels: give {len(runs)} different ones", field="labels")
        return names
    names = [run.label for run in runs]
    return [f"{name} ({k})" if names.count(name) > 1 else name for k, name in enumerate(names, start=1)]


def _run_row(run: _Run) -> Row:
    meta = next(iter(run.tables.get("meta", ())), {})
    bound = next(iter(run.tables.get("placebo_summary", ())), {}).get("p95_pct")
    names = ("scenario", "title", "changes", "closure", "horizon", "anchor", "draws", "version", "world", "world_year")
    return {
        "run": run.label,
        **{name: meta.get(name) for name in names},
        "question": question(run.tables),
        "placebo_pct": bound,
        "warnings": len(run.tables.get("warnings", ())),
    }


def _settings(runs: Sequence[_Run]) -> Iterator[Row]:
    """Every setting that is not the same in all runs."""
    flat = [dict(_flat(run.settings)) for run in runs]
    items = {path for one in flat for path, value in one.items() if value == THERE}
    absent = tuple(f"{path}." for path in items if not all(path in one for one in flat))
    for path in dict.fromkeys(path for one in flat for path in one):
        if path.startswith(absent):
            continue  # the item as a whole is listed
        values = [one.get(path) for one in flat]
        if path != "changes" and any(value != values[0] for value in values):
            for run, value in zip(runs, values, strict=True):
                shown = None if value is None else value if len(value) <= LONGEST else f"{value[: LONGEST - 3]}..."
                yield {"path": path, "run": run.label, "value": shown}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Paths of a scenario as `--set` takes them, each with its value as text; an item with an id is `there`."""
    if isinstance(value, dict):
        for key, item in value.items():
            if path or key not in ("name", "title", "description"):
                yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, dict) and "id" in item for item in value):
        for item in value:
            yield f"{path}.{item['id']}", THERE
            yield from _flat({k: v for k, v in item.items() if k != "id"}, f"{path}.{item['id']}")
    else:
        yield path, json.dumps(value, ensure_ascii=False, default=str)


def _figures(runs: Sequence[_Run]) -> Iterator[Row]:
    """Every figure of each run's own reading, and its difference from the first run's."""
    first: dict[tuple[Any, Any], float | None] = {}
    for k, run in enumerate(runs):
        reading = next(iter(run.tables.get("meta", ())), {}).get("reading")
        for row in run.tables.get("figures", ()):
            if row["reading"] != reading:
                continue
            key, value = (row["country"], row["quantity"]), float_of(row["value"])
            if k == 0:
                first[key] = value
            before = first.get(key)
            yield {
                "run": run.label,
                **{name: row[name] for name in ("country", "name", "quantity", "unit", "value", "low", "high")},
                "difference": value - before if k and value is not None and before is not None else None,
                "note": row["note"],
            }
