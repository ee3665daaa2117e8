"""Write the software bill of materials (CycloneDX 1.6, JSON): `python -m tools.sbom [-o build/sbom.cdx.json]`.

It lists what the locks pin for a program in use and for building it, on every platform and Python version, not what one
machine has installed. It has no time and no serial number: the same locks give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from tools.locks import BUILDING, LICENCES, ROOT, Locked, licences, locked_packages

SCOPES = {"base": "required", BUILDING: "excluded"}
"""CycloneDX's scope of a group; that of an extra is `optional`."""


def sbom(requirements: Path = ROOT / "requirements", page: Path = LICENCES) -> dict[str, Any]:
    """The document, with a component for each locked package; a KeyError names a package that has no licence."""
    packages = locked_packages(requirements)
    licence = {name: expression for name, (expression, _) in licences(page).items()}
    references: dict[str, list[str]] = {}
    for package, _ in packages:
        references.setdefault(package.name, []).append(purl(package))
    program = {
        "type": "application",
        "bom-ref": "countervail",
        "name": "countervail",
        "version": version(),
        "licenses": [{"license": {"id": "MIT"}}],
    }
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program},
        "components": [component(package, group, licence[package.name]) for package, group in packages],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(needed)} for reference, needed in requires(packages, references)
        ],
    }


def component(package: Locked, group: str, licence: str) -> dict[str, Any]:
    """One package; it has a hash for each file published, of which an installation takes one."""
    properties = [{"name": "countervail:needed-for", "value": group}]
    if package.marker:
        properties.append({"name": "countervail:marker", "value": package.marker})
    return {
        "type": "library",
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "scope": SCOPES.get(group, "optional"),
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
        "licenses": [{"expression": licence}],
        "purl": purl(package),
        "properties": properties,
    }


def requires(packages: list[tuple[Locked, str]], references: dict[str, list[str]]) -> list[tuple[str, set[str]]]:
    """Each component's direct requirements; the program's are those of pyproject.toml and of its extras."""
    needed: dict[str, set[str]] = {"countervail": set()}
    needed |= {purl(package): set() for package, _ in packages}
    for package, _ in packages:
        for by in package.via:
            for reference in references.get(by, ["countervail"]):
                needed[reference].add(purl(package))
    return list(needed.items())


def purl(package: Locked) -> str:
    """The package URL, such as `pkg:pypi/numpy@2.4.6`."""
    return f"pkg:pypi/{package.name}@{package.version}"


def version() -> str:
    """The version of this source tree."""
    text = (ROOT / "src" / "countervail" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "([^"]+)"', text, re.M)
    assert match
    return match[1]


def main() -> None:
    """Write the document and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "sbom.cdx.json", metavar="FILE")
    target: Path = parser.parse_args().output
    document = sbom()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(document['components'])} components")


if __name__ == "__main__":
    main()
