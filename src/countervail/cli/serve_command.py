"""The command `countervail serve`: the page, on this machine."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from countervail.errors import InputError

PORT = 8765


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail serve asiu --set club.china=none --port 0 --no-open")(serve)


def serve(
    scenario: Annotated[str, typer.Argument(help="A scenario of the library by name, or a path to one.")] = "asiu",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen, on this machine; 0: any free.")] = PORT,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one thing to begin with; may be repeated."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(metavar="CASE", help="The case the scenario was exported from: its words.", show_default=False),
    ] = None,
    draws: Annotated[int, typer.Option(min=0, max=1000, help="Draws for the bands; 0 for none.")] = 100,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Change an assumption and watch the world re-solve: the page, served to this machine alone (extra `serve`)."""
    with import_module("countervail.app.processes.answers").Answers() as answers:
        answers.prepare()  # its process loads what computes while this one loads what serves
        try:
            launch = import_module("countervail.app.server")
            create_app = import_module("countervail.app.server").create_app
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("countervail"):
                raise
            raise InputError(f"serve needs {error.name}: pip install 'countervail[serve]'") from None
        app = create_app(scenario, settings=settings or (), evidence=evidence, draws=draws, answers=answers)

        def tell(address: str) -> None:
            typer.echo(f"Countervail is at {address} (Ctrl-C ends it)")

        launch.serve(app, port, tell, browser)
