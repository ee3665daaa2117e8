"""The public names of the package: exactly these, each importable, in the reference, and lazily imported."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import countervail as cv

NAMES = [
    "Comparison",
    "CountervailError",
    "Cube",
    "Equilibrium",
    "Evidence",
    "InputError",
    "NoEquilibrium",
    "NotConverged",
    "Outcome",
    "Scenario",
    "Shock",
    "World",
    "__version__",
    "backtest",
    "calibrate",
    "check",
    "coalitions",
    "compare",
    "estimate",
    "load_scenario",
    "load_world",
    "payments",
    "read",
    "run",
    "solve",
    "write",
]
ROOT = Path(__file__).resolve().parents[1]


def test_the_public_names_are_these() -> None:
    assert list(cv.__all__) == NAMES
    assert dir(cv) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__version__"])
def test_a_name_is_importable_and_documented(name: str) -> None:
    value = getattr(cv, name)
    assert value.__name__ == name
    assert value.__doc__
    assert value.__module__.startswith("countervail.")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'solv'"):
        _ = cv.solv


def test_no_name_is_a_module_s() -> None:
    """`cv.payments` is the function, whatever was imported before."""
    modules = {module.name for module in pkgutil.iter_modules(cv.__path__)}
    assert modules
    assert not modules & set(NAMES)


def test_type_checkers_see_the_same_names_in_the_same_modules() -> None:
    tree = ast.parse(Path(str(cv.__file__)).read_text(encoding="utf-8"))
    checked = next(node for node in tree.body if isinstance(node, ast.If))  # if TYPE_CHECKING
    seen: dict[str, str] = {}
    for node in checked.body:
        assert isinstance(node, ast.ImportFrom)
        assert node.module is not None
        for alias in node.names:
            assert alias.asname == alias.name, f"{alias.name}: only `as` exports it to a type checker"
            seen[alias.name] = node.module.removeprefix("countervail.")
    (homes,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "_HOME"
    )
    assert seen == homes


def test_the_reference_lists_them() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for name in NAMES:
        if name != "__version__":
            assert re.search(rf"^\|[^|]*`{name}\b", page, re.M), f"docs/reference.md has no row of {name}"


def test_importing_the_package_imports_none_of_its_parts() -> None:
    code = "import sys, countervail; print([m for m in sys.modules if m == 'numpy' or m.startswith('countervail.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
