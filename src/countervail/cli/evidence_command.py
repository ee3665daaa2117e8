"""The commands that read documents and work on a case: read, and evidence check, show, compare, export, review."""

from __future__ import annotations

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
Format: TypeAlias = Literal["ftm", "annotations", "csv", "brief"]
_STYLE = {
    "supported": "green",
    "contradicted": "red",
    "inconsistent": "red",
    "ambiguous": "yellow",
    "unverifiable": "yellow",
}


def mount(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("read", epilog="Example: countervail read letters/ report.pdf -o cases/club")(read)
    from countervail.cli import review_command

    review_command.mount(evidence)
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
    for entry in result["unread"]:
        typer.echo(f"not read: {entry['name']}: {entry['why']}", err=True)
    for entry in result["copies"]:
        typer.echo(f"copy: {entry['name']} is byte for byte {entry['of']}, which is read once", err=True)
    refused = [entry for entry in result["refused"] if ": skipped: " not in entry["reason"]]
    for entry in result["refused"]:
        typer.echo(entry["reason"] if entry not in refused else f"refused: {entry['reason']}", err=True)
    if refused:
        raise InputError(
            f"{len(refused)} of {len(refused) + result['counts']['sources']} documents "
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
    """Show claims by document and paragraph: in words, how sure, who says so, and on what words."""
    from countervail.evidence import load
    from countervail.evidence.model import slug

    loaded = load(case)
    chosen = [
        c
        for c in loaded.claims
        if (claim is None or c["id"].startswith(claim) or c["id"].removeprefix("claim:").startswith(claim))
        and (predicate is None or c["predicate"] == predicate)
        and (document is None or document in c["document"])
    ]
    if loaded.claims and not chosen:
        raise InputError(
            f"{case}: no such claims; without options all are shown. Predicates here: "
            f"{', '.join(sorted({c['predicate'] for c in loaded.claims}))}",
            file=str(case),
        )
    if as_json:
        print_json([{**c, "quote": loaded.quote(c)} for c in chosen])
        return
    for source in loaded.sources:
        for warning in source.get("warnings", ()):
            typer.echo(f"{source['name']}: {warning}", err=True)
    if not chosen:
        typer.echo("No claims: the documents say nothing that the rules know.")
    names = {
        slug(m["value"]): m["value"] for m in loaded.mentions if m["type"] in ("person", "organisation") and m["value"]
    }
    start = {p["id"]: p["start"] for p in loaded.passages}
    order = {d["id"]: n for n, d in enumerate(loaded.documents)}
    chosen.sort(key=lambda c: (order.get(c["document"], 0), start[c["passages"][0]]))
    places: tuple[str, str] | None = None
    for item in chosen:
        if places is None or places[0] != item["document"]:
            typer.secho(("\n" if places else "") + _title(loaded, item["document"]), bold=True)
        if places != (item["document"], item["place"]):
            typer.secho(f"\n  {item['place']}", fg="cyan")
        places = (item["document"], item["place"])
        _show_claim(loaded, item, names)


def _title(loaded: Evidence, document: str) -> str:
    """A document as people call it: its file, place in it, title and date."""
    row = next(d for d in loaded.documents if d["id"] == document)
    source = next(s for s in loaded.sources if s["id"] == row["source"])
    date = (row.get("date") or {}).get("edtf")
    parts = (source["name"], row.get("place"), row.get("title"), date, source.get("publisher"))
    return ", ".join(str(part) for part in parts if part)


def _show_claim(loaded: Evidence, claim: dict[str, Any], names: dict[str, str]) -> None:
    """A claim in words, how sure it is and who says it, the words it rests on, and last its id."""
    from countervail.report.tables.evidence_tables import content, subject

    flags = [
        *(["not"] if claim["polarity"] == "negated" else []),
        *([claim["modality"]] if claim["modality"] != "asserted" else []),
        *([claim["review"]] if claim["review"] != "none" else []),
    ]
    when = (claim.get("time") or {}).get("edtf")
    typer.echo(
        f"    {subject(claim, names)}: {content(claim, names)}"
        + (f" ({when})" if when and when not in content(claim, names) else "")
        + (f"  [{', '.join(flags)}]" if flags else "")
    )
    words = loaded.quote(claim)
    typer.echo(f"      “{words if len(words) <= 300 else words[:297] + '...'}”")
    for note in claim.get("notes", ()):
        typer.echo(f"      note by {note}")
    speakers = [a for a in claim.get("attribution", ()) if a[:2] == "p."]
    by = ", ".join(names.get(a[2:], a[2:]) for a in speakers)
    typer.secho(f"      {'says ' + by + '; ' if by else ''}{claim['id'].removeprefix('claim:')}", dim=True)


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
    origins = loaded.origins()
    typer.echo(f"{len(origins)} origins of {len(loaded.sources)} sources")
    for names, why in origins:
        if why:
            typer.echo(f"    {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}: {why}")


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
    from countervail.evidence.export import runnable
    from countervail.evidence.export.to_scenario import club_file

    chosen = dict(part.partition("=")[::2] for part in choice.split(","))
    if not chosen.get("reading") or not set(chosen) <= {"reading", "secretariat"}:
        raise InputError(
            f"--scenario: expected reading=NAME (or reading=all), with secretariat=ISO3 where wanted, not {choice!r}",
            field="scenario",
        )
    club = club_file(loaded, None if chosen["reading"] == "all" else chosen["reading"], body)
    stem = f"{target.stem}-scenario"
    write(target, club.yaml)
    sources = {a.parameter: {**a.to_json(), "passages": club.sources[a.parameter]} for a in club.assumptions}
    write(target.with_name(f"{target.stem}.sources.json"), json.dumps(sources, ensure_ascii=False, indent=1))
    # after the club is written, which stands even where no scenario of it can be run
    text = runnable(club, stem, target.name, cv.load_world().countries, chosen.get("secretariat"))
    write(target.with_name(f"{stem}.yaml"), text)
    typer.echo(f"{club.name}: readings {', '.join(club.readings)}")
    for line in text.splitlines():
        if line.startswith(("# Missing", "# Left out", "# Conditional")):
            typer.echo(line.removeprefix("# "))


def _ftm(loaded: Evidence, profile: str, folder: Path, write: Callable[[Path, str], None]) -> None:
    from countervail.evidence.export.exports import entities, statements

    rows = statements(loaded, profile)
    write(folder / "entities.ftm.json", _lines(entities(rows)))
    fields = ("id", "dataset", "entity", "schema", "prop", "value")
    write(folder / "statements.jsonl", _lines([{k: row[k] for k in fields} for row in rows]))
    passages = {row["id"]: {"claims": row["claims"], "passages": row["passages"]} for row in rows}
    write(folder / "passages.json", json.dumps(passages, ensure_ascii=False, indent=1))


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
