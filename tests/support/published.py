"""Published data that the solver's results are compared with, read from where the raw sources lie."""

from __future__ import annotations

import csv
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from countervail.types import Floats
from countervail.world.world import World


@cache
def _nafta(folder: Path) -> Any:
    rdata = pytest.importorskip("rdata")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rdata.conversion.convert(rdata.parser.parse_file(folder / "cp2015" / "cp2015_nafta.rda"))["cp2015_nafta"]


def caliendo_parro(folder: Path) -> dict[str, Any]:
    """The data of Caliendo and Parro (2015): 31 countries, 40 sectors, 1993, as arguments of `World.from_flows`."""
    raw = _nafta(folder)
    regions, sectors = (tuple(map(str, raw["sets"][k])) for k in ("regions", "sectors"))

    def cube(table: str, value: str, *axes: str) -> np.ndarray:
        frame = raw[table]
        labels = [sectors if a in ("sector", "input") else regions for a in axes]
        out = np.zeros([len(x) for x in labels])
        out[tuple([x.index(str(v)) for v in frame[a]] for a, x in zip(axes, labels, strict=True))] = frame[value]
        return out

    tariff = cube("trade", "tariff", "exporter", "importer", "sector")
    flows = cube("trade", "value", "exporter", "importer", "sector") * (1 + tariff)
    value_added = cube("value_added", "value", "region", "sector")
    use = cube("intermediate_consumption", "value", "region", "input", "sector")
    output = (flows / (1 + tariff)).sum(axis=1)
    return {
        "flows": flows,
        "countries": regions,
        "sectors": sectors,
        "elasticity": raw["theta"]["value"].to_numpy(),
        "value_added_share": value_added / output,
        "input_share": use / output[:, None, :],
        "tariff": tariff,
    }


@cache
def nafta(folder: Path) -> tuple[World, Floats]:
    """That world, and the tariffs that took the place of 1993's among Canada, Mexico and the USA by 2005."""
    world = World.from_flows(**caliendo_parro(folder))
    frame = _nafta(folder)["trade"]
    tariff = np.zeros_like(world.flows)
    axes = {"exporter": world.countries, "importer": world.countries, "sector": world.sectors}
    tariff[tuple([x.index(str(v)) for v in frame[a]] for a, x in axes.items())] = frame["tariff_cfl"]
    return world, tariff


def gegravity_sample(folder: Path) -> tuple[list[str], Floats, dict[str, Floats]]:
    """Country names, trade `[exporter, importer]` and the other columns of gegravity's sample data (30 countries)."""
    with (folder / "gegravity" / "sample_data_set.dlm").open(encoding="utf-8") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    names = sorted({r["exporter"] for r in rows})
    out = {k: np.zeros((len(names), len(names))) for k in ("trade", "pta", "contiguity", "common_language")}
    out |= {k: np.zeros((len(names), len(names))) for k in ("lndist", "international", "Y", "E")}
    for r in rows:
        for k, table in out.items():
            table[names.index(r["exporter"]), names.index(r["importer"])] = float(r[k])
    return names, out.pop("trade"), out
