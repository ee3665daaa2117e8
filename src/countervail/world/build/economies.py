"""Production: technology from the input-output table and donors, outputs from the United Nations' value added."""

from __future__ import annotations

import numpy as np

from countervail.types import Floats
from countervail.world.build import recipe_tables
from countervail.world.build.sources.icio import Icio

_GROUPS = {name: [recipe_tables.position(code) for code in codes] for name, codes in recipe_tables.GROUPS.items()}


def table_technology(icio: Icio, outside: Floats) -> Floats:
    """Input shares [country, input, user] of the table's countries, inputs bought from outside it added.

    The compact table's use leaves out what comes from beyond its 80 countries. `outside[country, goods]` are a
    country's goods imports from there; the part that the world uses as inputs is added in proportion to use.
    """
    used = icio.use.sum(axis=2)
    ratio = icio.sales_ratio
    part = np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0)
    extra = np.zeros_like(used)
    extra[:, : outside.shape[1]] = outside * part[: outside.shape[1]]
    factor = 1 + np.divide(extra, used, out=np.zeros_like(used), where=used > 0)
    shares = np.divide(
        icio.use, icio.output[:, None, :], out=np.zeros_like(icio.use), where=icio.output[:, None, :] > 0
    )
    more = shares * (factor - 1)[:, :, None]
    # no sector loses more than half of its value added to the correction
    room = 0.5 * (1 - shares.sum(axis=1))
    wanted = more.sum(axis=1)
    more *= np.minimum(1.0, np.divide(room, wanted, out=np.ones_like(room), where=wanted > 0))[:, None, :]
    return np.asarray(shares + more)


def split_gas(icio: Icio, oil_share: Floats) -> Icio:
    """The table with crude oil and gas apart: `oil_share[country]` is crude's share of what the two together make.

    Refineries take crude, every other user takes mostly gas; both are made with the same inputs.
    """
    crude, gas = recipe_tables.position("CRUDE"), recipe_tables.position("GAS")
    users = np.full(len(recipe_tables.CODES), recipe_tables.number("crude_use_others"))
    users[recipe_tables.position("REFINING")] = recipe_tables.number("crude_use_refining")
    both = icio.use[:, crude, :].copy()
    use = icio.use.copy()
    use[:, crude, :], use[:, gas, :] = both * users, both * (1 - users)
    columns = use[:, :, crude].copy()
    use[:, :, crude], use[:, :, gas] = columns * oil_share[:, None], columns * (1 - oil_share[:, None])
    parts = {}
    for name in ("intermediate", "other", "output"):
        array = getattr(icio, name).copy()
        share = oil_share[:, None] if array.ndim == 3 else oil_share
        array[..., gas], array[..., crude] = array[..., crude] * (1 - share), array[..., crude] * share
        parts[name] = array
    return Icio(countries=icio.countries, sectors=icio.sectors, use=use, **parts)


def start(regions: tuple[str, ...], icio: Icio, inputs: Floats) -> tuple[Floats, Floats]:
    """Input shares [country, input, user] and value-added structure [country, sector] of every region.

    They are the table's own for its countries; for others the donors' mean. A sector that a country of the table lacks
    has the world's technology, in case that it turns out to sell some.
    """
    at = {c: i for i, c in enumerate(icio.countries)}
    value_added = icio.output * (1 - inputs.sum(axis=1))
    mix = value_added / value_added.sum(axis=1, keepdims=True)
    world = np.einsum("nku,nu->ku", inputs, icio.output) / np.maximum(icio.output.sum(axis=0), 1e-300)
    technology = np.zeros((len(regions), *inputs.shape[1:]))
    structure = np.zeros((len(regions), inputs.shape[1]))
    for i, region in enumerate(regions):
        if region in at:
            technology[i] = np.where(icio.output[at[region]] > 0, inputs[at[region]], world)
            structure[i] = mix[at[region]]
            continue
        donors = [at[d] for d in recipe_tables.words(f"donors_{region}")]
        technology[i] = inputs[donors].mean(axis=0)
        structure[i] = mix[donors].mean(axis=0)
    return technology, structure


def extraction(structure: Floats, leaves: Floats, mined: Floats, groups: Floats) -> Floats:
    """The value-added structure [country, sector] with coal, crude and gas by what is mined of them.

    `mined[country, goods]` is output by quantity, `leaves[country, sector]` the share of output that is value added,
    `groups[country, group]` value added by group; utilities keep their share in the whole economy.
    """
    out = structure.copy()
    group = _GROUPS["C+E"]
    total = groups.sum(axis=1)
    size = groups[:, list(_GROUPS).index("C+E")]
    utilities = recipe_tables.position("UTILITIES")
    share = structure[:, utilities] / structure.sum(axis=1)
    out[:, utilities] = np.minimum(share * total, recipe_tables.number("utilities_most") * size)
    for code in ("COAL", "CRUDE", "GAS"):
        s = recipe_tables.position(code)
        out[:, s] = mined[:, s] * leaves[:, s]
    ores = recipe_tables.position("MINING")
    out[:, ores] = structure[:, ores] / structure.sum(axis=1) * total
    sums = out[:, group].sum(axis=1, keepdims=True)
    out[:, group] *= structure[:, group].sum(axis=1, keepdims=True) / np.maximum(sums, 1e-300)
    return out


def outputs(structure: Floats, leaves: Floats, exports: Floats, groups: Floats) -> tuple[Floats, Floats]:
    """Output and value added's share of it [country, sector]: value added by group is `groups[country, group]`.

    `structure` is the split of value added within groups, `exports[country, sector]` what is sold abroad: no sector
    sells more than the cap of its output, and the others of its group shrink. Where the exporting sectors alone make
    more than the group's value added, they use more inputs.
    """
    out, made = np.zeros_like(leaves), leaves.copy()
    least = exports / recipe_tables.number("export_cap")
    for n in range(len(leaves)):
        for k, members in enumerate(_GROUPS.values()):
            total = float(groups[n, k])
            wanted = structure[n, members] / structure[n, members].sum() * total / leaves[n, members]
            out[n, members] = fill_up(wanted, least[n, members], leaves[n, members], total)
            made[n, members] *= total / (made[n, members] * out[n, members]).sum()
    return out, made


def fill_up(wanted: Floats, least: Floats, leaves: Floats, total: float) -> Floats:
    """Outputs [sector] at least `least`, otherwise in proportion to `wanted`, whose value added is `total`.

    Where the least outputs alone make more, the others are a tenth of `wanted`.
    """
    low, high = 0.1, 10.0
    if (leaves * np.maximum(least, low * wanted)).sum() >= total:
        return np.maximum(least, low * wanted)
    for _ in range(200):
        middle = (low + high) / 2
        if (leaves * np.maximum(least, middle * wanted)).sum() > total:
            high = middle
        else:
            low = middle
    return np.maximum(least, low * wanted)


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
