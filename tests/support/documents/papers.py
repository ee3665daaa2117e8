"""Three fictional documents of the genre: a leaked letter inside an article, a summary that retells it, and a
report."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = Path(__file__).parent / "harbour"
NAMES = ("h1-article", "h2-summary", "h3-report")
ARTICLE = (FOLDER / "h1-article.txt").read_text(encoding="utf-8")


def write(folder: Path) -> list[Path]:
    """The three documents, copied into a folder."""
    return [Path(shutil.copy(FOLDER / f"{name}.txt", folder)) for name in NAMES]
