"""The OpenAPI document of the control surface, made from the table."""

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import msgspec

from .operation import PREFIX, Operation
from .problems import MEDIA_TYPE, Problem
from .table import OPERATIONS
from .wording import sentence

DOCUMENT: Final = f"{PREFIX}openapi.json"
_TEMPLATE: Final = "#/components/schemas/{name}"
_ALWAYS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_TO_POSTS: Final = (
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_TO_WAITING: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE)


@cache
def document() -> dict[str, Any]:
    """The document (OpenAPI 3.1)."""
    from importlib.metadata import version  # noqa: PLC0415  # loading it takes time, and few ask for this document

    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockidp control",
            "version": version("realmgate"),
            "description": "Controls a mock identity provider while it runs. For this machine, or with a token.",
        },
        "paths": {
            operation.path: {operation.method.lower(): _described(operation)} for operation in OPERATIONS.values()
        },
        "components": {"schemas": _schemas()[1], "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


@cache
def _schemas() -> tuple[dict[type, Any], dict[str, Any]]:
    types = list(
        dict.fromkeys(kind for operation in OPERATIONS.values() for kind in (operation.takes, operation.gives))
    )
    found, components = msgspec.json.schema_components([*types, Problem], ref_template=_TEMPLATE)
    for operation in OPERATIONS.values():
        for name, schema in components[operation.takes.__name__].get("properties", {}).items():
            schema["description"] = sentence(operation, name)
    return dict(zip([*types, Problem], found, strict=True)), components


def _described(operation: Operation) -> dict[str, Any]:
    schemas, _ = _schemas()
    return {
        "operationId": operation.name,
        "summary": operation.says,
        "tags": [operation.name.partition(".")[0]],
        **(_parameters(operation) if operation.reads else _body(schemas[operation.takes])),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": schemas[operation.gives]}}},
            **_problems(operation, schemas[Problem]),
        },
    }


def _parameters(operation: Operation) -> dict[str, Any]:
    _, components = _schemas()
    properties = components[operation.takes.__name__].get("properties", {})
    listed = [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    return {"parameters": listed} if listed else {}


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _problems(operation: Operation, schema: Any) -> dict[str, Any]:
    statuses: Iterable[HTTPStatus] = (
        *_ALWAYS,
        *(() if operation.reads else _TO_POSTS),
        *(_TO_WAITING if operation.waits else ()),
    )
    return {
        str(status.value): {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted(statuses)
    }
