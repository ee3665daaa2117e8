"""Labelled data to arrays: pandas and xarray objects aligned by name to the axes of a world, or refused by name.

Neither library is imported: an object with `dims` is taken for an xarray DataArray, one with `index` and `to_numpy` for
a pandas Series or DataFrame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import InputError
from countervail.trade.shock import Shock
from countervail.types import Floats

Axes = Mapping[str, Sequence[str]]
"""The labels of each axis, by its name, in the order of the array."""


class _Labelled(NamedTuple):
    """An array with the name of each of its axes (None where it has none) and the labels along it."""

    array: Floats
    names: tuple[str | None, ...]
    labels: tuple[tuple[str, ...], ...]


def is_labelled(value: object) -> bool:
    """Whether it has labels of its own."""
    return hasattr(value, "dims") or (hasattr(value, "index") and hasattr(value, "to_numpy"))


def aligned(field: str, value: Any, axes: Axes) -> Floats:
    """The numbers of labelled data in the order of `axes`; an axis that the data do not have has length 1.

    An axis is known by its name (`exporter`, `importer`, `sector`, `country`), or, where it has none, by its labels, if
    only one axis of the array has these.

    Raises:
        InputError: an axis that may be two, a label that is missing, unknown or there twice, a pair that is missing.
    """
    given = _of_xarray(field, value) if hasattr(value, "dims") else _of_pandas(field, value, axes)
    names = _named(field, given, axes)
    array = given.array
    for place, name in enumerate(names):
        order = _order(field, name, given.labels[place], tuple(map(str, axes[name])))
        array = np.take(array, order, axis=place)
    array = array.transpose([names.index(name) for name in axes if name in names])
    return np.ascontiguousarray(array.reshape([len(axes[name]) if name in names else 1 for name in axes]))


def aligned_shock(shock: Shock, countries: Sequence[str], sectors: Sequence[str]) -> Shock:
    """The shock with arrays in the place of labelled data; itself where it has none."""
    changed: dict[str, Any] = {}
    for field in fields(shock):
        value = getattr(shock, field.name)
        if field.name != "among" and is_labelled(value):
            changed[field.name] = aligned(f"shock.{field.name}", value, axes_of(field.name, countries, sectors))
            if field.name == "transfer":
                changed[field.name] = changed[field.name].reshape(-1)
    return replace(shock, **changed) if changed else shock


def axes_of(field: str, countries: Sequence[str], sectors: Sequence[str]) -> Axes:
    """The axes of a field of a shock."""
    if field in ("productivity", "capacity"):
        return {"country": countries, "sector": sectors}
    if field == "transfer":
        return {"country": countries}
    return {"exporter": countries, "importer": countries, "sector": sectors}


def _of_xarray(field: str, value: Any) -> _Labelled:
    names = tuple(str(name) for name in value.dims)
    for name in value.dims:
        if name not in value.coords:
            raise _error(field, f"the dimension {name!r} has no labels; give it coordinates")
    labels = tuple(tuple(map(str, value.coords[name].values.tolist())) for name in value.dims)
    return _Labelled(_numbers(field, value.values), names, labels)


def _of_pandas(field: str, value: Any, axes: Axes) -> _Labelled:
    """A Series or a DataFrame; rows, and columns, with several levels are spread out over an axis a level."""
    every = {str(label) for labels in axes.values() for label in labels}
    one = hasattr(value, "columns") and len(value.columns) == 1 and value.columns.nlevels == 1
    if one and str(value.columns[0]) not in every:  # the name of what the numbers are
        value = value.iloc[:, 0]
    sides = [value.index, value.columns] if hasattr(value, "columns") else [value.index]
    array = _numbers(field, value.to_numpy())
    names: list[str | None] = []
    labels: list[tuple[str, ...]] = []
    for place, side in enumerate(sides):
        levels = [tuple(map(str, side.get_level_values(k))) for k in range(side.nlevels)]
        if side.nlevels > 1:
            unique = [tuple(dict.fromkeys(level)) for level in levels]
            array = _spread(field, array, len(names), place, levels, unique)
            levels = unique
        names += [None if name is None else str(name) for name in side.names]
        labels += levels
    known = [name if name in axes else None for name in names]
    # a table of countries by countries: rows sell to columns, as in every table of flows
    pairs = known == [None, None] and list(axes)[:2] == ["exporter", "importer"]
    if pairs and all(set(part) == set(map(str, axes["exporter"])) for part in labels):
        known = ["exporter", "importer"]
    return _Labelled(array, tuple(known), tuple(labels))


def _spread(
    field: str, array: Floats, axis: int, place: int, levels: list[tuple[str, ...]], unique: list[tuple[str, ...]]
) -> Floats:
    """The array with the axis `axis` replaced by one a level."""
    at = [np.array([part.index(x) for x in level], np.intp) for part, level in zip(unique, levels, strict=True)]
    shape = tuple(map(len, unique))
    flat = np.ravel_multi_index(at, shape)
    size = int(np.prod(shape))
    count = np.bincount(flat, minlength=size)
    if (count != 1).any():
        first = np.unravel_index(int(np.flatnonzero(count != 1)[0]), shape)
        cell = ", ".join(part[k] for part, k in zip(unique, first, strict=True))
        what = "is missing" if count[count != 1][0] == 0 else "is there twice"
        rows = "rows" if place == 0 else "columns"
        raise _error(field, f"the {rows} are not every combination of their labels once: ({cell}) {what}")
    out = np.empty((*array.shape[:axis], size, *array.shape[axis + 1 :]))
    out[(slice(None),) * axis + (flat,)] = array
    return out.reshape((*array.shape[:axis], *shape, *array.shape[axis + 1 :]))


def _named(field: str, given: _Labelled, axes: Axes) -> list[str]:
    """The name of every axis of the data."""
    names: list[str] = []
    for name, labels in zip(given.names, given.labels, strict=True):
        if name is None:
            fits = [axis for axis, known in axes.items() if set(labels) <= set(map(str, known))]
            if len(fits) != 1:
                which = " or ".join(fits) if fits else f"none of {', '.join(axes)}"
                raise _error(
                    field,
                    f"the axis of {_shown(labels)} may be {which}; name it (rename_axis, dims) as one of "
                    f"{', '.join(axes)}",
                )
            (name,) = fits
        if name not in axes:
            raise _error(field, f"there is no axis {name!r}; the axes are {', '.join(axes)}")
        if name in names:
            raise _error(field, f"two axes are {name!r}; the axes are {', '.join(axes)}")
        names.append(name)
    return names


def _order(field: str, name: str, labels: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    """Where each wanted label is among the given ones."""
    if twice := sorted({x for x in labels if labels.count(x) > 1}):
        raise _error(field, f"the {name} {_shown(twice)} is there twice")
    if missing := [x for x in wanted if x not in labels]:
        raise _error(field, f"the {name} {_shown(missing)} of the world is missing")
    if unknown := [x for x in labels if x not in wanted]:
        raise _error(field, f"the {name} {_shown(unknown)} is not in the world")
    place = {x: k for k, x in enumerate(labels)}
    return [place[x] for x in wanted]


def _numbers(field: str, values: ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _error(field, f"its values are not numbers ({error})") from None


def _shown(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more


def _error(field: str, problem: str) -> InputError:
    return InputError(f"{field}: {problem}", field=field)
