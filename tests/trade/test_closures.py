"""Closures are one table: what the package lists of them is there, documented, and cheap to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from countervail.scenario.scenario import Settings
from countervail.trade.closures import CLOSURES, Closure, deficits_of
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from support.worlds import make_world

THEORY = Path(__file__).resolve().parents[2] / "docs" / "theory" / "trade.md"


def test_every_closure_is_in_the_table_and_in_the_documentation() -> None:
    assert get_args(Closure) == tuple(CLOSURES)
    assert Settings.model_json_schema()["properties"]["closure"]["enum"] == list(CLOSURES)
    rows = [line.split(" | ")[:2] for line in THEORY.read_text(encoding="utf-8").splitlines()]
    for name, rule in CLOSURES.items():
        assert [f"| `{name}`", rule.help] in rows


@pytest.mark.parametrize("closure", CLOSURES)
def test_deficits_of_the_baseline_sum_to_zero_with_those_of_a_shock(closure: Closure) -> None:
    """Out of base value added: the base deficit (or none), and transfers on top."""
    economy = make_world(1, n=5).economy
    gift = np.array([-1.0, 1.0, 0.0, 0.0, 0.0])
    for shock, transfer in ((Shock(), 0.0), (Shock(transfer=gift), gift / economy.scale)):
        fixed, rate = deficits_of(economy, closure, shocked_shares(economy, shock))
        spent = economy.labour if rate is None else rate[:, 0] * economy.labour
        gap = fixed[:, 0] + spent - economy.labour
        own = 0.0 if CLOSURES[closure].removes_deficits else economy.deficit
        np.testing.assert_allclose(gap, own + transfer, atol=1e-15)


def test_listing_closures_does_not_import_numpy() -> None:
    script = "import sys, countervail.trade.closures; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
