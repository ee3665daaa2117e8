"""The commands that read documents and work on a case: read, and evidence check, show, compare, export, review."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from countervail.cli.console import JsonOption, print_json, progress_bar
from countervail.errors import InputError

if TYPE_CHECKING:
    from countervail.evidence import Evidence

evidence = typer.Typer(help="Work on a case: verdicts, claims, comparison, exports, reviews.", no_args_is_help=True)
Case = Annotated[Path, typer.Argument(help="A case folder, as `countervail read` writes it.")]
Decision: TypeAlias = Literal["accept", "reject", "correct", "withdraw"]
Format: TypeAlias = Literal["ftm", "annotations", "csv", "brief"]
_STYLE = {
    "supported": "green",
    "contradicted": "red",
    "inconsistent": "red",
    "ambiguous": "yellow",
    "unverifiable": "yellow",
}
_REVIEW: dict[Decision, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "correct": "edited",
    "withdraw": "none",
}
"""What the log of reviews calls a decision."""


def mount(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("read", epilog="Example: countervail read letters/ report.pdf -o cases/club")(read)
    app.add_typer(evidence, name="evidence")


def read(
    documents: Annotated[
        list[Path], typer.Argument(help="Documents, or folders of them: text, HTML, PDF, docx, scans.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The case folder to write.")] = Path("case"),
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Child processes (default: one a core, at most 8).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read documents into a case: evidence.json, mentions.jsonl and the texts that the offsets index."""
    from countervail.evidence.case import read_all, write_case

    with progress_bar() as progress:
        result = write_case(read_all(documents, workers, progress), out, documents)
    if as_json:
        print_json({**result, "case": str(out)})
    else:
        counts = result["counts"]
        typer.echo(
            f"{counts['sources']} sources, {counts['documents']} documents, {counts['claims']} claims, "
            f"{counts['passages']} passages -> {out}"
        )
        for origin, sources in result["origins"].items():
            typer.echo(f"  origin {origin}: {sources} source{'s' * (sources != 1)}")
    for entry in result["stale"]:
        typer.echo(
            f"stale review: {entry['decision']} of {entry['claim']} ({entry['predicate']}): its passage no "
            f"longer reads the same",
            err=True,
        )
    for entry in result["copies"]:
        typer.echo(f"copy: {entry['name']} is byte for byte {entry['of']}, which is read once", err=True)
    for entry in result["refused"]:
        typer.echo(f"refused: {entry['reason']}", err=True)
    if result["refused"]:
        raise InputError(
            f"{len(result['refused'])} of {len(result['refused']) + result['counts']['sources']} documents "
            f"were refused (listed above and in evidence.json)",
            field="documents",
            file=str(out / "evidence.json"),
        )


@evidence.command("check", epilog="Example: countervail evidence check cases/club")
def check_command(
    case: Case,
    world: Annotated[
        bool, typer.Option("--world/--no-world", help="Check claims against the bundled world's data too.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Check that every passage quotes its text, then check the claims against counts, names, dates and data."""
    import countervail as cv
    from countervail.evidence import load

    loaded = load(case)
    verdicts = loaded.assess(cv.load_world() if world else None)
    if as_json:
        print_json(
            {
                "passages": len(loaded.passages),
                "claims": len(loaded.claims),
                "assessments": [v.to_json() for v in verdicts],
            }
        )
        return
    by_id = {c["id"]: c for c in loaded.claims}
    typer.echo(f"{len(loaded.passages)} passages quote their texts; {len(loaded.claims)} claims, each with a passage.")
    for verdict in verdicts:
        claim = by_id[verdict.claim]
        typer.secho(f"\n{verdict.verdict}", fg=_STYLE[verdict.verdict], bold=True, nl=False)
        typer.echo(f"  {claim['predicate']} {loaded.content(claim)}  ({claim['document']}, {claim['place']})")
        typer.echo(f"  {verdict.explanation or verdict.method}")
        for row in verdict.result.get("readings", ()):
            bar = "█" * min(40, round(row["share_of_claim"] * 20))
            typer.echo(f"    {row['reading']:<14}{row['share_of_claim']:>5.0%} {bar:<22}{row['variant']}")
            typer.echo(f"        {row['arithmetic']}")
        for source in verdict.data:
            typer.echo(f"  data: {source['dataset']}, vintage {source['vintage']}, licence {source['licence']}")


@evidence.command("show", epilog="Example: countervail evidence show cases/club --predicate listed_in")
def show(
    case: Case,
    claim: Annotated[str | None, typer.Option(help="One claim, by its id or the beginning of it.")] = None,
    predicate: Annotated[str | None, typer.Option(help="Only claims with this predicate.")] = None,
    document: Annotated[str | None, typer.Option(help="Only claims of this document.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show claims with modality, attribution and the words they rest on."""
    from countervail.evidence import load

    loaded = load(case)
    chosen = [
        c
        for c in loaded.claims
        if (claim is None or c["id"].startswith(claim) or c["id"].removeprefix("claim:").startswith(claim))
        and (predicate is None or c["predicate"] == predicate)
        and (document is None or document in c["document"])
    ]
    if not chosen:
        raise InputError(
            f"{case}: no such claims; without options all are shown. Predicates here: "
            f"{', '.join(sorted({c['predicate'] for c in loaded.claims}))}",
            file=str(case),
        )
    if as_json:
        print_json([{**c, "quote": loaded.quote(c)} for c in chosen])
        return
    for item in chosen:
        flags = [
            item["modality"],
            *(["negated"] if item["polarity"] == "negated" else []),
            *([item["review"]] if item["review"] != "none" else []),
        ]
        typer.secho(f"{item['id'].removeprefix('claim:')}  ", fg="cyan", nl=False)
        typer.echo(
            f"{item['subject']} {item['predicate']} {loaded.content(item)}  [{', '.join(flags)}]"
            + (f" {item['time']['edtf']}" if item.get("time") and item["time"].get("edtf") else "")
        )
        typer.echo(f"    {item['document']}, {item['place']}; {' > '.join(item.get('attribution', ()))}")
        typer.echo(f"    “{loaded.quote(item)[:400]}”")


@evidence.command("compare", epilog="Example: countervail evidence compare cases/club --relation contradicts")
def compare(
    case: Case,
    relation: Annotated[str | None, typer.Option(help="Only agrees, contradicts, restates or refines.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare claims of different documents: agreements with independence, restatements, contradictions."""
    from countervail.evidence import load
    from countervail.evidence.model import RELATIONS

    if relation is not None and relation not in RELATIONS:
        raise InputError(
            f"--relation: unknown relation {relation!r}; there are {', '.join(RELATIONS)}", field="relation"
        )
    loaded = load(case)
    links = [link for link in loaded.compare() if relation is None or link.relation == relation]
    if as_json:
        print_json([link.to_json() for link in links])
        return
    by_id = {c["id"]: c for c in loaded.claims}
    for link in sorted(links, key=lambda x: ("contradicts", "refines", "agrees", "restates").index(x.relation)):
        typer.secho(f"{link.relation}", bold=True, nl=False)
        typer.echo(f" ({link.independence})" + (f": {link.note}" if link.note else ""))
        for identifier in (link.a, link.b):
            c = by_id[identifier]
            typer.echo(
                f"    {c['document']}, {c['place']}: {c['subject']} {c['predicate']} {loaded.content(c)} "
                f"[{c['modality']}]\n        “{loaded.quote(c)[:200]}”"
            )
    typer.echo(f"{len(links)} links")


@evidence.command(
    "export", epilog="Example: countervail evidence export cases/club --scenario reading=annex -o club.yaml"
)
def export(
    case: Case,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario", metavar="reading=NAME", help="Write a club file with this default reading (`all` for none)."
        ),
    ] = None,
    club: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which club, by a name of it (default: what the documents are most about)."),
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", help="Or another format.")] = None,
    profile: Annotated[str, typer.Option(help="followthemoney: strict (asserted only) or full.")] = "strict",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to write (default: in the case folder).", show_default=False),
    ] = None,
) -> None:
    """Write a scenario's club file with its sources and a runnable scenario, or followthemoney, annotations, CSV,
    Markdown."""
    if (scenario is None) == (form is None):
        raise InputError(
            "choose what to export: --scenario reading=NAME, or --format ftm|annotations|csv|brief", field="format"
        )
    from countervail.evidence import load
    from countervail.evidence.export import exports

    loaded = load(case)
    written: list[Path] = []

    def write(path: Path, text: str) -> None:
        exports.write(path, text)
        written.append(path)

    if scenario is not None:
        _scenario(loaded, scenario, club, out or case / "club.yaml", write)
    elif form == "ftm":
        _ftm(loaded, profile, out or case / "ftm", write)
    elif form == "annotations":
        text = json.dumps(exports.web_annotations(loaded), ensure_ascii=False, indent=1)
        write(out or case / "annotations.jsonld", text)
    elif form == "csv":
        write(out or case / "claims.csv", exports.claims_csv(loaded))
    else:
        write(out or case / "brief.md", exports.brief(loaded, loaded.compare(), loaded.assess()))
    for path in written:
        typer.echo(path)


def _scenario(
    loaded: Evidence, choice: str, body: str | None, target: Path, write: Callable[[Path, str], None]
) -> None:
    import countervail as cv
    from countervail.evidence.export.to_runnable import runnable
    from countervail.evidence.export.to_scenario import club_file

    chosen = dict(part.partition("=")[::2] for part in choice.split(","))
    if not chosen.get("reading") or not set(chosen) <= {"reading", "secretariat"}:
        raise InputError(
            f"--scenario: expected reading=NAME (or reading=all), with secretariat=ISO3 where wanted, not {choice!r}",
            field="scenario",
        )
    club = club_file(loaded, None if chosen["reading"] == "all" else chosen["reading"], body)
    stem = f"{target.stem}-scenario"
    text = runnable(club, stem, target.name, cv.load_world().countries, chosen.get("secretariat"))
    write(target, club.yaml)
    sources = {a.parameter: {**a.to_json(), "passages": club.sources[a.parameter]} for a in club.assumptions}
    write(target.with_name(f"{target.stem}.sources.json"), json.dumps(sources, ensure_ascii=False, indent=1))
    write(target.with_name(f"{stem}.yaml"), text)
    typer.echo(f"{club.name}: readings {', '.join(club.readings)}")
    for line in text.splitlines():
        if line.startswith(("# Missing", "# Left out")):
            typer.echo(line.removeprefix("# "))


def _ftm(loaded: Evidence, profile: str, folder: Path, write: Callable[[Path, str], None]) -> None:
    from countervail.evidence.export.to_ftm import entities, statements

    rows = statements(loaded, profile)
    write(folder / "entities.ftm.json", _lines(entities(rows)))
    fields = ("id", "dataset", "entity", "schema", "prop", "value")
    write(folder / "statements.jsonl", _lines([{k: row[k] for k in fields} for row in rows]))
    passages = {row["id"]: {"claims": row["claims"], "passages": row["passages"]} for row in rows}
    write(folder / "passages.json", json.dumps(passages, ensure_ascii=False, indent=1))


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@evidence.command(
    "review", epilog="Example: countervail evidence review cases/club 3f2a reject --note 'a heading, not a claim'"
)
def review(
    case: Case,
    claim: Annotated[
        str | None, typer.Argument(help="The claim's id or the beginning of it; without one the log is shown.")
    ] = None,
    decision: Annotated[Decision | None, typer.Argument(help="accept, reject, correct or withdraw.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=JSON", help="What a correction changes; may be repeated."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    by: Annotated[str | None, typer.Option(help="Who decides (default: the user's name).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Accept, reject or correct a claim; decisions are stored in reviews.jsonl beside the extracted claims."""
    from countervail.evidence import load
    from countervail.evidence.review import decide

    loaded = load(case)
    if claim is None or decision is None:
        _show_log(case, loaded, as_json)
        return
    chosen = [c for c in loaded.claims if c["id"].removeprefix("claim:").startswith(claim.removeprefix("claim:"))]
    if len(chosen) != 1:
        why = f"{len(chosen)} claims begin so; give more of the id" if chosen else "no claim begins so"
        raise InputError(f"{claim}: {why}; see `countervail evidence show {case}`", field="claim", file=str(case))
    entry = decide(
        case, chosen[0], loaded.passages, _REVIEW[decision], by or getpass.getuser(), note, _changes(settings or ())
    )
    if as_json:
        print_json(entry)
    else:
        typer.echo(f"{entry['decision']}: {entry['claim']} ({entry['predicate']})")


def _show_log(case: Path, loaded: Evidence, as_json: bool) -> None:
    from countervail.evidence.review import read_log

    known = {c["id"] for c in loaded.claims}
    rows = [{**e, "stale": e["claim"] not in known} for e in read_log(case)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['at']}  {row['decision']:<9}{row['claim']}  {row['predicate']}  by "
            f"{row['by']}{'  STALE' if row['stale'] else ''}"
            f"{'  ' + row['note'] if row.get('note') else ''}"
        )
    typer.echo(f"{len(rows)} decisions in force")


def _changes(settings: Sequence[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for item in settings:
        key, sign, value = item.partition("=")
        if not sign:
            raise InputError(f"--set: expected FIELD=JSON, not {item!r}", field="set")
        try:
            changes[key] = json.loads(value)
        except json.JSONDecodeError:
            changes[key] = value
    return changes
