"""The documentation's code runs; its links, files and commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from countervail.cli import app
from countervail.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "countervail"
FOLDERS = (ROOT, PACKAGE)
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "tutorial.md"], ids=named)
def test_its_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    assert blocks
    exec(compile("\n".join(blocks), named(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{named(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_its_files_exist(page: Path) -> None:
    """Paths of modules, from the repository's root or the package's, with a test's name behind `::`."""
    for path, test in re.findall(r"`([\w./-]+/[\w-]+\.(?:py|js|mjs))(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        files = [folder / path for folder in FOLDERS if (folder / path).is_file()]
        assert files, f"{named(page)} names {path}"
        assert test in files[0].read_text(encoding="utf-8"), f"{named(page)} names {path}::{test}"


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("analysis/case/effects.py", "price_cap"),
        ("analysis/worlds.py", "def offset"),
        ("report/verdict.py", "offset"),
        ("report/tables/columns.csv", "title"),
        ("scenario/kinds.py", "price_cap"),
        ("trade/closures.py", "proportional"),
    ],
)
def test_contributing_answers_where_things_are(path: str, holds: str) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| W.*\? \| `{path}` \|", page, re.M)
    assert holds in (PACKAGE / path).read_text(encoding="utf-8")


def test_contributing_lists_ten_typical_changes() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split("## Typical changes\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| an? (.+?) \| (.+) \|$", section, re.M)
    assert len(rows) == 10
    for change, files in rows:
        for path in re.findall(r"`([^`]+)`", files):
            assert any((folder / path).exists() for folder in FOLDERS), f"{change}: {path}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_its_commands_exist(page: Path) -> None:
    commands = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    commands |= {g.name for g in app.registered_groups if g.name}
    for command in re.findall(r"^(?:\.venv/bin/)?countervail ([a-z]+)", page.read_text(encoding="utf-8"), re.M):
        assert command in commands, f"{named(page)} names `countervail {command}`"


def test_its_settings_can_be_set() -> None:
    """Every `--set` of the pages, on the scenario it is shown with."""
    for page in PAGES:
        for line in re.findall(r"^countervail run asiu (.*)$", page.read_text(encoding="utf-8"), re.M):
            words = shlex.split(line, comments=True)
            load_scenario("asiu", set=[words[k + 1] for k, word in enumerate(words) if word == "--set"])


def test_the_variation_of_the_tutorial_loads(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    scenario = load_scenario(tmp_path / "mine.yaml")
    assert scenario.name == "without-swift"
    assert not next(m for m in scenario.measures if m.id == "russia-swift").enabled
