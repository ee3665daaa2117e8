"""How well the claims of single sentences and short paragraphs agree with a bank of them, annotated by hand.

`python -m support.documents.bank_scores FILE [--misses] [ID ...]` (with `src` and `tests` on the path) reads every item
of `bank/NAME.yaml` as a document of its own, all in one process. An item has `id`, `text`, `people`, `organisations`
and `claims` in the notation of the texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from countervail.evidence.extract.parts import Extracted
from countervail.evidence.reader import read_extracted
from support.documents.annotation import Annotation
from support.documents.claim_scores import Case, Score, report, score_claims

BANK = Path(__file__).parent / "bank"


@dataclass
class Item(Case):
    """A text of the bank, read without a folder."""

    @cached_property
    def evidence(self) -> dict[str, Any]:
        found = Extracted(str(self.annotation.data["text"]), "text/plain", "plain-text/1")
        return read_extracted(found, "0" * 64, "item.txt", "source:item")


def items(path: Path) -> Iterator[Item]:
    """The items of a bank, each with its annotation."""
    for row in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader):
        yield Item(path.parent, Annotation(row["id"], _data(row)))


def _data(row: Mapping[str, Any]) -> dict[str, Any]:
    """An item in the form of a text's annotation."""
    named = {key: [{"name": name} for name in row.get(key) or ()] for key in ("people", "organisations")}
    return {
        "optional_countries": {},
        "main": "",
        **row,
        **{key: [{**e, **_entry(e["name"])} for e in entries] for key, entries in named.items()},
        "countries": row.get("countries") or {},
        "claims": row.get("claims") or [],
    }


def _entry(name: Any) -> dict[str, Any]:
    """A person or body with its aliases: a name, or `Name | alias | alias`."""
    first, *aliases = [part.strip() for part in str(name).split("|")]
    return {"name": first, "aliases": aliases}


def score_bank(path: Path, names: Sequence[str] = ()) -> Score:
    """The tallies of a bank, or of the items whose id begins with one of the names."""
    total = Score()
    for item in items(path):
        if not names or item.annotation.name.startswith(tuple(names)):
            score = Score()
            score_claims(item, score)
            total.add(score)
    return total


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bank", type=Path, help="file of the bank")
    parser.add_argument("names", nargs="*", help="ids of items, or how they begin (default: all)")
    parser.add_argument("--misses", action="store_true", help="list what is missed and what is wrong")
    chosen = parser.parse_args(arguments)
    score = score_bank(chosen.bank, chosen.names)
    report("bank", score)
    print("\nevents by kind, strict")
    for line, tally in sorted(score.kinds.items()):
        print(f"  {line:28} {tally}")
    if chosen.misses:
        print("\nmissed", *score.missed, "\nwrong", *score.wrong, sep="\n  ")


if __name__ == "__main__":
    main()
