"""The commands of a review: accept, reject, correct or note a claim, add one, merge or split actors; all signed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from countervail.cli.console import JsonOption, print_json
from countervail.errors import InputError

if TYPE_CHECKING:
    from countervail.evidence import Evidence

Case = Annotated[Path, typer.Argument(help="A case folder, as `countervail read` writes it.")]
Decision: TypeAlias = Literal["accept", "reject", "correct", "withdraw", "note"]
By = Annotated[str | None, typer.Option(help="Who decides (default: the user's name).")]
Note = Annotated[str, typer.Option(help="Why.")]
_REVIEW: dict[str, str] = {"accept": "accepted", "reject": "rejected", "correct": "edited", "withdraw": "none"}
"""What the log of reviews calls a decision."""


def mount(evidence: typer.Typer) -> None:
    """Add the commands to `evidence`."""
    evidence.command(
        "review", epilog="Example: countervail evidence review cases/club 3f2a reject --note 'a heading, not a claim'"
    )(review)
    evidence.command(
        "add",
        epilog="Example: countervail evidence add cases/club letter --quote 'Iran joined' --subject c.IRN "
        "--predicate listed_in --object o.club",
    )(add)
    evidence.command("merge", epilog="Example: countervail evidence merge cases/club p.k-bell p.kay-bell")(merge)
    evidence.command(
        "split", epilog="Example: countervail evidence split cases/club p.bell --into p.bell-2 --claim 3f2a"
    )(split)


def review(
    case: Case,
    claim: Annotated[
        str | None,
        typer.Argument(
            help="The claim's id or the beginning of it, or an actor to note; without one the log is shown."
        ),
    ] = None,
    decision: Annotated[Decision | None, typer.Argument(help="accept, reject, correct, withdraw or note.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=JSON", help="What a correction changes; may be repeated."),
    ] = None,
    note: Note = "",
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Accept, reject, correct or note a claim; acts are stored in reviews.jsonl beside the extracted claims."""
    from countervail.evidence import load
    from countervail.evidence.review import decide, note_on

    loaded = load(case)
    if claim is None or decision is None:
        _show_log(case, loaded, as_json)
        return
    if decision == "note":
        on = claim if claim[:2] in {"p.", "o.", "c."} else _chosen(case, loaded, claim)["id"]
        _done(note_on(case, on, by or getpass.getuser(), note), as_json)
        return
    chosen = _chosen(case, loaded, claim)
    entry = decide(
        case, chosen, loaded.passages, _REVIEW[decision], by or getpass.getuser(), note, _changes(settings or ())
    )
    _done(entry, as_json)


def add(
    case: Case,
    document: Annotated[str, typer.Argument(help="The document's id or file name, or a part of it.")],
    subject: Annotated[str, typer.Option(help="Who or what, such as c.IRN, p.kay-bell or o.club.")],
    predicate: Annotated[str, typer.Option(help="What is claimed, such as listed_in.")],
    whom: Annotated[str | None, typer.Option("--object", help="The other actor.")] = None,
    value: Annotated[str | None, typer.Option(metavar="JSON", help="Or what is said, as JSON.")] = None,
    quote: Annotated[str | None, typer.Option(help="The words it rests on, exactly as in the stored text.")] = None,
    start: Annotated[int | None, typer.Option(help="Or where they begin (characters of the stored text).")] = None,
    end: Annotated[int | None, typer.Option(help="And where they end.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=JSON", help="Modality, polarity, time, reading, qualifier; may be repeated."
        ),
    ] = None,
    note: Note = "",
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Add a claim by selecting the text that it rests on."""
    from countervail.evidence import load
    from countervail.evidence.review import add as add_claim
    from countervail.evidence.review import place_of

    loaded = load(case)
    row = _document(case, loaded, document)
    source = next(s for s in loaded.sources if s["id"] == row["source"])
    fields = _changes(settings or ())
    if unknown := set(fields) - {"modality", "polarity", "time", "reading", "qualifier"}:
        raise InputError(f"--set: an added claim has no {', '.join(sorted(unknown))} to set", field="set")
    content = {"object": whom} if value is None else {"value": _json(value)}
    if (whom is None) == (value is None):
        raise InputError("give exactly one of --object and --value", field="object")
    text = loaded.texts[source["id"]]
    span = place_of(row, text, start, end, quote)
    claim = {"subject": subject, "predicate": predicate, **content, **fields}
    known = [c["id"] for c in loaded.claims]
    _done(add_claim(case, source, row, text, span, claim, known, by or getpass.getuser(), note), as_json)


def merge(
    case: Case,
    actors: Annotated[list[str], typer.Argument(help="Actors that are one, such as p.k-bell p.kay-bell.")],
    into: Annotated[str | None, typer.Option(help="What it is called from now on (default: the last one).")] = None,
    note: Note = "",
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Merge actors that are one person, body or country."""
    from countervail.evidence import load
    from countervail.evidence.review import merge as merge_actors

    claims = load(case).claims
    _done(merge_actors(case, claims, actors, into or actors[-1], by or getpass.getuser(), note), as_json)


def split(
    case: Case,
    actor: Annotated[str, typer.Argument(help="The actor that is two.")],
    into: Annotated[str, typer.Option(help="What the other one is called.")],
    claim: Annotated[list[str], typer.Option(help="A claim that is of the other one; may be repeated.")],
    note: Note = "",
    by: By = None,
    as_json: JsonOption = False,
) -> None:
    """Split an actor: in some claims it is another one."""
    from countervail.evidence import load
    from countervail.evidence.review import split as split_actor

    loaded = load(case)
    chosen = [_chosen(case, loaded, c)["id"] for c in claim]
    _done(split_actor(case, loaded.claims, actor, into, chosen, by or getpass.getuser(), note), as_json)


def _chosen(case: Path, loaded: Evidence, claim: str) -> dict[str, Any]:
    """The one claim whose id begins so."""
    chosen = [c for c in loaded.claims if c["id"].removeprefix("claim:").startswith(claim.removeprefix("claim:"))]
    if len(chosen) != 1:
        why = f"{len(chosen)} claims begin so; give more of the id" if chosen else "no claim begins so"
        raise InputError(f"{claim}: {why}; see `countervail evidence show {case}`", field="claim", file=str(case))
    return chosen[0]


def _document(case: Path, loaded: Evidence, wanted: str) -> dict[str, Any]:
    """The one document with this id, or whose id or file name holds it."""
    names = {s["id"]: s["name"] for s in loaded.sources}
    rows = [d for d in loaded.documents if wanted in (d["id"], names[d["source"]])]
    rows = rows or [d for d in loaded.documents if wanted in d["id"] or wanted in names[d["source"]]]
    if len(rows) != 1:
        why = "no such document" if not rows else f"{len(rows)} documents: {', '.join(d['id'] for d in rows[:5])}"
        raise InputError(f"{wanted}: {why}; see `countervail evidence show {case}`", field="document", file=str(case))
    return rows[0]


def _done(entry: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(entry)
    elif "act" in entry:
        typer.echo(_act(entry))
    else:
        typer.echo(f"{entry['decision']}: {entry['claim']} ({entry['predicate']})")


def _act(entry: dict[str, Any]) -> str:
    """An act in a line."""
    match entry["act"]:
        case "add":
            row = entry["after"]
            return f"added: {row['id']} ({row['subject']} {row['predicate']})"
        case "merge":
            return f"merged: {', '.join(entry['actors'])} into {entry['into']}"
        case "split":
            return f"split: {entry['actor']} is {entry['into']} in {len(entry['claims'])} claims"
        case _:
            return f"note on {entry['on']}"


def _show_log(case: Path, loaded: Evidence, as_json: bool) -> None:
    from countervail.evidence.review import added, history, read_log

    acts = history(case)
    _, _, gone = added(acts, loaded.sources, loaded.documents, loaded.texts)
    known = {c["id"] for c in loaded.claims}
    last = {id_of: e for e in read_log(case) for id_of in (e["claim"],)}
    rows = []
    for entry in acts:
        if "act" in entry:
            rows.append({**entry, "stale": entry["id"] in gone})
        else:
            rows.append({**entry, "stale": entry["claim"] not in known, "in_force": last.get(entry["claim"]) == entry})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        what = _act(row) if "act" in row else f"{row['decision']:<9}{row['claim']}  {row['predicate']}"
        flags = ("  STALE" if row["stale"] else "") + ("" if row.get("in_force", True) else "  (superseded)")
        typer.echo(f"{row['at']}  {what}  by {row['by']}{flags}{'  ' + row['note'] if row.get('note') else ''}")
    typer.echo(f"{sum(row.get('in_force', True) for row in rows)} acts in force")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _changes(settings: Sequence[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for item in settings:
        key, sign, value = item.partition("=")
        if not sign:
            raise InputError(f"--set: expected FIELD=JSON, not {item!r}", field="set")
        changes[key] = _json(value)
    return changes
