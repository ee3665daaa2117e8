"""Economies: the United Nations' accounts with what of them is set aside, technology of table and donors, outputs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.balance_of_payments import Published
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.national_accounts import GROUPS, NationalAccounts, Tariffs

WHAT = ("exports", "imports", "gdp", "industry", "mining")
"""What of a country can be set aside; "industry" is the split of industry between mining and manufacturing, "mining"
the share of mining and utilities in the whole economy."""
_FLOWS = ("exports", "imports", "gdp")
_FREE = ("EU", "EEA", "EFTA", "EAEU", "GCC", "GAFTA", "USMCA", "ASEAN")
"""Groups within which goods pay no duty."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """By region, million USD: value added `groups[region, group]` of `recipe_tables.GROUPS`, `gdp`, and `published`."""

    groups: Floats
    gdp: Floats
    published: Published


@cache
def rejected() -> Mapping[tuple[str, str], str]:
    """The United Nations' figures that are not used: the reason by country and `WHAT`."""
    text = (resources.files("countervail.world.build") / "un_rejected.csv").read_text(encoding="utf-8")
    out: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(io.StringIO(text)):
        for what in row["what"].split():
            if what not in WHAT:
                raise InputError(f"un_rejected.csv: {what!r} is none of {', '.join(WHAT)}", file="un_rejected.csv")
            out[row["iso3"], what] = row["reason"]
    return MappingProxyType(out)


def accounts(
    un: NationalAccounts, regions: tuple[str, ...], members: tuple[str, ...], icio: Icio, year: int
) -> Accounts:
    """Accounts of a year; the residual region is the sum of its members, Taiwan is the table's."""
    groups = un.groups(regions, year)
    flows = {what: un.of(what, regions, year) for what in _FLOWS}
    rest = regions.index("ROW")
    inside = list(members)
    groups[rest] = np.nansum(un.groups(inside, year), axis=0)
    for what in _FLOWS:
        flows[what][rest] = np.nansum(un.of(what, inside, year))
    for code in regions:
        i = regions.index(code)
        if np.isnan(groups[i]).any():
            groups[i] = _table_groups(code, icio)
            flows["gdp"][i] = groups[i].sum()
    industry = [GROUPS.index("mining_utilities"), GROUPS.index("manufacturing")]
    np.maximum(groups, recipe_tables.number("group_least") * groups.sum(axis=1, keepdims=True), out=groups)
    for code, what in rejected():
        i = regions.index(code)
        if what == "industry":
            share = recipe_tables.number(f"mining_of_industry_{code}")
            groups[i, industry] = np.array([share, 1 - share]) * groups[i, industry].sum()
        elif what == "mining":
            share, total = recipe_tables.number(f"mining_share_{code}"), groups[i].sum()
            groups[i] *= (1 - share) * total / (total - groups[i, industry[0]])
            groups[i, industry[0]] = share * total
        elif what == "gdp":
            gdp = recipe_tables.number(f"gdp_{code}")
            groups[i] *= gdp / flows["gdp"][i]
            flows["gdp"][i] = gdp
        else:
            flows[what][i] = np.nan
    held = np.array([c in (*recipe_tables.words("outsiders"), *recipe_tables.words("held_table")) for c in regions])
    return Accounts(groups, flows["gdp"], Published(flows["exports"], flows["imports"], held))


def duties(rates: Tariffs, regions: tuple[str, ...], date: str) -> Floats:
    """Base tariff [exporter, importer, sector], ad valorem: each importer's applied mean on goods, none at home.

    Goods within a customs union or free trade area among the built-in groups pay none; where no rate is published an
    assumption stands.
    """
    rate = np.nan_to_num(rates.of(regions), nan=recipe_tables.number("tariff_unknown"))
    n = len(regions)
    out = np.zeros((n, n, len(recipe_tables.CODES)))
    out[:, :, recipe_tables.GOODS] = rate[None, :, None]
    for name in _FREE:
        inside: Mask = np.array([c in countries.group(name, date) for c in regions])
        out[np.ix_(inside, inside)] = 0.0
    out[np.arange(n), np.arange(n)] = 0.0
    return out


def _table_groups(code: str, icio: Icio) -> Floats:
    """Value added by group of a country of the table that the United Nations do not publish."""
    if code not in icio.countries:
        raise InputError(f"{code}: neither the United Nations nor the input-output table has its accounts", field=code)
    k = icio.countries.index(code)
    made = icio.output[k] - icio.use[k].sum(axis=0)
    return np.array([sum(made[recipe_tables.position(c)] for c in codes) for codes in recipe_tables.GROUPS.values()])


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


def by_quantity(structure: Floats, leaves: Floats, mined: Floats, groups: Floats, built: Mask) -> Floats:
    """`extraction` of built countries and `crude_at_most` of the table's: the value-added structure of both."""
    out = crude_at_most(structure, leaves, mined[:, recipe_tables.position("CRUDE")], groups)
    out[built] = extraction(structure[built], leaves[built], mined[built], groups[built])
    return out


def crude_at_most(structure: Floats, leaves: Floats, mined: Floats, groups: Floats) -> Floats:
    """The value-added structure [country, sector] with no more crude than can be made of what is mined by quantity.

    Tables put gas and what serves mining beside it: China's has twice what its wells give. Where nothing is known to
    be mined (`mined[country]`, million USD) the table's figure stays.
    """
    crude = recipe_tables.position("CRUDE")
    made = by_sector(structure, groups)[:, crude]
    most = recipe_tables.number("crude_most") * mined * leaves[:, crude]
    out = structure.copy()
    out[:, crude] *= np.where((mined > 0) & (made > most), most / np.maximum(made, 1e-300), 1.0)
    return out


def by_sector(structure: Floats, groups: Floats) -> Floats:
    """Value added [country, sector]: that of each group split as in `structure`."""
    out = np.zeros_like(structure)
    for k, members in enumerate(_GROUPS.values()):
        part = structure[:, members]
        out[:, members] = part / np.maximum(part.sum(axis=1, keepdims=True), 1e-300) * groups[:, k : k + 1]
    return out


def outputs(structure: Floats, leaves: Floats, exports: Floats, groups: Floats) -> tuple[Floats, Floats]:
    """Output and value added's share of it [country, sector]: value added by group is `groups[country, group]`.

    `structure` is the split of value added within groups, `exports[country, sector]` what is sold abroad: no sector
    sells more than the cap of its output, and the others of its group shrink. Where the exporting sectors alone make
    more than the group's value added, they use more inputs.
    """
    out, made = np.zeros_like(leaves), leaves.copy()
    wanted = by_sector(structure, groups) / leaves
    least = exports / recipe_tables.number("export_cap")
    for n in range(len(leaves)):
        for k, members in enumerate(_GROUPS.values()):
            total = float(groups[n, k])
            out[n, members] = fill_up(wanted[n, members], least[n, members], leaves[n, members], total)
            made[n, members] *= total / (made[n, members] * out[n, members]).sum()
    return out, made


def refinery_crude(technology: Floats, output: Floats, exports: Floats, imports: Floats) -> tuple[Floats, Floats]:
    """Input shares in which refineries of countries that sell crude take it, and exports with what they take at home.

    Integrated companies hand crude on at prices that accounts book as trade, or not at all (Russia's table has 5 % of
    refineries' output). `exports` and `imports` are crude's [country]; other inputs give way in proportion.
    """
    crude, refining = recipe_tables.position("CRUDE"), recipe_tables.position("REFINING")
    out = technology.copy()
    least = recipe_tables.number("refinery_crude_least")
    inputs = out[:, :, refining].sum(axis=1)
    seller = exports[:, crude] > imports[:, crude]
    sells = seller & (out[:, crude, refining] < least) & (inputs > least)
    share = np.where(sells, least, out[:, crude, refining])
    rest = (inputs - share) / np.maximum(inputs - out[:, crude, refining], 1e-300)
    out[:, :, refining] *= np.where(sells, rest, 1.0)[:, None]
    out[:, crude, refining] = share
    sold = exports.copy()
    own = np.maximum(np.minimum(share, least) * output[:, refining] - imports[:, crude], 0.0)
    sold[:, crude] += recipe_tables.number("export_cap") * np.where(seller, own, 0.0)
    return out, sold


def home_gas(technology: Floats, output: Floats, imports: Floats, home: Floats) -> Floats:
    """Input shares in which gas that is found at home is used there.

    Where gas is cheap by rule, tables hardly show its use (Russia's has 3 bn for 450 bn cubic metres). Users buy, in
    the proportions of the table, at least a part of `home[country]` and of `imports[country]`; none spends more than
    half of its inputs on it, and its other inputs give way in proportion.
    """
    gas = recipe_tables.position("GAS")
    row, inputs = technology[:, gas], technology.sum(axis=1)
    used = (row * output).sum(axis=1)
    wanted = (1 - recipe_tables.number("gas_final")) * (home + imports)
    factor = np.divide(wanted, used, out=np.ones_like(used), where=(used > 0) & (home > 0))
    share = np.where(factor[:, None] > 1, np.maximum(row, np.minimum(factor[:, None] * row, inputs / 2)), row)
    rest = np.divide(inputs - share, inputs - row, out=np.ones_like(row), where=inputs > row)
    out: Floats = technology * rest[:, None]
    out[:, gas] = share
    return out


def sold_at_least(sold: Floats, leaves: Floats, home: Floats, groups: Floats, built: Mask) -> Floats:
    """What sectors sell abroad [country, sector], with gas used at home and the least of a built country's utilities.

    `home[country]` is gas at the price there, of which no more is sold than a part of the value added of mining and
    utilities can be made of.
    """
    out, cap = sold.copy(), recipe_tables.number("export_cap")
    gas, local = recipe_tables.position("GAS"), recipe_tables.position("UTILITIES")
    mining = groups[:, list(_GROUPS).index("C+E")]
    out[:, gas] += cap * np.minimum(home, recipe_tables.number("gas_most") * mining / leaves[:, gas])
    least = recipe_tables.number("utilities_least") * groups.sum(axis=1) / leaves[:, local]
    out[built, local] = np.maximum(out, cap * least[:, None])[built, local]
    return out


def fill_up(wanted: Floats, least: Floats, leaves: Floats, total: float) -> Floats:
    """Outputs [sector] at least `least`, otherwise in proportion to `wanted`, whose value added is `total`.

    Where the least outputs alone make more, the others are half of `wanted`.
    """
    low, high = 0.5, 10.0
    if (leaves * np.maximum(least, low * wanted)).sum() >= total:
        return np.maximum(least, low * wanted)
    for _ in range(200):
        middle = (low + high) / 2
        if (leaves * np.maximum(least, middle * wanted)).sum() > total:
            high = middle
        else:
            low = middle
    return np.maximum(least, low * wanted)
