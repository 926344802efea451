"""JSON in which every name stands once and nothing lies deep. RFC 8259, RFC 7515 §4."""

import json
import re
from typing import Any

import msgspec

MAX_DEPTH = 32

_ARRAY, _OBJECT = b"[{"

# A string may lack its end, so that each byte is looked at once, whatever the text.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[{\[]|[}\]]', re.DOTALL)

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class NotStrictJson(ValueError):
    """Not one JSON object in UTF-8 with unique names; says nothing of the content."""


def parse_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object; refuses doubled names, deep nesting, lone surrogates and everything RFC 8259 does."""
    if not _is_flat(data) and _depth(data) > MAX_DEPTH:
        raise NotStrictJson
    try:
        value = _decode(data)
        # What comes out as it went in held each name once. Other spellings (spaces, escapes) are looked at slowly.
        if _encode(value) != data:
            json.loads(data, object_pairs_hook=_unique)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise NotStrictJson from None
    if not isinstance(value, dict):
        raise NotStrictJson
    return value


def _is_flat(data: bytes) -> bool:
    """Whether there are too few brackets to lie deep; side by side or in a string, many are not deep either.

    None but the first is what nearly every token has, and numbers are sought much faster than bytes are counted.
    """
    if _ARRAY not in data and data.find(_OBJECT, 1) < 0:
        return True
    return data.count(_ARRAY) + data.count(_OBJECT) <= MAX_DEPTH


def _depth(data: bytes) -> int:
    """How deep the brackets lie, without parsing anything else."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.findall(data):
        if token in (b"{", b"["):
            depth += 1
            deepest = max(depth, deepest)
        elif token in (b"}", b"]"):
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson
    return members
