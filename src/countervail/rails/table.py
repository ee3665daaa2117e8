"""Reading a rails table, and listing or replacing its ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from countervail import scenario
from countervail.errors import InputError
from countervail.rails.rails import ALL, Rails
from countervail.scenario import CLUB, tree
from countervail.scenario.messages import input_error
from countervail.scenario.values import Range, map_ranges, own_groups, walk_ranges

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
    return walk_ranges(rails, label=rails.title)


def with_values(rails: Rails, choose: Callable[[str, Range], float]) -> Rails:
    """A copy of the table with each range replaced by the number `choose(path, range)`, for draws."""
    changed: Rails = map_ranges(rails, lambda path, number: Range.defined(choose(path, number)))
    return changed
