"""Types that several layers share: array, row and callback aliases, choices, and `Band`, an array with its range.

The rule: aliases of arrays, rows and callbacks live here, and so do choices (`Literal`) that several layers use and no
module owns; a choice that belongs to one subject (a closure, a kind of measure) lives in that subject's module. The
array aliases are written as text, so that importing this module does not import NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Singles: TypeAlias = "NDArray[np.float32]"
Mask: TypeAlias = "NDArray[np.bool_]"
Indices: TypeAlias = "NDArray[np.intp]"
Cells: TypeAlias = "tuple[Indices, Indices, Indices]"
"""Exporters, importers, sectors: the cells of their product."""
Coalitions: TypeAlias = "NDArray[np.int64]"
"""Coalitions by number; bit k is player k."""

Scalar: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Any]
"""A row of a result table: a scalar by column."""
Tables: TypeAlias = Mapping[str, Sequence[Row]]
"""Result tables by name."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""`progress(stage, done, total)`."""

Anchor: TypeAlias = Literal["estimate", "history", "gravity"]
"""What sizes the lifting of a measure."""
Horizon: TypeAlias = Literal["long", "short"]
"""The long run, or one in which plant and labour stay in their sector and trade answers less."""
Side: TypeAlias = Literal["club", "senders"]
"""Whose coalitions: the club's members, or the senders of the measures on a target."""


@dataclass(frozen=True, eq=False)
class Band:
    """Central values with the lower and upper ends of their range, arrays of one shape; `low <= high`.

    A single figure with its band is an `analysis.estimate.Estimate`.
    """

    value: Floats
    low: Floats
    high: Floats
