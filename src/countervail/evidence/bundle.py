"""Evidence in memory: what documents say, how it compares, and the ways out (scenario, followthemoney, annotations,
CSV, Markdown)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from countervail.arguments import a_path, checked, either, instance, several
from countervail.errors import InputError
from countervail.evidence.assess import HasPopulation, assess
from countervail.evidence.case import nothing_read, read_all, write_case
from countervail.evidence.case_read import load_case
from countervail.evidence.compare import Comparison
from countervail.evidence.model import Assessment, Link
from countervail.evidence.witnesses import OriginGroups


@dataclass(frozen=True)
class Evidence:
    """Sources, documents, passages, claims and mentions of some documents, as the JSON objects of evidence.json."""

    sources: tuple[dict[str, Any], ...]
    documents: tuple[dict[str, Any], ...]
    passages: tuple[dict[str, Any], ...]
    claims: tuple[dict[str, Any], ...]
    texts: dict[str, str] = field(repr=False)
    """Stored text by source id; offsets index it."""
    mentions: tuple[dict[str, Any], ...] = ()
    refused: tuple[dict[str, str], ...] = ()
    """Documents that were not read, with the reason."""
    copies: tuple[dict[str, str], ...] = ()
    """Files that hold the same bytes as another (`of`), which is read once."""

    @property
    def accepted(self) -> tuple[dict[str, Any], ...]:
        """The claims that no review rejected."""
        return tuple(c for c in self.claims if c["review"] != "rejected")

    def passage(self, identifier: str) -> dict[str, Any]:
        """A passage by id."""
        found = next((p for p in self.passages if p["id"] == identifier), None)
        if found is None:
            raise InputError(f"no passage {identifier!r} in this evidence")
        return found

    def quote(self, claim: dict[str, Any]) -> str:
        """The words a claim rests on; redacted ones are masked."""
        by_id = {p["id"]: p for p in self.passages}
        return " … ".join(
            " ".join(self.texts[by_id[p]["source"]][by_id[p]["start"] : by_id[p]["end"]].split())
            for p in claim["passages"]
        )

    def content(self, claim: dict[str, Any]) -> str:
        """What a claim says of its subject, in a line."""
        value = claim.get("object", claim.get("value"))
        if isinstance(value, dict):
            value = ", ".join(
                f"{k} {v}" for k, v in value.items() if v not in (None, [], {}, False) and k not in {"label", "at"}
            )
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 110 else text[:107] + "..."

    def countries_of(self) -> dict[str, list[str]]:
        """Countries named in each document."""
        names = {s["name"]: s["id"] for s in self.sources}
        found: dict[str, list[str]] = {d["id"]: [] for d in self.documents}
        for row in self.mentions:
            if row["type"] != "country" or not row["value"]:
                continue
            for document in self.documents:
                if (
                    document["source"] == names[row["source"]]
                    and document["start"] <= row["start"] < document["end"]
                    and row["value"] not in found[document["id"]]
                ):
                    found[document["id"]].append(row["value"])
        return found

    def compare(self) -> tuple[Link, ...]:
        """Links between claims: agreements with independence, restatements, contradictions, refinements."""
        return self._compared[0]

    def origins(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """The names of the sources of each origin, and why several are one: one text, one house, the same words."""
        return self._compared[1]

    @cached_property
    def restating(self) -> frozenset[str]:
        """The claims of articles that restate what a letter or document says that is here itself."""
        kinds = {d["id"]: d["kind"] for d in self.documents}
        if len(set(kinds.values())) < 2:
            return frozenset()
        of = {c["id"]: kinds[c["document"]] for c in self.accepted}
        pairs = [p for x in self.compare() if x.relation == "restates" for p in ((x.a, x.b), (x.b, x.a))]
        return frozenset(a for a, b in pairs if of[a] == "article" and of[b] != "article")

    @cached_property
    def _compared(self) -> tuple[tuple[Link, ...], tuple[tuple[tuple[str, ...], str], ...]]:
        groups = OriginGroups()
        comparison = Comparison(groups=groups)
        try:
            for source in self.sources:
                documents = [d for d in self.documents if d["source"] == source["id"]]
                ids = {d["id"] for d in documents}
                claims = [c for c in self.accepted if c.get("document") in ids]
                mentions = [m for m in self.mentions if m["source"] == source["name"]]
                comparison.add(source, documents, claims, self.texts[source["id"]], mentions)
            return tuple(comparison.links()), tuple(groups.rows())
        finally:
            comparison.close()

    def assess(self, world: HasPopulation | None = None) -> tuple[Assessment, ...]:
        """Verdicts on claims; with a world also those that need data."""
        return tuple(assess(self.accepted, self.countries_of(), world))

    def to_scenario(self, reading: str | None = None, club: str | None = None) -> str:
        """A club as a scenario file in YAML; see `to_scenario.club_file`."""
        from countervail.evidence.export.to_scenario import club_file

        return club_file(self, reading, club).yaml

    def to_ftm(self, profile: str = "strict") -> list[dict[str, Any]]:
        """followthemoney statements, one dataset a source (extra `ftm`)."""
        from countervail.evidence.export.exports import statements

        return statements(self, profile)

    def save(self, folder: str | Path) -> dict[str, Any]:
        """Write the case folder."""
        return write_case(iter(self._answers()), Path(folder))

    def _answers(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [{"name": r["name"], "refused": r["reason"]} for r in self.refused]
        rows += [{"name": c["name"], "copy_of": c["of"]} for c in self.copies]
        for source in self.sources:
            ids = {d["id"] for d in self.documents if d["source"] == source["id"]}
            rows.append(
                {
                    "name": source["name"],
                    "source": source,
                    "text": self.texts[source["id"]],
                    "documents": [d for d in self.documents if d["id"] in ids],
                    "passages": [p for p in self.passages if p["source"] == source["id"]],
                    "claims": [c for c in self.claims if c.get("document") in ids],
                    "mentions": [m for m in self.mentions if m["source"] == source["name"]],
                }
            )
        return rows


@checked(paths=either(a_path, several((str, PathLike), "paths of documents")))
def read(paths: Sequence[str | Path] | str | Path) -> Evidence:
    """Read documents (text, HTML, PDF, docx, scans) into evidence; InputError where none can be read.

    Each is parsed in a child process with memory and time limits. A document that is refused is listed in `refused`.
    """
    named = [paths] if isinstance(paths, str | Path) else list(paths)
    parts: dict[str, list[dict[str, Any]]] = {k: [] for k in ("sources", "documents", "passages", "claims", "mentions")}
    texts: dict[str, str] = {}
    refused, copies = [], []
    for answer in read_all(named):
        if "refused" in answer:
            refused.append({"name": answer["name"], "reason": answer["refused"]})
            continue
        if "copy_of" in answer:
            copies.append({"name": answer["name"], "of": answer["copy_of"]})
            continue
        parts["sources"].append(answer["source"])
        texts[answer["source"]["id"]] = answer["text"]
        for name in ("documents", "passages", "claims", "mentions"):
            parts[name] += answer[name]
    if not texts:
        raise nothing_read(refused)
    return Evidence(
        **{k: tuple(v) for k, v in parts.items()}, texts=texts, refused=tuple(refused), copies=tuple(copies)
    )


def load(folder: str | Path) -> Evidence:
    """The evidence of a case folder, reviews applied; InputError where a file of it is not as it was written, or does
    not follow its schema."""
    from countervail.evidence.review import reviewed

    data, texts, mentions = load_case(Path(folder))
    claims, passages = reviewed(Path(folder), data, texts)
    return Evidence(
        tuple(data["sources"]),
        tuple(data["documents"]),
        tuple(passages),
        tuple(claims),
        texts,
        tuple(mentions),
        tuple(data.get("refused", ())),
        tuple(data.get("copies", ())),
    )


def check(evidence: Evidence, world: HasPopulation) -> tuple[Assessment, ...]:
    """Verdicts on the claims of evidence against a world's data: arithmetic shown, vintage named."""
    instance(evidence, Evidence, "evidence", "Evidence (read)")
    if not hasattr(world, "population"):
        raise InputError(f"world is a {type(world).__name__}; give a World (load_world)", field="world")
    return evidence.assess(world)
