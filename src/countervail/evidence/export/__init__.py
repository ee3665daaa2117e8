"""Ways out of evidence: a scenario, followthemoney, annotations, CSV and a brief; which clubs the documents name, and
the runnable scenario round an exported one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from countervail import countries
from countervail.errors import InputError
from countervail.evidence.claims.actors import CLUBS, body_id
from countervail.evidence.claims.references import as_list
from countervail.evidence.compare import UNNAMED, unnamed_as
from countervail.evidence.model import slug

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence
    from countervail.evidence.export.to_scenario import Builder, ClubFile


# -- clubs -------------------------------------------------------------------------------------------------------------


_OF_MEMBERS = frozenset({"membership_list", "founding_countries", "country_count", "market_population", "provision"})
_TO_BODY = frozenset({"listed_in", "joined", "left", "founded", "founding_body_of"})


_AGAINST = re.compile(
    r"\b(?:(?P<name>anti|non)|against|opponents|critics|enemies|victims"
    r"|(?<!anti-)sanctions-(?:contact|monitoring|co-?ordination|enforcement))\b-?(?P<whom>.*)"
)
"""What the name of a body says that is no organ of the one it names."""
_BACK = re.compile(r"\b(?:re-?join|re-?admi|re-?enter|return|c[ao]me back)", re.IGNORECASE)


@dataclass(frozen=True)
class Club:
    """A club by its identifiers: those of its names, and of an unnamed "the club" where there is no other."""

    name: str
    ids: frozenset[str]
    others: tuple[str, ...] = ()

    def about(self, claim: Mapping[str, Any]) -> bool:
        """Whether a claim is about the club or an organ of it ("the council of the club")."""
        value = claim.get("value")
        body = value.get("of") if isinstance(value, dict) else None
        for identifier in (claim["subject"], claim.get("object"), body):
            if isinstance(identifier, str) and identifier.startswith("o."):
                organ = not _AGAINST.search(identifier) and any(i[2:] in identifier for i in self.ids - UNNAMED)
                return identifier in self.ids or organ
        return True


def _names(evidence: Evidence) -> dict[str, str]:
    """Identifier of a body -> a name of it as the documents write it."""
    found: dict[str, str] = {}
    for mention in evidence.mentions:
        if mention["type"] == "organisation" and mention["value"]:
            found.setdefault(body_id(mention["value"]), str(mention["value"]))
    return found


def _joined(evidence: Evidence) -> dict[str, str]:
    """Identifier -> the one it is the same body as, from what is renamed, stands for and is named."""
    same: dict[str, str] = {}
    for claim in evidence.accepted:
        value = claim.get("value")
        if claim["predicate"] in {"renamed_to", "stands_for", "named"} and isinstance(value, dict):
            for name in (value.get("to"), value.get("name"), value.get("from"), value.get("initials")):
                if name and body_id(str(name)) != claim["subject"]:
                    same[body_id(str(name))] = claim["subject"]
    return same


def find_club(evidence: Evidence, name: str | None = None) -> Club:
    """The club of a name, or the one whose members the documents say most about; InputError where there is no such
    name."""
    same, names = _joined(evidence), _names(evidence)

    def root(identifier: str) -> str:
        for _ in range(5):
            identifier = same.get(identifier, identifier)
        return identifier

    weight: Counter[str] = Counter()
    bodies = {str(claim.get(k) or "") for claim in evidence.accepted for k in ("subject", "object")}
    opposed = {i for i in bodies if _opposes(i, bodies)}
    for claim in evidence.accepted:
        if not opposed.isdisjoint(str(claim.get(k) or "") for k in ("subject", "object")):
            continue  # a coalition against the club
        if claim["predicate"] in _OF_MEMBERS and claim["subject"].startswith("o."):
            weight[root(claim["subject"])] += 5 if claim["predicate"] == "membership_list" else 1
        elif (
            claim["predicate"] in _TO_BODY and isinstance(claim.get("object"), str) and claim["object"].startswith("o.")
        ):
            weight[root(claim["object"])] += 1
    known = {root(i): n for i, n in reversed(names.items())}
    named = [i for i, _ in weight.most_common() if i not in UNNAMED]
    unnamed = [i for i, _ in weight.most_common() if i in UNNAMED]

    def club(identifier: str, others: list[str]) -> Club:
        ids = {identifier, *(i for i in (*same, *weight) if root(i) == identifier)}
        if len(named) <= 1 or identifier == named[0]:
            ids |= unnamed_as(identifier)  # "the club" of a document that names no other
        title = known.get(identifier, "The " + identifier[2:].replace("-", " ").title())
        return Club(
            title, frozenset(ids), tuple(known.get(i, i[2:].replace("-", " ")) for i in others if i != identifier)
        )

    if name is not None:
        wanted = root(body_id(name))
        found = next(
            (i for i in [*weight, *known] if i == wanted or slug(re.sub(r"^the ", "", name.lower())) == i[2:]), None
        )
        if found is None and unnamed and not named and _written(evidence, name):
            # a name that no rule takes for one of a body, in documents whose one list is of "the club"
            return replace(club(unnamed[0], []), name=name)
        if found is None:
            there = ", ".join(known.get(i, i) for i in [*named, *unnamed][:10]) or "none"
            raise InputError(f"no club {name!r} in the documents; they name members of: {there}", field="club")
        return club(found, [])
    first = (named or unnamed or ["o.club"])[0]
    if named and unnamed and weight[unnamed[0]] > weight[first] and unnamed[0] not in unnamed_as(first):
        first = unnamed[0]  # "the compact" of a document that names a council beside it
    return club(first, named)


def _opposes(identifier: str, bodies: Collection[str]) -> bool:
    """Whether a body is, by its name, one against another of the documents: "the coalition against the league", but not
    "the Anti-Embargo League"."""
    match = _AGAINST.search(identifier)
    if match is None or not match.group("name"):
        return match is not None
    whom = match.group("whom")
    return whom.split("-")[0] in CLUBS or any(
        i[:2] == "o." and i != identifier and f"{whom}-".startswith(f"{i[2:]}-") for i in bodies
    )


def _written(evidence: Evidence, name: str) -> bool:
    """Whether the documents hold a name."""
    words = slug(re.sub(r"^the ", "", name.lower()))
    return bool(words) and any(f"-{words}-" in f"-{slug(text)}-" for text in evidence.texts.values())


def gone(evidence: Evidence, club: Club) -> dict[str, list[dict[str, Any]]]:
    """State -> what says that it has left the club or is kept out of it, without those that came back later."""
    quotes = {p["id"]: p.get("quote") or "" for p in evidence.passages}
    out: dict[str, list[dict[str, Any]]] = {}
    back: dict[str, list[dict[str, Any]]] = {}
    for claim in evidence.accepted:
        affirmed = claim["polarity"] == "affirmed"
        if claim["modality"] != "asserted" or not (club.about(claim) or _from(club, claim)):
            continue
        if claim["predicate"] in {"expelled", "suspended"} and affirmed and not claim["subject"].startswith("c."):
            for state in as_list(claim.get("object")):
                out.setdefault(state[2:], []).append(claim)
        if not claim["subject"].startswith("c."):
            continue
        away = claim["predicate"] in {"left", "resigned"} and _of_bodies(str(claim.get("object") or ""))
        if (away and affirmed) or (claim["predicate"] == "listed_in" and not affirmed):
            out.setdefault(claim["subject"][2:], []).append(claim)
        elif claim["predicate"] == "joined" and affirmed:
            back.setdefault(claim["subject"][2:], []).append(claim)

    def day(claim: Mapping[str, Any]) -> str:
        return _time_of(claim).rsplit("/", 1)[-1]

    def returned(exit_: Mapping[str, Any], joined: Mapping[str, Any]) -> bool:
        first, then = day(exit_), day(joined)
        if first and then:
            return then > first and not first.startswith(then)
        return any(_BACK.search(quotes.get(i, "")) for i in joined["passages"])

    return {
        state: claims
        for state, claims in out.items()
        if not any(all(returned(c, j) for c in claims) for j in back.get(state, []))
    }


def _of_bodies(what: str) -> bool:
    """Whether what is left is a body, a membership or its treaty, and not the talks."""
    return what[:2] != "n." or not (CLUBS | _ITS_BOND).isdisjoint(what[2:].split("-"))


_ITS_BOND = frozenset({"membership", "seat", "treaty", "charter", "convention"})


def _from(club: Club, claim: Mapping[str, Any]) -> bool:
    """Whether somebody is put out of the club, or off the list of its members, by an organ of another name."""
    whence = str((claim.get("qualifier") or {}).get("from") or "")
    return claim["predicate"] == "expelled" and (whence in club.ids or "members" in whence.split("-"))


def _time_of(claim: Mapping[str, Any]) -> str:
    """The date of a claim as EDTF; empty where it has none."""
    return str((claim.get("time") or {}).get("edtf") or "")


def _written_on(build: Builder, claim: dict[str, Any]) -> str:
    """The day that a list is of, as far as it is known."""
    return str((claim.get("time") or build.documents[claim["document"]].get("date") or {}).get("edtf") or "")


def left_since(build: Builder, claim: dict[str, Any], state: str) -> bool:
    """Whether a state of a list is said to have left: in the document of the list, or later than that."""
    written = _written_on(build, claim)
    for exit_ in build.gone.get(state, []):
        when = _time_of(exit_)
        if exit_["document"] == claim["document"] or (when and when >= written[: len(when)]):
            return True
    return False


def named_singly(build: Builder) -> list[dict[str, Any]]:
    """Claims that one state is in the club, or is one of those who founded it, without those that left: "joined the
    boycott" names no body."""
    return [
        c
        for c in build.of("listed_in", "joined", "founded")
        if c["modality"] == "asserted"
        and "|" not in c["subject"]
        and c["subject"].startswith("c.")
        and c["subject"][2:] not in build.gone
        and str(c.get("object", "")).startswith("o.")
        and not str(c.get("speaker") or "").startswith("n.")  # "a website reported that"
    ]


def of_joiners(build: Builder, claim: dict[str, Any]) -> bool:
    """Whether a list is only of those that a document says joined, who may not be all that are in it."""
    joined = {c["subject"][2:] for c in build.of("joined") if c["document"] == claim["document"]}
    return joined.issuperset(claim["value"]["countries"])


def beside_list(build: Builder, claim: dict[str, Any]) -> list[str]:
    """States that the article of a list of members names singly as members, and in no list; for any list, those that
    another document says joined later."""
    document, written = claim["document"], _written_on(build, claim)
    if claim["value"]["kind"] != "members":
        return []
    listed = {
        code
        for c in build.of("membership_list")
        if c["document"] == document and (c is claim or not of_joiners(build, c))
        for code in (*c["value"]["countries"], *c["value"].get("partial", {}))
    }
    article = document if build.documents[document]["kind"] == "article" else None
    codes = [
        c["subject"][2:]
        for c in named_singly(build)
        if c["document"] == article or (c["predicate"] == "joined" and c["document"] != document and _later(c, written))
    ]
    return [c for c in dict.fromkeys(codes) if c not in listed]


def _later(claim: dict[str, Any], written: str) -> bool:
    """Whether what a claim says happened later than a day."""
    when = _time_of(claim).split("/")[0]
    return bool(written and when) and when > written[: len(when)]


# -- the runnable scenario round a club file ---------------------------------------------------------------------------


class Dumper(yaml.SafeDumper):
    """Block style for mappings, flow style for short lists, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """No value is shared: a file is read by people."""
        return True


def _list(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    flat = all(isinstance(i, str | int) or (isinstance(i, list) and all(isinstance(j, str) for j in i)) for i in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)


Dumper.add_representer(list, _list)


_NO_SIZE = {
    "value": 0.0,
    "low": 0.0,
    "high": 0.1,
    "unit": "log points of trade",
    "basis": "assumption",
    "note": "No document sizes it.",
}


def members_of(club: ClubFile, reading: str) -> list[str]:
    """The states of a reading in its order: named in full, the first meant by an ambiguous name, named in part."""
    entry = club.data["club"]["readings"][reading]
    meant = [codes[0] for codes in entry.get("ambiguous", {}).values()]
    return list(dict.fromkeys([*entry["candidates"], *meant, *entry.get("partial", {})]))


def runnable(
    club: ClubFile, name: str, club_name: str, world: Collection[str] = (), secretariat: str | None = None
) -> str:
    """A scenario that includes the club file, the library's sizes for its provisions and the library's measures.

    What the documents do not say is filled in and named in the file's head: the state that keeps the club
    (`secretariat`, else the first candidate), and candidates that the `world` (ISO3 codes) does not have, which are
    left out. InputError where nothing is left.
    """
    from countervail.scenario.load import LIBRARY

    reading = club.data["club"].get("reading") or club.readings[0]
    head = ["Sizes are assumptions of the library, not of the documents."]
    candidates = members_of(club, reading)
    outside = [c for c in candidates if world and c not in world]
    inside = [c for c in candidates if c not in outside]
    if reading in club.conditional:
        head.append("Conditional: the documents say who would be in the club, and not that anybody is.")
    if reading == "named":
        singly = ", ".join(candidates)
        head.append(f"Missing: a list of the members of {club.name}; the documents only name {singly}, one by one.")
    if outside:
        names = ", ".join(f"{c} ({countries.name(c)})" for c in outside)
        head.append(f"Left out, because the world has them in its rest and not as countries: {names}.")
    content: dict[str, Any] = {} if "reading" in club.data["club"] else {"reading": reading}
    keeper = secretariat or club.data["club"].get("secretariat")
    if keeper is None or (world and keeper not in world):
        if not inside:
            raise InputError(
                f"reading {reading}: the world has none of its states ({', '.join(candidates) or 'none named'}) as a "
                "country, only in its rest: there is no scenario to run, and the file of the club holds them; choose "
                f"another reading ({', '.join(r for r in club.readings if r != reading) or 'there is none'})",
                field="reading",
            )
        keeper = inside[0]
        head.append(f"Missing: which state keeps the club. {keeper}, named first, is taken; change `secretariat`.")
    if keeper != club.data["club"].get("secretariat"):
        content["secretariat"] = keeper
    if outside:
        content["members"] = [c for c in inside if c != keeper]
    sizes = yaml.safe_load((LIBRARY / "club-assumptions.yaml").read_text(encoding="utf-8"))["club"]
    ids = {p["id"] for p in club.data["club"]["provisions"]}
    sizes["provisions"] = [p for p in sizes["provisions"] if p["id"] in ids]
    missing = sorted(ids - {p["id"] for p in sizes["provisions"]})
    sizes["provisions"] += [{"id": i, "effect": dict(_NO_SIZE)} for i in missing]
    sizes["integration"] = [i for i in sizes.get("integration", []) if set(i.get("provisions", [])) <= ids]
    if not ids:
        head.append("Missing: what the club would do; the documents propose no provision that is known here.")
    shipped = yaml.safe_load((LIBRARY / "asiu.yaml").read_text(encoding="utf-8"))
    data = {
        "format": "scenario/1",
        "name": name,
        "title": f"{club.name}, as the documents of this case describe it",
        "include": [club_name, *(f"library:{i}" for i in shipped["include"] if re.match(r"measures/", str(i)))],
        "settings": shipped.get("settings", {}),
        "club": {**content, **sizes},
    }
    lines = "".join(f"# {line}\n" for line in head)
    return lines + str(yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=118))
