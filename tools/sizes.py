"""The sizes of the library's measures from what happened: `make sizes` writes the files `FILES`."""

from __future__ import annotations

from typing import Final

import countervail as cv
from countervail.scenario.load import LIBRARY

FOLDER: Final = LIBRARY / "measures"
HEAD: Final = """\
# What trade with the senders became from {} to {}, as effects of measures: written by `make sizes`, by the method of
# docs/theory/analysis.md. It overrides what the files it includes assume, and leaves their texts.
"""
FILES: Final = {
    "russia-sizes.yaml": ("russia-2022", 2021, 2023, ("russia-exports.yaml", "russia-imports.yaml")),
    "iran-sizes.yaml": ("maximum-pressure-2018", 2016, 2023, ("iran-us.yaml",)),
}
"""By name: the scenario whose measures are fitted, the years, and the files of the measures."""


def written(name: str) -> str:
    """The text of one of the files."""
    scenario, base, after, include = FILES[name]
    fitted = cv.calibrate(cv.load_world(), scenario, base, after)
    return HEAD.format(base, after) + fitted.file(include)


def main() -> None:
    """Write them."""
    for name in FILES:
        (FOLDER / name).write_text(written(name), encoding="utf-8")


if __name__ == "__main__":
    main()
