"""How far the output of a sector can answer to its price: supply elasticities of what is dug, drilled and grown."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from countervail.scenario.values import Model, Range, within

_QUALITATIVE = (
    "Krichene (IMF WP/05/32 and WP/07/135), Baumeister and Peersman (Bank of Canada WP 2011-28) and ECB WP 2309 find the "
    "supply of oil and gas inelastic; abstracts read, no figure taken from them"
)


class Supply(Model):
    """The supply elasticity of one sector, in every country that has it."""

    id: str = Field(min_length=1)
    """The sector, by the world's code."""
    elasticity: Range
    """Rise of output, in percent, for a price at the producer one percent higher at given wages and prices of inputs."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        within(self.elasticity, "elasticity", low=0.0)
        return self


def _assumed(sector: str, value: float, low: float, high: float, note: str) -> Supply:
    number = Range(value=value, low=low, high=high, unit="elasticity", basis="assumption", note=note)
    return Supply(id=sector, elasticity=number)


RESOURCES = (
    _assumed("CRUDE", 0.2, 0.1, 0.4, f"Wells decline and new fields take years. {_QUALITATIVE}."),
    _assumed("GAS", 0.3, 0.1, 0.6, f"As oil, with more spare wells. {_QUALITATIVE}."),
    _assumed("COAL", 0.5, 0.2, 1.0, "Open mines can dig more within a few years; no estimate was read."),
    _assumed("MINING", 0.5, 0.2, 1.0, "As coal; no estimate was read."),
    _assumed("AGR", 1.5, 0.7, 3.0, "Land is limited, its use is not; no estimate was read."),
)
"""What a scenario takes unless it says otherwise; a world without the sector leaves it out."""
