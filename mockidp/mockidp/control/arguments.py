"""Reads what an operation takes, from a JSON body or a query: strictly, each member once."""

import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.inspect import type_info
from msgspec.structs import fields

from ..choices import choices
from .problems import Refused, wrong_argument

MOST: Final = 64 * 1024
MOST_PARAMETERS: Final = 100


def from_body(body: bytes, takes: type[Struct]) -> Struct:
    """The arguments in a JSON object; Refused says what is wrong with it."""
    try:
        json.loads(body.decode("utf-8"), object_pairs_hook=_once)
        return msgspec.json.decode(body, type=takes)
    except msgspec.ValidationError as error:
        raise _with_choices(wrong_argument(error), takes) from None
    except (ValueError, RecursionError) as error:
        doubled = str(error) if isinstance(error, _Doubled) else "expected a JSON object in UTF-8, such as {}"
        raise Refused(HTTPStatus.BAD_REQUEST, doubled) from None


def from_query(query: bytes, takes: type[Struct]) -> Struct:
    """The arguments in a query, whose numbers are written as text."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
        return msgspec.convert(_once(pairs), takes, strict=False)
    except msgspec.ValidationError as error:
        raise wrong_argument(error) from None
    except ValueError as error:
        doubled = str(error) if isinstance(error, _Doubled) else "expected a query such as since=1&wait=5"
        raise Refused(HTTPStatus.BAD_REQUEST, doubled) from None


def _with_choices(wrong: Refused, takes: type[Struct]) -> Refused:
    """The same, with what there is to choose from where the argument is one of few."""
    kinds = {field.name: type_info(field.type) for field in fields(takes)}
    there = choices(kinds.get(wrong.place.partition("[")[0]))
    return Refused(wrong.status, f"{wrong.detail}; expected {', '.join(there)}", wrong.place) if there else wrong


class _Doubled(ValueError):
    """A name stands there twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Doubled("expected each member once")
    return found
