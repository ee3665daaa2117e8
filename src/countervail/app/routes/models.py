"""What the page and the server say to each other: typed requests and answers; the OpenAPI document is made of them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from countervail.output import OBEYED
from countervail.report.controls.control_model import Controls

MOST_SETTINGS = 400
LONGEST_SETTING = 2_000
MOST_DRAWS = 1_000
MOST_COALITION_DRAWS = 50
MOST_SEED = 2**31 - 1

Scalar = str | int | float | bool | None
Row = dict[str, Scalar]
Tables = dict[str, list[Row]]
Kind = Literal["library", "file", "upload"]
Iso3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO3 code of a country")]
Setting = Annotated[str, Field(max_length=LONGEST_SETTING)]


class _Given(BaseModel):
    """What a page sends: nothing that is not named here."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


class _Said(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class State(_Given):
    """What a page has changed; the server keeps none of it."""

    scenario: Annotated[str, Field(min_length=1, max_length=200)]
    """A name of the library, of the file served, or of an uploaded scenario."""
    set: Annotated[tuple[Setting, ...], Field(max_length=MOST_SETTINGS)] = ()
    """Changes as of `countervail run --set`: `path=value`, the value in YAML or JSON."""
    case: Annotated[str | None, Field(max_length=100)] = None
    """Evidence that was read: its id."""

    @property
    def solved(self) -> Self:
        """The same without what no solving depends on."""
        return self if self.case is None else self.model_copy(update={"case": None})


class CountryState(State):
    """A page's state, and the country looked at."""

    country: Iso3


class RunState(State):
    """A page's state, and the draws that its bands are made of."""

    draws: Annotated[int, Field(ge=0, le=MOST_DRAWS)] = 100
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 0


class CoalitionState(State):
    """A page's state, and whose coalitions are solved."""

    players: Annotated[tuple[Iso3, ...] | None, Field(min_length=1, max_length=20)] = None
    """Members; null for all of them."""
    draws: Annotated[int, Field(ge=0, le=MOST_COALITION_DRAWS)] = 0


class ScenarioText(_Given):
    """A scenario file to be kept while the server runs."""

    text: str
    """The file: YAML, self-contained but for includes of the library."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """What it is called, for messages."""


class Problem(_Said):
    """Why there is no answer."""

    error: str
    """Names what is wrong and what to do about it."""


class ScenarioName(_Said):
    """A scenario that the server knows."""

    name: str
    title: str
    description: str
    kind: Kind


class WorldFacts(_Said):
    """The world that everything is computed in."""

    name: str
    year: int | None
    countries: int
    sectors: int


class CaseFacts(_Said):
    """Evidence that was read."""

    id: str
    documents: int
    claims: int


class Meta(_Said):
    """What is here."""

    version: str
    scenario: str
    """The scenario a page begins with."""
    state: State
    """The state a page begins with."""
    scenarios: list[ScenarioName]
    world: WorldFacts
    draws: int
    """Draws of a run, where the page does not say."""
    cases: list[CaseFacts]


class ChartFacts(_Said):
    """A chart: what is to be seen, how to read it, the tables it draws, and its Vega-Lite specification."""

    title: str
    reading: str
    tables: list[str]
    specification: dict[str, Any]


class ColumnFacts(_Said):
    """A column of a table as a reader is shown it."""

    name: str
    kind: str
    """text, number, integer, boolean, date or any"""
    unit: str
    """`own`: that of the row"""
    label: str
    description: str
    under: str | None
    """The column that is set small under it."""


class TableFacts(_Said):
    """A result table: its title, what it says, and its columns without those that help only a program."""

    title: str
    description: str
    columns: list[ColumnFacts]


class ChartList(_Said):
    """Every chart, the configurations that give them their look, and every table's columns."""

    charts: dict[str, ChartFacts]
    themes: dict[Literal["light", "dark"], dict[str, Any]]
    columns: dict[str, TableFacts]


class TablesOnly(_Said):
    """Result tables by name."""

    tables: Tables


class Tile(_Said):
    """One headline figure as text."""

    quantity: str
    label: str
    meaning: str
    """What the figure says, after its value."""
    value: str
    band: str
    median: str
    note: str


class MemberTable(_Said):
    """One row a member, as text; a cell of two texts has the second below the first."""

    columns: list[dict[str, str]]
    rows: list[list[str | tuple[str, str]]]


class WorldsAnswer(TablesOnly):
    """The four worlds, solved."""

    headline: list[str]
    tiles: list[Tile]
    members: MemberTable
    seconds: float
    """What solving took; nothing where it was known."""
    placebo_of: Literal["this", "as loaded"]
    """Whose placebo decides which ratios are given: this state's, or the scenario's as loaded."""


class ScenarioAnswer(Controls):
    """Everything that can be switched, and what documents say of it."""

    tables: Tables


class Uploaded(_Said):
    """The scenario that was kept."""

    name: str
    """What `scenario` of a state calls it."""
    title: str


JobKind = Literal["run", "coalitions", "write", "read"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(_Said):
    """Work that takes longer than a switch."""

    id: str
    """Known to whoever started it only."""
    kind: JobKind
    status: JobState
    stage: str
    done: int
    total: int
    seconds: float
    """Since it began."""
    eta: float | None
    """Seconds left, by what is done of it."""
    error: str | None
    version: int
    """Rises with every result."""
    files: list[str]
    """What can be downloaded."""


class JobResult(Job):
    """A job with its latest result, null before the first."""

    result: dict[str, Any] | None


# -- jSON as it leaves the server: no NaN, no infinity, and no text that a screen would obey instead of showing --------


# a control character stands in JSON as an escape; a backslash that stands for itself is matched too, which costs time
_SUSPECT: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in OBEYED if code > 31) + "]|\\\\[u\\\\]")


def as_json(value: Any) -> bytes:
    """`value` (models, dicts, lists, scalars of Python and NumPy) as JSON."""
    data = _encode(value)
    return _encode(shown(value)) if _SUSPECT.search(data.decode()) else data


def shown(value: Any) -> Any:
    """`value` with every text freed of control characters and marks of the writing direction."""
    if isinstance(value, str):
        return value.translate(OBEYED)
    if isinstance(value, dict):
        return {shown(key): shown(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [shown(inside) for inside in value]
    return value


def _encode(value: Any) -> bytes:
    return to_json(value, by_alias=True, inf_nan_mode="null", fallback=_scalar)


def _scalar(value: Any) -> Any:
    return value.item()
