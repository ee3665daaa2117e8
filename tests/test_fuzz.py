"""Mutated scenarios and worlds are refused by name or valid: a few here; `make fuzz` goes on until time is up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from support.fuzz_targets import TARGETS, corpus, documents


@pytest.mark.parametrize("kind", ["scenario", "world"])
def test_fuzzed_inputs_are_refused_by_name_or_valid(kind: str) -> None:
    for data in corpus(kind):
        TARGETS[kind](data)

    @settings(max_examples=100, deadline=None)
    @given(documents(kind))
    def feed(data: bytes) -> None:
        TARGETS[kind](data)

    feed()
