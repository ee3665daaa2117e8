"""Numbers as text: percents, money, shares and bands, with no more digits than they can bear."""

from __future__ import annotations

import math
from typing import Final

from countervail.report.columns import Column, Scalar

MINUS: Final = "−"
NOTHING: Final = "–"
# Marks and overrides of the writing direction, with which a hostile name reads as another: left out
_DIRECTION: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))


def number(value: float, digits: int = 2) -> str:
    """`value` at about `digits` significant digits, thousands apart, never in exponents."""
    if not math.isfinite(value):
        return NOTHING
    size = abs(float(f"{value:.{digits}g}"))
    decimals = 0 if size == 0 else max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{size if decimals else abs(value):,.{min(decimals, 4)}f}"
    if size and not float(text.replace(",", "")):
        text = "0"
    return MINUS + text if value < 0 and text.strip("0.") else text


def percent(value: float | None) -> str:
    """A number that is in percent already."""
    return NOTHING if value is None else f"{number(value)} %"


def share(value: float | None) -> str:
    """A share as a percentage."""
    return NOTHING if value is None else f"{number(100 * value)} %"


def usd(million: float | None) -> str:
    """Million USD in the unit that reads best."""
    if million is None:
        return NOTHING
    for size, name in ((1e6, "trn"), (1e3, "bn")):
        if abs(million) >= size:
            return f"USD {number(million / size)} {name}"
    return f"USD {number(million)} m"


def persons(value: float | None) -> str:
    """A number of people."""
    if value is None:
        return NOTHING
    return f"{number(value / 1e9, 3)} billion" if abs(value) >= 1e9 else f"{number(value / 1e6, 3)} million"


_BY_UNIT: Final = {
    "%": percent,
    "share": share,
    "probability": share,
    "million USD": usd,
    "persons": persons,
}


def quantity(value: Scalar, unit: str | None) -> str:
    """Any scalar in its unit; null is a dash."""
    if value is None or isinstance(value, bool):
        return NOTHING if value is None else "yes" if value else "no"
    if isinstance(value, str):
        return plain(value)
    written = _BY_UNIT.get(unit or "")
    if written:
        return written(value)
    text = f"{value:,}" if isinstance(value, int) else number(value, 3)
    return f"{text} {unit}" if unit and unit not in ("ratio", "date") else text


def band(low: float | None, high: float | None, unit: str) -> str:
    """The 5-95 % band in words, empty where there are no draws."""
    if low is None or high is None:
        return ""
    return f"{quantity(low, unit)} to {quantity(high, unit)}"


def cell(column: Column, value: Scalar, unit: Scalar = None) -> str:
    """A cell of a table: the unit is in the heading, or the row's own where the column says so."""
    if value is None:
        return NOTHING if column.numeric else ""
    if isinstance(value, (bool, str)):
        return quantity(value, None)
    if column.unit == "own":
        return quantity(value, str(unit) if unit else None)
    if column.unit == "share":
        return share(value)
    if column.kind == "integer":
        return str(value)
    return number(value, 3) if abs(value) < 100 else f"{value:,.0f}".replace("-", MINUS)


def plain(text: str) -> str:
    """`text` without control characters that change how it reads."""
    return text.translate(_DIRECTION)
