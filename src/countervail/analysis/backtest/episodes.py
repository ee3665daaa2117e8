"""Episodes: what a file of one says, and its data: trade before the measures, who was barred, what came after.

An episode is measures that stopped part of a country's trade, in a year before and in years after. Its file is YAML
(`format: episode/1`), its data a data set of the package or a CSV beside the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from countervail import countries
from countervail.errors import InputError
from countervail.scenario import tree
from countervail.scenario.messages import input_error
from countervail.scenario.tree import Node
from countervail.scenario.values import Country, CountryOrGroup, Model, Number, Text
from countervail.types import Floats, Mask
from countervail.world import observed
from countervail.world.build.sources import product as product_of
from countervail.world.observed import Trade
from countervail.world.world import World

LIBRARY: Final = Path(__file__).with_name("library")
RAW_MATERIALS: Final = "raw-materials"
RUSSIA: Final = "imts-russia"
_COLUMNS: Final = ("year", "exporter", "importer", "value")
_MAX_BYTES: Final = 100_000_000
_MIDDLE: Final = "-06-30"
"""Memberships of groups are those of the middle of the year after."""


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


Year = Annotated[int, Field(strict=True, ge=1900, le=2100)]
Products = Annotated[tuple[Text, ...], BeforeValidator(_listed)]


class Episode(Model):
    """What the file of an episode says."""

    format: Literal["episode/1"]
    """The format of the file."""
    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """A short name."""
    data: str = Field(min_length=1)
    """`raw-materials`, `imts-russia`, or the name of a CSV beside the file."""
    products: Products = ()
    """Products of the Harmonised System, by code or by what their codes begin with."""
    sectors: Products = ()
    """Or sectors; all goods where neither is given."""
    measure: Literal["quantity", "value"] = "value"
    """What is compared: tonnes, or million USD."""
    target: Country
    """Whose trade is hit."""
    direction: Literal["export", "import"] = "export"
    """Whether its sales stop or its purchases."""
    barred: tuple[CountryOrGroup, ...] = ()
    """The partners whose trade with the target is barred: countries, or groups as they were in the year after."""
    exempt: tuple[CountryOrGroup, ...] = ()
    """Those of them that are not."""
    left: Number = Field(default=0.02, ge=0, le=1)
    """What is left of the trade of a barred pair, before anything adjusts."""
    base: Year
    """The year before the measures."""
    after: Annotated[tuple[Year, ...], BeforeValidator(_listed), Field(min_length=1)]
    """The years after, each scored by itself."""
    output: Literal["observed", "held"] = "held"
    """The target's total in the year after: as it was observed, or held at the base year's."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.products and self.sectors:
            raise ValueError("sectors: give products or sectors, not both")
        for code in self.products:
            if not (code.rstrip("*").isdigit() and len(code.rstrip("*")) in (2, 4, 6)):
                raise ValueError(
                    f"products: {code!r} is no code of the Harmonised System; write two, four or six digits, in quotes "
                    "where the first is 0"
                )
        if early := [year for year in self.after if year <= self.base]:
            raise ValueError(f"after: {early[0]} is not after the base year {self.base}")
        if len(set(self.after)) < len(self.after):
            raise ValueError("after: a year is given twice")
        if self.data == RUSSIA:
            self._check_russia()
        return self

    def _check_russia(self) -> None:
        if self.target != "RUS":
            raise ValueError(f"target: {RUSSIA} has the trade of RUS alone, not that of {self.target}")
        if self.products or self.sectors:
            field = "products" if self.products else "sectors"
            raise ValueError(f"{field}: {RUSSIA} has totals of goods only; leave the field out")
        if self.measure != "value":
            raise ValueError(f"measure: {RUSSIA} has values only; write value")

    def barred_in(self, year: int) -> frozenset[str]:
        """The barred countries, with groups as they were in the middle of a year."""
        on = f"{year}{_MIDDLE}"
        barred = set(countries.expand(self.barred, on)) - set(countries.expand(self.exempt, on))
        return frozenset(barred - {self.target})


@dataclass(frozen=True, eq=False)
class EpisodeData:
    """An episode with its data in one year after, as a predictor gets it.

    Attributes:
        episode: what its file says.
        year: the year after.
        countries: the countries of its data, n.
        base: flows of the base year `[exporter, importer]` in the episode's measure; NaN where not reported.
        value: the same in million USD.
        bars: which pairs the measures bar `[exporter, importer]`; `episode.left` is what is left of them.
        observed: the target's flows in the year after, by partner `[n]`; NaN where not reported or known to be wrong.
        sectors: the sectors of its products; empty for all goods.
        world: the world whose elasticities, and for all goods whose trade, a prediction starts from.
    """

    episode: Episode
    year: int
    countries: tuple[str, ...]
    base: Floats
    value: Floats
    bars: Mask
    observed: Floats
    sectors: tuple[str, ...]
    world: World

    @cached_property
    def target(self) -> int:
        """The target's position."""
        return self.countries.index(self.episode.target)

    def of_target(self, pairs: Floats | Mask) -> Any:
        """The target's flows by partner `[n]` of an array by pair: its sales, or what it buys."""
        return pairs[self.target] if self.episode.direction == "export" else pairs[:, self.target]

    @cached_property
    def before(self) -> Floats:
        """The target's flows in the base year, by partner `[n]`."""
        return np.asarray(self.of_target(self.base))

    @cached_property
    def barred(self) -> Mask:
        """The partners that the measures bar `[n]`."""
        return np.asarray(self.of_target(self.bars))

    @property
    def unit(self) -> str:
        """The unit of the flows."""
        if self.episode.measure == "value":
            return "million USD"
        return "tonnes" if self.episode.data == RAW_MATERIALS else "units of the CSV"

    @cached_property
    def bites(self) -> bool:
        """Whether the measures stop any trade of the base year."""
        return self.episode.left < 1 and bool((np.nan_to_num(self.before)[self.barred] > 0).any())

    @cached_property
    def known(self) -> Mask:
        """The partners whose flows of both years are known `[n]`, the target itself left out."""
        known = np.isfinite(self.before) & np.isfinite(self.observed)
        known[self.target] = False
        return known


@dataclass(frozen=True, eq=False)
class Loaded:
    """An episode as read from its file, with the file for messages and for the CSV beside it."""

    episode: Episode
    root: Node
    path: Path

    def error(self, field: str, problem: str) -> InputError:
        """An error about one of its fields, with file and line."""
        node: Node = self.root.value.get(field, self.root)
        return node.error(f"`{field}`: {problem}", field)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an episode's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Episode.model_json_schema()}


def library() -> list[str]:
    """Names of the episodes that come with the package."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def load(name_or_path: str | Path) -> Loaded:
    """The episode of that name in the library, or in the file at that path; InputError with file, line and field."""
    text = str(name_or_path)
    shown, path = text, Path(name_or_path)
    if text in library():
        shown, path = f"{text}.yaml", LIBRARY / f"{text}.yaml"
    elif not path.is_file():
        raise InputError(
            f"{text}: no such file, and no episode of that name in the library ({', '.join(library())}).", file=text
        )
    data = tree.read_bytes(path, shown)
    if not data.strip():
        raise InputError(
            f"{shown}: is empty. See `countervail schema episode` for the fields of an episode.", file=shown
        )
    root = tree.parse(tree.decode(data, shown), shown)
    if not isinstance(root.value, dict):
        raise root.error("an episode is a mapping of fields such as `name`, `data`, `target`, `base`, `after`.")
    try:
        episode = Episode.model_validate(root.plain())
    except ValidationError as error:
        raise input_error(error, root, Episode) from None
    return Loaded(episode, root, path)


def data_of(loaded: Loaded, world: World) -> list[EpisodeData]:
    """The data of an episode, one entry for each year after; InputError names the field that they do not fit."""
    episode, trade = loaded.episode, _trade(loaded)
    _check_years(loaded, trade)
    if episode.target not in trade.countries:
        raise loaded.error("target", f"{episode.target} is not in the data")
    at = {c: i for i, c in enumerate(trade.countries)}
    base, value = trade.matrix(episode.base, episode.measure), trade.matrix(episode.base)
    sectors = tuple(dict.fromkeys(trade.sectors))
    result = []
    for year in episode.after:
        bars = np.zeros(base.shape, dtype=bool)
        partners = [at[c] for c in episode.barred_in(year) if c in at]
        target = at[episode.target]
        rows = (target, partners) if episode.direction == "export" else (partners, target)
        bars[rows] = True
        later = trade.matrix(year, episode.measure)
        result.append(
            EpisodeData(
                episode=episode,
                year=year,
                countries=trade.countries,
                base=base,
                value=value,
                bars=bars,
                observed=later[target] if episode.direction == "export" else later[:, target],
                sectors=() if sectors == ("goods",) else sectors,
                world=world,
            )
        )
    if not np.nansum(result[0].before) > 0:
        what = "sells" if episode.direction == "export" else "buys"
        raise loaded.error("base", f"in {episode.base} {episode.target} {what} nothing of it in the data")
    return result


def _trade(loaded: Loaded) -> Trade:
    """The flows an episode is about: a data set's, of its products or sectors, or the CSV's."""
    episode = loaded.episode
    if episode.data == RUSSIA:
        return observed.russia()
    if episode.data != RAW_MATERIALS:
        return _read_csv(loaded)
    if not (episode.products or episode.sectors):
        raise loaded.error("data", f"{RAW_MATERIALS} is no trade in all goods; name `products` or `sectors`.")
    trade = observed.raw_materials()
    chosen, absent = _chosen(episode, trade)
    if episode.sectors and absent:
        raise loaded.error("sectors", f"{RAW_MATERIALS} has no {absent[0]}, but {', '.join(sorted({*trade.sectors}))}.")
    by_sector = [p for p in chosen if not p.isdigit()]  # ores and metals ship by sector, without quantities
    if absent or episode.base < trade.years[0] or (by_sector and episode.measure == "quantity"):
        trade = observed.shared_materials((episode.base, *episode.after))
        chosen, absent = _chosen(episode, trade)
    if absent:
        raise loaded.error(
            "products", f"no product {absent[0]} in {RAW_MATERIALS}; it has {', '.join(trade.products)}."
        )
    return trade.of_products(chosen)


def _chosen(episode: Episode, trade: Trade) -> tuple[list[str], list[str]]:
    """The products of a data set that an episode names, and which of its products or sectors the data set lacks."""
    chosen: list[str] = []
    absent = []
    for code in episode.products or episode.sectors:
        sectors = () if episode.products else observed.RAW.get(code, (code,))
        listed = zip(trade.products, trade.sectors, strict=True)
        of_code = [p for p, s in listed if (p.startswith(code.rstrip("*")) if episode.products else s in sectors)]
        chosen += of_code
        absent += [] if of_code else [code]
    return chosen, absent


def _check_years(loaded: Loaded, trade: Trade) -> None:
    """Refuse a year that the data do not have."""
    for field in ("base", "after"):
        value = getattr(loaded.episode, field)
        for year in value if field == "after" else (value,):
            if year not in trade.years:
                has = ", ".join(map(str, trade.years)) or "no year"
                raise loaded.error(field, f"{year} is not in the data; they have {has}.")


# -- a CSV beside the file ---------------------------------------------------------------------------------------------


def _read_csv(loaded: Loaded) -> Trade:
    """The flows of the CSV that an episode names: year, exporter, importer, value and perhaps quantity."""
    folder, name = loaded.path.parent.resolve(), loaded.episode.data
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise loaded.error("data", f"{name!r} is outside the folder of the episode; put it beside the file.")
    if not path.is_file():
        raise loaded.error(
            "data", f"{name!r} is no data set ({RAW_MATERIALS}, {RUSSIA}) and no CSV beside {loaded.path.name}."
        )
    rows = _lines(path)
    head = [column.lower() for column in next(rows, (1, []))[1]]
    wanted = (*_COLUMNS, "quantity") if loaded.episode.measure == "quantity" else _COLUMNS
    if missing := [column for column in wanted if column not in head]:
        raise _bad_line(path, 1, missing[0], f"no column {missing[0]}; it has {', '.join(head) or 'none'}")
    flows: dict[tuple[int, str, str], tuple[float, float]] = {}
    for line, cells in rows:
        row = dict(zip(head, cells, strict=False))
        year = int(_number(path, line, row, "year"))
        pair = (year, _country(path, line, row, "exporter"), _country(path, line, row, "importer"))
        if pair in flows:
            raise _bad_line(path, line, "year", f"{pair[1]} to {pair[2]} in {year} is given twice; sum them")
        quantity = _number(path, line, row, "quantity") if row.get("quantity") else np.nan
        flows[pair] = (_number(path, line, row, "value"), quantity)
    return _as_trade(loaded.episode, flows)


def _as_trade(episode: Episode, flows: dict[tuple[int, str, str], tuple[float, float]]) -> Trade:
    of_products = dict.fromkeys(product_of(code.rstrip("*")).sector for code in episode.products)
    sectors = episode.sectors or tuple(of_products) or ("goods",)
    codes = tuple(sorted({code for _, *pair in flows for code in pair}))
    at = {code: k for k, code in enumerate(codes)}
    place = np.array([(year, at[o], at[d]) for year, o, d in flows], dtype=np.intp).reshape(-1, 3)
    amount = np.array(list(flows.values()), dtype=np.float64).reshape(-1, 2)
    product = np.zeros(len(flows), dtype=np.intp)
    value, quantity = amount.T
    return Trade(codes, ("",), sectors, place[:, 0], place[:, 1], place[:, 2], product, value, quantity)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV that are not blank, with their numbers."""
    rows = csv.reader(io.StringIO(_text(path)))
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield rows.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise _bad_line(path, rows.line_num, "data", f"is not CSV ({error})") from None


def _text(path: Path) -> str:
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(f"{path.name}: over {_MAX_BYTES:,} bytes; sum it over products first", file=str(path))
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read as UTF-8 ({error}); save it as UTF-8", file=str(path)) from None


def _number(path: Path, line: int, row: dict[str, str], column: str) -> float:
    text = row.get(column, "")
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not (np.isfinite(number) and number >= 0) or (column == "year" and number != int(number)):
        raise _bad_line(path, line, column, f"{text!r} is no {'year' if column == 'year' else 'amount of 0 or more'}")
    return number


def _country(path: Path, line: int, row: dict[str, str], column: str) -> str:
    try:
        return countries.resolve(row.get(column, ""))
    except InputError as error:
        raise _bad_line(path, line, column, str(error)) from None


def _bad_line(path: Path, line: int, column: str, problem: str) -> InputError:
    return InputError(f"{path.name}, line {line}: `{column}`: {problem}.", field=column, file=str(path), line=line)
