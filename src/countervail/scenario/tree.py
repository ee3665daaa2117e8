"""YAML as a tree of values with file and line: one pass over events; no aliases, tags or duplicate keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from countervail.errors import InputError

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
MAX_NODES = 50_000

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# the core schema of YAML 1.2, so that NO is Norway's letters and not false; dates stay text until a field asks for one
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,300}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}

Key = str | int


@dataclass(slots=True)
class Node:
    """A value with its file and line: `value` is a scalar, a dict of nodes by key, or a list of nodes.

    Values of an override (`--set`) have the override as their file and 0 as their line.
    """

    value: Any
    file: str
    line: int

    @property
    def where(self) -> str:
        """File and line, for a message."""
        return _where(self.file, self.line)

    def error(self, problem: str, field: str | None = None) -> InputError:
        """An error about this value, with its file and line."""
        return _error(self.file, self.line, problem, field)

    def shallow(self) -> Node:
        """A copy that may be changed; its children are shared."""
        value = self.value.copy() if isinstance(self.value, dict | list) else self.value
        return Node(value, self.file, self.line)

    def plain(self) -> Any:
        """The value as plain dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def walk(self, loc: tuple[Key, ...]) -> Iterator[tuple[Key, Node]]:
        """The nodes along `loc` as far as they exist, each with its step."""
        node = self
        for step in loc:
            inside = isinstance(node.value, list) and isinstance(step, int) and step < len(node.value)
            if not inside and not (isinstance(node.value, dict) and step in node.value):
                return
            node = node.value[step]
            yield step, node

    def item_id(self) -> str | None:
        """The `id` of a mapping that has one."""
        if isinstance(self.value, dict) and "id" in self.value and isinstance(self.value["id"].value, str):
            return str(self.value["id"].value)
        return None


def scalar(text: str) -> Any:
    """The value of an unquoted scalar: null, a boolean, a number or text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if text.lower() in _SPECIAL:
        return float(_SPECIAL[text.lower()])
    return text


def read_bytes(path: Path, file: str) -> bytes:
    """A file's content up to one byte more than `decode` takes; InputError, naming `file`, where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}.", file=file) from None


def decode(data: bytes, file: str) -> str:
    """The text of a file; InputError where it is too large, binary, not UTF-8 or empty."""
    if len(data) > MAX_BYTES:
        raise InputError(f"{file}: {len(data):,} bytes; a scenario has at most {MAX_BYTES:,}.", file=file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _error(file, line, "not text in UTF-8. A scenario is a YAML file, saved as UTF-8.") from None
    if "\0" in text:
        raise InputError(
            f"{file}: contains NUL characters, so it is not text. A scenario is a YAML file, saved as UTF-8.", file=file
        )
    if not text.strip():
        raise InputError(
            f"{file}: is empty. A scenario needs at least `name` and `title`; see `countervail schema`.",
            file=file,
        )
    return text


def parse(text: str, file: str, first_line: int = 1) -> Node:
    """The tree of one YAML document.

    Raises InputError, with file and line, for broken YAML, more than one document, aliases, anchors, tags, keys that
    are not text or occur twice, and for more depth or values than a scenario can have.
    """
    loader = _Base(text)
    try:
        return _build(loader, file, first_line)
    except yaml.YAMLError as error:
        raise _broken(error, file, first_line) from None
    finally:
        loader.dispose()


def merge(base: Node, extra: Node, path: str = "", *, override: bool = False) -> None:
    """Add `extra` to `base`: mappings merge, lists concatenate (items of one `id` merge).

    A value set in both is that of `base` with `override`, and an InputError without.
    """
    if isinstance(base.value, dict) and isinstance(extra.value, dict):
        for key, node in extra.value.items():
            if key in base.value:
                merge(base.value[key], node, f"{path}.{key}" if path else str(key), override=override)
            else:
                base.value[key] = node
    elif isinstance(base.value, list) and isinstance(extra.value, list):
        known = {name: node for node in base.value if (name := node.item_id()) is not None}
        for node in extra.value:
            name = node.item_id()
            if name is not None and name in known:
                merge(known[name], node, f"{path}.{name}", override=override)
            else:
                base.value.append(node)
                if name is not None:
                    known[name] = node
    elif not override and (base.value != extra.value or path.rsplit(".", 1)[-1] not in ("format", "id")):
        raise extra.error(f"`{path}` is already set in {base.where}. Keep one of the two.", path)


def _build(loader: Any, file: str, first_line: int) -> Node:
    root: Node | None = None
    stack: list[tuple[Node, str | None]] = []  # open collections, each with the key waiting for its value
    count = 0
    while True:
        event = loader.get_event()
        if event is None or isinstance(event, yaml.StreamEndEvent):
            break
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _error(file, _line(event, first_line), "a second document begins; a file holds one.")
        if not isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            continue
        line = _line(event, first_line)
        if isinstance(event, yaml.CollectionEndEvent):
            done, _ = stack.pop()
            if not stack:
                root = done
            continue
        _refuse(event, file, line)
        count += 1
        if count > MAX_NODES:
            raise _error(file, line, f"more than {MAX_NODES:,} values; a scenario has a few thousand.")
        node = Node(_content(event), file, line)
        if stack:
            _place(stack, node)
        if isinstance(node.value, dict | list):
            stack.append((node, None))
            if len(stack) > MAX_DEPTH:
                raise _error(file, line, f"nested more than {MAX_DEPTH} levels deep.")
        elif not stack:
            root = node
    if root is None:
        raise InputError(
            f"{file}: contains only comments. See `countervail schema` for the fields of a scenario.", file=file
        )
    return root


def _content(event: Any) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    return scalar(event.value) if event.implicit[0] else event.value


def _place(stack: list[tuple[Node, str | None]], node: Node) -> None:
    parent, key = stack[-1]
    if isinstance(parent.value, list):
        parent.value.append(node)
    elif key is not None:
        parent.value[key] = node
        stack[-1] = (parent, None)
    else:
        name = node.value
        if isinstance(name, bool | float) or not isinstance(name, str | int):
            raise node.error(f"a key is a word, not {_kind(name)}.")
        if str(name) in parent.value:
            before = parent.value[str(name)].line
            raise node.error(f"the key `{name}` occurs twice, first in line {before}. Keep one.", str(name))
        stack[-1] = (parent, str(name))


def _refuse(event: Any, file: str, line: int) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _error(file, line, f"the alias *{event.anchor} is not allowed. Write the value out.")
    if event.anchor is not None:
        raise _error(file, line, f"the anchor &{event.anchor} is not allowed. Write each value out.")
    if event.tag is not None and event.tag != "!":
        raise _error(file, line, f"the tag {event.tag} is not allowed. Only plain values are read.")


def _line(event: Any, first_line: int) -> int:
    return int(event.start_mark.line) + first_line


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(value)


def _broken(error: yaml.YAMLError, file: str, first_line: int) -> InputError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + first_line if mark is not None else 0
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return _error(file, line, f"broken YAML: {problem}. Check the indentation, colons and quotes there.")


def _error(file: str, line: int, problem: str, field: str | None = None) -> InputError:
    where = _where(file, line)
    return InputError(f"{where}: {problem}", field=field, file=file if line else None, line=line or None)


def _where(file: str, line: int) -> str:
    return f"{file}, line {line}" if line else file
