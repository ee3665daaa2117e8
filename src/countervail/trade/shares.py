"""Shocked trade shares: an economy's partial-equilibrium shares under a shock, on which the solver's equations rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import InputError
from countervail.trade.economy import Economy, inward
from countervail.trade.shock import Shock
from countervail.types import Floats, Indices


@dataclass(frozen=True, eq=False)
class Receipts:
    """What a tax takes of the shares in the cells of some importers and exporters `[sector, importer, exporter]`.

    Most scenarios tax few pairs, and the solver spends its time reading its matrices: these are small.
    """

    importers: Indices
    exporters: Indices
    value: Floats

    @classmethod
    def of(cls, receipts: Floats) -> Receipts | None:
        """From an array over all countries; None where it is zero."""
        importers, exporters = np.flatnonzero(receipts.any((0, 2))), np.flatnonzero(receipts.any((0, 1)))
        if not importers.size:
            return None
        return cls(importers, exporters, receipts[:, importers[:, None], exporters])

    def spread(self, n: int) -> Floats:
        """Over all `n` countries."""
        out = np.zeros((len(self.value), n, n))
        out[:, self.importers[:, None], self.exporters] = self.value
        return out


@dataclass(frozen=True, eq=False)
class ShockedShares:
    """Partial-equilibrium trade shares under a shock, and what producers and treasuries receive of them.

    With a = pi phi + potential and tau = (1 + e)(1 + t): `A` = a (tau'/tau)^-theta, of which `duties` are
    A t' / (1 + t') (import tariff revenue) and `levies` A e' / tau' (export tax revenue); the producer receives
    the rest, A / tau'. Arrays are `[sector, importer, exporter]`. `log_productivity` `[sector, country]` and `transfer`
    `[country]` (share of world value added) are None where nothing changes, like taxes where every rate is zero.
    """

    A: Floats
    duties: Receipts | None = None
    levies: Receipts | None = None
    log_productivity: Floats | None = None
    transfer: Floats | None = None

    @cached_property
    def B(self) -> Floats:
        """What the producer receives; `A` itself where nothing is taxed."""
        if self.duties is None and self.levies is None:
            return self.A
        out = self.A.copy()
        for taken in (self.duties, self.levies):
            if taken is not None:
                out[:, taken.importers[:, None], taken.exporters] -= taken.value
        return out

    @property
    def T(self) -> Floats | None:
        """Import tariff revenue over all countries."""
        return None if self.duties is None else self.duties.spread(self.A.shape[1])

    @property
    def E(self) -> Floats | None:
        """Export tax revenue over all countries."""
        return None if self.levies is None else self.levies.spread(self.A.shape[1])

    @property
    def taxed(self) -> bool:
        """Whether any trade is."""
        return self.duties is not None or self.levies is not None


def _field(name: str, value: ArrayLike, shape: tuple[int, ...], low: float, inclusive: bool) -> Floats:
    try:
        array = np.broadcast_to(np.asarray(value, float), shape)
    except (ValueError, TypeError) as error:
        wanted = {1: "[country]", 2: "[country, sector]", 3: "[exporter, importer, sector]"}[len(shape)]
        raise InputError(
            f"shock.{name}: {error}; it must be numbers that broadcast to {wanted} = {shape}", field=f"shock.{name}"
        ) from None
    # the least of an array with a NaN is NaN, which fails both comparisons
    least = array.min()
    if not (least >= low if inclusive else least > low):
        bad = np.isnan(array) | (array < low if inclusive else array <= low)
        cell = tuple(int(i) for i in np.argwhere(bad)[0])
        sign = ">=" if inclusive else ">"
        raise InputError(
            f"shock.{name}{list(cell)} is {array[cell]}; it must be a number {sign} {low:g}", field=f"shock.{name}"
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
    A, duties, levies = _taxed(A, base, tariff, export_tax, economy.elasticity)
    log_productivity = None
    if shock.productivity is not None:
        value = _finite("productivity", _field("productivity", shock.productivity, (n, j), 0.0, inclusive=False))
        log_productivity = np.log(value).T.copy()
    transfer = None
    if shock.transfer is not None:
        amount = _finite("transfer", _field("transfer", shock.transfer, (n,), -np.finfo(float).max, inclusive=True))
        if abs(amount.sum()) > 1e-9 * np.abs(amount).sum():
            raise InputError(
                f"shock.transfer sums to {amount.sum():g} million USD; transfers must sum to zero",
                field="shock.transfer",
            )
        transfer = amount / economy.scale
    return ShockedShares(A, duties, levies, log_productivity, transfer)


def _taxed(
    A: Floats, base: Floats | None, tariff: Floats | None, export_tax: Floats | None, elasticity: Floats
) -> tuple[Floats, Receipts | None, Receipts | None]:
    """Shares under new rates, and what of them the two taxes take; `A` comes without them."""
    changes = [(export_tax, 1.0)] if tariff is base else [(tariff, 1.0), (base, -1.0), (export_tax, 1.0)]
    signed = [(rate, sign) for rate, sign in changes if rate is not None]
    importers, exporters = _taxed_pairs(*(rate for rate, _ in signed))
    if importers.size:
        # powers are slow, and most scenarios tax few pairs
        cells = (slice(None), importers[:, None], exporters)
        change = sum(sign * np.log1p(rate[cells]) for rate, sign in signed)
        A = A.copy()
        A[cells] *= np.exp(-elasticity[:, None, None] * change)
    duties = None if tariff is None else _all_receipts(A, tariff)
    levies = None if export_tax is None else _all_receipts(A, export_tax, tariff)
    return A, duties, levies


def _taxed_pairs(*rates: Floats) -> tuple[Indices, Indices]:
    """Importers and exporters among which any of the rates is not zero."""
    rows, columns = (np.zeros(rates[0].shape[1] if rates else 0, bool) for _ in range(2))
    for rate in rates:
        taxed = (rate != 0.0).any(0)
        rows |= taxed.any(1)
        columns |= taxed.any(0)
    return np.flatnonzero(rows), np.flatnonzero(columns)


def _all_receipts(A: Floats, rate: Floats, before: Floats | None = None) -> Receipts | None:
    """What a tax at `rate` takes of the shares that one at rate `before` leaves."""
    importers, exporters = _taxed_pairs(rate)
    return _receipts(A, importers, exporters, rate, before) if importers.size else None


def _receipts(
    A: Floats, importers: Indices, exporters: Indices, rate: Floats, before: Floats | None = None
) -> Receipts:
    """The same, where the pairs that are taxed are known."""
    cells = (slice(None), importers[:, None], exporters)
    left = A[cells] if before is None else A[cells] / (1.0 + before[cells])
    return Receipts(importers, exporters, left * (rate[cells] / (1.0 + rate[cells])))


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

    def block(name: str, value: ArrayLike, low: float, inclusive: bool) -> Floats:
        return inward(_finite(f"among.{name}", _field(f"among.{name}", value, shape, low, inclusive)))

    theta = economy.elasticity[:, None, None]
    tariff = economy.tariff if shock.tariff is None else _rates(economy, shock.tariff)
    levy = None if shock.export_tax is None else _rates(economy, shock.export_tax)
    a = shares.A[inside] * block("trade_effect", some.trade_effect, 0.0, True)
    if some.potential is not None:
        # pairs that open pay the same taxes as those that trade
        taxes = np.ones(())
        for rate, sign in ((tariff, 1.0), (levy, 1.0), (economy.tariff, -1.0)):
            if rate is not None:
                taxes = taxes * (1.0 + rate[inside]) ** (-sign * theta)
        a += block("potential", some.potential, 0.0, True) * taxes
    A = shares.A.copy()
    levies = shares.levies
    if some.export_tax is None:
        A[inside] = a
        if levies is not None and levy is not None:
            levies = _receipts(A, levies.importers, levies.exporters, levy, tariff)
    else:
        tax = block("export_tax", some.export_tax, -1.0, False)
        a *= (1.0 + tax) ** -theta
        A[inside] = a
        if levy is None:
            left = a if tariff is None else a / (1.0 + tariff[inside])
            levies = Receipts(at, at, left * (tax / (1.0 + tax)))
        else:
            combined = levy.copy()
            combined[inside] = (1.0 + combined[inside]) * (1.0 + tax) - 1.0
            levies = _all_receipts(A, combined, tariff)
    duties = shares.duties
    if duties is not None and tariff is not None:
        duties = _receipts(A, duties.importers, duties.exporters, tariff)
    return replace(shares, A=A, duties=duties, levies=levies)


def _rates(economy: Economy, value: ArrayLike) -> Floats:
    """A tax's rates over all cells, as a view; `shocked_shares` has validated them."""
    return np.broadcast_to(np.asarray(value, float), (economy.n, economy.n, economy.j)).transpose(2, 1, 0)
