"""`make estimates-simulated`: bias and coverage of `countervail estimate` on simulated panels whose truth is known.

Writes the table of docs/estimates.md; `--panels 20` is shorter and writes nothing.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import countervail as cv
from countervail import countries
from countervail.files import write_whole

PAGE = Path(__file__).parents[1] / "docs" / "estimates.md"
TRUTH = -1.0
PANELS = 200


@dataclass(frozen=True)
class Design:
    """A way of simulating a panel.

    `spread` of trade between countries and pairs is in log points, `noise` the squared coefficient of variation of a
    flow, `persistence` its autocorrelation, `anticipation` the share of the effect in the two years before.
    """

    name: str
    countries: int = 24
    years: int = 16
    senders: int = 8
    targets: int = 3
    spread: float = 0.7
    noise: float = 0.2
    persistence: float = 0.0
    anticipation: float = 0.0
    zeros: float = 0.0

    def panel(self, seed: int) -> tuple[dict[str, list], dict[str, list]]:
        """The columns of a panel and of its measure."""
        rng = np.random.default_rng(seed)
        n, t = self.countries, self.years
        names = np.array(sorted(countries.load())[:n])
        years = np.arange(2000, 2000 + t)
        start = 2000 + t * 3 // 5

        def walk() -> np.ndarray:
            return rng.normal(0, 0.1, (n, t)).cumsum(axis=1) + rng.normal(0, self.spread, (n, 1))

        log = walk()[:, None, :] + walk()[None, :, :] + rng.normal(0, self.spread, (n, n, 1))
        order = rng.permutation(n)
        targets, senders = order[: self.targets], order[self.targets : self.targets + self.senders]
        hit = np.zeros((n, n), dtype=bool)
        hit[np.ix_(targets, senders)] = True
        weight = np.where(years >= start, 1.0, np.where(years >= start - 2, self.anticipation, 0.0))
        log += TRUTH * hit[:, :, None] * weight
        shock = rng.normal(0, 1, (n, n, t))
        for k in range(1, t):
            memory = self.persistence
            shock[:, :, k] = memory * shock[:, :, k - 1] + np.sqrt(1 - memory**2) * shock[:, :, k]
        size = np.log1p(self.noise)
        value = np.exp(log + np.sqrt(size) * shock - size / 2)
        value = np.where(rng.random(value.shape) < self.zeros, 0.0, value / (1 - self.zeros))
        exporter, importer = np.nonzero(~np.eye(n, dtype=bool))
        panel = {
            "year": np.tile(years, len(exporter)).tolist(),
            "exporter": np.repeat(names[exporter], t).tolist(),
            "importer": np.repeat(names[importer], t).tolist(),
            "value": value[exporter, importer].ravel().tolist(),
        }
        sides = [";".join(names[side]) for side in (targets, senders)]
        measure = {"id": ["ban"], "exporter": sides[:1], "importer": sides[1:], "from": [str(start)], "to": [""]}
        return panel, measure


DESIGNS = (
    Design("without anticipation"),
    Design("anticipation of half the effect", anticipation=0.5),
    Design("anticipation, errors correlated over time", anticipation=0.5, persistence=0.3),
    Design("a fifth of flows zero, anticipation", anticipation=0.5, zeros=0.2),
    Design("large differences between pairs, noisy", spread=1.0, noise=0.5, targets=2, countries=20, years=20),
)


@dataclass(frozen=True)
class Score:
    """Bias (share of the truth), its simulation error, spread of the estimates, coverage of both kinds of interval."""

    bias: float
    error: float
    spread: float
    coverage: float
    clustered: float


def score(design: Design, panels: int) -> Score:
    """Estimates of a design's panels against the truth."""
    estimates = []
    for seed in range(panels):
        one = cv.estimate(*design.panel(seed), placebos=0).effects[0]
        estimates.append((one.coefficient, one.se, one.low, one.high))
    b, se, low, high = np.array(estimates).T
    return Score(
        bias=float(b.mean() / TRUTH - 1),
        error=float(b.std() / np.sqrt(panels)),
        spread=float(b.std()),
        coverage=float(((low <= TRUTH) & (high >= TRUTH)).mean()),
        clustered=float((np.abs(b - TRUTH) <= 1.96 * se).mean()),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--panels", type=int, default=PANELS, help="panels of each design")
    panels = parser.parse_args().panels
    lines = [
        "| design | bias | its simulation error | spread of estimates | coverage | of intervals from `se` |",
        "|---|---|---|---|---|---|",
    ]
    for design in DESIGNS:
        one = score(design, panels)
        lines.append(
            f"| {design.name} | {one.bias:+.1%} | {one.error:.1%} | {one.spread:.2f} | {one.coverage:.1%} | "
            f"{one.clustered:.1%} |"
        )
        print(lines[-1], flush=True)
    if panels >= PANELS:
        page = PAGE.read_text(encoding="utf-8")
        text = "\n".join(lines) + "\n"
        write_whole(PAGE, re.sub(r"(<!-- simulated -->\n).*?(<!-- end -->)", rf"\g<1>{text}\g<2>", page, flags=re.S))


if __name__ == "__main__":
    main()
