"""What documents sent to the server say, as rows: the documents, and every claim with its words and its witnesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from countervail.evidence.bundle import Evidence
from countervail.report.cited import claims

MOST_CLAIMS: Final = 2_000
"""Shown; all of them are in the case."""


def said(evidence: Evidence, names: Mapping[str, str]) -> dict[str, Any]:
    """Documents, claims, and what was refused; `names` are what their owner calls the files."""
    counts = Counter(claim["document"] for claim in evidence.accepted)
    sources = {source["id"]: source for source in evidence.sources}

    def called(name: str) -> str:
        return names.get(name.rpartition("/")[2], name)

    return {
        "documents": [
            {
                "id": document["id"],
                "file": called(sources[document["source"]]["name"]),
                "kind": document["kind"],
                "title": document.get("title"),
                "place": document.get("place"),
                "origin": sources[document["source"]]["origin"],
                "hidden": len(sources[document["source"]].get("hidden", ())),
                "claims": counts[document["id"]],
            }
            for document in evidence.documents
        ],
        "claims": claims(evidence)[:MOST_CLAIMS],
        "refused": [{"file": called(row["name"]), "reason": row["reason"]} for row in evidence.refused],
    }
