"""`benchmarks.unchanged` sees every difference between two answers that matters, and ignores when they were made."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.unchanged import compare, differences

ANSWER = {"version": "1", "rows": [{"name": "RUS", "cost": 0.1, "gain": None}]}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"name": "RUS", "cost": 0.1, "gain": None}, None),
        ({"name": "RUS", "cost": math.nextafter(0.1, 1), "gain": None}, "number"),
        ({"name": "RUS", "gain": None, "cost": 0.1}, "keys"),
        ({"name": "RUS", "cost": 0.1}, "keys"),
        ({"name": "RUS", "cost": 0.1, "gain": 0.0}, "type"),
        ({"name": "Russia", "cost": 0.1, "gain": None}, "text"),
    ],
)
def test_a_row_that_differs(row: dict[str, Any], kind: str | None) -> None:
    kinds = {difference[0] for difference in differences(ANSWER, {"version": "2", "rows": [row]})}
    assert kinds == ({kind} if kind else set())


def test_a_missing_row() -> None:
    assert [kind for kind, *_ in differences(ANSWER, {"version": "1", "rows": []})] == ["length"]


def test_folders(tmp_path: Path) -> None:
    for name in ("before", "after"):
        folder = tmp_path / name / "run"
        folder.mkdir(parents=True)
        (folder / "results.json").write_text(json.dumps(ANSWER))
        np.save(folder / "block.npy", np.zeros(3))
    before, after = tmp_path / "before", tmp_path / "after"
    assert list(compare(before, after)) == []
    np.save(after / "run" / "block.npy", np.array([0, 0, 1e-300]))
    assert [kind for kind, *_ in compare(before, after)] == ["number"]
    (after / "run" / "results.json").unlink()
    assert [kind for kind, *_ in compare(before, after)] == ["keys", "number"]
