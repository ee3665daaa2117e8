"""Single cells of a batch do what a block of all cells between the same countries does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.trade.batch_cells import Block, CellPlaces, Cells

J, N, BATCH = 4, 6, 3


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_cells_are_the_entries_of_a_block(seed: int, taxed: bool) -> None:
    rng = np.random.default_rng(seed)
    importers, exporters = (np.sort(rng.permutation(N)[: rng.integers(1, N + 1)]) for _ in range(2))
    shape = (J, len(importers), len(exporters), BATCH)
    there = rng.random(shape[:3]) < rng.uniform(0.05, 1.0)
    there.flat[rng.integers(there.size)] = True  # one at least
    dense = [np.where(there[..., None], rng.normal(size=shape), 0.0) for _ in range(4)]
    A, B, T, E = dense
    block = Block(importers, exporters, A, B, T if taxed else None, E if taxed else None)
    order = rng.permutation(int(there.sum()))
    j, r, c = (at[order] for at in np.nonzero(there))
    listed = [a[j, r, c] for a in dense]
    if not taxed:
        listed[2:] = [None, None]
    cells = Cells(CellPlaces(j, importers[r], exporters[c], N), *listed)
    q, v = rng.normal(size=(2, J, N, BATCH))
    for name in ("bought", "taxes", "sold"):
        start, stop = np.sort(rng.integers(0, J + 1, 2))
        outs = []
        for one in (block, cells):
            if name == "bought":
                outs.append(np.ones((J, N, BATCH)))
                one.add_bought(q, outs[-1])
            elif name == "sold":
                outs.append(np.ones((stop - start, N, BATCH)))
                one.add_sold(v, slice(int(start), int(stop)), outs[-1])
            else:
                outs.append(np.ones((N, BATCH)))
                one.add_taxes(q, v, outs[-1])
        np.testing.assert_allclose(outs[0], outs[1], atol=1e-12)


@pytest.mark.parametrize("name", ["A", "T", "E"])
def test_one_scenario_adds_its_cells_to_shares(name: str) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 1))
    cells = Cells(CellPlaces(np.array([2, 0, 2]), np.array([1, 4, 1]), np.array([0, 5, 3]), N), *[values] * 4)
    shares = np.zeros((J, N, N))
    cells.add_to(name, shares)
    np.testing.assert_array_equal(shares[[2, 0, 2], [1, 4, 1], [0, 5, 3]], values[:, 0])
    assert np.count_nonzero(shares) == 3
