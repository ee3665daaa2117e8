"""Countervail: what a coalition of sanctioned states would change, in general equilibrium.

The public names are imported on first use (PEP 562), so that `import countervail` and `countervail --help` are fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from countervail.analysis.backtest import backtest as backtest
    from countervail.analysis.calibrate import calibrate as calibrate
    from countervail.analysis.coalitions import coalitions as coalitions
    from countervail.analysis.coalitions.cube import Cube as Cube
    from countervail.analysis.estimation import estimate as estimate
    from countervail.analysis.outcome import Outcome as Outcome
    from countervail.analysis.run import run as run
    from countervail.errors import CountervailError as CountervailError
    from countervail.errors import InputError as InputError
    from countervail.errors import NoEquilibrium as NoEquilibrium
    from countervail.errors import NotConverged as NotConverged
    from countervail.evidence.bundle import Evidence as Evidence
    from countervail.evidence.bundle import check as check
    from countervail.evidence.bundle import read as read
    from countervail.rails import payments as payments
    from countervail.report.comparison import Comparison as Comparison
    from countervail.report.comparison import compare as compare
    from countervail.report.run_folder import write as write
    from countervail.scenario.load import load_scenario as load_scenario
    from countervail.scenario.scenario import Scenario as Scenario
    from countervail.trade.equilibrium import Equilibrium as Equilibrium
    from countervail.trade.shock import Shock as Shock
    from countervail.trade.solve import solve as solve
    from countervail.world.store import load_world as load_world
    from countervail.world.world import World as World

__version__ = "0.1.0"

_HOME = {
    "Comparison": "report.comparison",
    "CountervailError": "errors",
    "Cube": "analysis.coalitions.cube",
    "Equilibrium": "trade.equilibrium",
    "Evidence": "evidence.bundle",
    "InputError": "errors",
    "NoEquilibrium": "errors",
    "NotConverged": "errors",
    "Outcome": "analysis.outcome",
    "Scenario": "scenario.scenario",
    "Shock": "trade.shock",
    "World": "world.world",
    "backtest": "analysis.backtest",
    "calibrate": "analysis.calibrate",
    "check": "evidence.bundle",
    "coalitions": "analysis.coalitions",
    "compare": "report.comparison",
    "estimate": "analysis.estimation",
    "load_scenario": "scenario.load",
    "load_world": "world.store",
    "payments": "rails",
    "read": "evidence.bundle",
    "run": "analysis.run",
    "solve": "trade.solve",
    "write": "report.run_folder",
}
"""The module of every public name; type checkers read the imports above, and a test holds the two equal."""

if not TYPE_CHECKING:  # a checker reads the imports above; from these lines it would accept any name
    __all__ = sorted([*_HOME, "__version__"])

    def __getattr__(name: str) -> Any:
        if name in _HOME:
            return getattr(import_module(f"countervail.{_HOME[name]}"), name)
        raise AttributeError(f"module 'countervail' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__
