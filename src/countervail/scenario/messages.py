"""Error messages for invalid values: file, line, field, what is wrong and what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from countervail.errors import InputError
from countervail.scenario.scenario import Scenario
from countervail.scenario.tree import Key, Node

_SHOWN = 12


def input_error(error: ValidationError, root: Node, model: type[BaseModel] = Scenario) -> InputError:
    """What to raise for a tree that `model` refuses: one line an error, at most a dozen, and the data of the first."""
    details = error.errors(include_url=False)
    # a list whose entries are wrong counts as too short, which says nothing more
    wrong = {detail["loc"][:k] for detail in details for k in range(len(detail["loc"]))}
    details = [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in wrong]
    problems = [_problem(detail, root, model) for detail in details]
    lines = list(dict.fromkeys(str(problem) for problem in problems))
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"... and {len(lines) - _SHOWN} more."]
    first = problems[0]
    return InputError("\n".join(lines), field=first.field, file=first.file, line=first.line)


def _problem(detail: ErrorDetails, root: Node, model: type[BaseModel]) -> InputError:
    loc: tuple[Key, ...] = detail.get("ctx", {}).get("loc", detail["loc"])
    node, names = root, []
    for step, child in root.walk(loc):
        node = child
        names.append(child.item_id() or str(step) if isinstance(step, int) else str(step))
    # the message of a check of a whole item begins with the field: point at that field's line
    word = re.match(r"(?:Value error, )?`?(\w+)", detail["msg"])
    if detail["type"] == "value_error" and word and isinstance(node.value, dict) and word[1] in node.value:
        node = node.value[word[1]]
        names.append(word[1])
    # steps beyond the tree are fields that are missing
    names += [str(step) for step in loc[len(names) :] if isinstance(step, str)]
    field = ".".join(names)
    text = _text(detail, loc, model)
    return node.error(f"`{field}`: {text}" if field else text, field or None)


def _text(detail: ErrorDetails, loc: tuple[Key, ...], model: type[BaseModel]) -> str:
    kind, ctx, given = detail["type"], detail.get("ctx", {}), detail.get("input")
    if kind == "extra_forbidden":
        return "unknown field. " + suggest(str(loc[-1]), fields_at(loc[:-1], model))
    if kind == "missing":
        return "is missing."
    if kind == "literal_error":
        return f"unknown value {given!r}. " + suggest(str(given), _literals(str(ctx.get("expected", ""))))
    if kind in ("value_error", "scenario"):
        return str(detail["msg"]).removeprefix("Value error, ").rstrip(".") + "."
    if kind == "too_short" and loc:
        return f"needs at least {ctx.get('min_length', 1)} entry."
    if kind == "string_pattern_mismatch":
        return f"{given!r} is no short name: letters, digits, - and _ only, beginning with a letter or digit."
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"a mapping of fields is expected, not {_short(given)}. " + suggest("", fields_at(loc, model))
    if kind == "tuple_type":
        return f"a list is expected, not {_short(given)}."
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, got {_short(given)}."


def suggest(name: str, known: Sequence[str]) -> str:
    """The nearest of the known names, and all of them."""
    if not known:
        return "There are none."
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"{hint}Allowed: {', '.join(known)}."


def fields_at(loc: Sequence[Key], root: type[BaseModel] = Scenario) -> tuple[str, ...]:
    """The fields of the model at `loc`; empty where there is no model."""
    model = model_at(loc, root)
    return tuple(model.model_fields) if model is not None else ()


def model_at(loc: Sequence[Key], root: type[BaseModel] = Scenario) -> type[BaseModel] | None:
    """The model of the values at `loc` under `root`, through lists and maps; None where they are plain."""
    annotation: Any = root
    for step in loc:
        model = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
        if model is not None:
            if step not in model.model_fields:
                return None
            annotation = _inner(model.model_fields[str(step)].annotation)
        else:
            arguments = get_args(annotation)
            if not arguments:
                return None
            annotation = _inner(arguments[1] if annotation.__origin__ is dict else arguments[0])
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _inner(annotation: Any) -> Any:
    """An optional or annotated type without its None."""
    arguments = get_args(annotation)
    if type(None) in arguments:
        return next(a for a in arguments if a is not type(None))
    return annotation


def _literals(expected: str) -> list[str]:
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]


def _short(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
