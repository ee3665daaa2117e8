"""How data bear on claims: the arithmetic shown, the data set and its vintage named, one result a reading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from countervail.errors import InputError
from countervail.evidence.dates import words as calendars
from countervail.evidence.model import Assessment, Verdict

TOLERANCE = 0.10
# words of the sources that a world can have its population from, the surest first
_POPULATION = ("popul", "factbook", "wpp", "geonames")


class HasPopulation(Protocol):
    """What is needed of a world: its countries and their population (persons, in the same order), and where that is
    from."""

    @property
    def countries(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def population(self) -> Any: ...  # noqa: D102


def population(world: HasPopulation) -> dict[str, float]:
    """Persons by ISO3; InputError where the world has no population."""
    values = world.population
    if values is None:
        raise InputError("the world has no population; use the bundled world, or give one with `population`")
    if isinstance(values, Mapping):
        return {str(k): float(v) for k, v in values.items()}
    return {c: float(v) for c, v in zip(world.countries, values, strict=True) if float(v) == float(v)}


def _dataset(world: HasPopulation) -> dict[str, Any]:
    sources = [s for s in getattr(world, "sources", ()) or () if isinstance(s, Mapping)]
    about = [(s, " ".join(str(v) for v in s.values()).lower()) for s in sources]
    chosen: Mapping[str, Any] = next((s for word in _POPULATION for s, text in about if word in text), {})
    return {
        "dataset": chosen.get("title") or getattr(world, "name", "world"),
        "id": chosen.get("id"),
        "version": chosen.get("version"),
        "vintage": str(chosen.get("year") or getattr(world, "year", "not stated")),
        "licence": chosen.get("licence") or "not stated",
    }


def variants(value: Mapping[str, Any], secretariat: str | None) -> list[tuple[str, list[str]]]:
    """The countries a list can stand for: with and without the whole of a partial one, and each candidate of an
    ambiguous name."""
    found: list[tuple[str, list[str]]] = [("", [*([secretariat] if secretariat else []), *value["countries"]])]
    for name, candidates in value.get("ambiguous", {}).items():
        found = [
            (f"{label}, {name} = {c}" if label else f"{name} = {c}", [*members, c])
            for label, members in found
            for c in candidates
        ]
    for code, extent in value.get("partial", {}).items():
        found = [
            pair
            for label, members in found
            for pair in (
                (f"{label}; without {code}".strip("; "), members),
                (f"{label}; with all of {code} (the text: {extent})".strip("; "), [*members, code]),
            )
        ]
    return [(label, list(dict.fromkeys(members))) for label, members in found]


def _secretariat(claims: Sequence[Mapping[str, Any]]) -> str | None:
    for predicate in ("introduced_as", "serves_as"):
        for claim in claims:
            if claim["predicate"] == predicate:
                return str(claim["subject"]).removeprefix("c.")
    return None


def _market(claim: Mapping[str, Any], claims: Sequence[Mapping[str, Any]], world: HasPopulation) -> Assessment:
    persons = population(world)
    claimed = float(claim["value"]["number"])
    secretariat = _secretariat(claims)
    rows = []
    for item in claims:
        if item["predicate"] != "membership_list" or item.get("reading", "").startswith("article"):
            continue
        options = variants(item["value"], secretariat)
        if "CHN" in item["value"]["countries"]:
            options += [("without CHN", [c for c in options[0][1] if c != "CHN"])]
        for label, members in options:
            known = [c for c in members if c in persons]
            total = sum(persons[c] for c in known)
            rows.append(
                {
                    "reading": item["reading"],
                    "variant": label or "as named",
                    "claim": item["id"],
                    "countries": members,
                    "persons": total,
                    "share_of_claim": total / claimed,
                    "arithmetic": " + ".join(f"{c} {persons[c] / 1e6:.1f}" for c in known)
                    + f" = {total / 1e6:.1f} million",
                    "missing": [c for c in members if c not in persons],
                }
            )
    near = [r for r in rows if abs(r["share_of_claim"] - 1) <= TOLERANCE]
    verdict: Verdict = (
        "unverifiable"
        if not rows
        else "supported"
        if len(near) == len(rows)
        else "ambiguous"
        if near
        else "contradicted"
    )
    holds = sorted({f"{r['reading']}: {r['variant']}" for r in near})
    fails = [r["share_of_claim"] for r in rows if r not in near]
    explanation = (
        f"Within {TOLERANCE:.0%} only in " + "; ".join(holds) + "." if holds else "No reading reaches it."
    ) + (f" The others reach {min(fails):.0%} to {max(fails):.0%} of it." if fails else "")
    return Assessment(
        claim["id"],
        verdict,
        f"sum of population over each reading's countries, secretariat included; tolerance {TOLERANCE:.0%}",
        (_dataset(world),),
        {"claimed": claimed, "unit": "persons", "secretariat": secretariat},
        {"readings": rows},
        explanation,
    )


def _count(
    claim: Mapping[str, Any], claims: Sequence[Mapping[str, Any]], mentioned: Mapping[str, Sequence[str]]
) -> Assessment:
    value = claim["value"]
    named = list(value["enumerated"])
    if len(named) == value["number"]:
        return Assessment(
            claim["id"],
            "supported",
            "countries enumerated = countries counted",
            inputs={"stated": value["number"], "enumerated": named},
            result={"enumerated": len(named)},
        )
    secretariat = _secretariat(claims)
    retold = any(a.startswith("cited:") for a in claim.get("attribution", ()))
    elsewhere = (
        []
        if retold
        else [c for c in mentioned.get(claim.get("document", ""), ()) if c not in named and c != secretariat]
    )
    guess = (
        f" Named elsewhere in the same document and not in the list: {', '.join(elsewhere)}; whether it is "
        f"the one left out is a hypothesis."
        if elsewhere
        else ""
    )
    return Assessment(
        claim["id"],
        "inconsistent",
        "countries enumerated = countries counted",
        inputs={"stated": value["number"], "enumerated": named},
        result={"enumerated": len(named), "missing_candidates": elsewhere},
        explanation=f"{value['number']} are counted and {len(named)} named." + guess,
    )


def _other_count(claim: Mapping[str, Any], lists: Sequence[Sequence[str]]) -> Assessment | None:
    """A count without names against the lists of the same body in its document; None where one agrees."""
    stated = claim["value"]["number"]
    if claim["polarity"] == "negated" or not lists or any(len(named) == stated for named in lists):
        return None
    when = f" (as {claim['modality']}: it may be of another time)" if claim["modality"] != "asserted" else ""
    return Assessment(
        claim["id"],
        "inconsistent",
        "countries counted = countries enumerated elsewhere in the document",
        inputs={"stated": stated, "enumerated": list(lists[0])},
        result={"enumerated": len(lists[0])},
        explanation=f"{stated} are counted here{when} and {len(lists[0])} named.",
    )


def _place(claim: Mapping[str, Any]) -> tuple[str, str]:
    """The document of a claim and whom it is about."""
    return claim.get("document", ""), claim["subject"]


def spells(initials: str, name: str) -> bool:
    """Whether the initials are those of the name's words, hyphens counted as breaks, small words left out."""
    words = [w for w in re.split(r"[\s-]+", name) if w[:1].isupper()]
    plain = [w for w in name.split() if w[:1].isupper()]
    return "".join(w[0] for w in words) == initials or "".join(w[0] for w in plain) == initials


def _initials(claims: Sequence[Mapping[str, Any]]) -> list[Assessment]:
    found = []
    for claim in (c for c in claims if c["predicate"] == "stands_for"):
        initials, name = claim["value"]["initials"], claim["value"]["name"]
        ok = spells(initials, name)
        found.append(
            Assessment(
                claim["id"],
                "supported" if ok else "inconsistent",
                "initials of the words = the short name",
                inputs={"initials": initials, "name": name},
                result={"spells": ok},
            )
        )
        bag = sorted(re.split(r"[\s-]+", name.lower()))
        seen = set()
        for other in claims:
            text = other["value"].get("name") if other["predicate"] == "named" else None
            if (
                text
                and text != name
                and text not in seen
                and sorted(re.split(r"[\s-]+", text.lower())) == bag
                and not spells(initials, text)
            ):
                seen.add(text)
                found.append(
                    Assessment(
                        other["id"],
                        "inconsistent",
                        f"initials of the words = the short name {initials}",
                        inputs={"initials": initials, "name": text},
                        result={"spells": False},
                        explanation=f"{initials} does not spell {text}.",
                    )
                )
    return found


def _calendar_slip(claim: Mapping[str, Any], claims: Sequence[Mapping[str, Any]], persian: bool) -> Assessment | None:
    """A lone year long before everything else may be a two-digit Persian year with the wrong century put before it."""
    when = str(claim["value"]["when"])
    others = sorted(
        int(str(c["value"]["when"])[:4])
        for c in claims
        if c["predicate"] == "event"
        and c["subject"].startswith("o.")
        and c["id"] != claim["id"]
        and str(c["value"]["when"])[:4].isdigit()
        and c["value"]["when"] != when
    )
    if not persian or not re.fullmatch(r"19\d\d", when) or not others or others[0] - int(when) < 20:
        return None
    year = 1300 + int(when) % 100
    start = calendars.to_gregorian(year).year
    if not int(when) < start <= others[-1]:
        return None
    return Assessment(
        claim["id"],
        "unverifiable",
        "hypothesis: a two-digit Persian year written with the Gregorian century",
        inputs={"stated": when, "persian_year": year},
        result={"hypothesis": calendars.year_span(year), "label": f"{start}/{(start + 1) % 100:02d}"},
        explanation=f"Nothing else dates the club before {others[0]}. Persian '{int(when) % 100} is {year}, "
        f"{start}/{(start + 1) % 100:02d}. A hypothesis, not a reading.",
    )


def assess(
    claims: Sequence[Mapping[str, Any]], mentioned: Mapping[str, Sequence[str]], world: HasPopulation | None = None
) -> list[Assessment]:
    """Every assessment that can be made; those that need data only with a world.

    `mentioned` gives the countries named in each document, by its id.
    """
    found: list[Assessment] = []
    persian = any(c["subject"] == "c.IRN" for c in claims) or any("IRN" in codes for codes in mentioned.values())
    lists: dict[tuple[str, str], list[Sequence[str]]] = {}
    for claim in claims:
        if "enumerated" in (claim.get("value") or ()):
            lists.setdefault(_place(claim), []).append(claim["value"]["enumerated"])
    for claim in claims:
        if claim["review"] == "rejected":
            continue
        if claim["predicate"] == "market_population" and world is not None:
            found.append(_market(claim, claims, world))
        elif claim["predicate"] in {"founding_countries", "country_count"} and "enumerated" in claim["value"]:
            found.append(_count(claim, claims, mentioned))
        elif claim["predicate"] == "country_count" and (other := _other_count(claim, lists.get(_place(claim), ()))):
            found.append(other)
        elif claim["predicate"] == "event" and (slip := _calendar_slip(claim, claims, persian)):
            found.append(slip)
    found += _initials(claims)
    return list({a.id: a for a in found}.values())
