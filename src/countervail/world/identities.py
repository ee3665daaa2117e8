"""The accounting identities of a world, each violation named with its country, sector and size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from countervail.world.model import Floats, Violation, World


def violations(world: World, tolerance: float) -> tuple[Violation, ...]:
    """Output = sales, inputs + value added = output, final demand >= 0, deficits sum to 0, values in range."""
    from countervail.world.model import Violation

    found = _out_of_range(world)
    if found:  # the identities mean nothing on NaN or negative values
        return tuple(found)

    def report(identity: str, miss: Floats, scale: Floats, text: str) -> None:
        size = np.divide(miss, scale, out=np.zeros_like(miss), where=scale > 0)
        for n, k in zip(*np.nonzero(size > tolerance), strict=True):
            c, s = world.countries[n], world.sectors[k]
            found.append(Violation(identity, c, s, float(size[n, k]), f"{text} by {size[n, k]:.3g} in {c} {s}"))

    output, spend = world.output, world.expenditure
    columns = world.input_share.sum(axis=1) + world.value_added_share
    report("inputs + value added = output", np.abs(columns - 1), (output > 0).astype(float), "a column misses 1")
    use = world.intermediate_use
    report("final demand >= 0", use - spend, np.maximum(use, spend), "use exceeds expenditure")
    sales = output.sum(axis=1)
    misses = np.abs(use.sum(axis=1) + world.value_added.sum(axis=1) - sales)
    for i in np.nonzero(misses > tolerance * sales)[0]:
        c, size = world.countries[i], float(misses[i] / sales[i])
        found.append(Violation("output = sales", c, None, size, f"costs miss sales by {size:.3g} in {c}"))
    gap = abs(float(world.deficit.sum())) / float(output.sum())
    if gap > tolerance:
        found.append(Violation("deficits sum to zero", None, None, gap, f"deficits sum to {gap:.3g} of world output"))
    for n, spent in enumerate(spend.sum(axis=1)):
        if spent <= 0 or world.value_added[n].sum() <= 0:
            c = world.countries[n]
            found.append(Violation("positive income", c, None, 1.0, f"{c} earns or spends nothing"))
    return tuple(found)


def _out_of_range(world: World) -> list[Violation]:
    """Values that are not finite, or outside what their field allows."""
    from countervail.world.model import Violation

    found: list[Violation] = []
    bounds = {
        "flows": (0.0, np.inf),
        "value_added_share": (0.0, 1.0),
        "input_share": (0.0, 1.0),
        "tariff": (-1.0, np.inf),
        "elasticity": (0.0, np.inf),
    }
    for name, (low, high) in bounds.items():
        array = getattr(world, name)
        strict = name in ("tariff", "elasticity")
        bad = ~np.isfinite(array) | (array <= low if strict else array < low) | (array > high)
        for where in np.argwhere(bad):
            country, sector = place(world.countries, world.sectors, name, where)
            value = float(array[tuple(where)])
            found.append(
                Violation(f"{name} in range", country, sector, abs(value), f"{name} is {value:g} in {country} {sector}")
            )
    return found


def place(
    countries: tuple[str, ...], sectors: tuple[str, ...], field: str, where: np.ndarray
) -> tuple[str | None, str | None]:
    """Names of the country (or exporter to importer) and sector (or input to user) of a cell of a field."""
    if field == "elasticity":
        return None, sectors[where[0]]
    if field == "input_share":
        return countries[where[0]], f"{sectors[where[1]]} used by {sectors[where[2]]}"
    if field == "value_added_share":
        return countries[where[0]], sectors[where[1]]
    return f"{countries[where[0]]} to {countries[where[1]]}", sectors[where[2]]
