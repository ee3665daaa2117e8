"""Anderson acceleration of a batch of fixed points, each with its own coefficients."""

from __future__ import annotations

import numpy as np

from countervail.types import Floats


class Anderson:
    """Type-II Anderson mixing of the last `depth` steps (Walker and Ni 2011), scenarios independent of one another.

    Points are `[row, country, batch]`. Its arrays are made once and serve one batch after another (`clear` between
    them).
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._shape: tuple[int, ...] = ()
        self.clear()

    def clear(self) -> None:
        """Forget the past steps."""
        self._taken = 0

    def _make(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        # rows by countries x batch: long contiguous loops
        flat = (shape[0], shape[1] * shape[2])
        self._df, self._dg = np.empty((self.depth, *flat)), np.empty((self.depth, *flat))
        self._f, self._g, self._spare, self._product = (np.empty(flat) for _ in range(4))
        self._normal = np.zeros((shape[2], self.depth, self.depth))
        self._right = np.zeros((shape[2], self.depth))

    def _dot(self, a: Floats, b: Floats) -> Floats:
        """Product of two points, by scenario."""
        return np.asarray(np.einsum("rx,rx->x", a, b).reshape(self._shape[1:]).sum(0))

    def __call__(self, x: Floats, step: Floats) -> Floats:
        """The next point after `x`, whose plain step leads to `x + step`; a buffer of this object."""
        if x.shape != self._shape:
            self._make(x.shape)
            self._taken = 0
        z, f = x.reshape(self._f.shape), step.reshape(self._f.shape)
        k = min(self._taken, self.depth)
        g = np.add(z, f, out=self._spare)
        if k:
            at = (self._taken - 1) % self.depth
            df = np.subtract(f, self._f, out=self._df[at])
            np.subtract(g, self._g, out=self._dg[at])
            before = self._right.copy()
            for a in range(k):
                self._right[:, a] = self._dot(self._df[a], f)
            # the new difference times an old one: what the old one's product with the step has changed by
            row = self._right - before
            row[:, at] = self._dot(df, df)
            self._normal[:, at] = self._normal[:, :, at] = row
        np.copyto(self._f, f)
        self._spare, self._g = self._g, g
        self._taken += 1
        ahead = self._spare
        np.copyto(ahead, g)
        if k:
            normal = self._normal[:, :k, :k].copy()
            # a scenario that has converged has no steps left to combine: a ridge keeps its system regular
            trace = np.trace(normal, axis1=1, axis2=2)
            normal[:, range(k), range(k)] += (1e-14 * trace + 1e-300)[:, None]
            weight = np.linalg.solve(normal, self._right[:, :k, None])[:, :, 0]
            for a in range(k):
                ahead -= np.multiply(self._dg[a], np.tile(weight[:, a], self._shape[1]), out=self._product)
        return ahead.reshape(self._shape)
