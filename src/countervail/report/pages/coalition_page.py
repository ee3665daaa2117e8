"""The page of a cube: Shapley bars with bands, the lattice, leave-one-out, what keeps each member out."""

from __future__ import annotations

import json
from pathlib import Path

from countervail.errors import InputError
from countervail.files import write_whole
from countervail.report.charts import Chart, charts
from countervail.report.numbers import cell, plain
from countervail.report.pages.page import Section, View, render
from countervail.report.tables.coalition_tables import FILE, UNSHOWN
from countervail.report.tables.columns import described
from countervail.types import Row, Tables

HTML, JSON = "coalitions.html", "coalitions.json"


def write(tables: Tables, folder: str | Path) -> Path:
    """Write coalitions.html and coalitions.json into `folder`, each whole or not at all.

    Raises:
        InputError: the folder cannot be written.
    """
    target = Path(folder)
    document = json.dumps(plain(tables), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, text in ((JSON, document), (HTML, page(tables))):
            write_whole(target / name, text)
    except OSError as error:
        raise InputError(f"cannot write in {folder}: {error.strerror or error}") from None
    return target


def page(tables: Tables) -> str:
    """The page of a cube's tables as HTML, self-contained."""
    tables = plain(tables)
    meta: Row = tables["meta"][0]
    club = meta["side"] == "club"
    who = "members" if club else f"senders against {meta['target']}"
    title = f"{meta['title']}: its coalitions" if club else f"Who sanctions {meta['target']}: coalitions of senders"
    known = charts(tables)

    def shown(*names: str) -> list[Chart]:
        return [known[name] for name in names if name in known]

    sections = [
        Section("answer", "The answer"),
        Section(
            "players",
            "Who makes it work",
            charts=shown("coalition_shapley", "coalition_without"),
            open=_views(tables, "players"),
        ),
        Section("lattice", "Size and worth", charts=shown("coalition_lattice"), folded=_views(tables, "sizes")),
        Section("stability", "What holds together", open=_views(tables, "stability", "smallest")),
        Section("deterrence", "What keeps each out", charts=shown("coalition_keeps_out")),
        Section("pairs", "Pairs of players", charts=shown("coalition_pairs")),
        Section("losses", "Others", open=_views(tables, "losses")),
        Section("findings", "Published findings beside ours", open=_views(tables, "findings")),
    ]
    sections = [s for s in sections if s.id == "answer" or s.charts or s.open or s.folded]
    run = (
        f"All {meta['coalitions']:,} coalitions of {meta['players']} {who}, each an exact equilibrium "
        f"(largest residual {float(str(meta['residual'])):.0e}); "
        f"world {meta['world']} ({meta['world_year']}); closure {meta['closure']}."
    )
    return render(
        tables,
        {**meta, "title": title},
        run,
        sections,
        [],
        _headline(tables, club),
        beside=f"The same figures are in {JSON} beside this page.",
    )


def _headline(tables: Tables, club: bool) -> list[str]:
    meta, players = tables["meta"][0], sorted(tables["players"], key=lambda r: -float(str(r["shapley"])))
    first, worth = players[0], float(str(meta["value"]))
    what = "gain together" if club else "cost the target together"
    said = [f"All of them {what} {worth:,.0f} million USD a year."]
    if first["share"] is not None:
        said.append(f"{first['name']} accounts for {float(str(first['share'])):.0%} of it (Shapley value).")
    every = f"{int(str(meta['coalitions'])):,}"
    said += [f"{int(str(r['count'])):,} of {every} coalitions: {r['rule']}." for r in tables.get("stability", ())]
    return said


def _views(tables: Tables, *names: str) -> list[View]:
    out = []
    for name in names:
        table = described(FILE)[name]
        columns = tuple(c for c in table.columns if c.name not in UNSHOWN)
        rows = tuple(tuple(cell(c, row[c.name]) for c in columns) for row in tables.get(name, ()))
        if rows:
            out.append(View(table.title, table.description, columns, rows))
    return out
