"""The worlds and games that are measured: the bundled world, and coarser ones made of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.trade.closures import deficits_of
from countervail.trade.coalition_block import Game
from countervail.trade.equilibrium import Prepared
from countervail.trade.kernels import Block
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.world.aggregate import aggregate
from countervail.world.store import load_world
from countervail.world.world import World

# fmt: off
SENDERS = [
    "USA", "CAN", "GBR", "DEU", "FRA", "ITA", "ESP", "NLD", "BEL", "AUT", "POL", "CZE", "SWE", "FIN", "DNK",
    "IRL", "PRT", "GRC", "HUN", "ROU", "BGR", "SVK", "SVN", "LTU", "LVA", "EST", "JPN", "KOR", "AUS", "NOR",
]
CLUB = [
    "RUS", "CHN", "IND", "TUR", "BLR", "KAZ", "ZAF", "BRA", "IDN", "VNM", "SAU", "ARE", "EGY", "MYS", "THA",
    "ARG", "PAK",
]
# fmt: on
CUT = 0.9
"""Of what trade among members costs."""


def coarse(countries: int, sectors: int) -> World:
    """The bundled world with its smallest countries summed into the rest, and neighbouring sectors summed.

    The club and the senders of the benchmark are not summed.
    """
    world = load_world()
    size = world.value_added.sum(1)
    named = {*CLUB, *SENDERS} if countries >= 60 else set(CLUB) if countries >= 20 else {"RUS"}
    countries_alone = [k for k in range(world.n) if world.countries[k] != "ROW"]
    keep = sorted(countries_alone, key=lambda k: (world.countries[k] not in named, -size[k]))[: countries - 1]
    rest = {c: "ROW" for k, c in enumerate(world.countries) if k not in keep}
    codes = None
    if sectors < world.j:
        codes = {s: f"S{k * sectors // world.j:02d}" for k, s in enumerate(world.sectors)}
    return aggregate(world, codes, rest)


def embargo(world: World) -> Shock:
    """The senders and Russia stop trading in half of the sectors (all, where there is one)."""
    effect = np.ones(world.flows.shape)
    russia = world.index("RUS")
    senders = [world.index(c) for c in SENDERS if c in world.countries]
    affected = slice(0, max(1, world.j // 2))
    effect[russia, senders, affected] = 0.0
    effect[senders, russia, affected] = 0.0
    return Shock(trade_effect=effect)


def club(world: World, players: Sequence[str], tol: float = 1e-10) -> Game:
    """Coalitions of `players` whose trade with one another gets a tenth cheaper, under the embargo."""
    economy, base = world.economy, embargo(world)
    at = np.array([world.index(c) for c in players])
    effect = np.array(base.trade_effect)
    cells = np.ix_(at, at, np.arange(world.j))
    abroad = ~np.eye(len(at), dtype=bool)[:, :, None]
    effect[cells] *= np.where(abroad, CUT**-world.elasticity, 1.0)
    here = solve(economy, base, tol=1e-12)
    full = shocked_shares(economy, Shock(trade_effect=effect))
    block = np.ix_(np.arange(world.j), at, at)
    added = full.A[block] - here.shares.A[block]
    return Game(
        players=tuple(players),
        prepared=Prepared.of(economy),
        shares=here.shares,
        deficits=deficits_of(economy, "fixed", here.shares),
        start=here.state,
        reference=here.reference,
        added=Block(at, at, added, added),
        brings=np.eye(len(at), dtype=bool),
        always=np.zeros(len(at), bool),
        tol=tol,
    )
