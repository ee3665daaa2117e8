"""The only way from evidence to a scenario: a club file whose every value links back to its passages.

Partial and ambiguous entries become switches (`partial`, `ambiguous`, `china`, `congo`), never a silent choice. Sizes
are no part of evidence: the provisions' effects come from an assumptions file, which a runnable scenario includes
beside the club.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from countervail.errors import InputError
from countervail.evidence.export import Club, Dumper, beside_list, find_club, gone, left_since, named_singly, of_joiners
from countervail.evidence.model import Assumption
from countervail.evidence.tables import profile

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

_OF_MEMBERS = frozenset({"members", "founders"})
_LABELS = {
    "letter": "Letter",
    "annex": "Annex: states under sanctions",
    "ambassadors": "Ambassadors at the founding sessions",
    "interview": "Interview",
    "article": "Press report",
}
_EVENTS = {
    "proposed": "The club is proposed, according to the document",
    "established": "A body of the club is set up",
    "met": "Sessions or a meeting are held",
    "signed": "An agreement is signed",
    "imposed": "Sanctions are imposed",
    "dated": "A document is dated",
    "began": "Something begins",
    "killed": "A death",
    "mentioned": "A date the document mentions",
}


@dataclass(frozen=True)
class ClubFile:
    """A club file, where each of its values comes from, and the runnable scenario round it."""

    yaml: str
    data: dict[str, Any]
    sources: dict[str, list[dict[str, Any]]]
    """YAML path -> passages (source, start, end, quote or redacted, claim)."""
    assumptions: tuple[Assumption, ...]
    readings: tuple[str, ...] = field(default=())
    name: str = "the club"
    conditional: frozenset[str] = frozenset()
    """Readings that say who would be in a club, and not that anybody is."""


class Builder:
    """Collects the values of the club file with their claims; only those of one club."""

    def __init__(self, evidence: Evidence, club: Club) -> None:
        self.evidence = evidence
        self.club = club
        self.claims = [c for c in evidence.accepted if c["polarity"] == "affirmed" and c["modality"] != "denied"]
        self.documents = {d["id"]: d for d in evidence.documents}
        self.passages = {p["id"]: p for p in evidence.passages}
        self.sources: dict[str, list[dict[str, Any]]] = {}
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.gone = gone(evidence, club)
        self.conditional: set[str] = set()

    def cite(self, path: str, claims: Sequence[dict[str, Any]]) -> None:
        """Say that a value rests on claims."""
        rows = []
        for claim in claims:
            for identifier in claim["passages"]:
                p = self.passages[identifier]
                row = {k: p.get(k) for k in ("source", "start", "end", "quote")}
                rows.append({"claim": claim["id"], "passage": identifier, **row, "review": claim["review"]})
        # two events of one date share a path, and neither may lose its claims
        self.sources[path] = self.sources.get(path, []) + rows
        self.chosen[path] = self.chosen.get(path, ()) + tuple(c["id"] for c in claims)

    def where(self, claim: dict[str, Any]) -> dict[str, str]:
        """document and place of a claim."""
        document = self.documents[claim["document"]]
        return {"document": document["source"].removeprefix("source:"), "place": claim["place"]}

    def of(self, *predicates: str) -> list[dict[str, Any]]:
        """Claims of some predicates about the club, retellings of another document of this evidence left out."""
        return [c for c in self.claims if c["predicate"] in predicates and self.club.about(c) and not self.retold(c)]

    def retold(self, claim: dict[str, Any]) -> bool:
        """Whether the claim stands in an article that only retells a leak which is here itself."""
        document = self.documents[claim["document"]]
        if document["kind"] != "article":
            return False
        if claim["id"] in self.evidence.restating:
            return True
        source = next(s for s in self.evidence.sources if s["id"] == document["source"])
        if not source["origin"].startswith("leak:"):
            return False
        return any(
            s["origin"] == source["origin"]
            and any(d["source"] == s["id"] and d["kind"] != "article" for d in self.evidence.documents)
            for s in self.evidence.sources
        )


def _secretariat(build: Builder) -> tuple[str | None, list[dict[str, Any]]]:
    found = build.of("introduced_as", "serves_as") or [
        c for c in build.claims if c["predicate"] in {"introduced_as", "serves_as"} and build.club.about(c)
    ]
    states = {c["subject"].removeprefix("c.") for c in found}
    return (next(iter(states)) if len(states) == 1 else None), found


def _readings(build: Builder, secretariat: str | None) -> dict[str, dict[str, Any]]:
    readings: dict[str, dict[str, Any]] = {}
    # a list of states under sanctions is of candidates where the club is one of sanctioned states
    kinds = _OF_MEMBERS | ({"sanctioned"} if any("sanction" in i for i in build.club.ids) else set())
    lists = [c for c in build.of("membership_list") if c["value"]["kind"] in kinds]
    copies = [c for c in build.claims if c["predicate"] == "membership_list" and build.retold(c)]
    sure = [c for c in lists if c["modality"] != "conditional"]
    if lists and not sure and (singly := _one_by_one(build, secretariat)):
        return singly
    # a body that is only proposed has the members that it would have
    for claim in sorted(sure or lists, key=lambda c: of_joiners(build, c)):
        name = claim["reading"]
        n = 2
        while name in readings:
            name, n = f"{claim['reading']}-{n}", n + 1
        readings[name] = _reading(build, claim, name, secretariat, copies)
    return readings or _one_by_one(build, secretariat)


def _reading(
    build: Builder, claim: dict[str, Any], name: str, secretariat: str | None, copies: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """One list as a reading of the club file."""
    value = claim["value"]
    entry: dict[str, Any] = {"label": _LABELS.get(claim["reading"], "List"), **build.where(claim)}
    time = claim.get("time") or build.documents[claim["document"]].get("date")
    if time and time.get("edtf"):
        entry["date"] = time["edtf"]
    left = [c for c in value["countries"] if left_since(build, claim, c)]
    beside = beside_list(build, claim)
    entry["candidates"] = [c for c in [*value["countries"], *beside] if c != secretariat and c not in left]
    if value.get("stated_count") is not None:
        entry["stated_count"] = value["stated_count"]
    if value.get("ambiguous"):
        entry["ambiguous"] = value["ambiguous"]
    partial = {k: v for k, v in value.get("partial", {}).items() if k != secretariat}
    if partial:
        entry["partial"] = partial
    for switch, code in profile().switches.items():
        entry[switch] = "partial" if code in partial else "full" if code in entry["candidates"] else "none"
    entry["note"] = _note(claim, (left, beside), copies, build)
    if claim["modality"] == "conditional":
        build.conditional.add(name)
    build.cite(f"club.readings.{name}.candidates", [claim])

    def members(subject: str) -> list[dict[str, Any]]:
        same = (claim.get("reading"), claim["document"])
        return [c for c in build.claims if c["subject"] == subject and (c.get("reading"), c["document"]) == same]

    for code in partial:
        build.cite(f"club.readings.{name}.partial.{code}", members(f"c.{code}") or [claim])
    for label, codes in entry.get("ambiguous", {}).items():
        build.cite(f"club.readings.{name}.ambiguous.{label}", members("c." + "|".join(codes)) or [claim])
    return entry


def _one_by_one(build: Builder, secretariat: str | None) -> dict[str, dict[str, Any]]:
    """Where the documents list nobody: the states that they name one by one as members, without those that left."""
    kept = named_singly(build)
    codes = list(dict.fromkeys(c["subject"][2:] for c in kept if c["subject"][2:] != secretariat))
    if not codes:
        return {}
    entry: dict[str, Any] = {"label": "States named one by one", **build.where(kept[0]), "candidates": codes}
    for switch, code in profile().switches.items():
        entry[switch] = "full" if code in codes else "none"
    entry["note"] = "No document lists the members; these are named singly, in one or several places."
    counts = sorted({c["value"]["number"] for c in build.of("country_count")})
    if counts and len(codes) not in counts:
        entry["note"] += f" {' or '.join(map(str, counts))} are counted and {len(codes)} named."
    build.cite("club.readings.named.candidates", kept)
    return {"named": entry}


def _note(
    claim: dict[str, Any], changed: tuple[list[str], list[str]], copies: Sequence[dict[str, Any]], build: Builder
) -> str:
    value = claim["value"]
    parts = []
    if value["kind"] == "sanctioned":
        parts.append("A list of states under sanctions, not of members.")
    if changed[0]:
        parts.append(f"Left out, because they are said to have left: {', '.join(changed[0])}.")
    if changed[1]:
        parts.append(f"Named as members beside the list: {', '.join(changed[1])}.")
    if value.get("unknown"):
        parts.append(f"Names of no state known today: {', '.join(value['unknown'])}.")
    if value["exemplary"]:
        parts.append("States are named as examples.")
    if value["open_ended"]:
        parts.append("The list is left open.")
    if value.get("stated_count") is not None and value["stated_count"] != len(value["countries"]) + len(
        value["ambiguous"]
    ):
        parts.append(
            f"{value['stated_count']} are counted and {len(value['countries']) + len(value['ambiguous'])} named."
        )
    if claim["modality"] not in {"asserted", "proposed"}:
        parts.append(f"The text puts it as {claim['modality']}.")
    for copy in copies if build.documents[claim["document"]]["kind"] != "article" else ():
        if copy["value"]["countries"] == value["countries"]:
            at = build.where(copy)
            parts.append(f"Document {at['document']}, {at['place']}, restates the list and is no second witness.")
    return " ".join(parts) or "As named in the text."


def _provisions(build: Builder) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    paired = {p.id for p in profile().provisions if p.pairs}
    banks = [
        c for c in build.evidence.accepted if c["predicate"] == "correspondent_banking_with" and not build.retold(c)
    ]
    for claim in build.of("provision"):
        value = claim["value"]
        if value["id"] in found:
            continue
        entry: dict[str, Any] = {"id": value["id"], "label": value["label"]}
        used = [claim]
        if value["id"] in paired:
            link = next((c for c in banks if c["passages"] == claim["passages"]), next(iter(banks), None))
            if link:
                used.append(link)
                entry["pairs"] = [[link["subject"].removeprefix("c."), o.removeprefix("c.")] for o in link["object"]]
                if (link.get("qualifier") or {}).get("via"):
                    entry["rails"] = link["qualifier"]["via"]
        if value["sectors"] != "all":
            entry["sectors"] = value["sectors"]
        entry.update(build.where(claim))
        found[value["id"]] = entry
        build.cite(f"club.provisions.{value['id']}", used)
    order = [p.id for p in profile().provisions]
    return [found[k] for k in sorted(found, key=order.index)]


def _claims(build: Builder, readings: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(identifier: str, claim: dict[str, Any], **fields: Any) -> None:
        while any(r["id"] == identifier for r in rows):
            identifier += "-2"
        rows.append({"id": identifier, **fields, **build.where(claim)})
        build.cite(f"claims.{identifier}", [claim])

    for claim in build.of("market_population"):
        number = claim["value"]["number"]
        add(
            "market-population",
            claim,
            label=f"The club makes a market of {number / 1e9:g} billion people",
            quantity="market_population",
            value=int(number),
            unit="persons",
        )
    for claim in build.of("founding_countries", "country_count"):
        if "enumerated" not in claim["value"]:
            continue
        reading = next(
            (
                n
                for n, r in readings.items()
                if r["document"] == build.where(claim)["document"] and r["place"] == claim["place"]
            ),
            None,
        )
        add(
            "country-count",
            claim,
            label=f"{claim['value']['number']} countries are counted",
            quantity="country_count",
            value=claim["value"]["number"],
            unit="countries",
            **({"reading": reading} if reading else {}),
        )
    slips = {a.claim: a for a in build.evidence.assess() if a.method.startswith("hypothesis")}
    for claim in build.of("event"):
        if (
            claim["value"]["event"] in {"proposed", "established"}
            and claim["subject"].startswith("o.")
            and build.documents[claim["document"]]["kind"] != "article"
        ):
            note = {"note": slips[claim["id"]].explanation} if claim["id"] in slips else {}
            add(
                f"{claim['value']['event']}-{claim['value']['when'][:4]}",
                claim,
                label=_EVENTS[claim["value"]["event"]],
                quantity="date",
                value=claim["value"]["when"],
                **note,
            )
    return rows


def _timeline(build: Builder) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    slips = {a.claim: a for a in build.evidence.assess() if a.method.startswith("hypothesis")}
    for claim in build.of("event", "header.date"):
        document = build.documents[claim["document"]]
        if document["kind"] == "article":
            continue
        if claim["predicate"] == "header.date":
            edtf = (claim.get("time") or {}).get("edtf")
            if not edtf:
                continue
            row = {"date": edtf, "label": f"{document['kind'].capitalize()} is dated"}
        else:
            if not claim["subject"].startswith("o."):
                continue
            row = {"date": claim["value"]["when"], "label": _EVENTS[claim["value"]["event"]]}
        row.update(build.where(claim))
        if claim["id"] in slips:
            row["note"] = slips[claim["id"]].explanation
        build.cite(f"timeline.{row['date']}", [claim])
        rows.append(row)
    return sorted(rows, key=lambda r: str(r["date"]))


def _value(data: Any, path: str) -> Any:
    """What stands at a path of the club file; items of lists are found by id or date."""
    for key in path.split("."):
        if isinstance(data, list):
            data = next((i for i in data if str(i.get("id")) == key or str(i.get("date")) == key), None)
        elif isinstance(data, dict):
            data = data.get(key)
    return data


def club_file(evidence: Evidence, reading: str | None = None, club: str | None = None) -> ClubFile:
    """A club of some evidence as a part of a scenario; `reading` chooses the default one, `club` which club, by a name
    of it (default: the one that the documents are about).

    Raises InputError where the documents hold no list or no such reading or club, with what there is.
    """
    chosen = find_club(evidence, club)
    build = Builder(evidence, chosen)
    secretariat, said = _secretariat(build)
    readings = _readings(build, secretariat)
    if not readings:
        raise InputError(
            f"the documents name no members of {chosen.name}; there is no club to export. Bodies they name: "
            f"{', '.join(chosen.others[:8]) or 'none'} (choose with --club NAME)",
            field="club",
        )
    if reading is not None and reading not in readings:
        raise InputError(f"no reading {reading!r} in the documents; there are {', '.join(readings)}", field="reading")
    content: dict[str, Any] = {}
    if reading is not None:
        content["reading"] = reading
    if secretariat is not None:
        content["secretariat"] = secretariat
        build.cite("club.secretariat", said)
    content["readings"] = readings
    content["provisions"] = _provisions(build)
    data: dict[str, Any] = {
        "format": "scenario/1",
        "club": content,
        "claims": _claims(build, readings),
        "timeline": _timeline(build),
    }
    assumed = tuple(
        Assumption(path, _value(data, path), claims, "the rules; which reading is run is the analyst's choice")
        for path, claims in build.chosen.items()
    )
    text, conditional = _text(data, chosen, secretariat), frozenset(build.conditional)
    return ClubFile(text, data, build.sources, assumed, tuple(readings), chosen.name, conditional)


def _text(data: dict[str, Any], club: Club, secretariat: str | None) -> str:
    """The file with the lines that explain it."""
    head = [
        f"# {club.name}, written by `countervail evidence export --scenario` from documents: facts with document and",
        "# place, no sizes. Where each value comes from stands in the .sources.json beside this file.",
    ]
    if club.others:
        head.append(
            f"# Chosen as what the documents are most about; they also name {', '.join(club.others[:6])} (--club NAME)."
        )
    if not secretariat:
        head.append(
            "# The documents do not say which state keeps the club: the scenario beside this file says what it takes."
        )
    body = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=118)
    return "\n".join(line.replace("\n", " ") for line in head) + "\n" + body
