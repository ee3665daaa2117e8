"""Evidence for other tools and readers: W3C Web Annotations, CSV without formulas, a brief in Markdown; and writing
files."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail.errors import InputError
from countervail.evidence.case import BRIEF, is_ours
from countervail.evidence.model import Assessment, Link
from countervail.files import write_whole
from countervail.output import csv_text

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence


def write(path: Path, text: str) -> None:
    """Write a file in one step, for its owner alone; a link inside a case is not followed. InputError where it cannot
    be written."""
    try:
        if path.parent.is_symlink() and is_ours(path.parent.parent):
            raise InputError(f"{path.parent}: a link inside a case; remove it, or choose another place with -o")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text, private=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}; choose another place with -o") from None


def markdown(text: str) -> str:
    """Text in which Markdown and HTML mean nothing."""
    plain = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+!|~-])", r"\\\1", plain)


def web_annotations(evidence: Evidence) -> dict[str, Any]:
    """W3C Web Annotations: one a claim, with position and quote selectors (redacted passages have the position
    alone)."""
    passages = {p["id"]: p for p in evidence.passages}
    texts = {s["id"]: s for s in evidence.sources}
    items = []
    for claim in evidence.accepted:
        targets = []
        for identifier in claim["passages"]:
            p = passages[identifier]
            selectors: list[dict[str, Any]] = [{"type": "TextPositionSelector", "start": p["start"], "end": p["end"]}]
            if not p.get("redacted"):
                selectors.append(
                    {"type": "TextQuoteSelector", "exact": p["quote"], "prefix": p["prefix"], "suffix": p["suffix"]}
                )
            targets.append(
                {"source": texts[p["source"]].get("text") or texts[p["source"]]["name"], "selector": selectors}
            )
        body = {
            k: claim[k]
            for k in (
                "subject",
                "predicate",
                "object",
                "value",
                "time",
                "polarity",
                "modality",
                "attribution",
                "review",
            )
            if claim.get(k) is not None
        }
        items.append(
            {
                "@context": "http://www.w3.org/ns/anno.jsonld",
                "id": f"urn:countervail:{claim['id']}",
                "type": "Annotation",
                "motivation": "identifying",
                "body": {
                    "type": "TextualBody",
                    "format": "application/json",
                    "value": json.dumps(body, ensure_ascii=False),
                },
                "target": targets,
            }
        )
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "urn:countervail:evidence",
        "type": "AnnotationCollection",
        "total": len(items),
        "first": {"type": "AnnotationPage", "items": items},
    }


def claims_csv(evidence: Evidence) -> str:
    """All claims as CSV: where and what first, ids last, values in words."""
    fields = ("document", "place", "subject", "predicate", "object", "value", "time", "polarity", "modality")
    last = ("attribution", "review", "notes", "reading", "id")
    rows: list[list[Any]] = [[*fields, "quote", *last]]
    for claim in evidence.claims:
        row = {
            **claim,
            "object": " ".join(claim["object"]) if isinstance(claim.get("object"), list) else claim.get("object"),
            "value": _in_words(claim.get("value")),
            "time": (claim.get("time") or {}).get("edtf"),
            "attribution": " > ".join(claim.get("attribution", ())),
            "notes": " | ".join(claim.get("notes", ())),
        }
        rows.append([*(row.get(f) for f in fields), evidence.quote(claim), *(row.get(f) for f in last)])
    return csv_text(rows)


def _in_words(value: Any) -> Any:
    """A value without brackets and quotation marks: `post: Governor; organisation: Orrin Bank`."""
    if isinstance(value, dict):
        parts = ((k, _in_words(v)) for k, v in value.items() if k != "at" and v not in (None, "", [], {}, False))
        return "; ".join(k if v is True else f"{k}: {v}" for k, v in parts)
    return ", ".join(str(_in_words(v)) for v in value) if isinstance(value, list) else value


def _bar(share: float) -> str:
    return "█" * min(40, round(share * 20)) or "·"


def brief(evidence: Evidence, links: Iterable[Link], verdicts: Iterable[Assessment]) -> str:
    """A short account in Markdown: sources, documents, readings, what contradicts, what data say."""
    by_id = {c["id"]: c for c in evidence.claims}
    lines = [BRIEF.decode().rstrip(), "# Evidence", "", "## Sources", ""]
    for source in evidence.sources:
        lines.append(
            f"- **{markdown(source['name'])}**: {markdown(source['media_type'])}, origin "
            f"{markdown(source['origin'])}, SHA-256 `{source['sha256'][:16]}…`"
        )
        lines += [f"  - warning: {markdown(w)}" for w in source.get("warnings", ())]
    lines += ["", "## Documents", ""]
    for document in evidence.documents:
        header = ", ".join(f"{k}: {markdown(v['value'])}" for k, v in document.get("header", {}).items())
        lines.append(
            f"- {markdown(document['id'])} ({document['kind']}"
            f"{', ' + document['place'] if document.get('place') else ''}){': ' + header if header else ''}"
        )
        if document.get("signatory"):
            signed = document["signatory"].get("name") or document["signatory"].get("post") or ""
            lines.append(f"  - signed by {markdown(signed)}")
        for label, people in (("to", document.get("addressees", ())), ("copy", document.get("copies", ()))):
            lines += [
                f"  - {label}: {markdown(', '.join(str(p[k]) for k in ('name', 'post', 'organisation') if p.get(k)))}"
                for p in people
            ]
    lines += ["", "## Lists of countries, one a reading", ""]
    for claim in evidence.accepted:
        if claim["predicate"] == "membership_list":
            value = claim["value"]
            extra = [f"{k}: {v}" for k, v in value["partial"].items()] + [
                f"{k}: {' or '.join(v)}" for k, v in value["ambiguous"].items()
            ]
            flags = [f for f in ("exemplary", "open_ended") if value[f]] + (
                [f"{value['stated_count']} counted"] if value.get("stated_count") is not None else []
            )
            lines.append(
                f"- **{claim['reading']}** ({markdown(claim['document'])}, {claim['place']}; "
                f"{claim['modality']}): {' '.join(value['countries'])}"
                f"{'; ' + markdown('; '.join(extra)) if extra else ''}"
                f"{' [' + ', '.join(flags) + ']' if flags else ''}"
            )
    lines += ["", "## Contradictions and retellings", ""]
    for link in links:
        if (
            link.relation in {"contradicts", "refines"}
            and by_id[link.a]["predicate"] not in {"listed_in", "under_sanctions"}
            and by_id[link.b]["predicate"] not in {"listed_in", "under_sanctions"}
        ):
            a, b = by_id[link.a], by_id[link.b]
            lines.append(f"- {link.relation} ({link.independence}){': ' + markdown(link.note) if link.note else ''}")
            lines += [
                f"  - {markdown(c['document'])}, {c['place']}: “{markdown(evidence.quote(c)[:300])}”" for c in (a, b)
            ]
    lines += ["", "## Verdicts", ""]
    for verdict in verdicts:
        claim = by_id[verdict.claim]
        lines.append(
            f"- **{verdict.verdict}**: {claim['predicate']} ({markdown(claim['document'])}, "
            f"{claim['place']}). {markdown(verdict.explanation or verdict.method)}"
        )
        for row in verdict.result.get("readings", ()):
            lines.append(
                f"  - {markdown(row['reading'])}, {markdown(row['variant'])}: {row['persons'] / 1e6:,.0f} "
                f"million, {row['share_of_claim']:.0%} {_bar(row['share_of_claim'])}"
            )
        lines += [
            f"  - data: {markdown(str(d['dataset']))}, vintage {d['vintage']}, {markdown(str(d['licence']))}"
            for d in verdict.data
        ]
    return "\n".join(lines) + "\n"
