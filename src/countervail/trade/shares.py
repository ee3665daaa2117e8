"""Shocked trade shares: an economy's partial-equilibrium shares under a shock, on which the solver's equations rest."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from countervail.arguments import plain_numbers
from countervail.errors import InputError
from countervail.trade.economy import Economy, inward
from countervail.trade.shock import NEUTRAL, Shock
from countervail.trade.taxes import Cells, Duties, Receipts, taxed_cells
from countervail.types import Floats, Indices, Mask


@dataclass(frozen=True, eq=False)
class ShockedShares:
    """Partial-equilibrium trade shares under a shock, and what producers and treasuries receive of them.

    With a = pi phi + potential and tau = (1 + e)(1 + t): `A` = a (tau'/tau)^-theta, of which `T` = A t' / (1 + t') is
    import tariff revenue and `E` = A e' / tau' export tax revenue; the producer receives the rest, `B` = A / tau'.
    Arrays are `[sector, importer, exporter]`; `duties` and `levies` are the taxes as the solver reads them.
    `log_productivity` and `log_capacity` `[sector, country]` and `transfer` `[country]` (share of world value added)
    are None where nothing changes, like taxes where every rate is zero.
    """

    A: Floats
    duties: Duties | None = None
    levies: Receipts | None = None
    log_productivity: Floats | None = None
    transfer: Floats | None = None
    log_capacity: Floats | None = None

    @cached_property
    def B(self) -> Floats:
        """What the producer receives; `A` itself where nothing is taxed."""
        out = self.A
        for taken in (self.T, self.E):
            if taken is not None:
                out = out - taken
        return out

    @property
    def T(self) -> Floats | None:
        """Import tariff revenue over all countries."""
        return None if self.duties is None else self.duties.part * self.A

    @property
    def E(self) -> Floats | None:
        """Export tax revenue over all countries."""
        return None if self.levies is None else self.levies.spread(*self.A.shape[:2])

    @cached_property
    def home(self) -> Floats | None:
        """What the tariff on a country's own goods takes beyond its importer's rate `[sector, country, 1]`."""
        if self.duties is None or self.duties.home is None:
            return None
        return np.asarray((self.duties.home * np.einsum("jnn->jn", self.A))[:, :, None])

    @cached_property
    def beyond(self) -> tuple[Receipts, ...]:
        """What tariffs take beyond importers' rates in blocks of cells."""
        rest = () if self.duties is None else self.duties.rest
        # an array picked by numbers is laid out by them, which products in every step would have to copy
        return tuple(Receipts(at, np.multiply(self.A[at.index], part, order="C")) for at, part in rest)

    @property
    def taxed(self) -> bool:
        """Whether any trade is."""
        return self.duties is not None or self.levies is not None

    @cached_property
    def trading(self) -> Mask:
        """Who buys from whom, own goods apart `[importer, exporter]`."""
        traded: Mask = np.asarray((self.A > 0).any(0))
        np.fill_diagonal(traded, False)
        return traded

    @cached_property
    def parts(self) -> tuple[Indices, ...]:
        """The components of the trade graph, each the positions of its countries."""
        return components(self.trading)


def components(pairs: Mask) -> tuple[Indices, ...]:
    """The connected components of a graph `[country, country]`, the direction of its pairs left out."""
    linked = pairs | pairs.T
    free = np.ones(len(linked), bool)
    parts = []
    while free.any():
        members = reachable(linked, int(np.flatnonzero(free)[0]))
        parts.append(np.flatnonzero(members))
        free &= ~members
    return tuple(parts)


def reachable(pairs: Mask, start: int) -> Mask:
    """What is linked to `start`, directly or through others, itself included."""
    reached = np.zeros(len(pairs), bool)
    reached[start] = True
    while True:
        wider = reached | pairs[reached].any(0)
        if (wider == reached).all():
            return reached
        reached = wider


def plain_array(field: str, value: ArrayLike, axes: tuple[str, ...], shape: tuple[int, ...]) -> Floats:
    """Numbers that broadcast to `shape` in one way only, as an array of their own shape.

    Where as many countries as sectors are named, an array of fewer axes fits other axes than those it is read as.

    Raises:
        InputError: labels that would be ignored, what is not numbers, a shape that does not fit, or fits twice.
    """
    if hasattr(value, "dims") or (hasattr(value, "index") and hasattr(value, "to_numpy")):
        raise InputError(
            f"{field}: a {type(value).__name__}, whose labels would be ignored; put it in the order of "
            f"[{', '.join(axes)}] and give its numbers (.to_numpy())",
            field=field,
        )
    try:
        array = np.asarray(plain_numbers(value, field), float)
        np.broadcast_to(array, shape)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{field}: {error}; it must be numbers that broadcast to [{', '.join(axes)}] = {shape}", field=field
        ) from None
    countries, sectors = shape[0], shape[-1]
    if 0 < array.ndim < len(shape) and countries == sectors > 1 and countries in array.shape:
        read = axes[len(axes) - array.ndim :]
        raise InputError(
            f"{field}: {array.shape} would be read as [{', '.join(read)}], and with as many sectors as countries it "
            f"may be meant otherwise; give [{', '.join(axes)}] in full (1 on an axis that does not matter)",
            field=field,
        )
    return array


LARGE_RATE: Final = 3.0
"""An ad-valorem rate above this is more likely a percentage."""
AXES = {1: ("country",), 2: ("country", "sector"), 3: ("exporter", "importer", "sector")}


def _field(name: str, value: ArrayLike, shape: tuple[int, ...], low: float, inclusive: bool) -> Floats:
    given = plain_array(f"shock.{name}", value, AXES[len(shape)], shape)
    array = np.broadcast_to(given, shape)
    # the least of an array with a NaN is NaN, which fails both comparisons
    least = array.min()
    if not (least >= low if inclusive else least > low):
        bad = np.isnan(array) | (array < low if inclusive else array <= low)
        cell = tuple(int(i) for i in np.argwhere(bad)[0])
        sign = ">=" if inclusive else ">"
        raise InputError(
            f"shock.{name}{list(cell)} is {array[cell]}; it must be a number {sign} {low:g}", field=f"shock.{name}"
        )
    # of a whole cube each cell was meant: some countries have such tariffs
    whole = given.size == array.size > 1
    if name in ("tariff", "export_tax") and not whole and LARGE_RATE < (most := float(array.max())) < np.inf:
        warnings.warn(f"shock.{name} is up to {most:g}, that is {most:.0%}; {most:g} % is {most / 100:g}", stacklevel=2)
    neutral = NEUTRAL.get(name.removeprefix("among."))
    one_for_all = shape[0] > 1 and (given.ndim < 3 or 1 in given.shape[:2])
    if neutral is not None and one_for_all and (given != neutral).any() and np.isfinite(given).all():
        warnings.warn(
            f"shock.{name} is the same for a country's own goods as for those of others, so it applies to own goods "
            "too; give [exporter, importer, sector] to leave them out",
            stacklevel=2,
        )
    return array


def _finite(name: str, array: Floats) -> Floats:
    if not np.isfinite(array.max()):
        cell = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"shock.{name}{list(cell)} is {array[cell]}; it must be finite", field=f"shock.{name}")
    return array


def shocked_shares(economy: Economy, shock: Shock) -> ShockedShares:
    """The trade shares of `economy` under `shock`.

    Raises:
        InputError: a field of the wrong shape, NaN or out of range, or transfers that do not sum to zero.
    """
    if shock.among is not None:
        return shocked_among(economy, shocked_shares(economy, replace(shock, among=None)), shock)
    n, j = economy.n, economy.j
    cube = (n, n, j)
    A = economy.share
    if shock.trade_cost is not None:
        cost = _field("trade_cost", shock.trade_cost, cube, 0.0, inclusive=False)
        A = A * np.exp(-economy.elasticity[:, None, None] * np.log(inward(cost)))
    if shock.trade_effect is not None:
        A = A * inward(_finite("trade_effect", _field("trade_effect", shock.trade_effect, cube, 0.0, inclusive=True)))
    if shock.potential is not None:
        potential = inward(_finite("potential", _field("potential", shock.potential, cube, 0.0, inclusive=True)))
        A = np.add(A, potential, out=None if A is economy.share else A)
    base = economy.tariff
    tariff, export_tax = base, None
    if shock.tariff is not None:
        tariff = inward(_finite("tariff", _field("tariff", shock.tariff, cube, -1.0, inclusive=False)))
    if shock.export_tax is not None:
        export_tax = inward(_finite("export_tax", _field("export_tax", shock.export_tax, cube, -1.0, inclusive=False)))
    A, duties, levies = _taxed(A, economy, tariff, export_tax)
    log_productivity = None
    if shock.productivity is not None:
        value = _finite("productivity", _field("productivity", shock.productivity, (n, j), 0.0, inclusive=False))
        log_productivity = np.log(value).T.copy()
    transfer = None
    if shock.transfer is not None:
        amount = _finite("transfer", _field("transfer", shock.transfer, (n,), -np.finfo(float).max, inclusive=True))
        # what is left where amounts cancel is rounding, of the size of the world's float64
        if abs(amount.sum()) > max(1e-9 * np.abs(amount).sum(), 1e-16 * economy.scale):
            raise InputError(
                f"shock.transfer sums to {amount.sum():g} million USD; transfers must sum to zero",
                field="shock.transfer",
            )
        transfer = amount / economy.scale
    return ShockedShares(A, duties, levies, log_productivity, transfer, _capacity(economy, shock))


def _capacity(economy: Economy, shock: Shock) -> Floats | None:
    """Log of what is left of capacity `[sector, country]`."""
    if shock.capacity is None:
        return None
    value = _finite("capacity", _field("capacity", shock.capacity, (economy.n, economy.j), 0.0, inclusive=False)).T
    held = np.zeros(value.shape, bool) if economy.capacity is None else economy.capacity.weight > 0
    if (without := (value != 1.0) & ~held).any():
        sector, country = (int(k) for k in np.argwhere(without)[0])
        raise InputError(
            f"shock.capacity changes that of {economy.countries[country]} {economy.sectors[sector]}, which has none: "
            "give the world a specific factor or a supply elasticity there, or leave it at 1",
            field="shock.capacity",
        )
    return np.log(value)


def _taxed(
    A: Floats, economy: Economy, tariff: Floats | None, export_tax: Floats | None
) -> tuple[Floats, Duties | None, Receipts | None]:
    """Shares under new rates, and what of them the two taxes take; `A` comes without them."""
    base = economy.tariff
    changes = [(export_tax, 1.0)] if tariff is base else [(tariff, 1.0), (base, -1.0), (export_tax, 1.0)]
    signed = [(rate, sign) for rate, sign in changes if rate is not None]
    differs = np.zeros(A.shape, bool)
    if tariff is not base:
        differs |= tariff != (0.0 if base is None else base)
    if export_tax is not None:
        differs |= export_tax != 0
    if differs.any():
        # powers are slow, and most scenarios tax few pairs
        at = np.nonzero(differs)
        change = sum(sign * np.log1p(rate[at]) for rate, sign in signed)
        A = A.copy()
        A[at] *= np.exp(-economy.elasticity[at[0]] * change)
    duties = economy.duties if tariff is base else Duties.of(np.asarray(tariff), economy.duties)
    levies = None if export_tax is None else _all_receipts(A, export_tax, tariff)
    return A, duties, levies


def _all_receipts(A: Floats, rate: Floats, before: Floats | None = None) -> Receipts | None:
    """What a tax at `rate` takes of the shares that one at rate `before` leaves."""
    at = taxed_cells(rate)
    return None if at is None else _receipts(A, at, rate, before)


def _receipts(A: Floats, at: Cells, rate: Floats, before: Floats | None = None) -> Receipts:
    """The same, where the cells that are taxed are known."""
    left = A[at.index] if before is None else A[at.index] / (1.0 + before[at.index])
    # an array picked by numbers is laid out by them, which products in every step would have to copy
    return Receipts(at, np.multiply(left, rate[at.index] / (1.0 + rate[at.index]), order="C"))


def shocked_among(economy: Economy, shares: ShockedShares, shock: Shock) -> ShockedShares:
    """The trade shares under `shock`, from those under the shock without its `among`.

    Raises:
        InputError: as `shocked_shares`.
    """
    some = shock.among
    assert some is not None
    at = np.asarray(some.countries, dtype=np.intp)
    if not at.size:
        return shares
    if len(np.unique(at)) < len(at) or at.min() < 0 or at.max() >= economy.n:
        raise InputError(
            f"shock.among.countries must be different positions of countries, 0 to {economy.n - 1}",
            field="shock.among.countries",
        )
    shape, inside = (len(at), len(at), economy.j), (slice(None), at[:, None], at)

    def cells(name: str, value: ArrayLike, low: float, inclusive: bool) -> Floats:
        return inward(_finite(f"among.{name}", _field(f"among.{name}", value, shape, low, inclusive)))

    theta = economy.elasticity[:, None, None]
    tariff = economy.tariff if shock.tariff is None else _rates(economy, shock.tariff)
    levy = None if shock.export_tax is None else _rates(economy, shock.export_tax)
    a = shares.A[inside] * cells("trade_effect", some.trade_effect, 0.0, True)
    if some.potential is not None:
        # pairs that open pay the same taxes as those that trade
        taxes = np.ones(())
        for rate, sign in ((tariff, 1.0), (levy, 1.0), (economy.tariff, -1.0)):
            if rate is not None:
                taxes = taxes * (1.0 + rate[inside]) ** (-sign * theta)
        a += cells("potential", some.potential, 0.0, True) * taxes
    A = shares.A.copy()
    levies = shares.levies
    if some.export_tax is None:
        A[inside] = a
        if levies is not None and levy is not None:
            levies = _receipts(A, levies.at, levy, tariff)
    else:
        tax = cells("export_tax", some.export_tax, -1.0, False)
        a *= (1.0 + tax) ** -theta
        A[inside] = a
        if levy is None:
            left = a if tariff is None else a / (1.0 + tariff[inside])
            levies = Receipts(Cells(slice(0, economy.j), at, at), np.multiply(left, tax / (1.0 + tax), order="C"))
        else:
            combined = levy.copy()
            combined[inside] = (1.0 + combined[inside]) * (1.0 + tax) - 1.0
            levies = _all_receipts(A, combined, tariff)
    return replace(shares, A=A, levies=levies)


def _rates(economy: Economy, value: ArrayLike) -> Floats:
    """A tax's rates over all cells, as a view; `shocked_shares` has validated them."""
    return np.broadcast_to(np.asarray(value, float), (economy.n, economy.n, economy.j)).transpose(2, 1, 0)
