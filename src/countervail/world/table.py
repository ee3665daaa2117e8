"""OECD's input-output table as a World: its compact file, every country, 50 industries or what they aggregate to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from countervail.errors import InputError
from countervail.world.model import ESTIMATED_MIX, World

# Caliendo and Parro's (2015) elasticity for sectors without an estimate; set your own with World.replace.
ELASTICITY = 4.0


def world_from_icio(folder: Path, grouping: Mapping[str, str] | None = None) -> World:
    """The table in `folder` (or the file itself) with elasticity 4 everywhere and no tariffs.

    Sales to final buyers and to countries outside the table have no buyer in the compact file: they go where the
    sector's intermediate sales go, and home where these are none. `grouping` maps industries to sectors.
    """
    from countervail.world.recipe import icio

    table = icio.read_file(folder) if folder.is_file() else icio.read(folder)
    if grouping is not None:
        if missing := [s for s in table.sectors if s not in grouping]:
            raise InputError(f"sectors: no sector for industry {', '.join(missing)}")
        if unknown := [str(s) for s in grouping if s not in table.sectors]:
            raise InputError(f"sectors: {', '.join(unknown)} is no industry of the table")
        codes = tuple(dict.fromkeys(grouping[s] for s in table.sectors))
        matrix = np.array([[float(grouping[s] == code) for s in table.sectors] for code in codes])
        table = table.aggregate(codes, matrix)
    sold = table.intermediate.sum(axis=1)
    share = np.divide(table.intermediate, sold[:, None], out=np.zeros_like(table.intermediate), where=sold[:, None] > 0)
    home = np.arange(len(table.countries))
    share[home, home] = np.where(sold > 0, share[home, home], 1.0)
    flows = table.intermediate + share * table.other[:, None, :]
    output = flows.sum(axis=1)
    inputs = np.divide(table.use, output[:, None, :], out=np.zeros_like(table.use), where=output[:, None, :] > 0)
    world = World.from_flows(
        flows,
        countries=table.countries,
        sectors=table.sectors,
        elasticity=ELASTICITY,
        input_share=inputs,
        name="icio",
        year=2022,
    )
    return world.replace(
        estimated=np.full(flows.shape, ESTIMATED_MIX, dtype=np.uint8),
        goods=np.array([s[:1] in "ABC" for s in table.sectors]) if grouping is None else None,
    )
