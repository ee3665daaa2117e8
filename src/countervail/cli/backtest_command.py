"""The command `countervail backtest`: episodes that are over, predicted and observed, and the errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.console import JsonOption, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from countervail.analysis.backtest import Backtest, EpisodeResult

ROWS = 8
"""Partners shown of each episode, where there are few episodes."""
FEW = 3
NOTHING = "-"
_UNITS = {"tonnes": ("million tonnes", 1e6), "million USD": ("billion USD", 1e3)}


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail backtest; countervail backtest russia-crude-2022 my-episode.yaml --json")(
        backtest
    )


def backtest(
    episodes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EPISODE...]", help="Episodes of the library by name, or paths to files of one (default: all)."
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Predict every episode in the whole world of its base year.")
    ] = False,
    sizes: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO",
            help="Predict in the whole world with sizes of this scenario's measures, fitted to the senders' own trade, "
            "in place of what the barred are said to keep.",
            show_default=False,
        ),
    ] = None,
    world: Annotated[Path | None, typer.Option(help="A world of your own, an .npz.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """What the model would have said of measures of the past, beside what happened."""
    import countervail as cv
    from countervail.analysis.backtest import predict

    if whole and sizes is not None:
        raise cv.InputError("--sizes: it predicts in the whole world; leave --whole out", field="--sizes")
    with progress_bar() as progress:
        base = cv.load_world() if world is None else cv.load_world(path=world)
        if sizes is not None:
            chosen = predict.with_sizes(base, cv.load_scenario(sizes))
        else:
            chosen = predict.in_the_whole_world if whole else predict.as_it_is
        result = cv.backtest(base, episodes or None, predictor=chosen, progress=progress)
    if as_json:
        print_json(result.document())
    else:
        _show(result)


def _show(result: Backtest) -> None:
    count = len(result.episodes)
    typer.echo(f"{count} episode{'s' if count > 1 else ''}, the worst first. U: error over that of `no change` (1).")
    head = ("episode", "year", "model", "U", "all", "no China", "correlation", "signs", "half", "all", "same total")
    typer.echo(f"{'':64}partners that bar nothing{'':9}in proportion: U")
    print_table(head, [_line(one) for one in result.worst_first])
    together = result.together()
    if count > 1:
        typer.echo(
            f"\nTogether (geometric mean): U {_number(together['theil_u'])}, over all partners "
            f"{_number(together['theil_u_all'])}, without China {_number(together['theil_u_without_china'])}; in "
            f"proportion: half {_number(together['half'])}, all {_number(together['all'])}, with the same total "
            f"{_number(together['same_total'])}."
        )
        typer.echo(
            f"Better than no change in {together['better_than_no_change']} of {together['episodes']}, than the better "
            f"of half and all in proportion in {together['better_than_in_proportion']}; without China in "
            f"{together['better_than_no_change_without_china']} and in "
            f"{together['better_than_in_proportion_without_china']}."
        )
    fitted = result.fitted()
    for parameter, names in fitted.items():
        typer.echo(f"{parameter} was fitted on {', '.join(names)}.")
    if not fitted:
        typer.echo("Nothing was fitted on these episodes.")
    if count <= FEW:
        for one in result.worst_first:
            _show_rows(one)


def _line(one: EpisodeResult) -> tuple[str, ...]:
    scores = one.scores
    return (
        one.data.episode.name + (" (in sample)" if one.fitted else ""),
        str(one.data.year),
        one.predictor.name,
        *map(_number, (scores.theil_u, scores.theil_u_all, scores.theil_u_without_china)),
        _number(scores.correlation),
        NOTHING if scores.sign_share is None else f"{scores.sign_share:.0%}",
        *(_number(naive.theil_u) for naive in (one.half, one.everything, one.same_total)),
    )


def _show_rows(one: EpisodeResult) -> None:
    from countervail import countries

    episode = one.data.episode
    unit, scale = _UNITS.get(one.data.unit, (one.data.unit, 1.0))
    total = "as observed" if episode.output == "observed" else "held"
    typer.echo(f"\n{episode.name}, {episode.base} to {one.data.year}, {unit}; total {total}")
    print_table(
        ("partner", "before", "predicted", "observed", ""),
        [
            (
                countries.name(row["partner"]) if row["partner"] in countries.load() else row["partner"],
                *(f"{row[name] / scale:,.2f}" for name in ("before", "predicted", "observed")),
                "barred" if row["barred"] else "",
            )
            for row in one.rows[:ROWS]
        ],
    )


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"
