"""The API fuzzed from its own OpenAPI document: nothing breaks it, and every answer is of a kind that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from support.served import TOKEN, WALL, app, cookie, serving

OPERATIONS = (
    "GET /api/meta",
    "GET /api/charts",
    "POST /api/scenario",
    "POST /api/worlds",
    "POST /api/country",
    "POST /api/compare",
    "POST /api/margin",
    "POST /api/pair",
    "POST /api/payments",
    "POST /api/scenario.yaml",
    "POST /api/scenarios",
    "POST /api/run",
    "POST /api/coalitions",
    "POST /api/write",
    "POST /api/read",
    "GET /api/jobs/{id}",
    "DELETE /api/jobs/{id}",
    "GET /api/jobs/{id}/events",
    "GET /api/jobs/{id}/files/{name}",
)
EXAMPLES = 25
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
SENSIBLE = (
    "club.china=none",
    "club.members=[RUS]",
    "club.provisions.market.effect=0.1",
    "measures.russia.enabled=false",
    "settings.horizon=short",
    "club.chna=1",
    WALL,
)


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Any, dict[str, str]]]:
    """The API, and the headers of whoever may use it."""
    with serving(app()) as client:
        headers = {"X-Countervail-Token": TOKEN, "Cookie": cookie(client)}
        schema = schemathesis.openapi.from_url(f"{client.base_url}/api/openapi.json", headers=headers)
        yield _sensible(schema), headers


def _sensible(schema: Any) -> Any:
    """With half of the states such as the page sends, so that more is tried than the refusal of unknown scenarios."""

    @schema.hook
    def map_body(context: Any, body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("scenario"), str) and len(body["scenario"]) % 2:
            given = body.get("set")
            chosen = [SENSIBLE[len(str(s)) % len(SENSIBLE)] for s in given[:3]] if isinstance(given, list) else []
            return {**body, "scenario": "test", "set": chosen, "case": None}
        return body

    return schema


@pytest.mark.parametrize(
    ("operation", "mode"),
    [
        (operation, mode)
        for operation in OPERATIONS
        for mode in GenerationMode
        if mode.is_positive or operation not in ("GET /api/meta", "GET /api/charts")  # which take nothing
    ],
)
def test_nothing_breaks_it(api: tuple[Any, dict[str, str]], operation: str, mode: GenerationMode) -> None:
    schema, headers = api
    method, path = operation.split()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schema[path][method].as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    fuzz()


def test_everything_is_fuzzed(api: tuple[Any, dict[str, str]]) -> None:
    schema, _ = api
    operations = [
        f"{method.upper()} {path}" for path, methods in schema.raw_schema["paths"].items() for method in methods
    ]
    assert sorted(operations) == sorted(OPERATIONS)
