"""Scenario files: reading with includes and overrides, errors with file and line, writing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from countervail.arguments import a_path, checked, either, several, text
from countervail.errors import InputError
from countervail.scenario import tree
from countervail.scenario.commodities import with_commodities
from countervail.scenario.messages import input_error
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
    parts = ("-club", "-assumptions", "rails", "commodities")  # included by scenarios, or not a scenario
    return sorted(path.stem for path in LIBRARY.glob("*.yaml") if not path.stem.endswith(parts))


@checked(name_or_path=a_path, set=either(text, several(str, "texts such as 'club.reading=interview'")))
def load_scenario(name_or_path: str | Path, set: Sequence[str] | str = ()) -> Scenario:
    """The scenario of that name in the library, or in the file at that path.

    `-` is standard input, whose includes are files of the library. A file without a name that states a club alone
    stands for the scenario beside it that `countervail evidence export` wrote with it (`X.yaml`, `X-scenario.yaml`).
    `set` are overrides of the form `path=value`, the value in YAML: `club.reading=interview`,
    `measures.us-iran-oil.enabled=false`, `club.members=[RUS, CHN]`; one of them needs no list. Raises InputError naming
    file, line and field.
    """
    return Source.of(name_or_path).scenario((set,) if isinstance(set, str) else set)


def scenario_of(given: Scenario | str | Path) -> Scenario:
    """The scenario itself, or the one of that name in the library or in the file at that path.

    Raises:
        InputError: it is neither.
    """
    if isinstance(given, Scenario):
        return given
    if not isinstance(given, str | Path):
        raise InputError(
            f"scenario is a {type(given).__name__}; give a Scenario (load_scenario), a name of the library or a path",
            field="scenario",
        )
    return load_scenario(given)


@dataclass(frozen=True, eq=False)
class Source:
    """A scenario as written in its file, to be read under one set of overrides after another."""

    root: Node

    @classmethod
    def of(cls, name_or_path: str | Path) -> Source:
        """From a name of the library, or a file with what it includes; `-` is standard input."""
        if name_or_path == "-":
            return cls.parse(sys.stdin.buffer.read(tree.MAX_BYTES + 1), "standard input")
        path = _find(name_or_path)
        root = _read(path, ())
        whole = path.with_name(f"{path.stem}-scenario.yaml")
        if "name" not in root.value and whole.is_file():  # the scenario that `evidence export` writes beside a club
            root = _read(whole, ())
        return cls(with_commodities(root))

    @classmethod
    def parse(cls, data: bytes, name: str) -> Source:
        """From the text of a file that is not on this machine; it may include only files of the library."""
        return cls(with_commodities(_parsed(data, name, LIBRARY / "given", ())))

    def scenario(self, set: Sequence[str] = ()) -> Scenario:
        """The scenario under overrides, as `load_scenario` takes them."""
        if not set:
            return self._written
        root = self.root.shallow()
        for assignment in set:
            apply(root, assignment)
        near = None
        if root.value.get("groups") is self.root.value.get("groups"):  # else a name may mean another group
            with suppress(InputError):  # an override may correct an error of the file
                near = self.root, self._written
        scenario = validate(root, near)
        return scenario.model_copy(update={"changes": (*scenario.changes, *set)})

    @cached_property
    def _written(self) -> Scenario:
        return validate(self.root)


def validate(root: Node, near: tuple[Node, Scenario] | None = None) -> Scenario:
    """The scenario of a tree; InputError listing what is wrong and where.

    `near` is another tree with its scenario: mappings that both trees share are not validated again.
    """
    _check_mapping(root)
    try:
        return Scenario.model_validate(root.plain() if near is None else _plain(root, *near))
    except ValidationError as error:
        raise input_error(error, root) from None


def _check_mapping(root: Node) -> None:
    if not isinstance(root.value, dict):
        raise root.error("a scenario is a mapping of fields such as `name`, `title`, `club`.")


def _plain(node: Node, other: Node | None, model: Any) -> Any:
    """`node.plain()`, with the parts of `model`, the value of the tree `other`, wherever both trees share a mapping."""
    if isinstance(node.value, dict):
        if node is other and isinstance(model, Model):
            return model
        before = other.value if other is not None and isinstance(other.value, dict) else {}
        known = model if isinstance(model, dict) else model.__dict__ if isinstance(model, Model) else {}
        return {key: _plain(child, before.get(key), known.get(key)) for key, child in node.value.items()}
    if isinstance(node.value, list):
        items = dict(enumerate(other.value)) if other is not None and isinstance(other.value, list) else {}
        models = dict(enumerate(model)) if isinstance(model, tuple) else {}
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
        raise InputError(f"{text}: is a folder, not a scenario file.", file=text)
    known = ", ".join(library())
    raise InputError(
        f"{text}: no such scenario file, and no scenario of that name in the library ({known}).", file=text
    )


def _read(path: Path, above: tuple[Path, ...]) -> Node:
    """The tree of a file with its includes merged in; `above` are the files that include it."""
    shown = path.name if path.is_relative_to(LIBRARY) else str(path)
    return _parsed(tree.read_bytes(path, shown), shown, path, above)


def _parsed(data: bytes, shown: str, path: Path, above: tuple[Path, ...]) -> Node:
    """The tree of a file's text; its includes are relative to `path`."""
    root = tree.parse(tree.decode(data, shown), shown)
    _check_mapping(root)
    includes = root.value.pop("include", None)
    if includes is None:
        return root
    if not isinstance(includes.value, list) or not all(isinstance(i.value, str) for i in includes.value):
        raise includes.error("`include` is a list of file names.", "include")
    here = (*above, path.resolve())
    if len(here) > _MAX_INCLUDES or len(includes.value) > _MAX_INCLUDES:
        raise includes.error(f"more than {_MAX_INCLUDES} includes.", "include")
    together: Node | None = None
    for item in includes.value:
        included = _read(_included(item, path, here), here)
        if together is None:
            together = included
        else:
            tree.merge(together, included)
    if together is not None:
        # the file's own values override those it includes; two includes may not disagree
        tree.merge(root, together, override=True)
    return root


def _included(item: Node, path: Path, above: tuple[Path, ...]) -> Path:
    text = str(item.value)
    folder = LIBRARY if text.startswith(_PREFIX) else path.parent
    target = (folder / text.removeprefix(_PREFIX)).resolve()
    # a scenario from elsewhere must not read files of the machine it runs on
    if not (target.is_relative_to(folder.resolve()) or target.is_relative_to(LIBRARY.resolve())):
        raise item.error(
            f"{text!r} is outside the folder of the file that includes it. Put it inside, or name a file of the "
            f"library as {_PREFIX}NAME.",
            "include",
        )
    if target in above:
        raise item.error(f"{text!r} includes itself, directly or through others.", "include")
    if not target.is_file():
        raise item.error(f"there is no file {text!r} beside {path.name}.", "include")
    return target


class _Dumper(_Base):
    """Writes what `tree` reads: no aliases, and quotes around text that would be read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: Any, text: str) -> Any:
    style = None if tree.scalar(text) == text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)
