"""followthemoney statements and entities: one dataset a source, with a sidecar from every statement to its passages.

Profile `strict` exports what is asserted, and lists of countries as links of unknown kind with the modality as status,
so that a proposal never becomes a fact; `full` exports the rest too, each with its modality as status. Needs the extra
`ftm`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from countervail import countries
from countervail.errors import InputError
from countervail.evidence.model import short_hash

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

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
    from countervail.evidence.claims.attribution import slug

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
        raise InputError(f"unknown profile {profile!r}; there are {', '.join(PROFILES)}")
    out = _Writer(evidence)
    source_of = {d["id"]: d["source"] for d in evidence.documents}
    dataset_of = {
        s["id"]: "cv_" + s["id"].removeprefix("source:").lower().replace("-", "_").replace(".", "_")
        for s in evidence.sources
    }
    club_names: list[str] = []
    for claim in evidence.accepted:
        if claim["predicate"] == "named" and claim["value"]["name"] not in club_names:
            club_names.append(claim["value"]["name"])
    club = _identifier("organisation", "o.club")
    for source in evidence.sources:
        dataset, entity = dataset_of[source["id"]], _identifier("document", source["id"])
        for prop, value in (
            ("fileName", source["name"]),
            ("mimeType", source["media_type"].split(";")[0]),
            ("publisher", source.get("publisher")),
        ):
            out.add(dataset, "Document", entity, prop, value, None)
    for claim in evidence.accepted:
        dataset = dataset_of[source_of[claim["document"]]]
        predicate, status = (
            claim["predicate"],
            claim["modality"] + ("" if claim["polarity"] == "affirmed" else ", negated"),
        )
        fact = (
            claim["modality"] == "asserted"
            and claim["polarity"] == "affirmed"
            and not any(a.startswith("cited:") for a in claim.get("attribution", ()))
        )
        key = claim["id"]
        if predicate in _LISTS:
            for code in claim["subject"].removeprefix("c.").split("|")[:1] if "|" not in claim["subject"] else []:
                territory, link = _identifier("territory", code), _identifier("link", key)
                out.add(dataset, "Territory", territory, "name", countries.name(code), claim)
                out.add(dataset, "Territory", territory, "country", countries.load()[code].iso2.lower(), claim)
                out.add(dataset, "Organization", club, "name", club_names[0] if club_names else "Club", claim)
                extent = (claim.get("qualifier") or {}).get("extent")
                for prop, value in (
                    ("subject", territory),
                    ("object", club),
                    ("role", _LISTS[predicate] + (f" ({extent})" if extent else "")),
                    ("status", status),
                    ("date", _date(claim.get("time"))),
                ):
                    out.add(dataset, "UnknownLink", link, prop, value, claim)
        elif predicate == "named":
            out.add(dataset, "Organization", club, "name", claim["value"]["name"], claim)
        elif not fact and profile == "strict":
            continue
        elif predicate == "holds_post":
            person, post, holds = (
                _identifier("person", claim["subject"]),
                _identifier("position", f"{claim['value']['post']}|{claim['value'].get('organisation')}"),
                _identifier("occupancy", key),
            )
            body = claim["value"].get("organisation")
            out.add(dataset, "Person", person, "name", _name(claim["subject"], evidence), claim)
            out.add(dataset, "Position", post, "name", claim["value"]["post"] + (f", {body}" if body else ""), claim)
            for prop, value in (
                ("holder", person),
                ("post", post),
                ("status", None if fact else status),
                ("date", _date(claim.get("time"))),
            ):
                out.add(dataset, "Occupancy", holds, prop, value, claim)
        elif predicate == "event":
            event = _identifier("event", key)
            out.add(dataset, "Event", event, "name", claim["value"]["event"], claim)
            out.add(dataset, "Event", event, "date", _date(claim.get("time")), claim)
            out.add(dataset, "Event", event, "proof", _identifier("document", source_of[claim["document"]]), claim)
            out.add(dataset, "Event", event, "summary", status if not fact else None, claim)
        elif predicate in {"signed_by", "addressed_to", "copied_to"} and claim["object"] != "p.unnamed":
            person, link = _identifier("person", claim["object"]), _identifier("link", key)
            out.add(dataset, "Person", person, "name", _name(claim["object"], evidence), claim)
            for prop, value in (
                ("subject", person),
                ("object", _identifier("document", source_of[claim["document"]])),
                ("role", predicate.replace("_", " ")),
            ):
                out.add(dataset, "UnknownLink", link, prop, value, claim)
    return [{"id": f"cv-st-{short_hash(*key)}", **row} for key, row in out.rows.items()]


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
