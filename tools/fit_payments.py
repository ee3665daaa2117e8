"""Fits the choice of a currency to observed shares and writes it to the library (`python -m tools.fit_payments`).

The parameters minimise the sum of squared errors, in points of share, over the observations of
`rails/observations.csv` whose use is `fit`, with a weak prior: a pull is 0 give or take `PRIOR`. The range of a
parameter is two standard errors to either side, as if the observations were independent. Held-out observations are
printed beside the naive forecast, the same share in the last observation that was fitted. `--check` compares with the
library's file and writes nothing. `--validate` fits to what was seen up to each of three days and compares the
forecast of what was seen later, up to 2023, for the variants between which that decided; it writes nothing either.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import least_squares  # type: ignore[import-untyped]

from countervail import countries as atlas
from countervail.rails import Network, payments
from countervail.rails.observations import FITTED, Comparison, as_before
from countervail.rails.proposals import sector_wedges
from countervail.rails.rails import Choice
from countervail.rails.table import CHOICE
from countervail.scenario import load_scenario
from countervail.types import Floats, Mask
from countervail.world.store import load_world

UNION = ["RUS", "BLR", "KAZ", "ARM", "KGZ"]
"""The Union's members of today, who paid in roubles before there was a Union."""
IMPOSING = ["EU", "G7", "AUS", "CHE", "NOR", "ISL", "KOR", "SGP", "TWN", "NZL"]
"""Those who have imposed measures on Russia since 2022."""
PULLS: tuple[tuple[dict[str, Any], float, str], ...] = (
    ({"id": "eur", "currency": "EUR"}, -1.5, "The euro against the dollar"),
    ({"id": "eur-home", "currency": "EUR", "home": True}, 1.5, "More, where a party is in the European Union"),
    ({"id": "cny", "currency": "CNY"}, -4.0, "The yuan against the dollar"),
    ({"id": "cny-home", "currency": "CNY", "home": True}, 2.5, "More, where a party is China"),
    ({"id": "rub-home", "currency": "RUB", "home": True}, -1.5, "The rouble, where a party is Russia"),
    ({"id": "rub-union", "currency": "RUB", "within": UNION}, 2.5, "More, within the Eurasian Economic Union"),
    ({"id": "own", "currency": "OWN"}, -3.0, "The other party's currency"),
    (
        {"id": "freeze", "currency": ("USD", "EUR"), "party": ["RUS"], "but": IMPOSING, "since": "2022-02-28"},
        -0.5,
        "Less of the dollar and the euro for Russia, with those who impose nothing, once its reserves were frozen",
    ),
)
SPEEDS = 3
"""Parameters before the pulls, in logs: elasticity, speed, speed within the Union."""
START = np.array([np.log(80.0), 0.0, 0.0, *(start for _, start, _ in PULLS)])
LOW = np.array([np.log(10.0), np.log(0.1), np.log(0.1), *[-9.0] * len(PULLS)])
HIGH = np.array([np.log(5000.0), np.log(6.0), np.log(6.0), *[9.0] * len(PULLS)])
PRIOR, POINTS = 3.0, 5.0
"""Standard deviation of a pull before anything is seen (logs), and of an error (points of share)."""
SOURCE = "Least squares on the observed shares of rails/observations.csv up to 2023 (tools/fit_payments.py)"
ORIGINS = tuple(dt.date.fromisoformat(day) for day in ("2022-12-31", "2023-03-31", "2023-06-30"))
ONE_SPEED, EVERYBODY = "one speed for all", "freeze felt with everybody"
VARIANTS = ("as written", ONE_SPEED, EVERYBODY)


def choice(point: Floats, low: Floats | None = None, high: Floats | None = None, variant: str = "") -> Choice:
    """The choice at a point: log elasticity, log speeds, pulls."""
    ends = [point, point if low is None else low, point if high is None else high]

    def number(k: int, note: str, log: bool = False) -> dict[str, Any]:
        value, least, most = (float(np.exp(end[k]) if log else end[k]) for end in ends)
        return {"value": value, "low": least, "high": most, "basis": "estimated", "source": SOURCE, "note": note}

    pulls = [{"id": "usd", "currency": "USD", "weight": {"value": 0, "basis": "definition"}}]
    for k, (which, _, note) in enumerate(PULLS):
        each = which["currency"] if isinstance(which["currency"], tuple) else (which["currency"],)
        for currency in each:
            name = which["id"] if len(each) == 1 else f"{which['id']}-{currency.lower()}"
            pulls.append({**which, "id": name, "currency": currency, "weight": number(SPEEDS + k, note)})
            if variant == EVERYBODY:
                pulls[-1].pop("but", None)
    union = 1 if variant == ONE_SPEED else 2
    return Choice.model_validate(
        {
            "elasticity": number(0, "Of a currency's share to one plus its cost", log=True),
            "speed": number(1, "A year", log=True),
            "paces": [{"id": "union", "within": UNION, "speed": number(union, "A year, within the Union", log=True)}],
            "pulls": pulls,
        }
    )


class Fit:
    """The observations, and what the model gives for them at a point."""

    def __init__(self, variant: str = "", basis: Comparison | None = None) -> None:
        """From the bundled world and table."""
        world = load_world()
        self.variant = variant
        self.network: Network = payments(world, load_scenario("asiu"))
        self.basis = Comparison.of(self.network, world) if basis is None else basis
        self.fitted = np.array([o.use == FITTED for o in self.basis.observed])
        self.observed = np.array([o.value for o in self.basis.observed])

    def model(self, point: Floats) -> Floats:
        """Shares of every observation, per cent."""
        made = choice(point, variant=self.variant)
        rails = self.network.rails.model_copy(update={"choice": made})
        epochs = self.basis.epochs
        known: dict[tuple[object, ...], Floats] = {}
        weights = []
        for day in epochs.since:
            holds = tuple(
                (pull.since is None or pull.since <= day, tuple(atlas.expand(pull.within, day))) for pull in made.pulls
            )
            if holds not in known:
                weight = replace(self.network, rails=rails, date=day).state.weight
                assert weight is not None
                known[holds] = weight[epochs.one, epochs.other]
            weights.append(known[holds])
        return self.basis.shares(np.array(weights), float(np.exp(point[0])), self.basis.speeds(made))

    def best(self, seen: Mask | None = None) -> Any:
        """The point `x` that fits what was `seen` best (all that may be fitted), with `fun` and Jacobian `jac`.

        The last residuals are those of the prior.
        """
        mine = self.fitted if seen is None else self.fitted & seen

        def residuals(point: Floats) -> Floats:
            prior = POINTS * point[SPEEDS:] / PRIOR
            return np.concatenate([(self.model(point) - self.observed)[mine], prior])

        return least_squares(residuals, START, bounds=(LOW, HIGH), x_scale="jac")

    def forecast_errors(self) -> tuple[Floats, Floats]:
        """Errors of forecasts of what was seen after each of `ORIGINS`, in points, and those of no change."""
        observed, ours, naive = self.basis.observed, [], []
        for origin in ORIGINS:
            seen = np.array([o.day <= origin for o in observed])
            shares = self.model(np.asarray(self.best(seen).x))
            past = [o for o in observed if o.day <= origin]
            for o, share in zip(observed, shares, strict=True):
                before = as_before(o, past)
                if o.use == FITTED and o.day > origin and before is not None:
                    ours.append(share - o.value)
                    naive.append(before.value - o.value)
        return np.array(ours), np.array(naive)


def main() -> int:
    """Fit, print every observation, write the library's file."""
    fit = Fit()
    if "--validate" in sys.argv[1:]:
        for variant in VARIANTS:
            ours, naive = (np.abs(e).mean() for e in Fit(variant, fit.basis).forecast_errors())
            print(f"{variant:28} forecasts of 2023 are off by {ours:.1f} points, no change by {naive:.1f}")
        return 0
    solution = fit.best()
    point = np.asarray(solution.x)
    errors = solution.fun[: fit.fitted.sum()]
    variance = (errors**2).sum() / (len(errors) - len(point))
    spread = 2.0 * np.sqrt(variance * np.diag(np.linalg.inv(solution.jac.T @ solution.jac)))
    result = choice(point, np.maximum(point - spread, LOW), np.minimum(point + spread, HIGH))
    for o, ours in zip(fit.basis.observed, fit.model(point), strict=True):
        before = as_before(o, fit.basis.observed)
        naive = "" if before is None or o.use == FITTED else f"  as before {before.value:.1f}"
        print(f"{o.id:32} {o.use:9} observed {o.value:5.1f}  model {ours:5.1f}  error {ours - o.value:+5.1f}{naive}")
    trade = after_order(fit.network.with_rails(fit.network.rails.model_copy(update={"choice": result})))
    text = _HEAD + "".join(_lines(result)) + share_text(trade)
    if "--check" in sys.argv[1:]:
        return int(CHOICE.read_text(encoding="utf-8") != text)
    CHOICE.write_text(text, encoding="utf-8")
    return 0


@dataclass(frozen=True)
class TradeChange:
    """How a partner's exports to Russia changed on the year once its banks were threatened, in logs.

    `model` is what its payments would do if trade responded to all of the wedge.
    """

    partner: str
    observed: float
    model: float


def after_order(network: Network) -> list[TradeChange]:
    """Turkey (first half of 2024) and China (2024) after Executive Order 14114, by sector with its exemptions."""
    world, out = load_world(), []
    theta = np.asarray(world.elasticity)
    russia = network.index("RUS")
    goods = world.sectors.index("UTILITIES")
    before = sector_wedges(replace(network, date=dt.date(2023, 7, 1)), world.sectors, theta)[0]
    for partner, day, seen in (("TUR", dt.date(2024, 4, 1), -0.283), ("CHN", dt.date(2024, 7, 1), 0.041)):
        i = network.index(partner)
        after = sector_wedges(replace(network, date=day), world.sectors, theta)[0]
        change = theta * (np.log1p(before[i, russia]) - np.log1p(after[i, russia]))
        flows = world.flows[i, russia, :goods]
        out.append(
            TradeChange(partner, float(np.log1p(seen)), float(np.log(flows @ np.exp(change[:goods]) / flows.sum())))
        )
        print(
            f"{partner}'s exports to Russia: observed {100 * seen:+.1f} %, "
            f"model at share 1 {100 * np.expm1(out[-1].model):+.1f} %"
        )
    return out


def share_text(trade: Sequence[TradeChange]) -> str:
    """The share that fits the changes best, from that of the partner with the least to that with the most; 0 to 1."""
    value = sum(t.observed * t.model for t in trade) / sum(t.model**2 for t in trade)
    each = [t.observed / t.model for t in trade]
    ends = [float(np.clip(x, 0.0, 1.0)) for x in (value, min(each), max(each))]
    return (
        f"goods_trade_share:\n    {{value: {ends[0]:.3g}, low: {ends[1]:.3g}, high: {ends[2]:.3g}, basis: estimated,\n"
        '      source: "Exports of Turkey (-28.3 %, TurkStat, first half of 2024) and China (+4.1 %, 2024) to Russia '
        'after Executive Order 14114, through the origin (tools/fit_payments.py)",\n'
        '      note: "Two countries: from what China alone would say to what Turkey alone would. Besedes, Goldbach '
        "and Nitsch find no effect of financial sanctions alone on the senders' own goods trade, Borchert et al. one "
        'of lost correspondents on exports."}\n'
    )


_HEAD = """# How payers choose a currency: written by `python -m tools.fit_payments`, not by hand.
# Ranges are two standard errors to either side, as if the observations were independent.
"""


def _lines(solution: Choice) -> list[str]:
    def number(range_: Any) -> str:
        if range_.basis == "definition":
            return "{value: 0, basis: definition}"
        return (
            f"{{value: {range_.value:.4g}, low: {range_.low:.4g}, high: {range_.high:.4g}, basis: {range_.basis},\n"
            f'      source: "{range_.source}", note: "{range_.note}"}}'
        )

    lines = [
        "choice:\n",
        f"  elasticity:\n    {number(solution.elasticity)}\n",
        f"  speed:\n    {number(solution.speed)}\n",
        "  paces:\n",
        *(
            f"  - {{id: {pace.id}, within: [{', '.join(pace.within)}], speed:\n      {number(pace.speed)}}}\n"
            for pace in solution.paces
        ),
        "  pulls:\n",
    ]
    for pull in solution.pulls:
        which = f"home: {str(pull.home).lower()}, " if pull.home else ""
        for name in ("within", "party", "but"):
            which += f"{name}: [{', '.join(getattr(pull, name))}], " if getattr(pull, name) else ""
        which += f"since: {pull.since}, " if pull.since else ""
        lines.append(f"  - {{id: {pull.id}, currency: {pull.currency}, {which}weight:\n      {number(pull.weight)}}}\n")
    return lines


if __name__ == "__main__":
    sys.exit(main())
