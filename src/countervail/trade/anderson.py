"""Anderson acceleration of a batch of fixed points, each column with its own coefficients."""

from __future__ import annotations

import numpy as np

from countervail.trade.economy import Array


class Anderson:
    """Type-II Anderson mixing of the last `depth` steps (Walker and Ni 2011), columns independent of one another."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.clear()

    def clear(self) -> None:
        """Forget the past steps."""
        self._f: list[Array] = []
        self._g: list[Array] = []
        self._last: tuple[Array, Array] | None = None

    def __call__(self, x: Array, g: Array) -> Array:
        """The next point after `x` `[unknown, batch]`, whose plain step leads to `g`."""
        f = g - x
        if self._last is not None:
            self._f.append(f - self._last[0])
            self._g.append(g - self._last[1])
            if len(self._f) > self.depth:
                del self._f[0], self._g[0]
        self._last = f, g
        k = len(self._f)
        if k == 0:
            return g
        normal = np.empty((f.shape[1], k, k))
        right = np.empty((f.shape[1], k, 1))
        for a, fa in enumerate(self._f):
            right[:, a, 0] = np.einsum("sb,sb->b", fa, f)
            for b in range(a + 1):
                normal[:, a, b] = normal[:, b, a] = np.einsum("sb,sb->b", fa, self._f[b])
        # a column that has converged has no steps left to combine: a ridge keeps its system regular
        trace = np.trace(normal, axis1=1, axis2=2)
        normal[:, range(k), range(k)] += (1e-14 * trace + 1e-300)[:, None]
        weight = np.linalg.solve(normal, right)[:, :, 0]
        out = g.copy()
        for a, ga in enumerate(self._g):
            out -= ga * weight[:, a]
        return out
