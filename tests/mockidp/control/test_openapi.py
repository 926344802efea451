import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from visitor import quick

from mockidp import MockIdp
from mockidp.control.openapi import document
from mockidp.control.operation import Nothing
from mockidp.control.problems import Problem
from mockidp.control.table import OPERATIONS

LONGEST_WAIT = 60.0
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
GOOD, BAD = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
# Where nothing can be said, nothing wrong can be.
SPEECHLESS = {name for name, operation in OPERATIONS.items() if operation.reads and operation.takes is Nothing}
ATTEMPTS = [(name, mode) for name in OPERATIONS for mode in (GOOD, BAD) if mode is GOOD or name not in SPEECHLESS]
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp(quick()) as running:
        yield running


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(json.loads(msgspec.json.encode(document()))).validate()


def test_it_is_served_as_it_is(idp: MockIdp) -> None:
    answer = requests.get(f"{idp.base_url}/_mockidp/openapi.json", timeout=10)
    assert answer.json() == json.loads(msgspec.json.encode(document()))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_every_operation_is_in_it_with_what_it_takes_and_gives(operation: Any) -> None:
    described = document()["paths"][operation.path][operation.method.lower()]
    assert described["operationId"] == operation.name
    assert described["summary"] == operation.says
    given = described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert given == f"#/components/schemas/{operation.gives.__name__}"
    names = {parameter["name"] for parameter in described.get("parameters", ())}
    assert operation.reads == ("requestBody" not in described)
    assert not operation.reads or names == set(operation.takes.__struct_fields__)


def test_a_problem_is_what_it_says(idp: MockIdp) -> None:
    answer = requests.post(f"{idp.base_url}/_mockidp/clock/set", json={"now": "soon"}, timeout=10)
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (problem.status, problem.place) == (422, "now")


def impatient(case: Any) -> None:
    """Nobody here waits for long; what is too long to be allowed stays so."""
    given = case.query if case.method == "GET" else case.body
    if isinstance(given, dict):
        asked = {name: given[name] for name in ("timeout", "wait") if isinstance(given.get(name), int | float)}
        given.update({name: min(length, 0.01) for name, length in asked.items() if length <= LONGEST_WAIT})
        if case.operation.path in {"/_mockidp/requests/take", "/_mockidp/requests/wait_for"}:
            given.setdefault("timeout", 0)


@pytest.mark.parametrize(("name", "mode"), ATTEMPTS, ids=lambda one: getattr(one, "value", one))
def test_whatever_one_says_has_an_answer_that_the_document_declares(
    idp: MockIdp, name: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(json.loads(msgspec.json.encode(document())))
    described = schema[OPERATIONS[name].path][OPERATIONS[name].method]

    @EXAMPLES
    @given(described.as_strategy(mode))
    def attempt(case: Any) -> None:
        impatient(case)
        case.call_and_validate(base_url=idp.base_url, timeout=20, checks=CHECKS)

    attempt()
