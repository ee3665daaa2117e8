"""The facts of a scenario with their evidence in a case: the quotation, who states it and how, and the witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from countervail.errors import InputError
from countervail.evidence.bundle import Evidence, load
from countervail.evidence.compare import COMPARED
from countervail.evidence.export.to_scenario import ClubFile, club_file
from countervail.evidence.model import MASK, Link, slug
from countervail.report.tables import country_name, evidence_tables
from countervail.report.tables.evidence_tables import NOT_TESTED, Fact, facts, row, sentences
from countervail.scenario import Scenario
from countervail.types import Row

_RELATION: Final = {
    "agrees": "says the same",
    "restates": "restates it",
    "contradicts": "contradicts it",
    "refines": "states it differently",
}
_INDEPENDENCE: Final = {
    "independent": "independent",
    "same-origin": "same origin, no second witness",
    "derived": "derived, no second witness",
    "unknown": "independence not known",
}
_REVIEWED: Final = {"accepted": "Accepted in review.", "edited": "Corrected in review."}
_SHOWN = 6


def opened(evidence: Evidence | str | Path, scenario: Scenario) -> Evidence:
    """The evidence itself, or of a case folder; InputError where it holds no fact of the scenario."""
    loaded = evidence if isinstance(evidence, Evidence) else load(evidence)
    wanted = facts(scenario, ())
    case = _Case(loaded, wanted)
    if wanted and not any(case.claims_of(fact)[0] for fact in wanted):
        where = "the evidence given" if isinstance(evidence, Evidence) else str(evidence)
        raise InputError(
            f"{where}: holds nothing that the scenario {scenario.name!r} takes from documents; "
            "name the case that it was exported from, or leave the evidence out",
            field="evidence",
            file=None if isinstance(evidence, Evidence) else str(evidence),
        )
    return loaded


def cited(scenario: Scenario, checked: Sequence[Row], evidence: Evidence) -> list[Row]:
    """The rows of the table `evidence`, completed from a case; what the case does not hold is marked so."""
    wanted = facts(scenario, checked)
    case = _Case(evidence, wanted)
    rows = [_completed(case, fact) for fact in wanted]
    secretariat = case.secretariat(scenario)
    return rows if secretariat is None else [secretariat, *rows]


def claims(evidence: Evidence) -> list[Row]:
    """Every accepted claim of a case as a row like those of the table `evidence`; `fact` is the claim's id."""
    case = _Case(evidence)
    return [
        case.complete(
            row(
                claim["id"],
                evidence_tables.subject(claim, case.names),
                evidence_tables.content(claim, case.names),
                _key(case.documents[claim["document"]]["source"]),
                claim["place"],
                NOT_TESTED,
            ),
            [claim],
        )
        for claim in evidence.accepted
    ]


def _completed(case: _Case, fact: Fact) -> Row:
    claims, difference = case.claims_of(fact)
    if not claims:
        return _noted(fact.row, "The case holds no accepted claim of it.")
    return _noted(case.complete(fact.row, claims), difference)


class _Case:
    """A case, looked up by the facts of a scenario, in the one of its clubs that most of them are of."""

    def __init__(self, evidence: Evidence, wanted: Sequence[Fact] = ()) -> None:
        self.evidence = evidence
        self.by_id = {c["id"]: c for c in evidence.accepted}
        self.passages = {p["id"]: p for p in evidence.passages}
        self.documents = {d["id"]: d for d in evidence.documents}
        self.sources = {s["id"]: s for s in evidence.sources}
        self.redacted: dict[str, list[dict[str, Any]]] = {}
        for p in evidence.passages:
            if p.get("redacted"):
                self.redacted.setdefault(p["source"], []).append(p)
        self._take(None)
        if any(not self._holds(fact) for fact in wanted):
            # a scenario does not name its club: it may have been exported with --club
            clubs = [None, *_bodies(evidence)]
            held = {name: sum(self._holds(fact) for fact in wanted) for name in clubs if self._take(name)}
            self._take(max(held, key=held.__getitem__, default=None))
        self.links: dict[str, list[tuple[str, Link]]] = {}
        for link in evidence.compare():
            self.links.setdefault(link.a, []).append((link.b, link))
            self.links.setdefault(link.b, []).append((link.a, link))
        self.verdicts: dict[str, list[Any]] = {}
        for verdict in evidence.assess():
            self.verdicts.setdefault(verdict.claim, []).append(verdict)
        self.names = {
            slug(m["value"]): m["value"]
            for m in evidence.mentions
            if m["type"] in ("person", "organisation") and m["value"]
        }

    def _take(self, name: str | None) -> bool:
        """Look facts up in the club of a name, or the one that the documents are about; False where it has no members
        and so none of a scenario's facts."""
        try:
            self.club: ClubFile | None = club_file(self.evidence, club=name)
        except InputError:
            self.club = None
        self.chosen = {a.parameter: a.claims for a in self.club.assumptions} if self.club else {}
        return self.club is not None

    def _holds(self, fact: Fact) -> bool:
        claims, difference = self.claims_of(fact)
        return bool(claims) and not difference

    def claims_of(self, fact: Fact) -> tuple[list[dict[str, Any]], str]:
        """The claims a fact rests on (none: not in the case), and where scenario and case differ."""
        if self.club is None:
            return [], ""
        data, where = self.club.data, (fact.row["document"], fact.row["place"])
        difference = ""
        match fact.kind:
            case "provision":
                path = f"club.provisions.{fact.key[0]}"
                there = any(p["id"] == fact.key[0] and _at(p) == where for p in data["club"]["provisions"])
            case "claim":
                same = (
                    c["id"]
                    for c in data["claims"]
                    if c["quantity"] == fact.key[0] and c["value"] == fact.content and _at(c) == where
                )
                claim = next(same, None)
                path, there = f"claims.{claim}", claim is not None
            case "event":
                path = f"timeline.{fact.key[0]}"
                there = any(str(e["date"]) == fact.key[0] and _at(e) == where for e in data["timeline"])
            case _:
                path, difference = self._reading(fact, where)
                there = bool(path)
        claims = [self.by_id[c] for c in self.chosen.get(path, ())] if there else []
        if fact.kind == "event":  # two events of one date share a path
            claims = [c for c in claims if (_key(self.documents[c["document"]]["source"]), c["place"]) == where]
        return claims, difference

    def _reading(self, fact: Fact, where: tuple[Any, Any]) -> tuple[str, str]:
        """The path of a reading, or of a part of it, in the case's club file, and how the two differ."""
        assert self.club is not None
        readings = {k: r for k, r in self.club.data["club"]["readings"].items() if _at(r) == where}
        reading = fact.key[0] if fact.key[0] in readings else next(iter(readings), None)
        if reading is None:
            return "", ""
        path, in_case = f"club.readings.{reading}", readings[reading]
        if fact.kind == "reading":
            theirs, ours = set(in_case["candidates"]), set(fact.content)
            parts = [
                f"{label}: {', '.join(country_name(c) for c in sorted(codes))}."
                for label, codes in (("Only in the scenario", ours - theirs), ("Only in the case", theirs - ours))
                if codes
            ]
            return f"{path}.candidates", " ".join(parts)
        there = in_case.get(fact.kind, {}).get(fact.key[1])
        if there is None:
            return "", ""
        return f"{path}.{fact.kind}.{fact.key[1]}", "" if there == fact.content else "The case states it differently."

    def secretariat(self, scenario: Scenario) -> Row | None:
        """The row on the state of the secretariat, for which the scenario itself names no document."""
        claims = [self.by_id[c] for c in self.chosen.get("club.secretariat", ())]
        code = scenario.club.secretariat
        if not claims or code is None or self.club is None or self.club.data["club"].get("secretariat") != code:
            return None
        source = _key(self.documents[claims[0]["document"]]["source"])
        label = "The state that has the secretariat"
        return self.complete(
            row("secretariat", label, country_name(code), source, claims[0]["place"], NOT_TESTED), claims
        )

    def complete(self, given: Row, claims: Sequence[dict[str, Any]]) -> Row:
        """A row completed from its claims."""
        verdict, notes = given["verdict"], []
        for assessment in (a for c in claims for a in self.verdicts.get(c["id"], ())):
            if verdict == NOT_TESTED:
                verdict = assessment.verdict
            notes.append(assessment.explanation)
        notes += [_REVIEWED.get(c["review"], "") for c in claims]
        cited = {
            "said_by": "; ".join(dict.fromkeys(self._chain(c) for c in claims)),
            "modality": "; ".join(dict.fromkeys(_modality(c) for c in claims)),
            "quote": " … ".join(dict.fromkeys(self._words(p) for c in claims for p in c["passages"])),
            "origin": self.sources[self.documents[claims[0]["document"]]["source"]]["origin"],
            "witnesses": self._witnesses(claims),
            "place": self._place(given["place"], claims),
            "verdict": verdict,
        }
        return _noted(given | cited, *notes)

    def _words(self, identifier: str) -> str:
        """The text of a passage; redacted parts are masked, whatever the stored text holds."""
        p = self.passages[identifier]
        start, end = p["start"], p["end"]
        text = self.evidence.texts[p["source"]][start:end]
        hidden = [*self.sources[p["source"]].get("redactions", ()), *self.redacted.get(p["source"], ())]
        for a, b in ((max(r["start"], start) - start, min(r["end"], end) - start) for r in hidden):
            if a < b:
                text = text[:a] + MASK * (b - a) + text[b:]
        return " ".join(text.split())

    def _place(self, place: str | None, claims: Sequence[dict[str, Any]]) -> str | None:
        pages = sorted(
            {p["page"] for c in claims for p in map(self.passages.__getitem__, c["passages"]) if p.get("page")}
        )
        return f"{place} (page {', '.join(map(str, pages))})" if pages else place

    def _chain(self, claim: dict[str, Any]) -> str:
        return " > ".join(self._who(identifier) for identifier in claim.get("attribution", ())) or "not stated"

    def _who(self, identifier: str) -> str:
        if identifier in self.documents:
            document = self.documents[identifier]
            return ", ".join(part for part in (_key(document["source"]), document.get("place")) if part)
        kind, _, rest = identifier.partition(":")
        if kind == "cited" and rest:
            return f"the document of {rest}"
        if kind in ("site", "source") and rest:
            return f"{kind} {rest}"
        kind, _, rest = identifier.partition(".")
        return self.names.get(rest, rest or identifier) if kind in ("p", "o") else identifier

    def _witnesses(self, claims: Sequence[dict[str, Any]]) -> str | None:
        """How many origins state it, and how each other place relates to it; None where nothing was compared."""
        if not any(c["predicate"] in COMPARED for c in claims):
            return None
        own = {c["id"] for c in claims}
        others: dict[str, list[str]] = {}  # how they relate to it -> where
        origins: list[dict[str, Any]] = []  # a claim of each
        for claim in claims:
            self._take_in(claim, origins)
        for identifier, link in (pair for c in claims for pair in self.links.get(c["id"], ())):
            other = self.by_id[identifier]
            if identifier in own:
                continue
            relation = link.relation
            if relation in ("agrees", "restates"):
                if _in_part(other) not in {_in_part(c) for c in claims}:
                    relation = "refines"  # a state in full is no witness to a state in part
                elif link.independence == "independent":
                    self._take_in(other, origins)
            where = f"{_key(self.documents[other['document']]['source'])}, {other['place']}"
            note = f" ({link.note})" if link.note else ""
            places = others.setdefault(f"{_RELATION[relation]}, {_INDEPENDENCE[link.independence]}{note}", [])
            if where not in places:
                places.append(where)
        head = f"{len(origins)} origin{'s' * (len(origins) != 1)}"
        if not others:
            return f"{head}; nothing else in the case refers to it"
        return f"{head}. " + "; ".join(f"{_listed(where)}: {relation}" for relation, where in others.items())

    def _take_in(self, claim: dict[str, Any], origins: list[dict[str, Any]]) -> None:
        """Count a claim as one more origin, unless it is of the origin of one counted: two that are each independent
        of a third may still restate one another."""
        between = {i: x.independence for i, x in self.links.get(claim["id"], ())}
        if all(
            between[c["id"]] == "independent" if c["id"] in between else self._origin(c) != self._origin(claim)
            for c in origins
        ):
            origins.append(claim)

    def _origin(self, claim: dict[str, Any]) -> str:
        return str(self.sources[self.documents[claim["document"]]["source"]]["origin"])


def _bodies(evidence: Evidence) -> list[str]:
    """The bodies of which the documents list or name members, as names of clubs."""
    of = [
        c["subject"] if c["predicate"] == "membership_list" else c.get("object")
        for c in evidence.accepted
        if c["predicate"] in {"membership_list", "listed_in", "joined"}
    ]
    return list(dict.fromkeys(body[2:] for body in of if isinstance(body, str) and body.startswith("o.")))


def _at(item: dict[str, Any]) -> tuple[Any, Any]:
    return item.get("document"), item.get("place")


def _key(source: str) -> str:
    return source.removeprefix("source:")


def _listed(where: Sequence[str]) -> str:
    more = f" and {len(where) - _SHOWN} more places" if len(where) > _SHOWN else ""
    return " / ".join(where[:_SHOWN]) + more


def _in_part(claim: dict[str, Any]) -> bool:
    return "extent" in (claim.get("qualifier") or {})


def _modality(claim: dict[str, Any]) -> str:
    return str(claim["modality"]) + (", negated" if claim["polarity"] == "negated" else "")


def _noted(given: Row, *notes: str) -> Row:
    return given | {"note": sentences(given["note"], *notes)}
