"""Commodities: how far output can follow the price, and how far trade that measures displace finds other buyers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from countervail.scenario import tree
from countervail.scenario.tree import Node
from countervail.scenario.values import Model, Range, within

_FILE = Path(__file__).with_name("library") / "commodities.yaml"


class Supply(Model):
    """The supply elasticity of one sector, in every country that has it."""

    id: str = Field(min_length=1)
    """The sector, by the world's code."""
    elasticity: Range
    """Percent that output rises for a price at the producer one percent higher, wages and prices of inputs given."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        within(self.elasticity, "elasticity", low=0.0)
        return self


class Market(Model):
    """The market of one sector whose goods are nearly alike whoever sells them."""

    id: str = Field(min_length=1)
    """The sector, by the world's code."""
    share: Range
    """Share of what measures displace that finds other buyers and sellers; the rest follows existing ties."""
    freight: Range | None = None
    """What 1000 km more of a voyage cost, as a share of the value shipped; nothing where it is left out."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        within(self.share, "share", low=0.0, high=1.0)
        if self.freight is not None:
            within(self.freight, "freight", low=0.0, high=1.0)
        return self


@cache
def resources() -> tuple[Supply, ...]:
    """What a scenario takes unless it sets its own (library/commodities.yaml); those the world lacks are left out."""
    return tuple(Supply.model_validate(item) for item in _nodes()["supply"].plain())


@cache
def markets() -> tuple[Market, ...]:
    """As `resources`, of markets."""
    return tuple(Market.model_validate(item) for item in _nodes()["markets"].plain())


def with_commodities(root: Node) -> Node:
    """The tree of a scenario with what it takes of library/commodities.yaml, so that an override finds it."""
    settings = root.value.get("settings") if isinstance(root.value, dict) else None
    held = {} if settings is None or settings.value is None else settings.value
    if not isinstance(root.value, dict) or not isinstance(held, dict):
        return root
    root = root.shallow()
    where = root if settings is None else settings
    root.value["settings"] = Node({**_nodes(), **held}, where.file, where.line)
    return root


@cache
def _nodes() -> dict[str, Node]:
    root = tree.parse(tree.decode(tree.read_bytes(_FILE, _FILE.name), _FILE.name), _FILE.name)
    return dict(root.value["settings"].value)
