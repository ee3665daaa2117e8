"""Reviews: claims accepted, rejected, corrected or added by a person, actors merged or split, notes.

Each is an act of the log (`review_log`); the last decision on a claim counts. Reading again keeps the acts whose
passages still quote the same words and lists those that went stale.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from countervail.errors import InputError
from countervail.evidence.case_read import follows
from countervail.evidence.model import REVIEWS, Claim, Passage, passage, sha256, short_hash
from countervail.evidence.review_log import CORRECTABLE, LOG, append
from countervail.evidence.review_log import history as history
from countervail.evidence.review_log import read_log as read_log
from countervail.evidence.schema import CLAIM


def _fingerprint(claim: dict[str, Any], passages: dict[str, dict[str, Any]]) -> str:
    """What a decision rests on: the words of the passages."""
    return sha256(
        json.dumps(
            [passages[p].get("quote") or passages[p].get("quote_sha256") for p in claim["passages"]], ensure_ascii=False
        )
    )


def decide(
    folder: Path,
    claim: dict[str, Any],
    passages: Sequence[dict[str, Any]],
    decision: str,
    by: str,
    note: str = "",
    change: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Append a decision on a claim to the log; `change` are the corrected fields of an `edited` one."""
    if decision not in REVIEWS:
        raise InputError(f"unknown decision {decision!r}; there are {', '.join(REVIEWS)}")
    if (decision == "edited") != bool(change):
        raise InputError("a correction needs what to change, and only a correction has it (--set field=value)")
    unknown = set(change or {}) - CORRECTABLE
    if unknown:
        raise InputError(
            f"cannot correct {', '.join(sorted(unknown))}; what can be corrected: {', '.join(sorted(CORRECTABLE))}"
        )
    by_id = {p["id"]: p for p in passages}
    entry: dict[str, Any] = {
        "claim": claim["id"],
        "decision": decision,
        "by": by,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "source": by_id[claim["passages"][0]]["source"],
        "predicate": claim["predicate"],
        "subject": claim.get("machine", {}).get("subject", claim["subject"]),
        "quotes_sha256": _fingerprint(claim, by_id),
    }
    entry["before"] = {"review": claim["review"], **{k: claim.get(k) for k in change or {}}}
    entry["after"] = {"review": decision, **(change or {})}
    if note:
        entry["note"] = note
    if change:
        entry["change"] = change
    follows(corrected(claim, change or {}), CLAIM, "--set", remedy="give another value")
    return append(folder, entry)


def _signed(kind: str, by: str, note: str, **fields: Any) -> dict[str, Any]:
    """An act as it is written."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return {"act": kind, "id": f"act:{short_hash(kind, by, at, fields)}", "by": by, "at": at, "note": note, **fields}


def corrected(claim: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A claim with some fields replaced; what the machine read is kept beside them."""
    if not change:
        return claim
    return {**claim, "machine": {k: claim.get(k) for k in change}, **change}


# -- claims that a person adds -----------------------------------------------------------------------------------------


def place_of(
    document: Mapping[str, Any], text: str, start: int | None, end: int | None, quote: str | None
) -> tuple[int, int]:
    """The span that a person selected: offsets of the stored text, or words that stand once in the document."""
    if quote:
        low, high = (document["start"], document["end"]) if start is None else (start, end or document["end"])
        count = text.count(quote, low, high)
        if count != 1:
            why = f"stands there {count} times; give --start and --end" if count else "does not stand there"
            raise InputError(f"--quote: {quote[:60]!r} {why}", field="quote")
        start = text.index(quote, low, high)
        return start, start + len(quote)
    if start is None or end is None:
        raise InputError("select the text: give --quote, or --start and --end", field="start")
    if not document["start"] <= start < end <= document["end"]:
        raise InputError(
            f"--start, --end: [{start}, {end}) is not inside {document['id']}, which lies at "
            f"[{document['start']}, {document['end']})",
            field="start",
        )
    return start, end


def add(
    folder: Path,
    source: Mapping[str, Any],
    document: Mapping[str, Any],
    text: str,
    span: tuple[int, int],
    claim: Mapping[str, Any],
    known: Sequence[str],
    by: str,
    note: str = "",
) -> dict[str, Any]:
    """Append a claim that a person makes of a selected text: `claim` has subject, predicate, object or value, and what
    else differs from an asserted, affirmed claim. InputError where it is there already or is no claim."""
    made, row = _made(source, document, text, span, claim)
    if row["id"] in known:
        raise InputError(f"{row['id']}: this claim is there already; accept it", field="claim")
    follows(row, CLAIM, "the claim", remedy="give another value")
    return append(folder, _signed("add", by, note, before=None, after=row, passage=made.to_json()))


def _made(
    source: Mapping[str, Any],
    document: Mapping[str, Any],
    text: str,
    span: tuple[int, int],
    claim: Mapping[str, Any],
) -> tuple[Passage, dict[str, Any]]:
    """The passage and the row of an added claim."""
    page = sum(1 for p in source.get("pages", ()) if p <= span[0]) or None
    made = passage(source["id"], document["id"], text, *span, page=page)
    if any(r["start"] < span[1] and span[0] < r["end"] for r in source.get("redactions", ())):
        digest = sha256(text[span[0] : span[1]])
        made = replace(made, quote=None, redacted=True, quote_sha256=digest)
    paragraphs = document.get("paragraphs", ())
    number = next((n for n, (a, b) in enumerate(paragraphs, 1) if a <= span[0] < b), None)
    where = f"paragraph {number}" if number else "outside the paragraphs"
    place = ", ".join(part for part in (document.get("place"), where) if part)
    fields = {"attribution": (source["id"], document["id"]), "extractor": "review/1", "place": place, **claim}
    fields["attribution"] = tuple(fields["attribution"])
    if isinstance(fields.get("object"), list):
        fields["object"] = tuple(fields["object"])
    try:
        row = Claim(passages=(made.id,), document=document["id"], review="accepted", **fields).to_json()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "claim"
        raise InputError(f"the claim: {field}: {first['msg'].lower()}; give another value", field=field) from None
    except TypeError:
        raise InputError(
            "the claim: a field that no claim has; see `countervail evidence show`", field="claim"
        ) from None
    return made, row


def added(
    acts: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    documents: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """The claims that were added, their passages, and the ids of acts that went stale: their words are no longer in the
    text, or more than once at another place."""
    claims: dict[str, dict[str, Any]] = {}
    passages: dict[str, dict[str, Any]] = {}
    stale = []
    by_id = {d["id"]: d for d in documents}
    origins = {s["id"]: s for s in sources}
    for act in acts:
        if act.get("act") != "add":
            continue
        old, row = act["passage"], act["after"]
        text, source, document = texts.get(old["source"]), origins.get(old["source"]), by_id.get(old["document"])
        span = _found(old, text) if text is not None else None
        if span is None or source is None or document is None or text is None:
            stale.append(act["id"])
            continue
        keep = ("subject", "predicate", "object", "value", "time", "polarity", "modality", "reading", "qualifier")
        fields = {k: row[k] for k in keep if row.get(k) is not None}
        made, claim = _made(source, document, text, span, fields)
        passages[made.id], claims[claim["id"]] = made.to_json(), claim
    return list(claims.values()), list(passages.values()), stale


def _found(old: Mapping[str, Any], text: str) -> tuple[int, int] | None:
    """Where the words of a passage stand: at its place, or where they stand once."""
    start, end = old["start"], old["end"]
    if sha256(text[start:end]) == (old.get("quote_sha256") or sha256(old.get("quote", ""))):
        return start, end
    quote = old.get("quote")
    if quote and text.count(quote) == 1:
        return text.index(quote), text.index(quote) + len(quote)
    return None


# -- actors ------------------------------------------------------------------------------------------------------------


def actors_of(claim: Mapping[str, Any]) -> set[str]:
    """The actors that a claim names."""
    whom = claim.get("object")
    named = [claim["subject"], *([whom] if isinstance(whom, str) else whom or []), *claim.get("attribution", ())]
    return {a for a in (*named, claim.get("speaker")) if isinstance(a, str) and a[:2] in {"p.", "o.", "c."}}


def _naming(claims: Sequence[Mapping[str, Any]], actor: str) -> list[str]:
    return [c["id"] for c in claims if actor in actors_of(c)]


def merge(
    folder: Path, claims: Sequence[Mapping[str, Any]], actors: Sequence[str], into: str, by: str, note: str = ""
) -> dict[str, Any]:
    """Append that actors are one: `into`, one of them or a new one of the same kind."""
    before = {actor: _naming(claims, actor) for actor in dict.fromkeys([*actors, into])}
    unknown = [actor for actor in actors if not before[actor]]
    if unknown:
        raise InputError(f"{', '.join(unknown)}: no claim names it", field="actor")
    if len({a[:2] for a in before}) != 1:
        raise InputError("actors of one kind can be merged: people (p.), bodies (o.) or countries (c.)", field="actor")
    if set(actors) == {into}:
        raise InputError("name at least two actors, or another one to merge into (--into)", field="into")
    after = {into: sorted({claim for ids in before.values() for claim in ids})}
    fields = {"actors": [a for a in before if a != into], "into": into, "before": before, "after": after}
    return append(folder, _signed("merge", by, note, **fields))


def split(
    folder: Path,
    claims: Sequence[Mapping[str, Any]],
    actor: str,
    into: str,
    chosen: Sequence[str],
    by: str,
    note: str = "",
) -> dict[str, Any]:
    """Append that an actor is another one, `into`, in some claims."""
    named = _naming(claims, actor)
    wrong = [c for c in chosen if c not in named]
    if wrong or not chosen:
        raise InputError(f"{', '.join(wrong) or 'no claim'}: does not name {actor}", field="claim")
    if into[:2] != actor[:2] or into == actor:
        raise InputError(f"--into: another actor of the same kind as {actor}", field="into")
    rest = [c for c in named if c not in chosen]
    after = {actor: rest, into: sorted({*chosen, *_naming(claims, into)})}
    fields = {"actor": actor, "into": into, "claims": list(chosen), "before": {actor: named}, "after": after}
    return append(folder, _signed("split", by, note, **fields))


def note_on(folder: Path, on: str, by: str, note: str) -> dict[str, Any]:
    """Append a note on a claim or an actor."""
    if not note.strip():
        raise InputError("give the note (--note)", field="note")
    return append(folder, _signed("note", by, note, on=on))


def with_actors(claims: Sequence[dict[str, Any]], acts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The claims with actors merged and split; what the machine read is kept beside them."""
    result = []
    for claim in claims:
        for act in acts:
            if act.get("act") == "merge":
                claim = _renamed(claim, dict.fromkeys(act["actors"], act["into"]))
            elif act.get("act") == "split" and claim["id"] in act["claims"]:
                claim = _renamed(claim, {act["actor"]: act["into"]})
        result.append(claim)
    return result


def _renamed(claim: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if not actors_of(claim) & set(names):
        return claim
    changed = dict(claim)
    for field in ("subject", "object", "speaker", "attribution"):
        old = claim.get(field)
        new = [names.get(x, x) for x in old] if isinstance(old, list) else names.get(old, old) if old else old
        if new != old:
            changed[field] = new
            if field in ("subject", "object"):
                changed["machine"] = {field: old, **changed.get("machine", {})}
    return changed


def reviewed(
    folder: Path, data: Mapping[str, Any], texts: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The claims and passages of a case with all acts of its log: decisions, claims added, actors merged and split."""
    acts = history(folder)
    claims = [{**c, **c.pop("machine", {}), "review": "none"} for c in data["claims"]]
    more, passages, _ = added(acts, data["sources"], data["documents"], texts)
    there = {c["id"] for c in claims}
    known = {p["id"] for p in data["passages"]}
    passages = [*data["passages"], *(p for p in passages if p["id"] not in known)]
    claims += [c for c in more if c["id"] not in there]
    claims = apply_log(claims, passages, read_log(folder), set())
    notes: dict[str, list[str]] = {}
    for act in acts:
        if act.get("act") == "note":
            notes.setdefault(act["on"], []).append(f"{act['by']}: {act['note']}")
    claims = [{**c, "notes": notes[c["id"]]} if c["id"] in notes else c for c in claims]
    return with_actors(claims, acts), passages


# -- decisions ---------------------------------------------------------------------------------------------------------


def apply_log(
    claims: list[dict[str, Any]], passages: Sequence[dict[str, Any]], log: Sequence[dict[str, Any]], matched: set[str]
) -> list[dict[str, Any]]:
    """The claims with decisions applied; those used are added to `matched`.

    A decision follows its claim to new offsets where predicate, subject and the quoted words are the same.
    """
    if not log:
        return claims
    by_id = {p["id"]: p for p in passages}
    exact = {e["claim"]: e for e in log}
    moved = {(e["predicate"], e["subject"], e["quotes_sha256"]): e for e in log}
    result = []
    for claim in claims:
        print_ = _fingerprint(claim, by_id)
        entry = exact.get(claim["id"])
        if entry is None or entry["quotes_sha256"] != print_:
            entry = moved.get((claim["predicate"], claim["subject"], print_))
        if entry is None:
            result.append(claim)
            continue
        matched.add(entry["claim"])
        decided = corrected({**claim, "review": entry["decision"]}, entry.get("change", {}))
        follows(decided, CLAIM, LOG, remedy=f"remove the correction of {entry['claim']}")
        result.append(decided)
    return result
