"""The typed requests and answers of the API, of which the OpenAPI document is made, and JSON as the server sends it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from countervail.output import OBEYED
from countervail.report.controls.control_model import Controls, ScenarioOrigin
from countervail.types import Scalar

MOST_SETTINGS = 400
LONGEST_SETTING = 2_000
MOST_DRAWS = 1_000
MOST_COALITION_DRAWS = 50
MOST_SEED = 2**31 - 1

Iso3 = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO3 code of a country")]
Setting = Annotated[str, Field(max_length=LONGEST_SETTING)]


class _Request(BaseModel):
    """What a page sends; other fields are refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


class _Answer(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class State(_Request):
    """What a page has changed; the server keeps none of it."""

    scenario: Annotated[str, Field(min_length=1, max_length=200)]
    """The name of a scenario of the library, of the file served, or of an upload."""
    set: Annotated[tuple[Setting, ...], Field(max_length=MOST_SETTINGS)] = ()
    """Changes as for `countervail run --set`: `path=value`, the value in YAML or JSON."""
    case: Annotated[str | None, Field(max_length=100)] = None
    """The id of evidence that was read."""

    @property
    def solved(self) -> Self:
        """The same without what the solution does not depend on."""
        return self if self.case is None else self.model_copy(update={"case": None})


class CountryState(State):
    """A page's state, and a country."""

    country: Iso3


class MarginState(State):
    """A page's state, and the measures whose effect at the margin is asked for."""

    measures: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(min_length=1, max_length=50)]
    """Ids of measures in force, which are lifted together, or of new ones, which are imposed together."""


class CompareState(State):
    """A page's state, and the changes of another state of the same scenario."""

    other: Annotated[tuple[Setting, ...], Field(max_length=MOST_SETTINGS)] = ()
    """The changes of the state that it is compared with."""


class PairState(State):
    """A page's state, a pair of countries, and what is cut of the connections that its payments use."""

    one: Iso3
    other: Iso3
    cut: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=50)] = ()
    """Ids of connections, as the answer's table `pair_elements` has them."""


class RunState(State):
    """A page's state, and the draws for its bands."""

    draws: Annotated[int, Field(ge=0, le=MOST_DRAWS)] = 100
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 0


class CoalitionState(State):
    """A page's state, and the players whose coalitions are solved."""

    players: Annotated[tuple[Iso3, ...] | None, Field(min_length=1, max_length=20)] = None
    """Members; null for all of them."""
    draws: Annotated[int, Field(ge=0, le=MOST_COALITION_DRAWS)] = 0


class ScenarioText(_Request):
    """A scenario file to be stored while the server runs."""

    text: str
    """The file: YAML, self-contained but for includes of the library."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name in messages."""


class Problem(_Answer):
    """Why there is no answer."""

    error: str
    """What is wrong, and what to do about it."""


class ScenarioName(_Answer):
    """A scenario that the server knows."""

    name: str
    title: str
    description: str
    kind: ScenarioOrigin


class WorldFacts(_Answer):
    """The world that everything is computed in."""

    name: str
    year: int | None
    countries: int
    sectors: int


class Named(_Answer):
    """A country, a group of countries or a sector that a measure may name."""

    code: str
    name: str


class MeasureChoices(_Answer):
    """What a measure that a page adds can be made of."""

    countries: list[Named]
    groups: list[Named]
    sectors: list[Named]


class CaseFacts(_Answer):
    """Evidence that was read."""

    id: str
    documents: int
    claims: int


class HeadlineWords(_Answer):
    """What the figures of the headline mean."""

    definitions: dict[str, str]
    """By the quantity of a tile."""
    terms: list[tuple[str, str]]
    """A term and what it means, for every tile."""
    agreement: str
    """The usual effect of a trade agreement on trade, such as 1.2 to 1.6-fold."""
    glossary: dict[str, str]
    """Terms of the page and what they mean."""


class Meta(_Answer):
    """What the server has: scenarios, the world, evidence, and the state a page begins with."""

    version: str
    scenario: str
    """The scenario a page begins with."""
    state: State
    """The state a page begins with."""
    scenarios: list[ScenarioName]
    world: WorldFacts
    choices: MeasureChoices
    headline: HeadlineWords
    draws: int
    """Draws of a run by default."""
    cases: list[CaseFacts]


class ChartFacts(_Answer):
    """A chart: its title, how to read it, the tables it draws, its section, and its Vega-Lite specification."""

    title: str
    reading: str
    tables: list[str]
    """The first decides whether there is anything to show."""
    section: str
    """The section of the report that shows it."""
    source: str
    """What its figures are from; `{year}` stands for the year of the world."""
    needs: dict[str, Any]
    """What a row of the first table needs for the chart to be worth showing: `column`, `where`, `own_reading`."""
    specification: dict[str, Any]


class ColumnFacts(_Answer):
    """A column of a table as it is shown."""

    name: str
    kind: str
    """text, number, integer, boolean, date or any"""
    unit: str
    """`own` where the row gives it"""
    label: str
    heading: str
    """The label with its unit, where the cells do not show the unit."""
    numeric: bool
    """Whether the column is set flush right."""
    description: str
    under: str | None
    """The column that is shown in small type below it."""


class TableFacts(_Answer):
    """A result table: its title, its description, and its columns without those for programs only."""

    title: str
    description: str
    document: str
    """run, coalitions, country or state"""
    section: str
    """The section of the report that shows it; empty where none does."""
    folded: bool
    columns: list[ColumnFacts]


class ChartList(_Answer):
    """Every chart, the configurations of the two themes, and every table, in the order of the report."""

    charts: dict[str, ChartFacts]
    themes: dict[Literal["light", "dark"], dict[str, Any]]
    columns: dict[str, TableFacts]


class TablesOnly(_Answer):
    """Result tables by name."""

    tables: dict[str, list[dict[str, Scalar]]]


class Tile(_Answer):
    """One headline figure as text."""

    quantity: str
    label: str
    meaning: str
    """What the figure means, to be read after its value."""
    value: str
    band: str
    median: str
    note: str


class MoneyFigure(_Answer):
    """A figure as text, with its band; both empty where there is none."""

    value: str
    band: str


class Verdict(_Answer):
    """The answer in words, about the same countries whoever of them is a member."""

    answer: str
    """No, In part, Yes, or Not known."""
    sentence: str
    cost: MoneyFigure
    gain: MoneyFigure
    who: str
    """Who is counted."""
    caveat: str


class MemberTable(_Answer):
    """A row for each member, as text; in a cell of two texts the second is below the first."""

    columns: list[dict[str, str]]
    rows: list[list[str | tuple[str, str]]]


class WorldsAnswer(TablesOnly):
    """The four worlds, solved."""

    verdict: Verdict | None
    """None where no country is under broad sanctions."""
    against: list[str]
    """How the verdict differs from that of the scenario as loaded, in sentences."""
    headline: list[str]
    tiles: list[Tile]
    members: MemberTable
    seconds: float
    """How long solving took."""
    placebo_of: Literal["this", "as loaded"]
    """Whose placebo decides which ratios are given: that of this state, or of the scenario as loaded."""


class ScenarioAnswer(Controls):
    """Everything that can be switched, and what documents say about it."""

    tables: dict[str, list[dict[str, Scalar]]]


class Side(TablesOnly):
    """One of two states that are compared."""

    verdict: Verdict | None


class CompareAnswer(TablesOnly):
    """Two states of a scenario, figure by figure."""

    a: Side
    """The other state."""
    b: Side
    """The page's state."""
    sentences: list[str]
    """How b differs from a."""


class MarginAnswer(TablesOnly):
    """What measures do at the margin."""

    sentences: list[str]


class Uploaded(_Answer):
    """The scenario that was stored."""

    name: str
    """Its name in the `scenario` of a state."""
    title: str


JobKind = Literal["run", "coalitions", "write", "read"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(_Answer):
    """Work that takes longer than a switch."""

    id: str
    """Known only to whoever started it."""
    kind: JobKind
    status: JobState
    stage: str
    done: int
    total: int
    seconds: float
    """Since it began."""
    eta: float | None
    """Seconds left at the pace so far."""
    error: str | None
    version: int
    """Increases with every result."""
    files: list[str]
    """What can be downloaded."""


class JobResult(Job):
    """A job with its latest result, null before the first."""

    result: dict[str, Any] | None


# -- JSON as the server sends it: no NaN, no infinity, and no control characters in texts ------------------------------


# JSON writes a control character as an escape; an escaped backslash is matched as well, which only costs time
_SUSPECT: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in OBEYED if code > 31) + "]|\\\\[u\\\\]")


def as_json(value: Any) -> bytes:
    """`value` (models, dicts, lists, scalars of Python and NumPy) as JSON."""
    data = _encode(value)
    return _encode(shown(value)) if _SUSPECT.search(data.decode()) else data


def shown(value: Any) -> Any:
    """`value` without control characters and marks of the writing direction in its texts."""
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
