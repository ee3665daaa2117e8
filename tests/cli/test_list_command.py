"""`countervail list` and `countervail show`: everything that has a name, and one of each with its source."""

from __future__ import annotations

import json

import pytest

from countervail.cli import call
from countervail.report.tables.catalogue import KINDS

ONE = {
    "scenarios": "russia-2022",
    "measures": "eu-iran-oil",
    "countries": "IR",
    "groups": "EU",
    "sectors": "CRUDE",
    "provisions": "bank-links",
    "rails": "SPFS",
}


@pytest.mark.parametrize("kind", KINDS)
def test_lists_and_entries(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["list", kind, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    names = [next(iter(row.values())) for row in rows]
    assert len(names) == len(set(names)) > 2
    assert call(["list", kind]) == 0
    assert str(names[0])[:12] in capsys.readouterr().out
    name = ONE[kind] if kind != "measures" else names[0]
    assert call(["show", kind, name, "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry.keys() & {"source", "acts", "document"}
    assert call(["show", kind, name]) == 0
    assert ":" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "countries", "Korea"], "ambiguous: KOR"),
        (["show", "countries", "Yugoslavia"], "former state"),
        (["show", "measures", "eu-russia-refind"], "Did you mean 'eu-russia-refined'?"),
        (["show", "groups", "EUU"], "the built-in groups are"),
        (["show", "sectors", "OIL"], "no sector 'OIL'"),
        (["list", "measures", "--scenario", "nowhere"], "no such scenario"),
    ],
)
def test_a_name_that_is_nothing_is_refused(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(words) == 2
    assert says in capsys.readouterr().err
