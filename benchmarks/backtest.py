"""`make backtest`: the figures of the back-test as stored tables, so that a change in them is seen in review.

Writes benchmarks/backtest.csv, the copy of it that the report shows, the partners that it draws, and the tables of
docs/backtest.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import countervail as cv
from countervail.analysis.backtest import Backtest, geometric_mean, predict, score
from countervail.analysis.backtest.episodes import library
from countervail.analysis.backtest.predict import FITTED_ON, in_the_whole_world, with_shares, with_sizes
from countervail.files import write_whole
from countervail.report.tables.run_tables import BACKTEST, BACKTEST_PARTNERS
from countervail.scenario.commodities import markets
from countervail.types import Row
from countervail.world.world import World

HERE = Path(__file__).parent
STORED = HERE / "backtest.csv"
PAGE = HERE.parent / "docs" / "backtest.md"
DIGITS = 4
SHOWN = 10
"""Partners of an episode that are drawn: those whose trade changed most."""
COLUMNS = {
    "theil_u": "U",
    "theil_u_all": "all",
    "theil_u_without_china": "no China",
    "correlation": "correlation",
    "sign_share": "signs",
    "half": "half",
    "everything": "all of it",
    "same_total": "same total",
}


SHARES = [k / 10 for k in range(11)]
"""Shares of displaced trade that are tried."""
SIZED = "russia-2022", ["russia-crude-2022", "russia-coal-2022", "russia-exports-2022", "russia-imports-2022"]
"""The scenario whose measures have sizes by groups, and the episodes that they are part of."""
LIKE_CRUDE = "GAS"
"""The market without an episode of displaced trade, which is tested with the share that crude has."""


def main() -> None:
    world = cv.load_world()
    result, whole = cv.backtest(world), cv.backtest(world, predictor=in_the_whole_world)
    content = table(result)
    write_whole(STORED, content.encode())
    write_whole(Path(str(BACKTEST)), content.encode())
    write_whole(Path(str(BACKTEST_PARTNERS)), partners(result).encode())
    sized = cv.backtest(world, SIZED[1], predictor=with_sizes(world, cv.load_scenario(SIZED[0])))
    parts = {
        "model": markdown(result),
        "whole": markdown(whole),
        "left out": left_out(world, result),
        "sizes": markdown(sized),
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, text in parts.items():
        page = re.sub(rf"(<!-- {name} -->\n).*?(<!-- end -->)", rf"\g<1>{text}\g<2>", page, flags=re.S)
    write_whole(PAGE, page.encode())
    print(content)


def table(result: Backtest) -> str:
    """The episodes as CSV, the worst first."""
    return as_csv([one.row for one in result.worst_first])


def partners(result: Backtest) -> str:
    """Predicted and observed trade by partner as CSV, the worst episode first, then the largest observed change."""
    return as_csv(
        [
            {
                "episode": one.row["name"],
                "base": one.row["base"],
                "year": one.row["year"],
                "unit": one.data.unit,
                "iso3": row["partner"],
                **{name: float(f"{row[name]:.{DIGITS}g}") for name in ("before", "predicted", "observed")},
                "barred": "yes" if row["barred"] else "no",
            }
            for one in result.worst_first
            for row in one.rows[:SHOWN]
        ]
    )


def as_csv(rows: list[Row]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: rounded(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float) else value


def markdown(result: Backtest) -> str:
    """The episodes as a table of the page, with the geometric means."""
    lines = [f"| episode | predicted by | {' | '.join(COLUMNS.values())} |", "|---" * (len(COLUMNS) + 2) + "|"]
    for one in result.worst_first:
        row = one.row
        lines.append(
            line(f"`{row['name']}` {row['base']}-{row['year']}", row["model"], [row[name] for name in COLUMNS])
        )
    mean = result.together()
    means = [mean[name] for name in ("theil_u", "theil_u_all", "theil_u_without_china")]
    naive = [mean[name] for name in ("half", "all", "same_total")]
    return "\n".join([*lines, line("geometric mean", "", [*means, None, None, *naive])]) + "\n"


def left_out(world: World, fitted: Backtest) -> str:
    """Each episode with the shares fitted on those of other targets, as a table, and what the shares are then.

    The share of a commodity is the one with the least geometric mean of U, to a tenth. A ban seen from its other side
    counts as the same target.
    """
    grid = {share: cv.backtest(world, library_of(FITTED_ON), predictor=with_shares(of_all(share))) for share in SHARES}
    none = cv.backtest(world, predictor=with_shares({}))
    head = ["episode", "share fitted on others", "U", "U with none", "U with the shares of the model"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    us = []
    for one, bare in zip(fitted.episodes, none.episodes, strict=True):
        others = [name for name in FITTED_ON if ban(name) != ban(one.data.episode.name)]
        shares = {code: best(grid, code, others) for code in ("CRUDE", "COAL")}
        shares = {**predict.central_shares(), **shares, LIKE_CRUDE: shares["CRUDE"]}
        result = score(one.data, with_shares(shares, others)(one.data))
        codes = [code for code in one.data.sectors if code in shares] or list(shares)
        us.append([result.scores.theil_u, bare.scores.theil_u, one.scores.theil_u])
        name = f"`{one.row['name']}` {one.row['base']}-{one.row['year']}"
        lines.append(line(name, ", ".join(f"{code} {shares[code]:.1f}" for code in codes), us[-1]))
    lines.append(line("geometric mean", "", [geometric_mean(list(column)) for column in zip(*us, strict=True)]))
    of_goods = [row for row, one in zip(us, fitted.episodes, strict=True) if one.data.sectors]
    lines.append(line("of one commodity", "", [geometric_mean(list(column)) for column in zip(*of_goods, strict=True)]))
    return "\n".join(lines) + "\n"


def best(grid: dict[float, Backtest], sector: str, names: list[str]) -> float:
    """The share with the least geometric mean of U over the named episodes of a sector."""

    def mean(share: float) -> float:
        chosen = [r for r in grid[share].episodes if r.data.episode.name in names and sector in r.data.sectors]
        return geometric_mean([r.scores.theil_u for r in chosen]) or 0.0

    return min(grid, key=mean)


def library_of(names: Iterable[str]) -> list[str]:
    return [name for name in library() if name in names]


def of_all(share: float) -> dict[str, float]:
    return {item.id: share for item in markets()}


def ban(name: str) -> str:
    """What an episode's ban is known by: its target, and of China's ban on coal the seller."""
    return name.split("-")[0].replace("china", "australia")


def line(name: str, model: str, values: list[float | None]) -> str:
    cells = ["" if value is None else f"{value:.2f}" for value in values]
    return f"| {name} | {model} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
