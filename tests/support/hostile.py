"""A scenario whose every free text tries to be more than text, and a document that does."""

from __future__ import annotations

from collections import Counter
from itertools import cycle
from typing import Any

import yaml

import countervail as cv

MARK = "<b>bold</b>"
"""Is in every hostile text, and has to be shown as it is written."""
_TEXTS = (
    f"{MARK} <script>window.hacked='script'; alert(1)</script>",
    f"{MARK} <img src=x onerror=\"window.hacked='image'; alert(1)\">",
    f"{MARK} javascript:window.hacked='link';alert(1)",
    f'{MARK} </title></style></script></textarea><svg onload="alert(1)"><a href="javascript:alert(1)">x</a>',
    f"{MARK} {{{{7*7}}}} ${{7*7}} '\"><iframe srcdoc=\"<script>parent.hacked='frame'</script>\">",
    f"{MARK} safe\u202egnp.exe\u202c \u2066isolated\u2069 \u200fright\x1b[31m",
    f"{MARK} " + "longwithoutbreak" * 120,
)
_FREE = {"title", "description", "label", "source", "note", "document", "place", "text"}


EACH = 2
"""Measures of each kind that a hostile scenario has: more are shown as these are, and slower."""


def scenario() -> str:
    """The shipped scenario with hostile titles, labels, sources, notes, documents, places and names of readings."""
    texts = cycle(_TEXTS)
    data = cv.load_scenario("asiu").model_dump(mode="json", exclude_none=True)
    kinds: Counter[str] = Counter()
    data["measures"] = [m for m in data["measures"] if kinds.update([m["kind"]]) or kinds[m["kind"]] <= EACH]
    spoiled = _spoil(data, texts)
    spoiled["name"] = "hostile"
    club = spoiled["club"]
    club["readings"] = {f"{name} <img src=x onerror=alert(1)>": read for name, read in club["readings"].items()}
    club["reading"] = f"{club['reading']} <img src=x onerror=alert(1)>"
    for claim in spoiled["claims"]:
        if claim.get("reading"):
            claim["reading"] = f"{claim['reading']} <img src=x onerror=alert(1)>"
    return str(yaml.safe_dump(spoiled, allow_unicode=True, sort_keys=False))


def _is_free(key: str, content: Any) -> bool:
    """Whether a field takes any text; the source of an act is an address, which is checked."""
    return key in _FREE and isinstance(content, str) and not (key == "source" and content.startswith("http"))


def _spoil(value: Any, texts: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: f"{content} {next(texts)}" if _is_free(key, content) else _spoil(content, texts)
            for key, content in value.items()
        }
    if isinstance(value, list):
        return [_spoil(content, texts) for content in value]
    return value
