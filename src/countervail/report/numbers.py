"""Numbers as text: percents, money, shares and bands, with no more digits than their accuracy allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from countervail.output import OBEYED
from countervail.types import Scalar, Tables

if TYPE_CHECKING:
    from countervail.analysis.estimate import Estimate
    from countervail.report.tables.columns import Column

MINUS: Final = "−"
NOTHING: Final = "–"
HARD_SPACE: Final = "\u00a0"
_DECIMALS: Final = 4  # at most
AGREEMENT: Final = (0.2, 0.5)
"""The usual effect of a trade agreement on trade, in log points: break-evens of that size have been observed."""


def float_of(value: object) -> float | None:
    """The number in a cell of a table; None for text, a yes or no, or nothing."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def number(value: float, digits: int = 2) -> str:
    """`value` at about `digits` significant digits, thousands separated, never in exponents."""
    if not math.isfinite(value):
        return NOTHING
    size = abs(float(f"{value:.{digits}g}"))
    decimals = 0 if size == 0 else max(0, digits - 1 - math.floor(math.log10(size)))
    # rounded once: where the decimals are limited, not to `digits` before
    text = f"{size if 0 < decimals <= _DECIMALS else abs(value):,.{min(decimals, _DECIMALS)}f}"
    if size and not float(text.replace(",", "")):
        text = "0"
    return MINUS + text if value < 0 and text.strip("0.") else text


def fold(log: float) -> str:
    """A rise of log trade as what it does to trade: 0.7 is 2.0-fold."""
    return f"{number(math.exp(log))}-fold"


AS_FOLD: Final = f"{fold(AGREEMENT[0]).removesuffix('-fold')} to {fold(AGREEMENT[1])}"
"""The same, as trade over trade before."""


def percent(value: float | None) -> str:
    """A number that is in percent already."""
    return NOTHING if value is None else f"{number(value)}{HARD_SPACE}%"


def share(value: float | None, digits: int = 2) -> str:
    """A share as a percentage."""
    return NOTHING if value is None else f"{number(100 * value, digits)}{HARD_SPACE}%"


def effect(log: float) -> str:
    """Log points of trade as what they do to trade: -2 is -86 %, 0.05 is +5.1 %."""
    change = 100 * math.expm1(log)
    return f"{'+' if change > 0 else ''}{number(change, 3 if abs(change) >= 99.5 else 2)}{HARD_SPACE}%"


def usd(million: float | None) -> str:
    """Million USD in the unit that reads best."""
    if million is None:
        return NOTHING
    for size, name in ((1e6, "trn"), (1e3, "bn")):
        if abs(million) >= size:
            return f"USD{HARD_SPACE}{number(million / size)}{HARD_SPACE}{name}"
    text = number(million)
    return f"USD{HARD_SPACE}0" if text == "0" else f"USD{HARD_SPACE}{text}{HARD_SPACE}m"


def billions(million: float) -> str:
    """Million USD as a bare number of billions, for figures that stand beside one another."""
    return number(million / 1e3)


def unprefixed(text: str) -> str:
    """`text` without the currency, where a heading gives it."""
    return text.replace(f"USD{HARD_SPACE}", "")


def persons(value: float | None) -> str:
    """A number of people."""
    if value is None:
        return NOTHING
    return f"{number(value / 1e9, 3)} billion" if abs(value) >= 1e9 else f"{number(value / 1e6, 3)} million"


@dataclass(frozen=True)
class Unit:
    """How a unit is written: its number format in the workbook, whether a heading names it, and as text."""

    pattern: str = ""
    named: bool = True
    written: Callable[[float], str] | None = None


UNITS: Final = {
    "": Unit(named=False),
    "own": Unit(named=False),
    "%": Unit("0.000", written=percent),
    "million USD": Unit("#,##0.0", written=usd),
    "share": Unit("0.0%", named=False, written=share),
    "probability": Unit(named=False, written=share),
    "ratio": Unit("0.000", named=False),
    "persons": Unit("#,##0", named=False, written=persons),
    "log points": Unit("0.000"),
    "USD a barrel": Unit("0.0"),
}
"""The units of columns.csv and of a row's column `unit`; any other is written after its number."""


def quantity(value: Scalar, unit: str | None) -> str:
    """Any scalar in its unit; null is a dash."""
    if value is None or isinstance(value, bool):
        return NOTHING if value is None else "yes" if value else "no"
    if isinstance(value, str):
        return value
    if (unit or "").startswith("log points"):
        return effect(value)
    known = UNITS.get(unit or "")
    if known and known.written:
        return known.written(value)
    text = f"{value:,.0f}" if float(value).is_integer() else number(value)
    return f"{text} {unit}" if unit and unit not in ("ratio", "date") else text


def says(unit: Scalar) -> bool:
    """Whether a number in this unit is written with it, so that nothing else has to say it."""
    known = UNITS.get(str(unit))
    return str(unit).startswith("log points") or bool(known and known.written)


def band(figure: Estimate, unit: str) -> str:
    """The 5-95 % band of a figure in words, its unit once; empty where there are no draws."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = quantity(figure.low, unit), quantity(figure.high, unit)
    (_, start, tail), (_, _, other) = (end.rpartition(HARD_SPACE) for end in (low, high))
    if start and tail == other:
        low = low.removesuffix(start + tail)
    return f"{low} to {high.removeprefix(f'USD{HARD_SPACE}')}"


def cell(column: Column, value: Scalar, unit: Scalar = None) -> str:
    """A cell of a table: with its unit where that is the row's own, else without, because the heading has it."""
    if value is None:
        return NOTHING if column.numeric else ""
    if isinstance(value, (bool, str)):
        return quantity(value, None)
    if column.unit in ("persons", "share"):
        return quantity(value, column.unit)
    if column.unit == "own" and says(unit):
        return quantity(value, str(unit))
    if column.kind == "integer" or isinstance(value, int):
        return str(value)
    if abs(value) >= 100:
        return f"{value:,.0f}".replace("-", MINUS)
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(tables: Tables) -> dict[str, list[dict[str, Scalar]]]:
    """`tables` without control characters in any text, so that a name cannot pass for another."""
    return {
        name: [
            {key: value.translate(OBEYED) if isinstance(value, str) else value for key, value in row.items()}
            for row in rows
        ]
        for name, rows in tables.items()
    }
