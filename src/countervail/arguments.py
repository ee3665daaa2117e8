"""Checks of the arguments of public functions: what is of the wrong kind is an InputError that names the argument."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from inspect import signature
from os import PathLike
from typing import Any, ParamSpec, TypeAlias, TypeVar

from countervail.errors import InputError

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")
Check: TypeAlias = Callable[[Any, str], object]
"""Raises InputError, naming the argument, for a value that it refuses."""


def whole(value: Any, field: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number within bounds, both included; NumPy's integers are whole numbers, booleans are not."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{field} is {_shown(value)}; it must be a whole number", field=field) from None
    return int(_within(number, field, least, most))


def plain_numbers(value: Any, field: str) -> Any:
    """An array as it was given; one of yes and no is refused, and one that hides cells, whose mask would be lost."""
    import numpy as np  # kept out of the start of the command

    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InputError(f"{field} hides cells (a masked array); fill them (.filled(...))", field=field)
    if isinstance(value, bool | np.bool_) or getattr(value, "dtype", None) == np.bool_:
        raise InputError(f"{field} is {_shown(value)}; it must be numbers, not yes or no", field=field)
    return value


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


# -- checks by argument, for `checked` ---------------------------------------------------------------------------------


def checked(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the named arguments of a function before it runs; one that is left out is not checked.

    A check takes the value and the name of the argument, and raises InputError for what it refuses.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        names = signature(function)

        @wraps(function)
        def checking(*args: P.args, **kwargs: P.kwargs) -> R:
            given = names.bind(*args, **kwargs).arguments
            for name, check in checks.items():
                if name in given:
                    check(given[name], name)
            return function(*args, **kwargs)

        return checking

    return decorate


def optional(check: Check) -> Check:
    """The check of an argument that may be None."""

    def checking(value: Any, field: str) -> None:
        if value is not None:
            check(value, field)

    return checking


def at_least(least: int) -> Check:
    """A whole number that is not less."""
    return lambda value, field: whole(value, field, least)


def choice(*allowed: str) -> Check:
    """One of these words."""
    return lambda value, field: one_of(value, field, allowed)


def kind_of(kind: type | tuple[type, ...], remedy: str) -> Check:
    """A value of this class, or of one of these."""

    def checking(value: Any, field: str) -> None:
        if not isinstance(value, kind):
            raise InputError(f"{field} is {_shown(value)}; give {remedy}", field=field)

    return checking


def several(kind: type | tuple[type, ...], remedy: str) -> Check:
    """A list of values of this class."""
    one = kind_of(kind, remedy)

    def checking(values: Any, field: str) -> None:
        if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
            raise InputError(f"{field} is {_shown(values)}; give a list of them", field=field)
        for value in values:
            one(value, field)

    return checking


def either(*checks: Check) -> Check:
    """What one of the checks accepts; the last one's error otherwise."""

    def checking(value: Any, field: str) -> None:
        for check in checks[:-1]:
            with suppress(InputError):
                check(value, field)
                return
        checks[-1](value, field)

    return checking


a_path: Check = kind_of((str, PathLike), "a path")
a_mapping: Check = kind_of(Mapping, "a mapping")
a_callback: Check = kind_of(Callable, "a function")  # type: ignore[arg-type]  # an abstract class like the others
