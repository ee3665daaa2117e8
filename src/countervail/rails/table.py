"""Reading a rails table, and listing or replacing its ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from countervail import scenario
from countervail.errors import InputError
from countervail.rails.rails import ALL, Rails
from countervail.scenario import CLUB, tree
from countervail.scenario.messages import input_error
from countervail.scenario.values import Range, own_groups

BUNDLED = Path(scenario.__file__).with_name("library") / "rails.yaml"


def load_rails(path: str | Path | None = None) -> Rails:
    """The rails table in the file at `path`, or the one that comes with the package.

    Raises InputError naming file, line, entry and field of what is broken, missing, unknown or out of range.
    """
    return _bundled() if path is None else _read(Path(path))


@cache
def _bundled() -> Rails:
    return _read(BUNDLED)


def _read(path: Path) -> Rails:
    shown = path.name if path == BUNDLED else str(path)
    return parse_rails(tree.parse(tree.decode(tree.read_bytes(path, shown), shown), shown))


def parse_rails(root: tree.Node) -> Rails:
    """The rails table of a tree of values; InputError listing what is wrong and where."""
    if not isinstance(root.value, dict):
        raise root.error("a rails table is a mapping of `rails`, `currencies`, `memberships` and so on.")
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(root.plain())
    except ValidationError as error:
        raise input_error(error, root, Rails) from None


def checked(rails: Rails) -> Rails:
    """The same table, validated again; InputError naming what does not fit."""
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(rails.model_dump())
    except ValidationError as error:
        problems = (str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors(include_url=False))
        raise InputError("\n".join(f"rails table: {text.rstrip('.')}." for text in dict.fromkeys(problems))) from None


def ranges(rails: Rails) -> Iterator[tuple[str, str, Range]]:
    """Every range of the table: its path (`memberships.ID.share`, `costs.hop`), the entry's label, and the range."""
    yield from _walk(rails, "", rails.title)


def _walk(value: Any, path: str, label: str) -> Iterator[tuple[str, str, Range]]:
    if isinstance(value, Range):
        yield path, label, value
    elif isinstance(value, BaseModel):
        own = str(getattr(value, "label", label))
        for field in type(value).model_fields:
            yield from _walk(getattr(value, field), f"{path}.{field}" if path else field, own)
    elif isinstance(value, tuple):
        for item in value:
            if isinstance(item, BaseModel):
                yield from _walk(item, f"{path}.{getattr(item, 'id', '')}", label)


def with_values(rails: Rails, choose: Callable[[str, Range], float]) -> Rails:
    """A copy of the table with each range replaced by the number `choose(path, range)`, for draws."""
    return Rails.model_construct(**{**rails.__dict__, **_chosen(rails, "", choose)})


def _chosen(model: BaseModel, path: str, choose: Callable[[str, Range], float]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field in type(model).model_fields:
        value, here = getattr(model, field), f"{path}.{field}" if path else field
        if isinstance(value, Range):
            changed[field] = Range.defined(choose(here, value))
        elif isinstance(value, BaseModel):
            changed[field] = value.model_copy(update=_chosen(value, here, choose))
        elif isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
            changed[field] = tuple(
                item.model_copy(update=_chosen(item, f"{here}.{getattr(item, 'id', '')}", choose)) for item in value
            )
    return changed
