"""The command `countervail calibrate`: the sizes of measures that what happened implies, beside those assumed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countervail.cli.console import JsonOption, print_json, print_table

NOTHING = "-"


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail calibrate russia-2022 --base 2021 --after 2023 --json")(calibrate)


def calibrate(
    scenario: Annotated[
        str, typer.Argument(help="A scenario of the library by name, or the path to a file of one.")
    ] = "russia-2022",
    base: Annotated[int, typer.Option(help="A year before the measures.")] = 2021,
    after: Annotated[int, typer.Option(help="A later year.")] = 2023,
    world: Annotated[Path | None, typer.Option(help="A world of your own, an .npz.", show_default=False)] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write a scenario's file with these sizes in it.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The sizes of measures at which the model's trade moves as it did between two years."""
    import countervail as cv

    baseline = cv.load_world() if world is None else cv.load_world(path=world)
    include = None if out is None else _included(scenario, out)
    result = cv.calibrate(baseline, scenario, base, after)
    if out is not None:
        out.write_text(result.file([include or scenario]), encoding="utf-8")
    if as_json:
        print_json(result.document())
        return
    typer.echo(
        f"Trade of targets with senders whose measures came into force between {base} and {after}; its share of world "
        "trade in these goods is fitted."
    )
    head = ("target", "flow", "goods", "senders", f"{base}, bn", f"{after}, bn", "left", "range", "assumed", "")
    print_table(
        head,
        [
            (
                one.target,
                one.direction,
                one.goods,
                _named(one.senders),
                f"{one.before / 1e3:,.2f}",
                f"{one.after / 1e3:,.2f}",
                _left(one.value),
                NOTHING if one.value is None else f"{_left(one.low)} to {_left(one.high)}",
                _left(one.assumed),
                one.note,
            )
            for one in result.sizes
        ],
    )
    typer.echo(
        "left: what the measures leave of the trade at given prices, as fitted; range: also from the year before and "
        "to the year after; assumed: what the scenario's numbers leave today."
    )


def _named(senders: tuple[str, ...]) -> str:
    """The first of a group's senders, and how many more."""
    return " ".join(senders[:3]) + (f" and {len(senders) - 3} more" if len(senders) > 3 else "")


def _included(scenario: str, out: Path) -> str:
    """How a file at `out` includes a scenario: by its name in the library, or as a file beside it.

    Raises:
        InputError: `out` is in another folder than the scenario, or is the scenario itself.
    """
    from countervail.errors import InputError
    from countervail.scenario import library

    if scenario in library():
        return f"library:{scenario}.yaml"
    given = Path(scenario)
    if not out.parent.is_dir() or given.resolve().parent != out.resolve().parent or given.resolve() == out.resolve():
        raise InputError(
            f"--out: {out} includes the scenario, so it must be another file in the same folder as {scenario}",
            field="out",
            file=str(out),
        )
    return given.name


def _left(size: float | None) -> str:
    """A size in log points as the share of trade that is left."""
    import math

    return NOTHING if size is None else f"{math.exp(size):.0%}" if size > math.log(0.095) else f"{math.exp(size):.1%}"
