"""The page of `countervail payments`: the network, its history, what links are worth and what cuts cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from countervail import __version__
from countervail.analysis.payment_links import Study
from countervail.report.numbers import plain
from countervail.report.pages import Section, render
from countervail.report.pages.run_page import payments, sections
from countervail.report.run_folder import replace
from countervail.report.tables import payment_tables
from countervail.report.tables.rail_tables import assumptions
from countervail.types import Tables

FORMAT: Final = "payments/1"
HTML, JSON = "payments.html", "payments.json"


def tables(study: Study, **options: Any) -> dict[str, list[dict[str, Any]]]:
    """Every table of a study, with what was run and the assumptions; `options` as `payment_tables.tables`."""
    scenario, world = study.case.scenario, study.case.world
    meta = {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "reading": scenario.club.reading,
        "members": " ".join(study.members),
        "date": study.network.date.isoformat(),
        "draws": study.draws,
        "version": __version__,
        "world": world.name,
        "world_year": world.year,
    }
    shown = payment_tables.tables(study, pairs=True, **options)
    return {"meta": [meta], **shown, "assumptions": assumptions(study.network)}


def document(tables: Tables) -> str:
    """payments.json: the tables as one document."""
    return json.dumps(plain(tables), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def page(tables: Tables) -> str:
    """The page of a study's tables as HTML, self-contained."""
    tables = plain(tables)
    meta: Mapping[str, Any] = tables["meta"][0]
    run = (
        f"Members according to: {meta['reading']}; network of {meta['date']}; "
        f"world {meta['world']} ({meta['world_year']}); {meta['draws'] or 'no'} draws."
    )
    title = f"{meta['title']}: how it can pay"
    return render(
        tables,
        {**meta, "title": title, "created": None},
        run,
        [
            Section("answer", "The answer"),
            *sections(tables, ["payments"]),
            *sections(tables, ["assumptions"], with_charts=False),
        ],
        payments(tables),
        beside=f"The same figures are in {JSON} beside this page.",
    )


def write(tables: Tables, folder: str | Path) -> Path:
    """Write payments.html and payments.json into `folder`, which is replaced completely or not at all.

    Raises:
        InputError: the folder is not empty and not one of these, or cannot be written.
    """
    return replace({HTML: page(tables).encode(), JSON: document(tables).encode()}, folder, is_ours)


def is_ours(target: Path) -> bool:
    """Whether a folder is one that `write` made."""
    try:
        written = json.loads((target / JSON).read_text(encoding="utf-8"))
        return isinstance(written, dict) and bool(written["meta"][0]["format"] == FORMAT)
    except (OSError, ValueError, LookupError, TypeError):
        return False
