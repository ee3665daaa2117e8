"""What the economies must add up to: the United Nations' accounts, with the figures that are set aside and why."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from collections.abc import Mapping

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.services import Published
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.national_accounts import GROUPS, NationalAccounts, Tariffs

WHAT = ("exports", "imports", "gdp", "industry")
"""What of a country can be set aside; "industry" is the split of industry between mining and manufacturing."""
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


def read(un: NationalAccounts, regions: tuple[str, ...], members: tuple[str, ...], icio: Icio, year: int) -> Accounts:
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
