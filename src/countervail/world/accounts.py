"""The accounts of a world: the identities that must hold, and the flows nearest to a prior that satisfy them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.errors import NotConverged
from countervail.types import Floats, Mask
from countervail.world.world import World

LARGE_DEFICIT = 0.15
"""Trade deficit or surplus over value added, above which real income depends much on what the closure does with it."""


@dataclass(frozen=True)
class Violation:
    """One accounting identity that does not hold: where, and by how much relative to the cell."""

    identity: str
    country: str | None
    sector: str | None
    size: float
    message: str


def violations(world: World, tolerance: float) -> tuple[Violation, ...]:
    """Output = sales, inputs + value added = output, final demand >= 0, deficits sum to 0, values in range."""
    broken = _out_of_range(world)
    if broken:  # the identities mean nothing on NaN or negative values
        return tuple(broken)

    def report(identity: str, miss: Floats, scale: Floats, text: str) -> None:
        size = np.divide(miss, scale, out=np.zeros_like(miss), where=scale > 0)
        for n, k in zip(*np.nonzero(size > tolerance), strict=True):
            c, s = world.countries[n], world.sectors[k]
            broken.append(Violation(identity, c, s, float(size[n, k]), f"{text} by {size[n, k]:.3g} in {c} {s}"))

    output, spend = world.output, world.expenditure
    columns = world.input_share.sum(axis=1) + world.value_added_share
    report("inputs + value added = output", np.abs(columns - 1), (output > 0).astype(float), "a column misses 1")
    use = world.intermediate_use
    report("final demand >= 0", use - spend, np.maximum(use, spend), "use exceeds expenditure")
    sales = output.sum(axis=1)
    misses = np.abs(use.sum(axis=1) + world.value_added.sum(axis=1) - sales)
    for i in np.nonzero(misses > tolerance * sales)[0]:
        c, size = world.countries[i], float(misses[i] / sales[i])
        broken.append(Violation("output = sales", c, None, size, f"costs miss sales by {size:.3g} in {c}"))
    gap = abs(float(world.deficit.sum())) / float(output.sum())
    if gap > tolerance:
        broken.append(Violation("deficits sum to zero", None, None, gap, f"deficits sum to {gap:.3g} of world output"))
    for n, spent in enumerate(spend.sum(axis=1)):
        if spent <= 0 or world.value_added[n].sum() <= 0:
            c = world.countries[n]
            broken.append(Violation("positive income", c, None, 1.0, f"{c} earns or spends nothing"))
    return tuple(broken)


def cell_names(
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


@dataclass(frozen=True, eq=False, kw_only=True)
class Targets:
    """What balanced flows must add up to.

    Sales to all buyers are `output[country, sector]`; purchases less final demand, which starts from `final_prior`, are
    `use[country, sector]`; the `goods[sector]` of a pair of countries sum to `pair_total[exporter, importer]`, its
    other sectors to `services_total` (the diagonal and NaN are free, and so are all without it). Countries in
    `free_use[country]` may change their use too, with the same penalty. `held[exporter, importer, sector]` are flows
    that count in sales and purchases but neither move nor belong to the pair totals.
    """

    output: Floats
    use: Floats
    final_prior: Floats
    goods: Mask
    pair_total: Floats | None = None
    services_total: Floats | None = None
    held: Floats | None = None
    free_use: Mask | None = None


@dataclass(frozen=True)
class Balanced:
    """`flows[exporter, importer, sector]`, `final` and `use[country, sector]`, and how many sweeps to what misfit."""

    flows: Floats
    final: Floats
    use: Floats
    iterations: int
    misfit: float


def balance(prior: Floats, targets: Targets, *, tolerance: float = 1e-9, max_iterations: int = 20_000) -> Balanced:
    """Flows and final demand closest to their priors in relative entropy, subject to every identity.

    Minimises sum(T ln(T / T0) - T + T0) over flows and final demand (Junius and Oosterhaven's 2003 GRAS, in which final
    demand is the matrix's negative entry) subject to `targets`. A zero of the prior stays zero and nothing turns
    negative. Each block of constraints is met in turn with a closed form; raises NotConverged, naming the worst cell,
    where they contradict one another.
    """
    flows = prior.copy()
    output, use, goods = targets.output, targets.use, targets.goods
    multiplier = np.ones_like(use)
    blocks = [
        (block, *_pair_targets(total))
        for block, total in ((goods, targets.pair_total), (~goods, targets.services_total))
        if total is not None
    ]
    held = np.zeros_like(prior) if targets.held is None else targets.held
    free = np.zeros(len(use), dtype=bool) if targets.free_use is None else targets.free_use
    sold = output - held.sum(axis=1)
    fixed = np.where(free[:, None], 0.0, use) - held.sum(axis=0)
    soft = np.where(free[:, None], use, 0.0) + targets.final_prior
    misfit, rows, pairs = np.inf, np.zeros_like(sold), np.zeros(prior.shape[:2])
    with np.errstate(over="ignore", invalid="ignore"):  # where the totals contradict one another, multipliers run away
        for iteration in range(1, max_iterations + 1):
            for block, bound, target in blocks:
                sums = flows[:, :, block].sum(axis=2)
                step = np.where(bound, np.divide(target, sums, out=np.ones_like(sums), where=sums > 0), 1.0)
                flows[:, :, block] *= step[:, :, None]
            sums = flows.sum(axis=1)
            flows *= np.divide(sold, sums, out=np.zeros_like(sums), where=sums > 0)[:, None, :]
            # purchases: c A - soft / c = fixed, the positive root
            bought = flows.sum(axis=0) / multiplier
            root = fixed + np.sqrt(fixed**2 + 4 * bought * soft)
            new = np.divide(root, 2 * bought, out=np.ones_like(use), where=(bought > 0) & (root > 0))
            flows *= (new / multiplier)[None, :, :]
            multiplier = new
            if iteration % 10:
                continue
            rows = np.abs(flows.sum(axis=1) - sold) / np.where(output > 0, output, 1.0)
            pairs = np.zeros(prior.shape[:2])
            for block, bound, target in blocks:
                miss = np.where(bound, np.abs(flows[:, :, block].sum(axis=2) - target), 0.0)
                pairs = np.maximum(pairs, miss / np.where(target > 0, target, 1.0))
            misfit = float(max(rows.max(), pairs.max()))
            if misfit < tolerance:
                used = np.where(free[:, None], use / multiplier, use)
                return Balanced(flows + held, targets.final_prior / multiplier, used, iteration, misfit)
            if not np.isfinite(misfit):
                break
    raise _contradiction(rows, pairs, misfit, iteration)


def national(use: Floats, final: Floats, bought: Floats, inputs: Floats, sweeps: int = 2000) -> tuple[Floats, Floats]:
    """A country's use [input, user] and final demand [input] nearest to a prior, in relative entropy (RAS).

    Row k of use and final demand sums to `bought[k]`, column u of use to `inputs[u]`; final demand in all is the rest.
    """
    table = np.column_stack([use, final])
    columns = np.append(inputs, bought.sum() - inputs.sum())
    for _ in range(sweeps):
        sums = table.sum(axis=0)
        table *= np.divide(columns, sums, out=np.zeros_like(sums), where=sums > 0)
        sums = table.sum(axis=1)
        table *= np.divide(bought, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
        if np.abs(table.sum(axis=0) - columns).max() <= 1e-11 * columns.max():
            break
    return table[:, :-1], table[:, -1]


def technologies(prior: Floats, final: Floats, bought: Floats, output: Floats, inputs: Floats) -> Floats:
    """Input shares [country, input, user] that go with purchases: `national` for every country.

    `prior[country, input, user]` and `final[country, input]` are values to start from, `bought[country, input]` what is
    bought at the price that the buyer pays, `inputs[country, user]` output less value added.
    """
    shares = np.zeros_like(prior)
    for n in range(len(output)):
        table, _ = national(prior[n], final[n], bought[n], inputs[n])
        sums = table.sum(axis=0)
        table = table * np.divide(inputs[n], sums, out=np.zeros_like(sums), where=sums > 0)
        shares[n] = np.divide(table, output[n], out=np.zeros_like(table), where=output[n] > 0)
    return shares


def without_unrecorded(world: World) -> World:
    """The world without the exports that nobody recorded (`world.unrecorded`), balanced again.

    Every country's output, value added, recorded goods totals and services are held: what the exporter no longer ships
    is sold at home, and the buyers use less of it, with the least change of their technology. A world without such
    exports is returned unchanged.
    """
    if world.unrecorded is None or not world.unrecorded.any():
        return world
    price = 1 + world.tariff
    prior = (world.flows - world.unrecorded) / price
    goods = world.goods if world.goods is not None else np.ones(world.j, dtype=bool)
    home = np.arange(world.n)
    pair_total, services_total = (prior[:, :, some].sum(axis=2) for some in (goods, ~goods))
    before = (world.flows / price).sum(axis=0)
    net = np.divide(before, world.expenditure, out=np.ones_like(before), where=world.expenditure > 0)
    prior[home, home] += (world.unrecorded / price).sum(axis=1)
    targets = Targets(
        output=world.output,
        use=world.intermediate_use * net,
        final_prior=world.final_demand * net,
        goods=goods,
        pair_total=pair_total,
        services_total=services_total,
        free_use=np.ones(world.n, dtype=bool),
    )
    balanced = balance(prior, targets)
    flows = balanced.flows * price
    change = np.divide(balanced.use, targets.use, out=np.ones_like(balanced.use), where=targets.use > 0)
    values = world.input_share * world.output[:, None, :] * change[:, :, None]
    inputs = (1 - world.value_added_share) * world.output
    shares = technologies(values, balanced.final / net, flows.sum(axis=0), world.output, inputs)
    shares = np.where(world.output[:, None, :] > 0, shares, world.input_share)
    return world.replace(
        flows=flows,
        input_share=shares,
        unrecorded=np.zeros_like(world.unrecorded),
        repairs=(*world.repairs, "unrecorded exports taken out; outputs and recorded goods totals held"),
    )


def _out_of_range(world: World) -> list[Violation]:
    """Values that are not finite, or outside what their field allows."""
    broken: list[Violation] = []
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
            country, sector = cell_names(world.countries, world.sectors, name, where)
            value = float(array[tuple(where)])
            broken.append(
                Violation(f"{name} in range", country, sector, abs(value), f"{name} is {value:g} in {country} {sector}")
            )
    return broken


def _pair_targets(pair_total: Floats) -> tuple[Mask, Floats]:
    """`[exporter, importer]`: which pairs have a total to meet, and that total (0 elsewhere)."""
    bound = np.isfinite(pair_total)
    np.fill_diagonal(bound, False)
    return bound, np.where(bound, pair_total, 0.0)


def _contradiction(rows: Floats, pairs: Floats, misfit: float, iteration: int) -> NotConverged:
    """What to raise where totals cannot be met together, with the worst output and the worst pair."""
    i, j = np.unravel_index(int(np.nan_to_num(rows, nan=np.inf).argmax()), rows.shape)
    a, b = np.unravel_index(int(np.nan_to_num(pairs, nan=np.inf).argmax()), pairs.shape)
    return NotConverged(
        f"balancing: misfit {misfit:.2g} after {iteration} sweeps; worst output at country {i}, sector {j} "
        f"({rows[i, j]:.2g}), worst pair {a} to {b} ({pairs[a, b]:.2g}): the totals contradict one another",
        residual=misfit,
    )
