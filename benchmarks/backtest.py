"""`make backtest`: the figures of the back-test as stored tables, so that a change in them is seen in review.

Writes benchmarks/backtest.csv, the copy of it that the report shows, the partners that it draws, and the tables of
docs/backtest.md.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import countervail as cv
from countervail.analysis.backtest import Backtest
from countervail.analysis.backtest.predict import in_the_whole_world
from countervail.files import write_whole
from countervail.report.tables.run_tables import BACKTEST, BACKTEST_PARTNERS
from countervail.types import Row

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


def main() -> None:
    world = cv.load_world()
    result, whole = cv.backtest(world), cv.backtest(world, predictor=in_the_whole_world)
    content = table(result)
    write_whole(STORED, content.encode())
    write_whole(Path(str(BACKTEST)), content.encode())
    write_whole(Path(str(BACKTEST_PARTNERS)), partners(result).encode())
    page = PAGE.read_text(encoding="utf-8")
    for name, text in (("model", markdown(result)), ("whole", markdown(whole))):
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


def line(name: str, model: str, values: list[float | None]) -> str:
    cells = ["" if value is None else f"{value:.2f}" for value in values]
    return f"| {name} | {model} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
