"""What differs between two states of a scenario, in sentences: who is counted or a member apart from what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from countervail.report.headline import estimate, meta
from countervail.report.numbers import MINUS, billions, float_of, number, share
from countervail.scenario import CLUB
from countervail.types import Row, Tables

_SHOWN: Final = 4
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
            now_text, was_text = _distinct(value, was)
            size = f"USD\u00a0{billions(abs(value - was))}\u00a0bn {more}: {now_text} instead of {was_text}"
            sentences.append(f"{verb} {size}{_parts(now, before, column)}.")
    value, was = (_value(tables, "share") for tables in (now, before))
    if value is not None and was is not None and share(value) != share(was):
        sentences.append(f"It would make good {share(value)} of the cost instead of {share(was)}.")
    return sentences


def _distinct(million: float, other: float) -> tuple[str, str]:
    """Two amounts in billions, at as many significant digits, two or more, as it takes to see that they differ."""
    for digits in range(2, 8):
        texts = number(million / 1e3, digits), number(other / 1e3, digits)
        if texts[0] != texts[1]:
            break
    return texts


_NAMES: Final = {
    "cost_usd": "What sanctions cost", "cost_pct": "What sanctions cost", "gain_usd": "What the club would bring",
    "gain_pct": "What the club would bring", "share": "Share made good", "offset": "Share made good",
}  # fmt: skip


def side_by_side(a: Tables, b: Tables) -> Iterator[Row]:
    """Every figure of two states: those of the verdict first, then those of every country that is a member in one."""
    rows: dict[tuple[str, str], Row] = {}
    for tables, side in ((a, "a"), (b, "b")):
        for row in tables.get("verdict", ()):
            key = "Under broad sanctions", str(row["quantity"])
            rows[key] = {**rows.get(key, {}), "unit": row["unit"], side: row["value"]}
        for row in tables.get("figures", ()):
            key = str(row["name"]), str(row["quantity"])
            if row["quantity"] in _NAMES and row["country"] != CLUB:
                rows[key] = {**rows.get(key, {}), "unit": row["unit"], side: row["value"]}
    for (name, quantity), row in rows.items():
        first, second = (float_of(row.get(side)) for side in ("a", "b"))
        difference = None if first is None or second is None else second - first
        yield {
            "name": name,
            "quantity": _NAMES[quantity],
            "unit": row["unit"],
            "a": first,
            "b": second,
            "difference": difference,
        }


def at_the_margin(rows: Sequence[Row], imposed: bool, several: bool = False) -> list[str]:
    """What one measure does at the margin, or several together: to its targets, to its senders, to others."""
    doing = f"{'Imposing' if imposed else 'Lifting'} {'them' if several else 'it'}"
    groups = {
        part: [row for row in rows if row["part"] == part and abs(float_of(row["usd"]) or 0.0) >= _NOTICED]
        for part in ("target", "sender", "other")
    }
    sentences = []
    on, by = ("they are", "them") if several else ("it is", "it")
    for part, who in (("target", f"those {on} on"), ("sender", f"those that impose {by}"), ("other", "others")):
        if groups[part]:
            most = ", ".join(f"{row['name']} {_signed(float_of(row['usd']) or 0.0)}" for row in groups[part][:_SHOWN])
            total = sum(float_of(row["usd"]) or 0.0 for row in groups[part])
            bring = "bring" if total >= 0 else "cost"
            amount = f"USD\u00a0{billions(abs(total))}\u00a0bn"
            sentences.append(f"{doing} would {bring} {who} {amount} a year ({most}\u00a0bn).")
    return sentences or [f"{doing} alone would change next to nothing."]


def _parts(now: Tables, before: Tables, column: str) -> str:
    """How much of a difference falls on those that left or joined the club, and how much on the rest."""
    counted = _counted(now)
    inside, was_inside = (set(str(meta(tables).get("members") or "").split()) for tables in (now, before))
    values, earlier = _values(now, column), _values(before, column)
    groups = {
        "which left the club": [c for c in counted if c in was_inside and c not in inside],
        "which joined the club": [c for c in counted if c in inside and c not in was_inside],
    }
    texts, rest = [], set(counted)
    for why, codes in groups.items():
        if codes:
            rest -= set(codes)
            size = _sum(values, codes) - _sum(earlier, codes)
            texts.append(f"{_signed(size)}\u00a0bn {', '.join(counted[c] for c in codes)}, {why}")
    if not texts:
        return ""
    others = _sum(values, rest) - _sum(earlier, rest)
    return f" (of it {'; '.join(texts)}; {_signed(others)}\u00a0bn the others)"


def _counted(tables: Tables) -> dict[str, str]:
    """Code and name of the countries that the verdict counts."""
    for row in tables.get("verdict", ()):
        return dict(zip(str(row["countries"]).split(), str(row["names"]).split("; "), strict=False))
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
