"""The offset as a surface: over the rise of trade inside a club, the share of it that is a fee, and China's part.

Nobody knows the central values of these three, so the answer is given for all of them: `uniform` points are clubs that
raise trade on every pair alike, from a currency agreement to a customs union, and `provisions` points the scenario's
own club at the ends of its ranges, which is one region of the surface. All else is at its central value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import Draw
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Worlds, equilibria
from countervail.scenario import Range
from countervail.types import Floats

CLUBS: Final = {
    "a currency agreement": 0.05,
    "a shallow trade agreement": 0.2,
    "a deep trade agreement": 0.5,
    "a customs union": 0.7,
}
"""Rise b of log trade. No significant effect of currency unions is found (Larch, Wanner, Yotov and Zylkin 2019), and a
full agreement about doubles trade in ten years (Baier and Bergstrand 2007), an upper bound between distant members."""
FEES: Final = (0.0, 0.5, 1.0)
CHINA: Final = {"none": 0.0, "part": 0.5, "full": 1.0}
"""Factor of b on a pair with China."""


@dataclass(frozen=True, eq=False)
class SurfacePoint:
    """One club of the surface.

    Attributes:
        kind: `uniform`, or `provisions` for the scenario's own club.
        club: in words: one of `CLUBS`, or which end of the provisions' ranges.
        b: the rise of log trade; of provisions the mean over the members' trade, weighted by what it is worth.
        fee: the share of the saving that is a fee of somebody on the exporter's side.
        china: the factor of b on a pair with China; None where China is not in question.
        gain: ln(W_C / W_S) `[country]`.
    """

    kind: Literal["uniform", "provisions"]
    club: str
    b: float
    fee: float
    china: float | None
    gain: Floats


def surface(case: Case, own: Worlds, reading: str) -> tuple[SurfacePoint, ...]:
    """Every point, solved as one batch from the world C of the scenario's own members.

    Raises:
        NoEquilibrium, NotConverged: as `solve`.
    """
    chosen = _uniform(case, own, reading) + _provisions(case, own, reading)
    base = own.sanctions
    shocks = [one.club(design, base.shock) for one, design, _ in chosen]
    solved = equilibria(case, shocks, own.C, ROUNDED_TOLERANCE)
    return tuple(
        SurfacePoint(
            "uniform" if design.uniform is not None else "provisions",
            club,
            _mean_b(one, design) if design.uniform is None else design.uniform,
            float(design.fee or 0.0),
            design.china,
            np.log(eq.real_income / base.S.real_income),
        )
        for (one, design, club), eq in zip(chosen, solved, strict=True)
    )


Chosen = list[tuple[Case, ClubDesign, str]]
"""The case that makes the shock of a club, the club, and what it is called."""


def _uniform(case: Case, own: Worlds, reading: str) -> Chosen:
    club, levels = case.scenario.club, list[float | None](CHINA.values())
    named = "CHN" in own.members or any("CHN" in (*r.candidates, *r.partial) for r in club.readings.values())
    if not named or "CHN" not in case.world.countries:
        levels = [None]
    members = own.members if levels == [None] or "CHN" in own.members else (*own.members, "CHN")
    return [
        (case, ClubDesign(members, reading, uniform=b, fee=fee, china=china), words)
        for words, b in CLUBS.items()
        for fee in FEES
        for china in levels
    ]


def _provisions(case: Case, own: Worlds, reading: str) -> Chosen:
    """The scenario's own club at the ends of its ranges: payment links, which follow from the rails, as they are."""
    club = case.scenario.club
    sizes = {f"club.provisions.{p.id}.effect": p.effect for p in club.provisions if p.enabled} | {"club.cap": club.cap}
    if len(sizes) == 1:
        return []
    china: Sequence[float | None] = [None]
    if "CHN" in own.members:
        china = _ends(club.china_multiplier(reading))
    out: Chosen = []
    for words in ("low", "value", "high"):
        drawn = case.drawn(Draw({path: getattr(size, words) for path, size in sizes.items()}))
        name = f"its provisions, {words} sizes".replace("value", "central")
        for fee in _ends(club.rent_share):
            out += [(drawn, ClubDesign(own.members, reading, fee=fee, china=part), name) for part in china]
    return out


def _ends(number: Range) -> list[float]:
    return list(dict.fromkeys((number.low, number.high)))


def _mean_b(case: Case, design: ClubDesign) -> float:
    """b over the members' trade with one another, weighted by flow over elasticity: what a rise is worth."""
    at = case.indices(design.members)
    weight = case.world.flows[np.ix_(at, at)] / case.economy.elasticity
    weight[np.arange(len(at)), np.arange(len(at))] = 0.0
    total = float(weight.sum())
    return float((case.integration(design) * weight).sum()) / total if total > 0 else 0.0
