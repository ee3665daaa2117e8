"""A regular expression that finds the longest of many names in one linear pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

Node = dict[str, "Node"]


def _build(node: Node) -> str:
    branches = [re.escape(char) + _build(child) for char, child in node.items() if char]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    if "" in node:
        return f"(?:{body})?"
    return body


def alternatives(names: Iterable[str]) -> str:
    """The pattern of any of the names, longest first, with shared prefixes merged so that matching does not retry each
    name."""
    root: Node = {}
    for name in names:
        node = root
        for char in name:
            node = node.setdefault(char, {})
        node[""] = {}
    return _build(root)
