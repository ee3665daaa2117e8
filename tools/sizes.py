"""The sizes of the library's measures on Russia from what happened: `make sizes` writes measures/russia-sizes.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import countervail as cv
from countervail.scenario.load import LIBRARY

FILE: Final = LIBRARY / "measures" / "russia-sizes.yaml"
HEAD: Final = """\
# What trade with the senders became from 2021 to 2023, as effects of measures; written by `make sizes`, which says how
# in docs/theory/analysis.md. It overrides what the files it includes assume, and leaves their texts.
"""


def written() -> str:
    """The file's text."""
    fitted = cv.calibrate(cv.load_world(), "russia-2022", 2021, 2023)
    return HEAD + fitted.file(["russia-exports.yaml", "russia-imports.yaml"])


def main() -> None:
    """Write it."""
    Path(FILE).write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
