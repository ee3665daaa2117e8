"""What differs between two states of a scenario, in sentences: who is counted or a member apart from what it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from countervail.report.headline import estimate, meta
from countervail.report.numbers import MINUS, billions, float_of, share
from countervail.types import Tables

_NOTICED: Final = 0.5
"""Million USD: smaller differences are the solver's last digits."""


def against(now: Tables, before: Tables) -> list[str]:
    """How the verdict of `now` differs from that of `before`, and how much of it is who takes part.

    Both hold the tables `meta`, `verdict` and `countries` of one world; empty where nothing differs.
    """
    sentences = []
    for quantity, verb, column in (
        ("gain_usd", "The club would bring", "c_usd"),
        ("cost_usd", "Sanctions cost", "u_usd"),
    ):
        value, was = (_value(tables, quantity) for tables in (now, before))
        if value is not None and was is not None and abs(value - was) >= _NOTICED:
            more = "more" if value > was else "less"
            size = f"USD\u00a0{billions(abs(value - was))}\u00a0bn {more}: {billions(value)} instead of {billions(was)}"
            sentences.append(f"{verb} {size}{_parts(now, before, column)}.")
    value, was = (_value(tables, "share") for tables in (now, before))
    if value is not None and was is not None and share(value) != share(was):
        sentences.append(f"It would make good {share(value)} of the cost instead of {share(was)}.")
    return sentences


def _parts(now: Tables, before: Tables, column: str) -> str:
    """How much of a difference falls on those that left or joined the club, or the count, and how much on the rest."""
    counted, was_counted = _counted(now), _counted(before)
    inside, was_inside = (set(str(meta(tables).get("members") or "").split()) for tables in (now, before))
    values, earlier = _values(now, column), _values(before, column)
    groups = {
        "which left the club": [c for c in counted if c in was_counted and c in was_inside and c not in inside],
        "which joined the club": [c for c in counted if c in was_counted and c in inside and c not in was_inside],
        "now counted": [c for c in counted if c not in was_counted],
        "no longer counted": [c for c in was_counted if c not in counted],
    }
    names = counted | was_counted
    texts, rest = [], set(names)
    for why, codes in groups.items():
        if codes:
            rest -= set(codes)
            size = _sum(values, (c for c in codes if c in counted)) - _sum(
                earlier, (c for c in codes if c in was_counted)
            )
            texts.append(f"{_signed(size)}\u00a0bn {', '.join(names[c] for c in codes)}, {why}")
    if not texts:
        return ""
    others = _sum(values, rest) - _sum(earlier, rest)
    return f" (of it {'; '.join(texts)}; {_signed(others)}\u00a0bn the others)"


def _counted(tables: Tables) -> dict[str, str]:
    """Code and name of the countries that the verdict counts."""
    for row in tables.get("verdict", ()):
        return dict(zip(str(row["countries"]).split(), str(row["names"]).split("; "), strict=True))
    return {}


def _value(tables: Tables, quantity: str) -> float | None:
    row = next((row for row in tables.get("verdict", ()) if row["quantity"] == quantity), None)
    return estimate(row).value


def _values(tables: Tables, column: str) -> dict[str, float]:
    return {str(row["iso3"]): float_of(row[column]) or 0.0 for row in tables.get("countries", ())}


def _sum(values: dict[str, float], codes: Iterable[str]) -> float:
    return sum(values.get(code, 0.0) for code in codes)


def _signed(million: float) -> str:
    text = billions(million)
    return text if text.startswith(MINUS) or text == "0" else f"+{text}"
