"""The values of a scenario: numbers with range and source, dates, countries, pairs and sectors."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from countervail import countries
from countervail.errors import InputError

Basis = Literal["observed", "cited", "estimated", "assumption", "definition"]

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
"""What the id of a measure, a provision or an entry of a table looks like."""
SECTOR_KEYWORDS = ("all", "goods", "services", "energy")
SECTOR_ALIASES = {
    "energy": ("COAL", "CRUDE", "GAS", "OIL_GAS", "REFINING"),
    "OIL_GAS": ("CRUDE", "GAS"),
    "CRUDE": ("OIL_GAS",),
}
"""Names of other sectors, for worlds that lack the one named."""

_own_groups: ContextVar[frozenset[str]] = ContextVar("own_groups", default=frozenset())


class Model(BaseModel):
    """Base of every scenario model: frozen, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


@contextmanager
def own_groups(names: frozenset[str]) -> Iterator[None]:
    """Within it, `names` are accepted in place of a country or a built-in group."""
    token = _own_groups.set(names)
    try:
        yield
    finally:
        _own_groups.reset(token)


def _text(value: Any) -> Any:
    # a year or a document number without quotes is a number to YAML
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _date(value: Any) -> Any:
    if value is None or isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{value!r} is not a date: write it as YYYY-MM-DD, for example 2018-11-05")


def _country(value: str) -> str:
    try:
        return countries.resolve(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _code(value: Any) -> Any:
    # a numeric code without quotes is a number to YAML
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _country_or_group(value: str) -> str:
    if value in _own_groups.get() or value in countries.groups():
        return value
    try:
        return countries.resolve(value)
    except InputError as error:
        known = ", ".join((*sorted(_own_groups.get()), *countries.groups()))
        raise ValueError(f"{error}. Groups: {known}") from None


def _sector(value: str) -> str:
    if not value.strip():
        raise ValueError("a sector is a code of the world, or one of " + ", ".join(SECTOR_KEYWORDS))
    return value


def _sectors(value: Any) -> Any:
    # one sector or keyword needs no list
    return (value,) if isinstance(value, str) else value


def _pair(value: tuple[str, str]) -> tuple[str, str]:
    if value[0] == value[1]:
        raise ValueError(f"a pair joins two different countries, not {value[0]} with itself")
    return value


Text = Annotated[str, BeforeValidator(_text, json_schema_input_type=str | int)]
Date = Annotated[dt.date, BeforeValidator(_date, json_schema_input_type=dt.date)]
Number = Annotated[float, Field(strict=True)]
Country = Annotated[str, BeforeValidator(_code, json_schema_input_type=str | int), AfterValidator(_country)]
CountryOrGroup = Annotated[
    str, BeforeValidator(_code, json_schema_input_type=str | int), AfterValidator(_country_or_group)
]
Pair = Annotated[tuple[Country, Country], AfterValidator(_pair)]
Sectors = Annotated[
    tuple[Annotated[str, AfterValidator(_sector)], ...],
    BeforeValidator(_sectors, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]


class Range(Model):
    """A number with its range, basis and source."""

    value: Number
    """The central value."""
    low: Number
    """The low end; the value itself where omitted and the basis is not an assumption."""
    high: Number
    """The high end; the value itself where omitted and the basis is not an assumption."""
    unit: str | None = None
    """The unit, where it does not follow from the field."""
    basis: Basis
    """Observed in data, cited, estimated from data, an assumption (then low < high), or true by definition."""
    source: str | None = None
    """Source of a number that is no assumption, and how far it was checked."""
    note: str | None = None
    """Why this number and this range."""

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "value" in data:
            return {"low": data["value"], "high": data["value"], **data}
        return data

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"needs low <= value <= high, got {self.low:g} <= {self.value:g} <= {self.high:g}")
        if self.basis == "assumption" and self.low == self.high:
            raise ValueError("an assumption needs a range: low < high")
        if self.basis in ("observed", "cited", "estimated") and not self.source:
            raise ValueError(f"basis {self.basis} needs a source")
        return self

    @classmethod
    def defined(cls, value: float) -> Range:
        """A number that holds by definition, such as the full coverage of a measure without a share."""
        return cls(value=value, low=value, high=value, basis="definition")


def inherit(data: Any, fields: tuple[str, ...]) -> Any:
    """`data` with every bare number among `fields` made a range with the enclosing item's basis and source."""
    if not isinstance(data, Mapping):
        return data
    filled = dict(data)
    for field in fields:
        number = filled.get(field)
        if isinstance(number, bool) or not isinstance(number, int | float):
            continue
        if not filled.get("basis") or not filled.get("source"):
            raise ValueError(
                f"{field}: a bare number needs `basis` and `source` beside it; "
                f"or write {{value: {number}, low: ..., high: ..., basis: assumption}}"
            )
        filled[field] = {"value": number, "basis": filled["basis"], "source": filled["source"]}
    return filled


def within(
    number: Range | None, field: str, low: float | None = None, high: float | None = None, why: str = ""
) -> None:
    """Raise ValueError where a range leaves [low, high]."""
    if number is None:
        return
    if low is not None and number.low < low:
        raise ValueError(f"{field} may not be below {low:g}, got {number.low:g}{why}")
    if high is not None and number.high > high:
        percent = f"; {number.high:g} % is {number.high / 100:g}" if high == 1 and number.high > 1 else ""
        raise ValueError(f"{field} may not be above {high:g}, got {number.high:g}{why}{percent}")


def walk_ranges(value: Any, path: str = "", label: str = "") -> Iterator[tuple[str, str, Range]]:
    """Every range in a model: its path (`memberships.ID.share`), the label of the item that has it, and the range."""
    if isinstance(value, Range):
        yield path, label, value
    elif isinstance(value, BaseModel):
        own = getattr(value, "label", None) or getattr(value, "id", None) or label
        for field in type(value).model_fields:
            yield from walk_ranges(getattr(value, field), _below(path, field), own)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from walk_ranges(item, _below(path, key), label)
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from walk_ranges(item, _below(path, getattr(item, "id", place)), label)


def map_ranges(value: Any, change: Callable[[str, Range], Range], path: str = "") -> Any:
    """A copy of a model with `change(path, range)` in place of every range; nothing is validated."""
    if isinstance(value, Range):
        return change(path, value)
    if isinstance(value, BaseModel):
        fields = {f: map_ranges(getattr(value, f), change, _below(path, f)) for f in type(value).model_fields}
        update = {f: new for f, new in fields.items() if new is not getattr(value, f)}
        return value.model_copy(update=update) if update else value
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        items = tuple(map_ranges(x, change, _below(path, getattr(x, "id", i))) for i, x in enumerate(value))
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _below(path: str, step: object) -> str:
    return f"{path}.{step}" if path else str(step)


def share_of_year(year: int, since: dt.date | None, until: dt.date | None) -> float:
    """Share of a year, 0 to 1, between two days, both included; None where there is no such end."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    start, end = max(first, since or first), min(last, until or last)
    return max(0, (end - start).days + 1) / (366 if calendar.isleap(year) else 365)
