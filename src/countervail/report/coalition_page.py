"""The page of a cube: Shapley bars with bands, the lattice, leave-one-out, what keeps each member out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair as alt

from countervail.errors import InputError
from countervail.report.charts import Chart
from countervail.report.coalition_tables import DESCRIBED
from countervail.report.columns import Row, Tables
from countervail.report.page import Section, View, render
from countervail.report.words import cell, plain

# "no" last: it takes the quiet colour
_STABLE = ("open and exclusive entry", "exclusive entry", "open entry", "no")
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
            part = target / f"{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(target / name)
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
    keeps_out = club and any(r["deterrence_pct"] is not None for r in tables["players"])
    shown = [c for c in charts(bool(meta["draws"]), keeps_out) if tables.get(c.tables[0])]
    sections = [
        Section("answer", "The answer"),
        Section("players", "Who makes it work", charts=shown[:2], open=_views(tables, "players")),
        Section("lattice", "Size and worth", charts=shown[2:3], folded=_views(tables, "sizes")),
        Section("stability", "What holds together", open=_views(tables, "stability", "smallest")),
        Section("deterrence", "What keeps each out", charts=[c for c in shown if c.name == "keeps_out"]),
        Section("pairs", "Pairs of players", charts=[c for c in shown if c.name == "pairs"]),
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
        table = DESCRIBED[name]
        rows = tuple(tuple(cell(c, row[c.name]) for c in table.columns) for row in tables.get(name, ()))
        if rows:
            out.append(View(table.title, table.description, table.columns, rows))
    return out


def charts(many: bool, keeps_out: bool) -> list[Chart]:
    """The charts of a cube: `many`, with bands of draws; `keeps_out`, with what keeps each member out."""
    bands = " Lines: the 5th to 95th percentile of the draws." if many else ""
    found = [
        Chart(
            "shapley",
            "What each adds, on average over all orders of joining",
            f"Shapley values.{bands} An attribution under transfers, not a forecast.",
            ("players",),
            _plain(_bars("players", "shapley", "name", "Shapley value, million USD", many)),
        ),
        Chart(
            "without",
            "What all of them lose without it",
            "The worth of everybody together less that of everybody else.",
            ("players",),
            _plain(_bars("players", "leave_one_out", "name", "Lost without it, million USD", False)),
        ),
        Chart(
            "lattice",
            "Worth by size",
            "Shaded: from the least to the most valuable coalition of that size. Points: some of them; coloured, those "
            "that hold together under a rule of entry. Hover for the members.",
            ("lattice", "sizes"),
            _plain(_lattice()),
        ),
        Chart(
            "pairs",
            "Who is worth more together",
            "Shapley interaction index of pairs: purple, complements; brown, substitutes.",
            ("interaction",),
            _plain(_pairs()),
        ),
    ]
    if keeps_out:
        found.append(
            Chart(
                "keeps_out",
                "The wedge on trade with the senders that outweighs the club",
                "The smaller, the easier a member is kept out. Who trades next to nothing with the senders has no bar.",
                ("players",),
                _plain(_bars("players", "deterrence_pct", "name", "Break-even wedge, %", False)),
            )
        )
    return found


def _plain(chart: Any) -> dict[str, Any]:
    specification: dict[str, Any] = chart.properties(width="container").to_dict(validate=False)
    specification.pop("config", None)
    return specification


def _bars(table: str, column: str, label: str, title: str, bands: bool) -> Any:
    rows = alt.Chart(alt.NamedData(table)).transform_filter(f"isValid(datum.{column})")
    y = alt.Y(f"{label}:N", sort="-x", title=None)
    tips = [alt.Tooltip(f"{label}:N", title="Player"), alt.Tooltip(f"{column}:Q", title=title, format=",.3~s")]
    bars = rows.mark_bar(style="first").encode(alt.X(f"{column}:Q", title=title), y, tooltip=tips)
    if not bands:
        return bars
    return bars + rows.mark_rule(style="band").encode(alt.X("low:Q", title=title), y, x2="high:Q")


def _lattice() -> Any:
    x = alt.X("size:Q", title="Members", axis=alt.Axis(tickMinStep=1))
    title = "Worth, million USD"
    area = (
        alt.Chart(alt.NamedData("sizes"))
        .mark_area(style="shade")
        .encode(x, alt.Y("lowest:Q", title=title), y2="highest:Q")
    )
    tips = [alt.Tooltip("members:N", title="Members"), alt.Tooltip("value:Q", title=title, format=",.3~s")]
    tips.append(alt.Tooltip("stable:N", title="Holds together"))
    points = (
        alt.Chart(alt.NamedData("lattice"))
        .mark_point()
        .encode(
            x,
            alt.Y("value:Q", title=title),
            alt.Color("stable:N", title="Holds together under", sort=None, scale=alt.Scale(domain=list(_STABLE))),
            tooltip=tips,
        )
    )
    return area + points


def _pairs() -> Any:
    tips = [alt.Tooltip("one:N"), alt.Tooltip("other:N"), alt.Tooltip("value:Q", title="million USD", format=",.3~s")]
    return (
        alt.Chart(alt.NamedData("interaction"))
        .mark_rect()
        .encode(
            alt.X("one:N", title=None),
            alt.Y("other:N", title=None),
            alt.Color("value:Q", title="million USD", scale=alt.Scale(range="diverging", domainMid=0, type="symlog")),
            tooltip=tips,
        )
    )
