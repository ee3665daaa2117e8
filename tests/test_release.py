"""What is released: locks, licences, bill of materials, audit, source distribution, and the workflow that tests it."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
import yaml
from hatchling.builders.sdist import SdistBuilder

from tools import audit
from tools.locks import BUILDING, GROUPS, Locked, licences, locked_packages, read_lock
from tools.sbom import sbom

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.stem for path in REQUIREMENTS.glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock: str) -> set[tuple[str, str]]:
    """Names and versions of a lock, read without `tools.locks`."""
    text = (REQUIREMENTS / f"{lock}.lock").read_text(encoding="utf-8")
    return {(name, version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_read_completely(lock: str) -> None:
    entries = read_lock(REQUIREMENTS / f"{lock}.lock")
    text = (REQUIREMENTS / f"{lock}.lock").read_text(encoding="utf-8")
    assert {(entry.name, entry.version) for entry in entries} == pins(lock)
    assert sum(len(entry.hashes) for entry in entries) == text.count("--hash=sha256:")
    assert all(entry.hashes and entry.via for entry in entries)
    assert "://" not in text


def test_the_locks_agree() -> None:
    """Each lock has the base's packages, and the tests run with the versions of all of them."""
    assert {"run", "serve", "documents", "cluster", "dev", "bench"} == set(LOCKS)
    for lock in GROUPS:
        assert pins("run") <= pins(lock) <= pins("dev") <= pins("bench")


@pytest.mark.parametrize("group", ["base", "serve", "documents", "cluster"])
def test_a_lock_has_what_pyproject_requires(group: str) -> None:
    required = PROJECT["dependencies"] if group == "base" else PROJECT["optional-dependencies"][group]
    names = {re.split(r"[\[<>=]", requirement)[0].lower() for requirement in required}
    assert names <= {package.name for package, needed_for in locked_packages() if needed_for in {group, "base"}}


def test_what_only_builds_the_package() -> None:
    groups = {package.name: group for package, group in locked_packages()}
    assert groups["hatchling"] == groups["vl-convert-python"] == groups["pathspec"] == BUILDING
    assert groups["packaging"] == "cluster"  # of hatchling too, but distributed needs it in use
    assert groups["numpy"] == groups["colorama"] == "base"


def test_every_locked_package_has_its_licence() -> None:
    needed_for = {package.name: group for package, group in locked_packages()}
    assert {name: group for name, (_, group) in licences().items()} == needed_for


def test_the_licences_are_those_of_the_packages() -> None:
    compared = 0
    for name, (licence, _) in licences().items():
        try:
            package = metadata(name)
        except PackageNotFoundError:  # only on another system or Python
            continue
        compared += 1
        if expression := package.get("License-Expression"):
            assert licence == expression, name
        else:
            classifiers = [text for text in package.get_all("Classifier", []) if text.startswith("License")]
            assert any(licence.split("-")[0] in text for text in [package.get("License") or "", *classifiers]), name
    assert compared > 40


def test_the_bill_of_materials_lists_the_locks() -> None:
    document = sbom()
    components = {(c["name"], c["version"]): c for c in document["components"]}
    assert len(components) == len(document["components"])
    assert set(components) == set.union(*(pins(lock) for lock in GROUPS))
    licence = {name: expression for name, (expression, _) in licences().items()}
    for lock in GROUPS:
        for entry in read_lock(REQUIREMENTS / f"{lock}.lock"):
            component = components[entry.name, entry.version]
            assert [digest["content"] for digest in component["hashes"]] == list(entry.hashes)
            assert component["licenses"] == [{"expression": licence[entry.name]}]
    assert components["jinja2", dict(pins("run"))["jinja2"]]["scope"] == "required"
    assert components["fastapi", dict(pins("serve"))["fastapi"]]["scope"] == "optional"
    assert components["hatchling", dict(pins("run"))["hatchling"]]["scope"] == "excluded"


def test_the_bill_of_materials_has_the_dependencies() -> None:
    document = sbom()
    needs = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    assert set(needs) == {"countervail", *(component["bom-ref"] for component in document["components"])}
    (jinja2,) = [reference for reference in needs if "/jinja2@" in reference]
    assert [re.split("[/@]", reference)[1] for reference in needs[jinja2]] == ["markupsafe"]
    assert jinja2 in needs["countervail"]


def test_a_package_without_a_licence_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "licences.md"
    page.write_text("| `numpy` | BSD-3-Clause | base |\n", encoding="utf-8")
    with pytest.raises(KeyError):
        sbom(page=page)


OLD = Locked("jinja2", "3.1.2", "", ("0" * 64,), ())
REPORT = {
    "dependencies": [
        {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.3"]}]},
        {"name": "numpy", "version": "2.4.6", "vulns": []},
        {"name": "rich", "skip_reason": "not found"},
    ]
}


def test_what_pip_audit_skipped_is_not_audited() -> None:
    assert audit.advisories(REPORT) == {("jinja2", "3.1.2"): ["PYSEC-1 (fixed in 3.1.3)"], ("numpy", "2.4.6"): []}


def test_two_versions_of_a_package_are_looked_up_separately() -> None:
    packages = [package for package, _ in locked_packages()]
    batches = audit.batches(packages)
    assert sorted(str(package) for batch in batches for package in batch) == sorted(map(str, packages))
    for batch in batches:
        assert len({package.name for package in batch}) == len(batch)


@pytest.mark.parametrize(
    ("known", "ci", "code", "summary"),
    [
        ({("jinja2", "3.1.2"): []}, "true", 0, "0 with known vulnerabilities, 0 not audited"),
        ({("jinja2", "3.1.2"): ["PYSEC-1 (fixed in 3.1.3)"]}, "", 1, "1 with known vulnerabilities, 0 not audited"),
        ({}, "", 0, "0 with known vulnerabilities, 1 not audited"),
        ({}, "true", 1, "0 with known vulnerabilities, 1 not audited"),
    ],
)
def test_the_exit_code_of_the_audit(
    known: audit.Advisories,
    ci: str,
    code: int,
    summary: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys, "argv", ["audit"])
    monkeypatch.setattr(audit, "locked_packages", lambda: [(OLD, "base")])
    monkeypatch.setattr(audit, "look_up", lambda program, packages: (known, ""))
    assert audit.main() == code
    assert summary in capsys.readouterr().out


def test_an_audit_without_pip_audit_lists_the_packages(tmp_path: Path) -> None:
    known, trouble = audit.look_up(str(tmp_path / "pip-audit"), [OLD])
    assert not known
    assert "No such file" in trouble or "cannot find" in trouble


def test_the_source_distribution_is_complete_and_runs(tmp_path: Path) -> None:
    archive = next(iter(SdistBuilder(str(ROOT)).build(directory=str(tmp_path))))
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    for part in ("benchmarks", "docs", "requirements", "tests", "tools", ".ci", ".github"):
        for path in (ROOT / part).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (folder / path.relative_to(ROOT)).is_file(), path
    for name in ("CHANGELOG.md", "LICENSE", "Makefile", "NOTICE", "hatch_build.py", "pyproject.toml"):
        assert (folder / name).is_file()
    command = [sys.executable, "-m", "benchmarks", "--help"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert "--quick" in done.stdout


def test_the_long_description_has_no_link_that_breaks_on_a_package_index() -> None:
    assert PROJECT["readme"] == "README.md"
    targets = re.findall(r"\]\(([^)\s]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [target for target in targets if not target.startswith("https://")] == []


def test_the_workflow_tests_the_declared_systems_and_versions() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    declared = [c.removeprefix("Programming Language :: Python :: ") for c in PROJECT["classifiers"]]
    assert matrix["python"] == [version for version in declared if re.fullmatch(r"3\.\d+", version)]
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in uses)
    assert "secrets." not in text
