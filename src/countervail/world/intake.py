"""From a user's arrays to a World: validation by name, and the balancing of small misfits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from countervail.arguments import plain_numbers
from countervail.errors import InputError
from countervail.trade.economy import Economy
from countervail.trade.labels import Axes, aligned, axes_of, is_labelled
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats
from countervail.world.accounts import cell_names
from countervail.world.world import World

log = logging.getLogger("countervail.world")

SMALL = 1e-3
"""Misfits up to this share of the cell are balanced and reported; larger ones are refused."""
ROUNDING = 1e-12
"""Misfits below this are rounding of float64 sums and are not reported."""
SMALL_MASS = 0.05
"""Negative final demand up to this share of all is balanced (Caliendo and Parro's data have 3.6 %)."""

# what an array field is expected to be, and the values it may have: low, high, and whether low itself is excluded
_SHAPES = {
    "tariff": "expected [exporter, importer, sector]",
    "elasticity": "expected one value a sector",
    "value_added_share": "expected [country, sector]",
    "input_share": "expected [country, input, user]",
}
_BOUNDS = {
    "flows": (0.0, np.inf, False),
    "tariff": (-1.0, np.inf, True),
    "elasticity": (0.0, np.inf, True),
    "value_added_share": (0.0, 1.0, False),
    "input_share": (0.0, 1.0, False),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class FlowTables:
    """What `World.from_flows` is given, with its argument names."""

    flows: ArrayLike
    countries: Sequence[str]
    sectors: Sequence[str]
    elasticity: ArrayLike | Mapping[str, float]
    value_added_share: ArrayLike | None = None
    input_share: ArrayLike | None = None
    tariff: ArrayLike | None = None


class _Labels(NamedTuple):
    countries: tuple[str, ...]
    sectors: tuple[str, ...]


def world_from_flows(given: FlowTables, name: str = "", year: int = 0) -> World:
    """A validated and balanced world, as `World.from_flows` documents."""
    labels = _Labels(_unique("countries", given.countries), _unique("sectors", given.sectors))
    given = _aligned(given, labels)
    n, j = len(labels.countries), len(labels.sectors)
    cube = _flows(given.flows, labels)
    tariff = _array("tariff", 0.0 if given.tariff is None else given.tariff, (n, n, j))
    theta = _array("elasticity", _by_sector(given.elasticity, labels.sectors), (j,))
    for field, array in (("flows", cube), ("tariff", tariff), ("elasticity", theta)):
        _check_range(field, array, labels)
    repairs: list[str] = []
    value_added, inputs = _technology(given, labels, repairs)
    _check_traders(cube, labels)

    output = (cube / (1 + tariff)).sum(axis=1)
    value_added, inputs = _close_columns(value_added, inputs, output, labels, repairs)
    if (idle := np.nonzero((value_added * output).sum(axis=1) <= 0)[0]).size:
        raise _error("value_added_share", f"{labels.countries[idle[0]]} has no value added in any sector, so no income")
    world = World(
        countries=labels.countries,
        sectors=labels.sectors,
        flows=cube,
        value_added_share=value_added,
        input_share=inputs,
        tariff=tariff,
        elasticity=theta,
        repairs=tuple(repairs),
        name=name,
        year=year,
    )
    world = _consistent(world)
    for text in world.repairs:
        log.info("%s", text)
    return world


def _aligned(given: FlowTables, labels: _Labels) -> FlowTables:
    """The tables with labelled data in the order of the labels."""
    countries, sectors = labels
    axes: dict[str, Axes] = {
        "flows": axes_of("trade_cost", countries, sectors),
        "elasticity": {"sector": sectors},
        "value_added_share": {"country": countries, "sector": sectors},
        "input_share": {"country": countries, "input": sectors, "user": sectors},
        "tariff": axes_of("tariff", countries, sectors),
    }
    labelled = [name for name in axes if is_labelled(getattr(given, name))]
    changed: dict[str, Any] = {name: aligned(name, getattr(given, name), axes[name]) for name in labelled}
    return replace(given, **changed) if changed else given


def _error(field: str, problem: str) -> InputError:
    return InputError(f"{field}: {problem}", field=field)


def _unique(field: str, labels: Sequence[str]) -> tuple[str, ...]:
    if isinstance(labels, str):
        raise _error(field, "one string given, expected a list of labels")
    if isinstance(labels, Set | Mapping) or not isinstance(labels, Iterable):
        raise _error(field, f"a {type(labels).__name__} given, expected a list of labels in the order of the arrays")
    given = tuple(labels)
    for place, x in enumerate(given):
        if x is None or x != x or isinstance(x, bool) or not str(x).strip():
            raise _error(field, f"label {place} is {x!r}; a label is a text")
    out = tuple(str(x) for x in given)
    if not out:
        raise _error(field, "empty; a world needs at least one")
    for x in out:
        if out.count(x) > 1:
            raise _error(field, f"{x!r} appears {out.count(x)} times; labels must be unique")
    return out


def _array(field: str, value: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """A writable float64 array of this shape, broadcast from a scalar or a trailing axis."""
    try:
        array = np.asarray(plain_numbers(value, field), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _error(field, f"not an array of numbers ({error})") from None
    square = shape[0] == shape[-1] > 1 and field in ("tariff", "value_added_share")
    if square and 0 < array.ndim < len(shape) and shape[0] in array.shape:
        raise _error(
            field,
            f"shape {array.shape} fits in more than one way, as there are as many sectors as countries; "
            f"{_SHAPES[field]} in full",
        )
    try:
        return np.array(np.broadcast_to(array, shape))
    except ValueError:
        raise _error(field, f"shape {array.shape} does not fit {shape}; {_SHAPES[field]}") from None


def _flows(flows: ArrayLike, labels: _Labels) -> Floats:
    c, s = labels
    try:
        cube = np.array(plain_numbers(flows, "flows"), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _error("flows", f"not an array of numbers ({error})") from None
    if cube.ndim == 2 and len(s) == 1:
        cube = cube[:, :, None]
    if cube.ndim != 3:
        raise _error("flows", f"{cube.ndim} dimensions, expected [exporter, importer, sector]")
    if cube.shape[:2] != (len(c), len(c)):
        raise _error("flows", f"{cube.shape[0]} exporters x {cube.shape[1]} importers, but {len(c)} countries named")
    if cube.shape[2] != len(s):
        raise _error("flows", f"{cube.shape[2]} sectors in the array, but {len(s)} named ({', '.join(s)})")
    return cube


def _by_sector(elasticity: ArrayLike | Mapping[str, float], sectors: tuple[str, ...]) -> ArrayLike:
    if not isinstance(elasticity, Mapping):
        return elasticity
    if missing := [x for x in sectors if x not in elasticity]:
        raise _error("elasticity", f"no value for sector {', '.join(missing)}")
    if unknown := [str(x) for x in elasticity if x not in sectors]:
        raise _error("elasticity", f"sector {', '.join(unknown)} is not among the world's sectors")
    return [float(elasticity[x]) for x in sectors]


def _check_range(field: str, array: Floats, labels: _Labels) -> None:
    """Refuse NaN, infinities and values outside the field's bounds, naming the first."""
    low, high, open_end = _BOUNDS[field]
    bad = ~np.isfinite(array) | (array <= low if open_end else array < low) | (array > high)
    if not bad.any():
        return
    where = np.argwhere(bad)[0]
    country, sector = cell_names(*labels, field, where)
    value, count = array[tuple(where)], int(bad.sum())
    allowed = f"above {low:g}" if open_end else (f"at least {low:g}" if np.isinf(high) else f"from {low:g} to {high:g}")
    more = f" (and {count - 1} more cells)" if count > 1 else ""
    raise _error(field, f"{value:g} in {' '.join(x for x in (country, sector) if x)}{more}; must be {allowed}")


def _technology(given: FlowTables, labels: _Labels, repairs: list[str]) -> tuple[Floats, Floats]:
    """Value-added and input shares from whichever of the two is given, each within 0..1."""
    c, s = labels
    n, j = len(c), len(s)
    if given.value_added_share is not None:
        value_added = _array("value_added_share", given.value_added_share, (n, j))
        _check_range("value_added_share", value_added, labels)
    if given.input_share is not None:
        inputs = _inputs(given.input_share, labels, repairs)
    elif given.value_added_share is None:
        inputs = np.zeros((n, j, j))
    elif j == 1:  # the only possible input is the sector's own good
        inputs = 1 - value_added[:, :, None]
    elif (value_added == 1).all():
        inputs = np.zeros((n, j, j))
    else:
        raise InputError(
            "value_added_share is below 1 but input_share is missing: give [country, input, user]", field="input_share"
        )
    if given.value_added_share is None:
        value_added = 1 - inputs.sum(axis=1)
        if (over := value_added < -SMALL).any():
            i, k = np.argwhere(over)[0]
            raise _error(
                "input_share", f"the inputs of {c[i]} {s[k]} sum to {1 - value_added[i, k]:.6g}; at most 1 is possible"
            )
        value_added = np.maximum(value_added, 0.0)
    return value_added, inputs


def _inputs(input_share: ArrayLike, labels: _Labels, repairs: list[str]) -> Floats:
    """Input shares within 0..1; slightly negative ones are set to zero, their column's sum unchanged."""
    c, s = labels
    inputs = _array("input_share", input_share, (len(c), len(s), len(s)))
    slight = (inputs < 0) & (inputs >= -SMALL)
    if slight.any():  # Caliendo and Parro's (2015) table has some
        i, k, user = np.unravel_index(int(np.where(slight, -inputs, 0).argmax()), inputs.shape)
        repairs.append(
            f"negative input shares set to zero: {int(slight.sum())} cells, largest {-inputs[i, k, user]:.2g} of "
            f"output ({c[i]} {s[k]} used by {s[user]})"
        )
        total = inputs.sum(axis=1)
        inputs[slight] = 0.0
        left = inputs.sum(axis=1)
        inputs *= np.divide(total, left, out=np.ones_like(total), where=left > 0)[:, None, :]
    _check_range("input_share", inputs, labels)
    return inputs


def _check_traders(cube: Floats, labels: _Labels) -> None:
    """Refuse a country that buys or sells nothing: no equilibrium has it."""
    for what, total in (("sells", cube.sum(axis=(1, 2))), ("buys", cube.sum(axis=(0, 2)))):
        if (empty := np.nonzero(total <= 0)[0]).size:
            country = labels.countries[empty[0]]
            raise _error("flows", f"{country} {what} nothing, not even at home; leave it out of the world")


def _close_columns(
    value_added: Floats, inputs: Floats, output: Floats, labels: _Labels, repairs: list[str]
) -> tuple[Floats, Floats]:
    """Make inputs plus value added sum to 1 in every column; a sector without output uses labour only."""
    c, s = labels
    total = value_added + inputs.sum(axis=1)
    idle = (output <= 0) & (np.abs(total - 1) > SMALL)
    value_added[idle], total[idle] = 1.0, 1.0
    inputs.transpose(0, 2, 1)[idle] = 0.0
    misfit = np.abs(total - 1)
    i, k = np.unravel_index(int(misfit.argmax()), misfit.shape)
    if misfit[i, k] > SMALL:
        raise InputError(
            f"value_added_share and input_share: the column of {c[i]} {s[k]} sums to {total[i, k]:.6g}, not 1 "
            f"({int((misfit > SMALL).sum())} such columns); give shares of the user's output, or no value_added_share",
            field="value_added_share",
        )
    if misfit[i, k] > ROUNDING:
        repairs.append(
            f"columns of input and value-added shares rescaled to sum to 1: {int((misfit > ROUNDING).sum())} columns, "
            f"largest misfit {misfit[i, k]:.2g} ({c[i]} {s[k]})"
        )
    return value_added / total, inputs / total[:, None, :]


def _consistent(world: World) -> World:
    """The world unchanged where use is within expenditure; else with the model's own consistent flows.

    As Caliendo and Parro (2015) do, negative final demand is set to zero at unchanged final spending; the flows are
    then the equilibrium of the data's trade shares, tariffs, technology, labour and deficits.
    """
    spend, use = world.expenditure, world.intermediate_use
    misfit = np.divide(use - spend, np.maximum(use, spend), out=np.zeros_like(use), where=np.maximum(use, spend) > 0)
    short = misfit > ROUNDING
    if not short.any():
        return world
    final = spend - use
    i, k = np.unravel_index(int(np.where(short, use - spend, 0.0).argmax()), use.shape)
    mass = float(-final[short].sum() / final.sum())
    cell = f"in {world.countries[i]} the sectors use {use[i, k]:.6g} of {world.sectors[k]}, {spend[i, k]:.6g} is bought"
    if not mass <= SMALL_MASS:
        raise InputError(
            f"flows and input_share: final demand would be negative in {int(short.sum())} cells, {mass:.1%} of all "
            f"final demand (at most {SMALL_MASS:.0%} is balanced): {cell}; correct the flows or the input shares there",
            field="flows",
        )
    economy = Economy.of(world)
    taste = np.maximum(economy.final_share, 0.0)
    economy = replace(economy, final_share=taste / taste.sum(0))
    flows = np.array(solve(economy, Shock(), tol=1e-13).flows)
    moved = float(np.abs(flows - world.flows).sum() / world.flows.sum())
    repair = (
        f"negative final demand set to zero in {int(short.sum())} cells ({mass:.2g} of final demand; most where {cell})"
        f" and consistent flows solved for, which moved {moved:.2g} of world expenditure"
    )
    return world.replace(flows=flows, repairs=(*world.repairs, repair))
