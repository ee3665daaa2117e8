"""A shock: what changes against the baseline, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from countervail.errors import InputError
from countervail.trade.economy import Array, Economy, inward


@dataclass(frozen=True, eq=False)
class Shock:
    """Changes against the baseline; every field broadcasts to `[exporter, importer, sector]` unless said otherwise.

    Attributes:
        trade_cost: kappa-hat, new over old iceberg cost, > 0; infinity is an embargo.
        trade_effect: phi, the partial-equilibrium multiplier on trade, >= 0; 0 is an embargo. With `trade_cost` both
            apply: phi times kappa-hat ** -theta.
        potential: partial-equilibrium trade share added to pi phi, >= 0, so that a zero pair can open.
        tariff: new ad-valorem import tariffs, > -1 (default: the baseline's).
        export_tax: new ad-valorem export taxes, > -1 (default 0).
        productivity: new over old, `[country, sector]`, > 0.
        transfer: added to the deficit, `[country]`, million USD, sums to zero.
    """

    trade_cost: ArrayLike | None = None
    trade_effect: ArrayLike | None = None
    potential: ArrayLike | None = None
    tariff: ArrayLike | None = None
    export_tax: ArrayLike | None = None
    productivity: ArrayLike | None = None
    transfer: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class Links:
    """The shocked trade links: partial-equilibrium shares and what of them reaches whom.

    With a = pi phi + potential and tau = (1 + e)(1 + t): `A` = a (tau'/tau)^-theta, `B` = A / tau' (to the producer),
    `T` = A t' / (1 + t') (import tariff revenue), `E` = A e' / tau' (export tax revenue); `[sector, importer,
    exporter]`. `T` and `E` are None where every rate is zero, and `B` is then `A` itself. `log_productivity`
    `[sector, country]` and `transfer` `[country]` (share of world value added) are None where nothing changes.
    """

    A: Array
    B: Array
    T: Array | None
    E: Array | None
    log_productivity: Array | None
    transfer: Array | None


def _field(name: str, value: ArrayLike, shape: tuple[int, ...], low: float, inclusive: bool) -> Array:
    try:
        array = np.broadcast_to(np.asarray(value, float), shape)
    except (ValueError, TypeError) as error:
        wanted = {1: "[country]", 2: "[country, sector]", 3: "[exporter, importer, sector]"}[len(shape)]
        raise InputError(f"shock.{name}: {error}; it must be numbers that broadcast to {wanted} = {shape}") from None
    # the least of an array with a NaN is NaN, which fails both comparisons
    least = array.min()
    if not (least >= low if inclusive else least > low):
        bad = np.isnan(array) | (array < low if inclusive else array <= low)
        cell = tuple(int(i) for i in np.argwhere(bad)[0])
        sign = ">=" if inclusive else ">"
        raise InputError(f"shock.{name}{list(cell)} is {array[cell]}; it must be a number {sign} {low:g}")
    return array


def _finite(name: str, array: Array) -> Array:
    if not np.isfinite(array.max()):
        cell = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"shock.{name}{list(cell)} is {array[cell]}; it must be finite")
    return array


def link(economy: Economy, shock: Shock) -> Links:
    """The links of `economy` under `shock`.

    Raises:
        InputError: a field of the wrong shape, NaN or out of range, or transfers that do not sum to zero.
    """
    n, j = economy.n, economy.j
    cube = (n, n, j)
    theta = economy.elasticity[:, None, None]
    A = economy.share
    if shock.trade_cost is not None:
        cost = _field("trade_cost", shock.trade_cost, cube, 0.0, inclusive=False)
        A = A * np.exp(-theta * np.log(inward(cost)))
    if shock.trade_effect is not None:
        A = A * inward(_finite("trade_effect", _field("trade_effect", shock.trade_effect, cube, 0.0, inclusive=True)))
    if shock.potential is not None:
        A = A + inward(_finite("potential", _field("potential", shock.potential, cube, 0.0, inclusive=True)))
    base = economy.tariff
    tariff, export_tax = base, None
    if shock.tariff is not None:
        tariff = inward(_finite("tariff", _field("tariff", shock.tariff, cube, -1.0, inclusive=False)))
    if shock.export_tax is not None:
        export_tax = inward(_finite("export_tax", _field("export_tax", shock.export_tax, cube, -1.0, inclusive=False)))
    A, B, T, E = _taxed(A, base, tariff, export_tax, economy.elasticity)
    log_productivity = None
    if shock.productivity is not None:
        value = _finite("productivity", _field("productivity", shock.productivity, (n, j), 0.0, inclusive=False))
        log_productivity = np.log(value).T.copy()
    transfer = None
    if shock.transfer is not None:
        amount = _finite("transfer", _field("transfer", shock.transfer, (n,), -np.finfo(float).max, inclusive=True))
        if abs(amount.sum()) > 1e-9 * np.abs(amount).sum():
            raise InputError(f"shock.transfer sums to {amount.sum():g} million USD; what one gets another must give")
        transfer = amount / economy.scale
    return Links(A, B, T, E, log_productivity, transfer)


def _taxed(
    A: Array, base: Array | None, tariff: Array | None, export_tax: Array | None, elasticity: Array
) -> tuple[Array, Array, Array | None, Array | None]:
    """Shares under new rates, and their split into what the producer gets and the two taxes; `A` comes without them."""
    changed = np.zeros(A.shape, bool)
    if tariff is not base:
        changed |= (0.0 if tariff is None else tariff) != (0.0 if base is None else base)
    if export_tax is not None:
        changed |= export_tax != 0.0
    at = np.nonzero(changed)
    if at[0].size:
        # few cells change as a rule: powers are taken of those only
        change = np.zeros(at[0].size)
        for rate, sign in ((tariff, 1.0), (base, -1.0), (export_tax, 1.0)):
            if rate is not None:
                change += sign * np.log1p(rate[at])
        A = A.copy()
        A[at] *= np.exp(-elasticity[at[0]] * change)
    B, T, E = A, None, None
    if tariff is not None and tariff.any():
        B = A / (1.0 + tariff)
        T = A - B
    if export_tax is not None and export_tax.any():
        free = B
        B = free / (1.0 + export_tax)
        E = free - B
    return A, B, T, E
