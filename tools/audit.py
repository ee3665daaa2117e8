"""Look up known vulnerabilities of the locked requirements: `python -m tools.audit [--program pip-audit]`.

Every locked package is printed with its version and the result. pip-audit does the look-up, for all platforms and
Python versions at once. Exit code 1 where a vulnerability is known, and in CI also where a package could not be looked
up: pip-audit itself calls that "no known vulnerabilities".
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.locks import Locked, locked_packages

Advisories = Mapping[tuple[str, str], Sequence[str]]
"""(name, version) to its known vulnerabilities; a package that was not looked up is missing."""
DATES = "Upload dates are not in the locks."


def look_up(program: str, packages: Sequence[Locked]) -> tuple[Advisories, str]:
    """What pip-audit knows of the packages, and its last message where it gave no result."""
    known: dict[tuple[str, str], Sequence[str]] = {}
    for batch in batches(packages):
        with tempfile.TemporaryDirectory() as folder:
            requirements, report = Path(folder) / "requirements.txt", Path(folder) / "report.json"
            requirements.write_text("".join(f"{p.name}=={p.version}\n" for p in batch), encoding="utf-8")
            command = [program, "--disable-pip", "--no-deps", "--timeout", "15", "--progress-spinner", "off"]
            command += ["-r", str(requirements), "-f", "json", "-o", str(report)]
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except OSError as error:
                return known, f"{program}: {error.strerror}"
            if not report.exists():
                return known, (done.stderr.strip().splitlines() or ["pip-audit wrote no result"])[-1][:300]
            known.update(advisories(json.loads(report.read_text(encoding="utf-8"))))
    return known, ""


def batches(packages: Sequence[Locked]) -> list[list[Locked]]:
    """The packages such that no name occurs twice in a batch, which pip-audit would refuse."""
    result: list[dict[str, Locked]] = []
    for package in packages:
        batch = next((batch for batch in result if package.name not in batch), None)
        if batch is None:
            result.append(batch := {})
        batch[package.name] = package
    return [list(batch.values()) for batch in result]


def advisories(report: Mapping[str, list[dict[str, object]]]) -> Advisories:
    """pip-audit's JSON by package; what it skipped is left out."""
    result: dict[tuple[str, str], list[str]] = {}
    for entry in report["dependencies"]:
        if "skip_reason" not in entry:
            vulnerabilities = entry["vulns"]
            assert isinstance(vulnerabilities, list)
            result[str(entry["name"]), str(entry["version"])] = [
                f"{v['id']} (fixed in {', '.join(v['fix_versions']) or 'no version'})" for v in vulnerabilities
            ]
    return result


def main() -> int:
    """Print the table and the summary."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description=__doc__)
    parser.add_argument("--program", default="pip-audit", help="the pip-audit to run (default: the one on the path)")
    program: str = parser.parse_args().program
    packages = locked_packages()
    known, trouble = look_up(program, [package for package, _ in packages])
    for package, group in packages:
        result = known.get((package.name, package.version))
        text = "not audited" if result is None else "; ".join(result) or "no known vulnerability"
        print(f"{package.name:<20} {package.version:<16} {group:<10} {text}")
    missing = sum((package.name, package.version) not in known for package, _ in packages)
    vulnerable = sum(map(bool, known.values()))
    print(f"{len(packages)} locked packages: {vulnerable} with known vulnerabilities, {missing} not audited. {DATES}")
    if missing:
        reason = trouble or "the database has no entry for them, or is not reachable"
        print(f"Not audited: {reason}", file=sys.stderr)
    return int(vulnerable > 0 or (missing > 0 and bool(os.environ.get("CI"))))


if __name__ == "__main__":
    sys.exit(main())
