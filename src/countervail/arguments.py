"""Checks of the arguments of public functions: what is of the wrong kind is an InputError that names the argument."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from countervail.errors import InputError

T = TypeVar("T")


def whole(value: Any, field: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number within bounds, both included; NumPy's integers are whole numbers, booleans are not."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{field} is {_shown(value)}; it must be a whole number", field=field) from None
    return int(_within(number, field, least, most))


def real(value: Any, field: str, least: float | None = None, most: float | None = None) -> float:
    """A finite number within bounds, both included."""
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{field} is {_shown(value)}; it must be a number", field=field) from None
    if not math.isfinite(number):
        raise InputError(f"{field} is {number}; it must be a finite number", field=field)
    return float(_within(number, field, least, most))


def positive(value: Any, field: str) -> float:
    """A finite number above 0."""
    number = real(value, field)
    if number <= 0:
        raise InputError(f"{field} is {number:g}; it must be > 0", field=field)
    return number


def text(value: Any, field: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{field} is {_shown(value)}; it must be a text", field=field)
    return value


def texts(values: Any, field: str, example: str) -> tuple[str, ...]:
    """A list of texts, in order; a single text or a set is refused, with `example` of what is meant."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
        raise InputError(f"{field} is {_shown(values)}; give a list, such as {example}", field=field)
    return tuple(text(value, field) for value in values)


def instance(value: Any, kind: type[T], field: str, remedy: str) -> T:
    """A value of this class; `remedy` says how one is made."""
    if not isinstance(value, kind):
        raise InputError(f"{field} is a {type(value).__name__}; give {remedy}", field=field)
    return value


def one_of(value: Any, field: str, allowed: Collection[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{field} is {_shown(value)}; it must be one of {', '.join(allowed)}", field=field)
    return value


def _within(number: Any, field: str, least: float | None, most: float | None) -> Any:
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = f"{least} or more" if most is None else f"{most} or less" if least is None else f"{least} to {most}"
        raise InputError(f"{field} is {number}; it must be {bounds}", field=field)
    return number


def _shown(value: Any) -> str:
    """A value in a message: short, and what it is where it has no short form."""
    if isinstance(value, (str, bytes, int, float, type(None))):
        short = repr(value)
        return short if len(short) <= 60 else f"{short[:57]}..."
    return f"a {type(value).__name__}"
