"""How far the output of a sector can answer to its price: supply elasticities of what is drilled, dug and grown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from countervail.scenario import tree
from countervail.scenario.tree import Node
from countervail.scenario.values import Model, Range, within

_FILE = Path(__file__).with_name("library") / "supply.yaml"


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


@cache
def resources() -> tuple[Supply, ...]:
    """What a scenario takes unless it sets its own (library/supply.yaml); a world without the sector leaves it out."""
    return tuple(Supply.model_validate(item) for item in _node().plain())


def with_supply(root: Node) -> Node:
    """The tree of a scenario with the supply elasticities it takes, so that an override finds them."""
    settings = root.value.get("settings") if isinstance(root.value, dict) else None
    held = {} if settings is None or settings.value is None else settings.value
    if not isinstance(root.value, dict) or not isinstance(held, dict) or "supply" in held:
        return root
    root = root.shallow()
    where = root if settings is None else settings
    root.value["settings"] = Node({**held, "supply": _node()}, where.file, where.line)
    return root


@cache
def _node() -> Node:
    root = tree.parse(tree.decode(tree.read_bytes(_FILE, _FILE.name), _FILE.name), _FILE.name)
    node: Node = root.value["settings"].value["supply"]
    return node
