"""The command `countervail serve`: the page, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.console import CaseOption, ScenarioName, Settings
from countervail.errors import InputError

PORT = 8765


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail serve asiu --set club.china=none --port 0 --no-open")(serve)


def serve(
    scenario: ScenarioName = "asiu",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen, on this machine; 0: any free.")] = PORT,
    settings: Settings = None,
    evidence: CaseOption = None,
    draws: Annotated[int, typer.Option(min=0, max=1000, help="Draws for the bands; 0 for none.")] = 100,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Change an assumption and watch the world re-solve: the page, served to this machine alone (extra `serve`)."""
    from countervail.app.processes.answers import Answers

    with Answers() as answers:
        answers.prepare()  # its process loads what computes while this one loads what serves
        try:
            from countervail.app.server import create_app
            from countervail.app.server import serve as serve_app
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("countervail"):
                raise
            raise InputError(f"serve needs {error.name}: pip install 'countervail[serve]'") from None
        app = create_app(scenario, settings=settings or (), evidence=evidence, draws=draws, answers=answers)

        shown = 0

        def show(address: str) -> None:
            nonlocal shown
            shown += 1
            what = "Countervail is at" if shown == 1 else "Opened. In another browser, it is at"
            typer.echo(f"{what} {address} (once; Ctrl-C ends it)")

        serve_app(app, port, show, browser)
