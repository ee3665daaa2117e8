"""What a process keeps of its work, and what leaves it as JSON."""

from __future__ import annotations

import httpx
import pytest

from countervail.app.routes.models import as_json
from countervail.app.work.engine import Kept


def test_an_error_is_told_and_not_kept() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1


def test_the_least_used_is_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: 1)
    assert (kept.get("a", lambda: 2), kept.get("b", lambda: 2)) == (1, 2)


def test_nothing_leaves_that_json_has_not_or_a_screen_would_obey() -> None:
    value = {"a": float("nan"), "b": [float("inf")], "c\u202e": "x\u202e\x1b[31my\x85", "d": "\\u202e \\ \n\t"}
    assert as_json(value) == b'{"a":null,"b":[null],"c":"x[31my","d":"\\\\u202e \\\\ \\n\\t"}'
    assert httpx.Response(200, content=as_json({"a": "é\u00a0−"})).json() == {"a": "é\u00a0−"}
