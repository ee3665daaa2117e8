"""How well the claims, names, countries and dates of a case agree with the texts annotated by hand.

`python -m support.documents.claim_scores [--misses] [NAME ...]` (with `src` and `tests` on the path) reads each text
with `countervail read` into a case of its own and compares `evidence.json` and `mentions.jsonl`, the public format,
with `texts/NAME.yaml`. `texts/README.md` says what a strict match is.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from countervail.evidence.claims.actors import body_id
from countervail.evidence.text.tokens import data_lines
from support.documents.annotation import EVENTS, STATED, TEXTS, Annotation, Gold, alternatives, listed, texts, words

PUBLIC = {
    "listed_in": "member",
    "member_of": "member",
    "observer_of": "member",
    "partner_of": "member",
    "founding_body_of": "found",
    "founded": "found",
    "under_sanctions": "sanction",
    "sanctioned": "sanction",
    "froze": "sanction",
    "expelled": "suspend",
    "imposes_sanctions_on": "sanction",
    "said": "say",
    "stated": "say",
    "invited": "be_invited",
    "invited_to": "be_invited",
    "proposes": "propose",
    "pays_through": "pay",
    "pay_through": "pay",
    "correspondent_banking_with": "pay",
    "leads": "holds_post",
    "refuse_to_join": "refuse",
    "delisted": "delist",
    "joined": "join",
    "admitted": "join",
    "left": "leave",
    "refused": "refuse",
    "applied_to": "apply",
    "signed": "sign",
    "agreed": "agree",
    "imposed": "sanction",
    "listed": "list",
    "lifted": "lift",
    "suspended": "suspend",
    "accused": "accuse",
    "denied": "deny",
    "announced": "announce",
    "proposed": "propose",
    "appointed": "appoint",
    "resigned": "resign",
    "evaded": "evade",
    "supplied": "supply",
    "paid_through": "pay",
    "paid": "pay",
}
"""The public names of predicates, where they differ from the annotation's."""
PASSIVE = {"under_sanctions"}
"""Public predicates whose subject is the annotation's object."""
STATUS = {"observer_of": "observer", "partner_of": "partner"}
"""Public predicates that say as what somebody is a member."""
ROLE_KEYS = {
    "as": ("as", "status", "role"),
    "what": ("what", "goods", "thing"),
    "through": ("through", "via"),
    "by": ("by",),
    "with": ("with",),
}
"""Keys of a claim's `value` and `qualifier` that give a role."""
OBJECT = ("object", "quote", "post", "organisation", "body", "text", "topic", "name", "to")
"""Keys of a claim's `value` that give its object, first match first."""
COMPARED = {"subject", "object", "as", "what", "through"}
"""Roles that a strict match needs, where the annotation gives them; the others are additional information."""
GROUPS = (
    {"member", "join", "found", "leave", "refuse", "apply", "be_invited", "sign", "agree"},
    {"sanction", "list", "delist", "lift", "accuse"},
    {"say", "announce", "deny", "propose", "accuse"},
    {"pay", "supply"},
    {"appoint", "resign", "holds_post"},
)
"""Predicates that a loose match does not distinguish."""


@cache
def known_bodies() -> dict[str, tuple[str, ...]]:
    """The id of a real body whose names the product knows (ECOWAS and its long name): all of them."""
    rows = [line.split("|") for line in data_lines("bodies.txt")]
    return {body_id(row[0]): (body_id(row[0])[2:], *row) for row in rows}


@dataclass(frozen=True)
class Read:
    """A claim of the case in the annotation's terms; a role holds all names of its filler."""

    predicate: str
    roles: Mapping[str, tuple[str, ...]]
    polarity: str
    modality: str
    speaker: tuple[str, ...]
    when: str
    numbers: frozenset[float]
    words: str

    @property
    def key(self) -> str:
        return json.dumps([self.predicate, dict(self.roles), self.polarity, self.modality, self.speaker])

    def __str__(self) -> str:
        roles = ", ".join(f"{role}={value[0][:60]}" for role, value in self.roles.items() if value)
        return f"{self.predicate}({roles}; {self.polarity}, {self.modality}, {' '.join(self.speaker[:1]) or '-'})"


@dataclass
class Case:
    """A case folder, read through its public files alone."""

    folder: Path
    annotation: Annotation

    @cached_property
    def evidence(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self.folder / "evidence.json").read_text(encoding="utf-8"))
        return data

    @cached_property
    def text(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted((self.folder / "text").glob("*.txt")))

    @cached_property
    def mentions(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "mentions.jsonl").read_text(encoding="utf-8").splitlines()]

    @cached_property
    def actors(self) -> dict[str, tuple[str, ...]]:
        listed = self.evidence.get("actors", [])
        listed = listed if isinstance(listed, list) else [{"id": key, **value} for key, value in listed.items()]
        return {actor["id"]: (actor.get("name", actor["id"]), *actor.get("aliases", ())) for actor in listed}

    def names(self, value: Any) -> tuple[str, ...]:
        """All names of what an id stands for, or the text itself."""
        if value is None or value == "":
            return ()
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if text == "o.club" and text not in self.actors:
            return self.names(self.annotation.data["main"])
        if text in self.actors:
            return self.actors[text]
        if text.startswith("doc:"):
            return ("document",)
        if text.endswith((".unknown", ".unnamed")):
            return ("unnamed",)
        if text in known_bodies():
            return known_bodies()[text]
        return (re.sub(r"^[a-z]\.(?=\S+$)", "", text),)

    def speaker(self, claim: Mapping[str, Any]) -> tuple[str, ...]:
        if "speaker" in claim:
            return self.names(claim["speaker"])
        chain = [actor for actor in claim["attribution"] if not actor.startswith(("source:", "site:"))]
        return self.names(chain[-1]) if chain and not chain[-1].startswith(("doc:", "cited:")) else ()

    def claims(self) -> Iterator[Read]:
        """The claims with a predicate that the annotation has, arrays written out, each once."""
        made = {read.key: read for claim in self.evidence["claims"] for read in self._read(claim)}
        founded = {
            read.roles["object"] for read in made.values() if read.predicate == "found" and read.roles["subject"]
        }
        for read in made.values():
            # a dated founding without founder repeats the claim that names who founded it
            if read.predicate != "found" or read.roles["subject"] or read.roles["object"] not in founded:
                yield read

    def _read(self, claim: Mapping[str, Any]) -> Iterator[Read]:
        public = claim["predicate"]
        predicate = PUBLIC.get(public, public)
        value = claim.get("value")
        more = {**claim.get("qualifier", {}), **(value if isinstance(value, dict) else {}), **claim.get("roles", {})}
        subject, target = claim["subject"], claim.get("object")
        if public == "event" and more.get("event") in ("established", "founded"):
            predicate, subject, target = "found", None, subject
        if predicate not in EVENTS | STATED or (public == "expelled" and subject.startswith("c.")):
            return  # a state that expels diplomats suspends no member
        if target is None:
            target = value if isinstance(value, str) else next((more[key] for key in OBJECT if more.get(key)), None)
        if predicate == "holds_post" and more.get("former") and target:
            target = f"former {target}"
        if target == "p.unnamed" and more.get("post"):  # an office without a name
            target = more["post"]
        if public in PASSIVE:
            subject, target = None, subject
        roles = {role: next((more[k] for k in keys if more.get(k)), None) for role, keys in ROLE_KEYS.items()}
        if public in STATUS:
            roles["as"] = STATUS[public]
        roles = {"subject": subject, "object": target, **roles}
        numbers = frozenset(float(n) for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.-])", json.dumps(more)))
        quotes = {passage["id"]: passage.get("quote", "") for passage in self.evidence["passages"]}
        for chosen in itertools.product(*(listed(filler) for filler in roles.values())):
            yield Read(
                predicate,
                {role: self.names(filler) for role, filler in zip(roles, chosen, strict=True)},
                {"affirmed": "positive", "negated": "negative"}.get(claim["polarity"], claim["polarity"]),
                claim["modality"],
                self.speaker(claim),
                (claim.get("time") or {}).get("edtf") or "",
                numbers,
                " ".join(quotes.get(passage, "") for passage in claim["passages"]),
            )


def strict(gold: Gold, read: Read, text: Annotation) -> bool:
    """Predicate, compared roles, polarity, modality and speaker agree."""
    return any(_agrees(accepted, read, text) for accepted in (gold, *gold.instead))


def _agrees(gold: Gold, read: Read, text: Annotation) -> bool:
    negated_verb = (
        "refuse" in gold.predicates and read.predicate in gold.roles.get("what", ()) and read.polarity == "negative"
    )
    if not negated_verb and read.predicate not in gold.predicates:
        return False
    roles = {
        role: names for role, names in gold.roles.items() if role in COMPARED and not (negated_verb and role == "what")
    }
    if not all(filled(text, names, read.roles.get(role, ())) for role, names in roles.items()):
        return False
    if "as" not in roles and {"observer", "observers", "partner"}.intersection(words(" ".join(read.roles["as"]))):
        return False
    if gold.predicate == "holds_post":
        return gold.former == bool(re.search(r"\b(former|ex)\b", " ".join(read.roles["object"])))
    if gold.predicate in STATED:
        return read.polarity in gold.polarity
    if read.modality not in gold.modality:
        return False
    if not negated_verb and read.modality != "denied" and read.polarity not in gold.polarity:
        return False
    if gold.speaker == ("",) or (not read.speaker and "unnamed" in gold.speaker):
        return text.own_voice(read.speaker)
    return text.fits(gold.speaker, read.speaker) or ("" in gold.speaker and text.own_voice(read.speaker))


def filled(text: Annotation, accepted: Sequence[str], given: Sequence[str]) -> bool:
    """Whether a role is right; somebody unknown is nobody."""
    return text.fits(accepted, () if given == ("unnamed",) and "" in accepted else given)


def reports(gold: Gold, read: Read, text: Annotation) -> bool:
    """Whether the claim is the act of speaking (X announced that) round an annotated claim of that speaker."""
    if read.predicate not in {"announce", "deny"} or gold.speaker == ("",):
        return False
    return text.fits(gold.speaker, read.roles["subject"]) and {*words(gold.quote)} <= {*words(read.words)}


def loose(gold: Gold, read: Read, text: Annotation) -> bool:
    """The same or a kindred predicate with the same subject and object."""
    kindred = any(group.intersection(gold.predicates) and read.predicate in group for group in GROUPS)
    if read.predicate not in gold.predicates and not kindred:
        return False
    return all(text.fits(gold.roles[role], read.roles[role]) for role in ("subject", "object") if role in gold.roles)


def paired(golds: Sequence[Gold], reads: Sequence[Read], test: Any, text: Annotation) -> dict[int, int]:
    """The largest one-to-one assignment of reads to golds (augmenting paths): read -> gold."""
    options = [[i for i, gold in enumerate(golds) if test(gold, read, text)] for read in reads]
    holder: dict[int, int] = {}

    def place(read: int, tried: set[int]) -> bool:
        for gold in options[read]:
            if gold not in tried:
                tried.add(gold)
                if gold not in holder or place(holder[gold], tried):
                    holder[gold] = read
                    return True
        return False

    for read in range(len(reads)):
        place(read, set())
    return {read: gold for gold, read in holder.items()}


@dataclass
class Tally:
    """Right and given of the case, found and wanted of the annotation."""

    right: int = 0
    given: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    def __iter__(self) -> Iterator[int]:
        return iter((self.right, self.given, self.found, self.wanted))

    def __str__(self) -> str:
        def share(part: int, whole: int) -> str:
            return f"{part / whole:.2f}" if whole else "   -"

        counts = f"({self.right}/{self.given}, {self.found}/{self.wanted})"
        return f"{share(self.right, self.given)} {share(self.found, self.wanted)} {counts}"


@dataclass
class Score:
    """One text, or all: tallies by line of the table, what was missed, what was wrong."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kinds: dict[str, Tally] = field(default_factory=dict)
    unscored: Counter[str] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        for mine, theirs in ((self.tallies, other.tallies), (self.kinds, other.kinds)):
            for line, tally in theirs.items():
                mine[line] = mine.get(line, Tally()) + tally
        self.missed += other.missed
        self.wrong += other.wrong
        self.unscored += other.unscored


def score_claims(case: Case, score: Score) -> None:
    text = case.annotation
    golds, reads = list(text.claims()), list(case.claims())
    required = [gold for gold in golds if not gold.optional]
    hits = paired(required, reads, strict, text)
    spare = [gold for gold in golds if gold.optional]
    # counts neither way: what fits an optional claim, repeats a matched one, or only reports an annotated one
    ignored = {
        i
        for i, read in enumerate(reads)
        if i not in hits and any(strict(gold, read, text) or reports(gold, read, text) for gold in (*spare, *required))
    }
    near = {**hits, **_rest(required, reads, hits, ignored, text)}
    for line, predicates in (
        ("claims", EVENTS | STATED),
        ("events", EVENTS),
        ("posts, quotes, heads", STATED),
    ):
        given = [i for i, read in enumerate(reads) if i not in ignored and read.predicate in predicates]
        wanted = [i for i, gold in enumerate(required) if gold.predicate in predicates]
        for how, pairs in (("strict", hits), ("loose", near)):
            found = set(pairs.values())
            tally = Tally(sum(i in pairs for i in given), len(given), sum(i in found for i in wanted), len(wanted))
            score.tallies[f"{line}, {how}"] = tally
    _when_and_amount(required, reads, hits, score)
    _kinds(required, reads, hits, ignored, score)
    score.missed += [
        f"{text.name}: {gold}  « {gold.quote} »" for i, gold in enumerate(required) if i not in hits.values()
    ]
    score.wrong += [
        f"{text.name}: {r}  « {r.words[:90]} »" for i, r in enumerate(reads) if i not in ignored and i not in hits
    ]
    score.unscored.update(c["predicate"] for c in case.evidence["claims"] if not list(case._read(c)))


def _rest(
    required: Sequence[Gold], reads: Sequence[Read], hits: Mapping[int, int], ignored: Iterable[int], text: Annotation
) -> dict[int, int]:
    """Loose pairs among what has no strict one."""
    left = [i for i in range(len(reads)) if i not in hits and i not in set(ignored)]
    open_ = [i for i in range(len(required)) if i not in hits.values()]
    pairs = paired([required[i] for i in open_], [reads[i] for i in left], loose, text)
    return {left[read]: open_[gold] for read, gold in pairs.items()}


def _when_and_amount(golds: Sequence[Gold], reads: Sequence[Read], hits: Mapping[int, int], score: Score) -> None:
    """Of the strict matches, those whose date and quantity agree as well."""
    dated = [(reads[r].when, alternatives(golds[g].when)) for r, g in hits.items() if golds[g].when]
    score.tallies["when, of strict"] = Tally(found=sum(a in b for a, b in dated), wanted=len(dated))
    counted = [(reads[r].numbers, number(golds[g].amount)) for r, g in hits.items() if golds[g].amount]
    score.tallies["amount, of strict"] = Tally(found=sum(b in a for a, b in counted), wanted=len(counted))


def number(amount: str) -> float:
    """The number of `10 billion cubic metres`, `US$1.3 million` and `412,000`."""
    match = re.search(r"(\d[\d.,]*)\s*(thousand|million|billion)?", amount)
    scale = {None: 0, "thousand": 3, "million": 6, "billion": 9}
    return float(Decimal(match[1].replace(",", "").rstrip(".")).scaleb(scale[match[2]])) if match else 0.0


def _kinds(
    golds: Sequence[Gold], reads: Sequence[Read], hits: Mapping[int, int], ignored: set[int], score: Score
) -> None:
    def count(line: str, **by: int) -> None:
        score.kinds[line] = score.kinds.get(line, Tally()) + Tally(**by)

    found = set(hits.values())
    for i, gold in enumerate(golds):
        lines = [gold.predicate]
        if gold.predicate in EVENTS:
            lines += ["(negative)"] if gold.polarity == ("negative",) else []
            lines += [f"({gold.modality[0]})"]
            lines += ["(another speaks)"] if "" not in gold.speaker else []
        for line in lines:
            count(line, found=int(i in found), wanted=1)
    for i, read in enumerate(reads):
        if i not in ignored:
            count(read.predicate if i not in hits else golds[hits[i]].predicate, right=int(i in hits), given=1)


def spans(text: str, phrase: str) -> list[tuple[int, int]]:
    """Where a phrase stands in the text as whole words; spaces match any white space."""
    pattern = r"\s+".join(re.escape(part) for part in phrase.split())
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text)]


def inside(span: tuple[int, int], outer: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in outer)


def overlaps(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def country_places(annotation: Annotation, text: str) -> list[tuple[tuple[int, int], tuple[str, ...]]]:
    """Where each country is named, with the codes accepted; South Sudan is no Sudan, Atlanta's Georgia no country."""
    data = annotation.data
    placed: list[tuple[tuple[int, int], tuple[str, ...]]] = []
    names = [(name, alternatives(codes)) for codes, names in data["countries"].items() for name in names]
    for name, codes in sorted(names, key=lambda pair: -len(pair[0])):
        taken = [span for span, _ in placed]
        placed += [(span, codes) for span in spans(text, name) if not overlaps(span, taken)]
    traps = [span for phrase in data["not_countries"] for span in spans(text, phrase)]
    return [(span, codes) for span, codes in placed if not inside(span, traps)]


def score_countries(case: Case, score: Score) -> None:
    """Every mention by name; demonyms, capitals, names inside organisations count only where the value is wrong."""
    data, text = case.annotation.data, case.text
    placed = country_places(case.annotation, text)
    organisations = [
        span for o in data["organisations"] for name in [o["name"], *o.get("aliases", ())] for span in spans(text, name)
    ]
    spare = [
        (s, alternatives(c)) for c, names in data["optional_countries"].items() for n in names for s in spans(text, n)
    ]
    extra = [*organisations, *(span for span, _ in spare)]
    spare += [(s, c) for s, c in placed if inside(s, organisations)]
    wanted = [(s, c) for s, c in placed if not inside(s, extra)]
    given = [((m["start"], m["end"]), m["value"]) for m in case.mentions if m["type"] == "country" and m["value"]]
    given = [(span, value) for span, value in given if not any(overlaps(span, [s]) and value in c for s, c in spare)]
    right = [g for g in given if any(overlaps(g[0], [s]) and g[1] in c for s, c in wanted)]
    found = [w for w in wanted if any(overlaps(w[0], [s]) and v in w[1] for s, v in given)]
    score.tallies["countries"] = Tally(len(right), len(given), len(found), len(wanted))
    name = case.annotation.name
    score.wrong += [f"{name}: country {text[slice(*s)]!r} = {v}" for s, v in given if (s, v) not in right]
    score.missed += [f"{name}: country {text[slice(*s)]!r} = {'|'.join(c)}" for s, c in wanted if (s, c) not in found]


def score_dates(case: Case, score: Score) -> None:
    """A value that is not one of the accepted is wrong; a dated expression left open is missed, not wrong."""
    data, text = case.annotation.data, case.text
    given = [((m["start"], m["end"]), m["value"]) for m in case.mentions if m["type"] == "date" and m["value"]]
    entries = [(e, spans(text, e["text"])) for e in data["dates"]]
    right: list[tuple[tuple[int, int], str]] = []
    wrong, neutral = right[:], right[:]
    for span, value in given:
        near = [e for e, places in entries if overlaps(span, places)]
        accepted = {v for e in near for v in (e.get("value"), *e.get("or", ())) if v}
        (right if value in accepted else neutral if near and not accepted else wrong).append((span, value))
    wanted = [(e, places) for e, places in entries if not e.get("optional") and not e.get("open") and e.get("value")]
    found = [
        e for e, places in wanted if any(overlaps(s, places) and v in (e["value"], *e.get("or", ())) for s, v in right)
    ]
    score.tallies["dates"] = Tally(len(right), len(right) + len(wrong), len(found), len(wanted))
    name = case.annotation.name
    score.wrong += [f"{name}: date {text[slice(*s)]!r} = {v}" for s, v in (*wrong, *neutral)]
    score.missed += [f"{name}: date {e['text']!r} = {e['value']}" for e, _ in wanted if e not in found]


def score_names(case: Case, score: Score, kind: str, key: str) -> None:
    """Different names of the case: right where most words agree with a name of one actor, or it is a surname."""
    entries = case.annotation.data[key]
    given = sorted({str(m["value"]) for m in case.mentions if m["type"] == kind and m["value"]})
    fits = {
        value: [
            e["name"]
            for e in entries
            if case.annotation.fits([e["name"]], [value]) and value not in e.get("meant_by", ())
        ]
        for value in given
    }
    required = [e["name"] for e in entries if e.get("optional") != "true"]
    found = {name for names in fits.values() for name in names}
    missed = [name for name in required if name not in found]
    score.tallies[key] = Tally(
        sum(bool(f) for f in fits.values()), len(fits), len(required) - len(missed), len(required)
    )
    score.wrong += [f"{case.annotation.name}: {kind} {value!r}" for value, names in fits.items() if not names]
    score.missed += [f"{case.annotation.name}: {kind} {name!r}" for name in missed]


def score_case(folder: Path, annotation: Annotation) -> Score:
    """All tallies of one text that was read into a case folder."""
    case, score = Case(folder, annotation), Score()
    score_claims(case, score)
    score_names(case, score, "person", "people")
    score_names(case, score, "organisation", "organisations")
    score_countries(case, score)
    score_dates(case, score)
    return score


def read_text(document: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "countervail", "read", str(document), "-o", str(folder), "--workers", "1"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # a refused document has a case all the same


def report(name: str, score: Score) -> None:
    print(f"\n{name}: precision recall (right/given, found/wanted)")
    for line, tally in score.tallies.items():
        print(f"  {line:28} {tally}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="texts (default: all)")
    parser.add_argument("--misses", action="store_true", help="list what is missed and what is wrong")
    parser.add_argument("--folder", type=Path, default=TEXTS, help="folder of the texts and annotations")
    chosen = parser.parse_args(arguments)
    total = Score()
    for name in chosen.names or texts(chosen.folder):
        annotation = Annotation.load(name, chosen.folder)
        with tempfile.TemporaryDirectory() as scratch:
            read_text(annotation.file(chosen.folder), Path(scratch) / "case")
            score = score_case(Path(scratch) / "case", annotation)
        report(name, score)
        total.add(score)
    report("all", total)
    print("\nevents by kind, strict")
    for line, tally in sorted(total.kinds.items()):
        print(f"  {line:28} {tally}")
    print("\nnot compared:", dict(total.unscored))
    if chosen.misses:
        print("\nmissed", *total.missed, "\nwrong", *total.wrong, sep="\n  ")


if __name__ == "__main__":
    main()
