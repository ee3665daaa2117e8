"""The page of a cube: Shapley bars with bands, the lattice, leave-one-out, deterrence by member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from countervail.errors import InputError
from countervail.files import write_whole
from countervail.report.charts import charts
from countervail.report.numbers import plain
from countervail.report.pages import Section, fill, render
from countervail.types import Row, Tables

HTML, JSON = "coalitions.html", "coalitions.json"
SECTIONS: Final = (
    ("answer", "The answer"),
    ("players", "Contribution by member"),
    ("lattice", "Size and worth"),
    ("stability", "What holds together"),
    ("deterrence", "Deterrence by member"),
    ("pairs", "Pairs of players"),
    ("losses", "Others"),
    ("findings", "Published findings beside ours"),
)


def write(tables: Tables, folder: str | Path) -> Path:
    """Write coalitions.html and coalitions.json into `folder`, each complete or not at all.

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
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}", field="out", file=str(folder)
        ) from None
    return target


def page(tables: Tables) -> str:
    """The page of a cube's tables as HTML, self-contained."""
    tables = plain(tables)
    meta: Row = tables["meta"][0]
    club = meta["side"] == "club"
    who = "members" if club else f"senders against {meta['target']}"
    title = f"{meta['title']}: its coalitions" if club else f"Who sanctions {meta['target']}: coalitions of senders"
    filled = fill([Section(*head) for head in SECTIONS], tables, charts(tables), ("coalitions",))
    run = (
        f"All {meta['coalitions']:,} coalitions of {meta['players']} {who}, each an exact equilibrium "
        f"(largest residual {meta['residual']:.0e}); "
        f"world {meta['world']} ({meta['world_year']}); closure {meta['closure']}."
    )
    return render(
        tables,
        {**meta, "title": title},
        run,
        [section for section in filled if section.id == "answer" or not section.bare],
        _headline(tables, club),
        beside=f"The same figures are in {JSON} beside this page.",
    )


def _headline(tables: Tables, club: bool) -> list[str]:
    meta, first = tables["meta"][0], max(tables["players"], key=lambda row: row["shapley"])
    what = "gain together" if club else "cost the target together"
    sentences = [f"All of them {what} {meta['value']:,.0f} million USD a year."]
    if first["share"] is not None:
        sentences.append(f"{first['name']} accounts for {first['share']:.0%} of it (Shapley value).")
    every = f"{meta['coalitions']:,}"
    sentences += [f"{row['count']:,} of {every} coalitions: {row['rule']}." for row in tables.get("stability", ())]
    return sentences
