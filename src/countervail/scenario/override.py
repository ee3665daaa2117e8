"""`--set path=value`: replaces one value of a scenario before validation."""

from __future__ import annotations

from typing import Any, Final

from countervail.errors import InputError
from countervail.scenario import tree
from countervail.scenario.messages import fields_at, model_at, suggest
from countervail.scenario.tree import Key, Node
from countervail.scenario.values import Range

ADDED: Final[frozenset[tuple[Key, ...]]] = frozenset({("measures",), ("new_measures",)})
"""Lists to which a mapping set at an id that they do not have is added: `new_measures.wall={kind: embargo, ...}`."""


def apply(root: Node, assignment: str) -> None:
    """Set the value at a path of the tree; steps are fields, keys, ids of list items, or their numbers from 0.

    Only `root` itself is changed: the nodes on the way are replaced by copies, and all others may be shared with other
    trees. A mapping set at a new id of `ADDED` is a further item.
    A number set for a range, or for its `value`, becomes an assumption whose range is widened to include it.
    Raises InputError listing the known names where the path leads nowhere.
    """
    path, sign, text = assignment.partition("=")
    path = path.strip()
    if not sign or not path:
        raise InputError(
            f"--set {assignment}: write it as path=value, for example club.reading=interview.", field=path or None
        )
    where = f"--set {assignment}"
    new = _value(text, where, path)
    steps = path.split(".")
    node = root
    loc: list[Key] = []
    for position, step in enumerate(steps[:-1]):
        node, key = _descend(node, step, loc, where, steps[position])
        loc.append(key)
    _assign(node, steps[-1], new, loc, where)


def _value(text: str, where: str, path: str) -> Node:
    """The new value, every node of it at line 0, so that errors name the override alone."""
    if not text.strip():
        return Node(None, where, 0)
    try:
        new = tree.parse(text, where, first_line=0)
    except InputError as error:
        raise InputError(str(error), field=path) from None
    _flatten(new)
    return new


def _descend(node: Node, step: str, loc: list[Key], where: str, name: str) -> tuple[Node, Key]:
    if isinstance(node.value, dict):
        if step not in node.value or node.value[step].value is None:
            if step not in node.value and step not in fields_at(loc):
                raise _unknown(where, name, loc, [*node.value, *fields_at(loc)])
            node.value[step] = Node([] if (*loc, step) in ADDED else {}, where, 0)
        return _own(node, step), step
    if isinstance(node.value, list):
        index = _index(node, step, loc, where)
        return _own(node, index), index
    raise _plain(where, name, loc)


def _own(node: Node, key: Key) -> Node:
    """The child of `node` at `key`, replaced by a copy that may be changed."""
    node.value[key] = child = node.value[key].shallow()
    return child  # type: ignore[no-any-return]


def _assign(node: Node, step: str, new: Node, loc: list[Key], where: str) -> None:
    if isinstance(node.value, list):
        if tuple(loc) in ADDED and isinstance(new.value, dict) and not _is_item(node, step):
            new.value.setdefault("id", Node(step, where, 0))
            node.value.append(new)
            return
        index = _index(node, step, loc, where)
        node.value[index] = new
        return
    if not isinstance(node.value, dict):
        raise _plain(where, step, loc)
    known = fields_at(loc)
    if (known and step not in known) or (not known and step not in node.value):
        raise _unknown(where, step, loc, [*dict.fromkeys([*node.value, *known])])
    number = isinstance(new.value, int | float) and not isinstance(new.value, bool)
    if number and model_at([*loc, step]) is Range:
        old = node.value.get(step)
        new = _replace(old if old is not None and isinstance(old.value, dict) else None, new)
    elif number and step == "value" and model_at(loc) is Range:
        node.value.update(_replace(node, new).value)
        return
    node.value[step] = new


def _replace(old: Node | None, number: Node) -> Node:
    """A range with another central value: an assumption of the user, its ends widened where needed."""
    before: dict[str, Any] = {} if old is None else old.plain()
    value = float(number.value)
    ends = [v for v in (before.get("value"), before.get("low"), before.get("high")) if isinstance(v, int | float)]
    fields: dict[str, Any] = {"value": value, "low": min([value, *ends]), "high": max([value, *ends])}
    if "unit" in before:
        fields["unit"] = before["unit"]
    chosen = fields["low"] < fields["high"]
    fields["basis"] = "assumption" if chosen else "definition"
    fields["note"] = "set by the user" + (f"; was {before['value']:g}" if "value" in before else "")
    return Node({key: Node(v, number.file, 0) for key, v in fields.items()}, number.file, 0)


def _is_item(node: Node, step: str) -> bool:
    return step in [item.item_id() for item in node.value] or (step.isdigit() and int(step) < len(node.value))


def _index(node: Node, step: str, loc: list[Key], where: str) -> int:
    ids = [item.item_id() for item in node.value]
    if step in ids:
        return ids.index(step)
    if step.isdigit() and int(step) < len(node.value):
        return int(step)
    raise _unknown(where, step, loc, [name for name in ids if name is not None] or [str(i) for i in range(len(ids))])


def _plain(where: str, step: str, loc: list[Key]) -> InputError:
    return InputError(f"{where}: `{_path(loc)}` is a plain value and has no `{step}`.", field=_path([*loc, step]))


def _unknown(where: str, step: str, loc: list[Key], known: list[str]) -> InputError:
    place = f"in `{_path(loc)}`" if loc else "at the top"
    hint = suggest(step, list(dict.fromkeys(known)))
    return InputError(f"{where}: there is no `{step}` {place}. {hint}", field=_path([*loc, step]))


def _path(loc: list[Key]) -> str:
    return ".".join(map(str, loc))


def _flatten(node: Node) -> None:
    node.line = 0
    children = node.value.values() if isinstance(node.value, dict) else node.value
    if isinstance(node.value, dict | list):
        for child in children:
            _flatten(child)
