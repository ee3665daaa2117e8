"""Scenario files: reading with includes and --set, errors with file and line, writing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from countervail.errors import InputError
from countervail.scenario import tree
from countervail.scenario.messages import explain
from countervail.scenario.override import apply
from countervail.scenario.scenario import Scenario
from countervail.scenario.tree import Node
from countervail.scenario.values import Model

LIBRARY = Path(__file__).with_name("library")
_PREFIX = "library:"
_MAX_INCLUDES = 100

if TYPE_CHECKING:
    _Base = yaml.SafeDumper
else:
    _Base = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def library() -> list[str]:
    """Names of the scenarios that come with the package."""
    parts = ("-club", "-assumptions", "rails")  # included by scenarios, or no scenario at all
    return sorted(path.stem for path in LIBRARY.glob("*.yaml") if not path.stem.endswith(parts))


def load_scenario(name_or_path: str | Path, set: Sequence[str] = ()) -> Scenario:
    """The scenario of that name in the library, or in the file at that path.

    `set` are overrides of the form `path=value`, the value in YAML: `club.reading=interview`,
    `measures.us-iran-oil.enabled=false`, `club.members=[RUS, CHN]`. Raises InputError naming file, line and field.
    """
    return Source.of(name_or_path).scenario(set)


@dataclass(frozen=True, eq=False)
class Source:
    """A scenario as it is written, to be read under one set of overrides after another."""

    root: Node

    @classmethod
    def of(cls, name_or_path: str | Path) -> Source:
        """From a name of the library, or a file with what it includes."""
        return cls(_read(_find(name_or_path), ()))

    @classmethod
    def parse(cls, data: bytes, name: str) -> Source:
        """From the text of a file that is not on this machine; it may include files of the library alone."""
        return cls(_parsed(data, name, LIBRARY / "given", ()))

    def scenario(self, set: Sequence[str] = ()) -> Scenario:
        """The scenario under overrides, as `load_scenario` takes them."""
        if not set:
            return self._written
        root = self.root.shallow()
        for assignment in set:
            apply(root, assignment)
        near = None
        if root.value.get("groups") is self.root.value.get("groups"):  # else names may mean something else
            with suppress(InputError):  # what is wrong in it may be what is set right
                near = self.root, self._written
        scenario = validate(root, near)
        return scenario.model_copy(update={"changes": (*scenario.changes, *set)})

    @cached_property
    def _written(self) -> Scenario:
        return validate(self.root)


def validate(root: Node, near: tuple[Node, Scenario] | None = None) -> Scenario:
    """The scenario of a tree; InputError listing what is wrong and where.

    `near` is a tree with its scenario: what both trees share is not checked again.
    """
    if not isinstance(root.value, dict):
        raise InputError(f"{root.where}: a scenario is a mapping of fields such as `name`, `title`, `club`.")
    try:
        return Scenario.model_validate(root.plain() if near is None else _plain(root, *near))
    except ValidationError as error:
        raise InputError(explain(error, root)) from None


def _plain(node: Node, was: Node | None, found: Any) -> Any:
    """`node.plain()`, with the models `found` in the tree of `was` wherever the two trees share a mapping."""
    if isinstance(node.value, dict):
        if node is was and isinstance(found, Model):
            return found
        before = was.value if was is not None and isinstance(was.value, dict) else {}
        known = found if isinstance(found, dict) else found.__dict__ if isinstance(found, Model) else {}
        return {key: _plain(child, before.get(key), known.get(key)) for key, child in node.value.items()}
    if isinstance(node.value, list):
        items = dict(enumerate(was.value)) if was is not None and isinstance(was.value, list) else {}
        models = dict(enumerate(found)) if isinstance(found, tuple) else {}
        return [_plain(child, items.get(k), models.get(k)) for k, child in enumerate(node.value)]
    return node.value


def dump(scenario: Scenario) -> str:
    """The scenario as YAML that runs by itself: everything resolved, no includes; loads to an equal scenario."""
    data = scenario.model_dump(mode="json", exclude_none=True)
    for measure, written in zip(
        (*scenario.measures, *scenario.new_measures), (*data["measures"], *data["new_measures"]), strict=True
    ):
        for field in {f for f in written if getattr(measure, f) == type(measure).model_fields[f].default}:
            if field not in ("sectors", "enabled"):
                del written[field]
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in library():
        return LIBRARY / f"{text}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    if path.is_dir():
        raise InputError(f"{text}: is a folder, not a scenario file.")
    known = ", ".join(library())
    raise InputError(f"{text}: no such scenario file, and no scenario of that name in the library ({known}).")


def _read(path: Path, above: tuple[Path, ...]) -> Node:
    """The tree of a file with its includes merged in; `above` are the files that include it."""
    shown = path.name if path.is_relative_to(LIBRARY) else str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(tree.MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}.") from None
    return _parsed(data, shown, path, above)


def _parsed(data: bytes, shown: str, path: Path, above: tuple[Path, ...]) -> Node:
    """The tree of a file's text; `path` is where its includes are looked for from."""
    root = tree.parse(tree.decode(data, shown), shown)
    if not isinstance(root.value, dict):
        raise InputError(f"{root.where}: a scenario is a mapping of fields such as `name`, `title`, `club`.")
    includes = root.value.pop("include", None)
    if includes is None:
        return root
    if not isinstance(includes.value, list) or not all(isinstance(i.value, str) for i in includes.value):
        raise InputError(f"{includes.where}: `include` is a list of file names.")
    here = (*above, path.resolve())
    if len(here) > _MAX_INCLUDES or len(includes.value) > _MAX_INCLUDES:
        raise InputError(f"{includes.where}: more than {_MAX_INCLUDES} includes.")
    together: Node | None = None
    for item in includes.value:
        included = _read(_included(item, path, here), here)
        if together is None:
            together = included
        else:
            tree.merge(together, included)
    if together is not None:
        # what the file itself says stands over what it includes; two includes may not disagree
        tree.merge(root, together, override=True)
    return root


def _included(item: Node, path: Path, above: tuple[Path, ...]) -> Path:
    text = str(item.value)
    folder = LIBRARY if text.startswith(_PREFIX) else path.parent
    found = (folder / text.removeprefix(_PREFIX)).resolve()
    # a scenario from elsewhere must not read files of the machine it runs on
    if not (found.is_relative_to(folder.resolve()) or found.is_relative_to(LIBRARY.resolve())):
        raise InputError(
            f"{item.where}: {text!r} lies outside the folder of the file that includes it. Put it inside, or name a "
            f"file of the library as {_PREFIX}NAME."
        )
    if found in above:
        raise InputError(f"{item.where}: {text!r} includes itself, directly or through others.")
    if not found.is_file():
        raise InputError(f"{item.where}: there is no file {text!r} beside {path.name}.")
    return found


class _Dumper(_Base):
    """Writes what `tree` reads: no aliases, and quotes around text that would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: Any, text: str) -> Any:
    style = None if tree.scalar(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)
