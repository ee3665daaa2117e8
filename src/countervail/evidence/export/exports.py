"""Evidence for other tools and readers: W3C Web Annotations, CSV without formulas, a brief in Markdown; and writing
files."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail import countries
from countervail.errors import InputError
from countervail.evidence.case import BRIEF, is_ours
from countervail.evidence.model import Assessment, Link, short_hash
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
    lines = [
        *_brief_sources(evidence),
        *_brief_lists(evidence),
        *_brief_links(evidence, links, by_id),
        *_brief_verdicts(verdicts, by_id),
    ]
    return "\n".join(lines) + "\n"


def _brief_sources(evidence: Evidence) -> list[str]:
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
    return lines


def _brief_lists(evidence: Evidence) -> list[str]:
    lines = ["", "## Lists of countries, one a reading", ""]
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
    return lines


def _brief_links(evidence: Evidence, links: Iterable[Link], by_id: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["", "## Contradictions and retellings", ""]
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
    return lines


def _brief_verdicts(verdicts: Iterable[Assessment], by_id: dict[str, dict[str, Any]]) -> list[str]:
    lines = ["", "## Verdicts", ""]
    for verdict in verdicts:
        claim = by_id[verdict.claim]
        lines.append(
            f"- **{verdict.verdict}**: {claim['predicate']} ({markdown(claim['document'])}, "
            f"{claim['place']}). {markdown(verdict.explanation or verdict.method)}"
        )
        lines += [
            f"  - {markdown(row['reading'])}, {markdown(row['variant'])}: {row['persons'] / 1e6:,.0f} "
            f"million, {row['share_of_claim']:.0%} {_bar(row['share_of_claim'])}"
            for row in verdict.result.get("readings", ())
        ]
        lines += [
            f"  - data: {markdown(str(d['dataset']))}, vintage {d['vintage']}, {markdown(str(d['licence']))}"
            for d in verdict.data
        ]
    return lines


# -- followthemoney ----------------------------------------------------------------------------------------------------
#
# One dataset a source, with a sidecar from every statement to its passages. Profile `strict` exports what is asserted,
# and lists of countries as links of unknown kind with the modality as status, so that a proposal never becomes a fact;
# `full` exports the rest too. Needs the extra `ftm`.

PROFILES = ("strict", "full")
_LISTS = {
    "listed_in": "listed",
    "under_sanctions": "listed as under sanctions",
    "founding_body_of": "named as founding",
}


class _Writer:
    """Makes statements and remembers which claim each rests on."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.rows: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        self.names = {m["value"]: m for m in evidence.mentions if m["type"] in {"person", "organisation"}}

    def add(
        self, dataset: str, schema: str, entity: str, prop: str, value: str | None, claim: dict[str, Any] | None
    ) -> None:
        """One statement; the same statement of the same dataset gathers its claims."""
        if not value:
            return
        row = self.rows.setdefault(
            (dataset, entity, prop, value),
            {
                "dataset": dataset,
                "schema": schema,
                "entity": entity,
                "prop": prop,
                "value": value,
                "claims": [],
                "passages": [],
            },
        )
        if claim is not None:
            row["claims"] = list(dict.fromkeys([*row["claims"], claim["id"]]))
            row["passages"] = list(dict.fromkeys([*row["passages"], *claim["passages"]]))


def _identifier(kind: str, key: str) -> str:
    return f"cv-{kind}-{short_hash(key)}"


def _name(identifier: str, evidence: Evidence) -> str:
    from countervail.evidence.model import slug

    for mention in evidence.mentions:
        if (
            mention["type"] in {"person", "organisation"}
            and mention["value"]
            and slug(mention["value"]) == identifier[2:]
        ):
            return str(mention["value"])
    return identifier[2:].replace("-", " ").title()


def _date(time: dict[str, Any] | None) -> str | None:
    value = (time or {}).get("edtf")
    return value if value and len(value) in {4, 7, 10} and "/" not in value and "X" not in value else None


def statements(evidence: Evidence, profile: str = "strict") -> list[dict[str, Any]]:
    """Statements as rows: id, dataset, schema, entity_id, prop, value, claims, passages."""
    if profile not in PROFILES:
        raise InputError(f"unknown profile {profile!r}; there are {', '.join(PROFILES)}", field="profile")
    out = _Writer(evidence)
    for source in evidence.sources:
        dataset, entity = _dataset_of(source["id"]), _identifier("document", source["id"])
        for prop, value in (
            ("fileName", source["name"]),
            ("mimeType", source["media_type"].split(";")[0]),
            ("publisher", source.get("publisher")),
        ):
            out.add(dataset, "Document", entity, prop, value, None)
    source_of = {d["id"]: d["source"] for d in evidence.documents}
    for claim in evidence.accepted:
        source = source_of[claim["document"]]
        fact = (
            claim["modality"] == "asserted"
            and claim["polarity"] == "affirmed"
            and not any(a.startswith("cited:") for a in claim.get("attribution", ()))
        )
        status = claim["modality"] + ("" if claim["polarity"] == "affirmed" else ", negated")
        if claim["predicate"] in _LISTS:
            _listed(out, source, claim, status)
        elif claim["predicate"] == "named":
            body = _identifier("organisation", claim["subject"])
            out.add(_dataset_of(source), "Organization", body, "name", claim["value"]["name"], claim)
        elif fact or profile == "full":
            _fact(out, source, claim, None if fact else status)
    return [{"id": f"cv-st-{short_hash(*key)}", **row} for key, row in out.rows.items()]


def _dataset_of(source: str) -> str:
    return "cv_" + source.removeprefix("source:").lower().replace("-", "_").replace(".", "_")


def _listed(out: _Writer, source: str, claim: dict[str, Any], status: str) -> None:
    """A state that is listed, as a link of unknown kind to the body; an ambiguous one stays out."""
    code = claim["subject"].removeprefix("c.")
    if code not in countries.load():
        return
    dataset, body = _dataset_of(source), str(claim["object"])
    territory, link = _identifier("territory", code), _identifier("link", claim["id"])
    club = _identifier("organisation", body)
    out.add(dataset, "Territory", territory, "name", countries.name(code), claim)
    out.add(dataset, "Territory", territory, "country", countries.load()[code].iso2.lower(), claim)
    out.add(dataset, "Organization", club, "name", _name(body, out.evidence), claim)
    extent = (claim.get("qualifier") or {}).get("extent")
    for prop, value in (
        ("subject", territory),
        ("object", club),
        ("role", _LISTS[claim["predicate"]] + (f" ({extent})" if extent else "")),
        ("status", status),
        ("date", _date(claim.get("time"))),
    ):
        out.add(dataset, "UnknownLink", link, prop, value, claim)


def _fact(out: _Writer, source: str, claim: dict[str, Any], status: str | None) -> None:
    """A post, an event, or a part in a letter; `status` says what is less than a fact."""
    dataset, key, predicate = _dataset_of(source), claim["id"], claim["predicate"]
    document = _identifier("document", source)
    if predicate == "holds_post":
        person, holds = _identifier("person", claim["subject"]), _identifier("occupancy", key)
        body = claim["value"].get("organisation")
        post = _identifier("position", f"{claim['value']['post']}|{body}")
        out.add(dataset, "Person", person, "name", _name(claim["subject"], out.evidence), claim)
        out.add(dataset, "Position", post, "name", claim["value"]["post"] + (f", {body}" if body else ""), claim)
        for prop, value in (
            ("holder", person),
            ("post", post),
            ("status", status),
            ("date", _date(claim.get("time"))),
        ):
            out.add(dataset, "Occupancy", holds, prop, value, claim)
    elif predicate == "event":
        event = _identifier("event", key)
        for prop, value in (
            ("name", claim["value"]["event"]),
            ("date", _date(claim.get("time"))),
            ("proof", document),
            ("summary", status),
        ):
            out.add(dataset, "Event", event, prop, value, claim)
    elif predicate in {"signed_by", "addressed_to", "copied_to"} and claim["object"] != "p.unnamed":
        person, link = _identifier("person", claim["object"]), _identifier("link", key)
        out.add(dataset, "Person", person, "name", _name(claim["object"], out.evidence), claim)
        for prop, value in (("subject", person), ("object", document), ("role", predicate.replace("_", " "))):
            out.add(dataset, "UnknownLink", link, prop, value, claim)


def entities(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """followthemoney entities of statements, checked by its own model; InputError where the extra is missing."""
    try:
        model = import_module("followthemoney").model
    except ImportError:
        raise InputError(
            "followthemoney is not installed; install countervail[ftm] (it needs libicu-dev to build)"
        ) from None
    made: dict[str, Any] = {}
    datasets: dict[str, set[str]] = {}
    for row in rows:
        entity = made.get(row["entity"])
        if entity is None:
            entity = made[row["entity"]] = model.make_entity(row["schema"])
            entity.id = row["entity"]
        entity.add(row["prop"], row["value"])
        datasets.setdefault(row["entity"], set()).add(row["dataset"])
    return [{**e.to_dict(), "datasets": sorted(datasets[i])} for i, e in made.items()]
