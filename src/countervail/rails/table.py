"""Reading a rails table, and walking or replacing the ranges in it."""

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
from countervail.scenario.values import Range, own_groups

BUNDLED = Path(scenario.__file__).with_name("library") / "rails.yaml"


def load_rails(path: str | Path | None = None) -> Rails:
    """The rails table in the file at `path`, or the one that comes with the package.

    Raises InputError naming file, line, entry and field for what is broken, missing, unknown or out of bounds.
    """
    return _bundled() if path is None else _read(Path(path))


@cache
def _bundled() -> Rails:
    return _read(BUNDLED)


def _read(path: Path) -> Rails:
    shown = path.name if path == BUNDLED else str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(tree.MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}.") from None
    return parse_rails(tree.parse(tree.decode(data, shown), shown))


def parse_rails(root: tree.Node) -> Rails:
    """The rails table of a tree of values; InputError listing what is wrong and where."""
    if not isinstance(root.value, dict):
        raise InputError(f"{root.where}: a rails table is a mapping of `rails`, `currencies`, `memberships` and so on.")
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(root.plain())
    except ValidationError as error:
        lines = dict.fromkeys(_explain(detail, root) for detail in error.errors(include_url=False))
        raise InputError("\n".join(lines)) from None


def checked(rails: Rails) -> Rails:
    """The same table, validated as a whole; InputError naming what does not fit."""
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(rails.model_dump())
    except ValidationError as error:
        whats = (str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors(include_url=False))
        raise InputError("\n".join(f"rails table: {what.rstrip('.')}." for what in dict.fromkeys(whats))) from None


def _explain(detail: Any, root: tree.Node) -> str:
    node, names = root, []
    for step, found in root.walk(detail["loc"]):
        node = found
        names.append(found.item_id() or str(step))
    names += [str(step) for step in detail["loc"][len(names) :]]
    what = {"missing": "is missing", "extra_forbidden": "is no field of this entry"}.get(
        detail["type"], str(detail["msg"]).removeprefix("Value error, ")
    )
    where = f"`{'.'.join(names)}`: " if names else ""
    return f"{node.where}: {where}{what.rstrip('.')}."


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
    """A copy of the table in which each range is the one number that `choose(path, range)` gives: for draws."""
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
