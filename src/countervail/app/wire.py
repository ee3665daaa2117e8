"""JSON as it leaves the server: no NaN, no infinity, and no text that a screen would obey instead of showing."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic_core import to_json

from countervail.report.words import OBEYED

# a control character stands in JSON as an escape; a backslash that stands for itself is matched too, which costs time
_SUSPECT: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in OBEYED if code > 31) + "]|\\\\[u\\\\]")


def as_json(value: Any) -> bytes:
    """`value` (models, dicts, lists, scalars of Python and NumPy) as JSON."""
    data = _encode(value)
    return _encode(shown(value)) if _SUSPECT.search(data.decode()) else data


def shown(value: Any) -> Any:
    """`value` with every text freed of control characters and marks of the writing direction."""
    if isinstance(value, str):
        return value.translate(OBEYED)
    if isinstance(value, dict):
        return {shown(key): shown(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [shown(inside) for inside in value]
    return value


def _encode(value: Any) -> bytes:
    return to_json(value, by_alias=True, inf_nan_mode="null", fallback=_scalar)


def _scalar(value: Any) -> Any:
    return value.item()
