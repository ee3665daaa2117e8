"""Poisson pseudo-maximum likelihood of gravity equations with exporter-year, importer-year and pair effects.

The estimator is that of pyfixest's `fepois` and of ppmlhdfe: iterated weighted least squares, in each step of which the
effects are taken out by pyfixest's solver (Correia, Guimarães and Zylkin 2020). `fepois` itself stops on panels as
sparse as those of raw materials, where the fit of zeros that the effects predict perfectly falls for ever; here it may.
Errors are clustered by pair. Those of three-way effects are too small (Weidner and Zylkin 2021), so that the intervals
are of a jackknife over pairs.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeAlias

import numpy as np

from countervail.errors import InputError, NotConverged
from countervail.types import Floats, Indices, Mask

_STEPS: Final = 200
"""Steps at most."""
_COARSE, _FINE = 1e-4, 1e-8
"""Tolerances of the effects' solver, far from the estimate and near it."""
_NEAR: Final = 1e-3
_CONVERGED: Final = 1e-8
"""Changes of the coefficients at which the solver's tolerance becomes fine, and at which the estimate is found."""
_LARGEST_STEP: Final = 5.0  # log points
_BOUNDS: Final = (-60.0, 60.0)  # of log trade over its mean
_LEAST_SHARE: Final = 0.01
_NIL: Final = 1e-6  # of mean trade: zeros of which less is expected are predicted perfectly
_SHARE: Final = 1e-5  # of a column's norm that the effects must leave
_DECIDED: Final = 0.99  # of what is known of a term, from one pair alone
NORMAL: Final = 1.959964
"""The normal distribution's 97.5th percentile."""


Name: TypeAlias = tuple[str, str]
"""What a term is called: the measure, and which of its terms."""


@dataclass(frozen=True, eq=False)
class Observations:
    """The observations of a regression.

    Attributes:
        value: trade `[observation]`.
        effects: the groups of exporter-year, importer-year and pair `[observation, 3]`.
        cluster: the exporter and importer `[observation]`, whatever the product.
    """

    value: Floats
    effects: Indices
    cluster: Indices

    def only(self, keep: Mask) -> Observations:
        """Those of a mask."""
        return Observations(self.value[keep], self.effects[keep], self.cluster[keep])


@dataclass(frozen=True)
class Term:
    """The estimate of a term; NaN where there is none, and `problem` says why.

    `se` is clustered by pair, as pyfixest has it; `low` and `high` are the 95 % interval by the jackknife, NaN where
    one pair decides the term, so that nothing is known without it. `problem` is `separated` (no trade at all where it
    holds: its coefficient is minus infinity), `absent` (its observations are all predicted by the effects) or
    `collinear` (the effects, or terms before it, say the same).
    """

    coefficient: float
    se: float
    low: float
    high: float
    problem: str = ""


@dataclass(frozen=True)
class Fit:
    """The terms by name, the number of observations used, and how many the effects predict perfectly."""

    terms: Mapping[Name, Term]
    n: int
    separated: int


def pyfixest() -> Any:
    """The package pyfixest, imported when it is needed; InputError where it is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the packages it imports
            return import_module("pyfixest")
    except ModuleNotFoundError as error:
        raise InputError(
            f"estimation needs pyfixest, which is not installed (no {error.name}): pip install 'countervail[estimate]'",
            field="estimate",
        ) from None


def fit(data: Observations, columns: Mapping[Name, Mask]) -> Fit:
    """Estimate the terms `columns` (dummies `[observation]`), the most important first.

    Raises:
        InputError: pyfixest is missing.
        NotConverged: the estimate was not found.
    """
    pyfixest()
    terms: dict[Name, Term] = {}
    keep = np.ones(len(data.value), dtype=bool)
    for name, one in columns.items():
        if not data.value[one].any():
            terms[name] = _missing("separated" if one.any() else "absent")
            keep &= ~one
    keep[keep] = ~_predicted(data.only(keep))
    data = data.only(keep)
    left = {name: one[keep] for name, one in columns.items() if name not in terms}
    terms |= {name: _missing("absent") for name, one in left.items() if not one.any()}
    left = {name: one for name, one in left.items() if name not in terms}
    nil = 0
    if left:
        collinear = _collinear(data.effects, left)
        terms |= {name: _missing("collinear") for name in collinear}
        names = [name for name in left if name not in collinear]
        if names:
            estimated, nil = _estimated(data, np.column_stack([left[name].astype(float) for name in names]))
            terms |= dict(zip(names, estimated, strict=True))
    predicted = int((~keep).sum()) + nil
    return Fit({name: terms[name] for name in columns}, len(keep) - predicted, predicted)


def _missing(problem: str) -> Term:
    return Term(np.nan, np.nan, np.nan, np.nan, problem)


def _estimated(data: Observations, x: Floats) -> tuple[list[Term], int]:
    """The terms of the columns `x [observation, term]`, and how many zeros the effects predict perfectly."""
    value, groups = data.value / data.value.mean(), _compact(data.effects)
    coefficients, fitted = _solved(value, groups, x)
    nil = (value == 0) & (fitted < _NIL)
    root = np.sqrt(fitted)
    left = _demeaned(x, groups, fitted, _FINE) * root[:, None]
    residual = (value - fitted) / root
    own_part = np.ones(len(value))
    for group in groups.T[:2]:
        share = fitted / np.bincount(group, weights=fitted)[group]
        own_part *= np.maximum(1 - share, _LEAST_SHARE)
    order = np.argsort(data.cluster, kind="stable")
    starts = np.flatnonzero(np.diff(data.cluster[order], prepend=-1))

    def by_pair(rows: Floats) -> Floats:
        return np.asarray(np.add.reduceat((left * rows[:, None])[order], starts))

    own = np.array([one.T @ one for one in np.split((left / np.sqrt(own_part)[:, None])[order], starts[1:])])
    se = _clustered(by_pair(residual), left, groups, int(nil.sum()))
    half = NORMAL * _jackknife(by_pair(residual / own_part), own, left)
    rows = zip(coefficients, se, half, strict=True)
    return [Term(float(b), float(error), float(b - h), float(b + h)) for b, error, h in rows], int(nil.sum())


def _solved(value: Floats, groups: Any, x: Floats) -> tuple[Floats, Floats]:
    """The coefficients and the fitted values by iterated weighted least squares.

    Raises:
        NotConverged: the coefficients go on changing.
    """
    fitted: Floats = np.asarray((value + 1) / 2, dtype=np.float64)
    eta: Floats = np.log(fitted)
    coefficients: Floats = np.zeros(x.shape[1])
    change, positive = np.inf, value > 0
    for _ in range(_STEPS):
        working = eta + value / fitted - 1
        tolerance = _COARSE if change > _NEAR else _FINE
        left = _demeaned(np.column_stack([working, x]), groups, fitted, tolerance)
        inner = left[:, 1:].T * fitted
        # least squares, because a term may hold only where next to nothing is traded
        now = np.asarray(np.linalg.lstsq(inner @ left[:, 1:], inner @ left[:, 0], rcond=None)[0], dtype=np.float64)
        step = working - left[:, 0] + left[:, 1:] @ now - eta
        eta = eta + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        fitted = np.exp(np.clip(eta, *_BOUNDS))
        change, coefficients = float(np.abs(now - coefficients).max()), now
        if change < _CONVERGED and tolerance == _FINE and np.sqrt((fitted * step**2)[positive].mean()) < _NEAR:
            return coefficients, fitted
    raise NotConverged(
        f"the Poisson estimate was not found in {_STEPS} steps (coefficients still change by {change:.1g}): trade in "
        "the panel is too sparse for its effects; leave out pairs that hardly trade, or sum years or products",
        residual=change,
    )


def _clustered(score: Floats, left: Floats, groups: Any, nil: int) -> Floats:
    """Standard errors clustered by pair `[term]`, with the small-sample correction that pyfixest has by default.

    `score[pair, term]` are summed scores, `left` the columns less the effects, by the root of the weights.
    """
    bread = np.linalg.inv(left.T @ left)
    n, pairs = len(left) - nil, len(score)
    # the pair's effects lie within the clusters and do not count; one of the others follows from the rest
    effects = sum(int(group.max()) + 1 for group in groups.T[:2]) - 1
    free = n - left.shape[1] - effects
    if free <= 0 or pairs < 2:
        return np.full(left.shape[1], np.nan)
    correction = pairs / (pairs - 1) * (n - 1) / free
    return np.asarray(np.sqrt(correction * np.diag(bread @ (score.T @ score) @ bread)))


def _jackknife(score: Floats, own: Floats, left: Floats) -> Floats:
    """Standard errors `[term]` by a jackknife over pairs, of one step; NaN where one pair decides a term.

    Leaving pair g out moves the estimate by about `(X'WX)^-1 X_g' (A_g - X_g (X'WX)^-1 X_g')^-1 e_g`, with X the
    columns less the effects, both times the root of the weights W (Cameron and Miller 2015, section VI.B: CR3). A_g is
    diagonal, `(1 - p)(1 - q)` with p and q an observation's shares of its exporter's and its importer's fitted trade
    of the year: what the effects take of their own observation. `score` is `X_g' A_g^-1 e_g`, `own` `X_g' A_g^-1 X_g`.
    """
    # in coordinates in which X'WX is the identity
    inverse = np.linalg.inv(np.linalg.cholesky(left.T @ left))
    leverage, along = np.linalg.eigh(inverse @ own @ inverse.T)
    moved = along.transpose(0, 2, 1) @ (inverse @ score[:, :, None])
    moved = along @ (moved / (1 - np.minimum(leverage, _DECIDED))[:, :, None])
    error = np.sqrt(((moved[:, :, 0] @ inverse) ** 2).sum(axis=0))
    pair, direction = np.nonzero(leverage > _DECIDED)
    share = np.abs(along[pair, :, direction] @ inverse) / np.sqrt((inverse**2).sum(axis=0))
    return np.where((share > 0.5).any(axis=0), np.nan, error)


# -- what no estimate can be made of -----------------------------------------------------------------------------------


def _predicted(data: Observations) -> Mask:
    """Which observations an effect alone predicts perfectly `[observation]`.

    They are in a group without trade, or the only one of a group.
    """
    gone = np.zeros(len(data.value), dtype=bool)
    while True:
        before = int(gone.sum())
        for group in data.effects.T:
            traded = np.bincount(group, weights=np.where(gone, 0.0, data.value))
            gone = gone | (traded[group] == 0) | (np.bincount(group, weights=~gone)[group] <= 1)
        if int(gone.sum()) == before:
            return gone


def _collinear(effects: Indices, columns: Mapping[Name, Mask]) -> set[Name]:
    """The columns of which the effects and the columns before leave nothing."""
    x = np.column_stack([one.astype(float) for one in columns.values()])
    left = _demeaned(x, _compact(effects), np.ones(len(x)), _FINE)
    same: set[Name] = set()
    basis = np.empty((len(x), 0))
    for k, name in enumerate(columns):
        rest = left[:, k] - basis @ (basis.T @ left[:, k])
        size = float(np.linalg.norm(rest))
        if size < _SHARE * float(np.linalg.norm(x[:, k])):
            same.add(name)
        else:
            basis = np.column_stack([basis, rest / size])
    return same


def _demeaned(x: Floats, groups: Any, weights: Floats, tolerance: float) -> Floats:
    """Columns less what weighted effects of the groups explain."""
    demean = import_module("pyfixest.core.demean").demean_within
    return np.asarray(demean(x, groups, weights, tol=tolerance, maxiter=1000)[0])


def _compact(effects: Indices) -> Any:
    """Groups numbered without gaps, as pyfixest's core wants them."""
    return np.column_stack([np.unique(group, return_inverse=True)[1] for group in effects.T]).astype(np.uint32)
