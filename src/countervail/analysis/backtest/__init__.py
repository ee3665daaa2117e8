"""The back-test: what the model would have said of episodes that are over, beside what happened.

Errors are Theil's U with the root: the root of the summed squared errors over the summed squared changes, so that 1 is
no better than "no change". The score is over the partners that bar nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from countervail.analysis.backtest import predict
from countervail.analysis.backtest.episodes import EpisodeData, data_of, library, load
from countervail.analysis.backtest.predict import Predictor
from countervail.arguments import a_callback, a_path, checked, either, kind_of, optional, several
from countervail.errors import NoEquilibrium, NotConverged
from countervail.types import Floats, Mask, Progress, Row
from countervail.world.world import World

CHINA = "CHN"


@dataclass(frozen=True, eq=False)
class Scores:
    """How a forecast did; None where nothing changed, or nothing was forecast to.

    Attributes:
        theil_u: over the partners that bar nothing.
        theil_u_all: over all partners.
        theil_u_without_china: over the partners that bar nothing, China left out.
        correlation: of forecast and observed changes, over the partners that bar nothing.
        sign_share: share of these partners whose change has the forecast's sign.
    """

    theil_u: float | None
    theil_u_all: float | None
    theil_u_without_china: float | None
    correlation: float | None
    sign_share: float | None

    @classmethod
    def of(cls, before: Floats, forecast: Floats, observed: Floats, free: Mask, china: Mask) -> Scores:
        """The scores of a forecast; arrays by partner, `free` those that bar nothing, `china` China's place."""
        three = before, forecast, observed
        return cls(
            theil_u=theil_u(*(x[free] for x in three)),
            theil_u_all=theil_u(*three),
            theil_u_without_china=theil_u(*(x[free & ~china] for x in three)),
            correlation=correlation((forecast - before)[free], (observed - before)[free]),
            sign_share=sign_share((forecast - before)[free], (observed - before)[free]),
        )


def theil_u(before: Floats, forecast: Floats, observed: Floats) -> float | None:
    """Root of (sum of squared errors / sum of squared changes); None where nothing changed."""
    changes = float(((before - observed) ** 2).sum())
    return float(np.sqrt(((forecast - observed) ** 2).sum() / changes)) if changes > 0 else None


def correlation(forecast: Floats, observed: Floats) -> float | None:
    """Pearson's correlation of changes; None where either does not vary."""
    if len(forecast) < 2 or np.ptp(forecast) == 0 or np.ptp(observed) == 0:
        return None
    return float(np.corrcoef(forecast, observed)[0, 1])


def sign_share(forecast: Floats, observed: Floats) -> float | None:
    """Share of changes with the forecast's sign, among those that did change; None where none did."""
    changed = observed != 0
    return float((np.sign(forecast) == np.sign(observed))[changed].mean()) if changed.any() else None


@dataclass(frozen=True, eq=False)
class EpisodeResult:
    """One episode in one year after.

    Attributes:
        data: the episode and its data.
        predictor: the way of predicting, with what it was fitted on.
        predicted: the target's flows, with the episode's total, by partner `[n]`.
        shown: the partners that are scored `[n]`: their flows are known and one of them is above zero.
        scores: of the prediction.
        half, everything, same_total: of the naive forecasts: half or all of what the barred took, spread over the
            others in proportion; and that with the total the prediction has.
    """

    data: EpisodeData
    predictor: Predictor
    predicted: Floats
    shown: Mask
    scores: Scores
    half: Scores
    everything: Scores
    same_total: Scores

    @property
    def fitted(self) -> tuple[str, ...]:
        """The parameters that were fitted on this episode."""
        return tuple(p for p, episodes in self.predictor.fitted.items() if self.data.episode.name in episodes)

    @property
    def rows(self) -> list[Row]:
        """The partners, the largest observed change first."""
        at = np.flatnonzero(self.shown)
        change = np.abs(self.data.observed - self.data.before)
        return [
            {
                "partner": self.data.countries[k],
                "before": float(self.data.before[k]),
                "predicted": float(self.predicted[k]),
                "observed": float(self.data.observed[k]),
                "barred": bool(self.data.barred[k]),
            }
            for k in sorted(at, key=lambda k: -change[k])
        ]

    @property
    def row(self) -> Row:
        """Its figures as a row of a table."""
        episode = self.data.episode
        return {
            "name": episode.name,
            "base": episode.base,
            "year": self.data.year,
            "target": episode.target,
            "direction": episode.direction,
            "measure": episode.measure,
            "output": episode.output,
            "partners": int((self.shown & ~self.data.barred).sum()),
            "model": self.predictor.name,
            "fitted": ", ".join(self.fitted) or None,
            **vars(self.scores),
            "half": self.half.theil_u,
            "everything": self.everything.theil_u,
            "same_total": self.same_total.theil_u,
        }

    def document(self) -> dict[str, Any]:
        """The episode as `--json` prints it."""
        episode = self.data.episode
        return {
            "name": episode.name,
            "year": self.data.year,
            "base": episode.base,
            "target": episode.target,
            "direction": episode.direction,
            "measure": episode.measure,
            "unit": self.data.unit,
            "output": episode.output,
            "model": self.predictor.name,
            "fitted": list(self.fitted),
            **vars(self.scores),
            "no_change": None if self.scores.theil_u is None else 1.0,
            "in_proportion": {
                "half": self.half.theil_u,
                "all": self.everything.theil_u,
                "same_total": self.same_total.theil_u,
            },
            "rows": self.rows,
        }


@dataclass(frozen=True, eq=False)
class Backtest:
    """The results of a back-test, episodes as they were given."""

    episodes: tuple[EpisodeResult, ...]

    @property
    def worst_first(self) -> list[EpisodeResult]:
        """The episodes, the largest U first, those without one last."""
        return sorted(self.episodes, key=lambda r: -1.0 if r.scores.theil_u is None else r.scores.theil_u, reverse=True)

    def together(self) -> Row:
        """Geometric means of U over the episodes that have one, and in how many a forecast beats another."""
        scored = [r for r in self.episodes if r.scores.theil_u is not None]
        return {
            "episodes": len(scored),
            **{name: geometric_mean([getattr(r.scores, name) for r in scored]) for name in _U},
            "half": geometric_mean([r.half.theil_u for r in scored]),
            "all": geometric_mean([r.everything.theil_u for r in scored]),
            "same_total": geometric_mean([r.same_total.theil_u for r in scored]),
            **_better(scored, "theil_u", ""),
            **_better(scored, "theil_u_without_china", "_without_china"),
        }

    def fitted(self) -> dict[str, list[str]]:
        """The names of the episodes that each parameter was fitted on; empty where nothing was fitted."""
        names: dict[str, dict[str, None]] = {}
        for result in self.episodes:
            for parameter, episodes in result.predictor.fitted.items():
                names.setdefault(parameter, {}).update(dict.fromkeys(episodes))
        return {parameter: list(episodes) for parameter, episodes in names.items()}

    def document(self) -> dict[str, Any]:
        """The results as `--json` prints them."""
        return {
            "episodes": [result.document() for result in self.episodes],
            "together": self.together(),
            "fitted": self.fitted(),
        }


_U = ("theil_u", "theil_u_all", "theil_u_without_china")


def _better(results: Sequence[EpisodeResult], score: str, suffix: str) -> Row:
    """In how many the prediction beats no change, and the better of half and all in proportion, by a score."""

    def u(scores: Scores) -> float:
        value: float | None = getattr(scores, score)
        return np.inf if value is None else value

    return {
        f"better_than_no_change{suffix}": sum(u(r.scores) < 1 for r in results),
        f"better_than_in_proportion{suffix}": sum(u(r.scores) < min(u(r.half), u(r.everything)) for r in results),
    }


def geometric_mean(values: Sequence[float | None]) -> float | None:
    """The geometric mean of those that are not None; None where all are."""
    known = np.array([v for v in values if v is not None])
    if not len(known):
        return None
    return float(np.exp(np.log(known).mean())) if (known > 0).all() else 0.0


@checked(
    world=kind_of(World, "a World (load_world)"),
    episodes=optional(either(a_path, several((str, PathLike), "names or paths of episodes"))),
    predictor=a_callback,
    progress=optional(a_callback),
)
def backtest(
    world: World,
    episodes: str | Path | Sequence[str | Path] | None = None,
    *,
    predictor: Callable[[EpisodeData], Predictor] = predict.as_it_is,
    progress: Progress | None = None,
) -> Backtest:
    """Predict episodes that are over and score the predictions against what happened.

    Args:
        world: the world whose elasticities are used, and, for trade in all goods, whose base year (`World.at`).
        episodes: names of the package's episodes, or paths to files of one; default: all of the package's.
        predictor: chooses how an episode is predicted; default: the model as it is.
        progress: called as `progress(stage, done, total)`.

    Returns:
        A result for each episode and year after, in order.

    Raises:
        InputError: a file that is no episode, or does not fit its data; with file, line and field.
        NoEquilibrium, NotConverged: bars that leave a market nothing, named with the episode.
    """
    if episodes is None:
        episodes = library()
    named = [episodes] if isinstance(episodes, str | Path) else list(episodes)
    loaded = [load(name) for name in named]
    results: list[EpisodeResult] = []
    for k, one in enumerate(loaded):
        if progress is not None:
            progress("episodes", k, len(loaded))
        results += [score(data, predictor(data)) for data in data_of(one, world)]
    return Backtest(tuple(results))


def score(data: EpisodeData, predictor: Predictor) -> EpisodeResult:
    """One episode's prediction, with the episode's total, and its scores beside the naive forecasts'."""
    # an episode that stops no trade is not solved: the solver's last digit is no change
    try:
        predicted = predict.scaled(data, predictor.predict(data)) if data.bites else predict.unchanged(data)
    except (NoEquilibrium, NotConverged) as error:
        error.args = (f"{data.episode.name}, {data.year}: {error}",)
        raise
    before = np.nan_to_num(data.before)
    shown = data.known & ((before > 0) | (np.nan_to_num(data.observed) > 0))
    free, china = ~data.barred[shown], np.array(data.countries)[shown] == CHINA
    whole = predict.in_proportion(data, 1.0)
    forecasts = (predicted, predict.in_proportion(data, 0.5), whole, predict.scaled(data, whole))
    scores = [Scores.of(before[shown], f[shown], data.observed[shown], free, china) for f in forecasts]
    return EpisodeResult(data, predictor, predicted, shown, *scores)
