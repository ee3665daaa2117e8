"""Countervail: what a coalition of sanctioned states would change, in general equilibrium.

The public names are imported on first use (PEP 562), so that `import countervail` and the command line's help cost
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from countervail.errors import CountervailError as CountervailError
    from countervail.errors import InputError as InputError
    from countervail.errors import NoEquilibrium as NoEquilibrium
    from countervail.errors import NotConverged as NotConverged

__version__ = "0.1.0"

_HOME = {
    "CountervailError": "errors",
    "InputError": "errors",
    "NoEquilibrium": "errors",
    "NotConverged": "errors",
}

__all__ = ["CountervailError", "InputError", "NoEquilibrium", "NotConverged", "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"countervail.{_HOME[name]}"), name)
    raise AttributeError(f"module 'countervail' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
