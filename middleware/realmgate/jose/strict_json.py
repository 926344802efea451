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
    # Any bracket but the first may lie within another; nearly every token has none.
    if (_ARRAY in data or data.find(_OBJECT, 1) >= 0) and _depth(data) > MAX_DEPTH:
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


def _depth(data: bytes) -> int:
    """How deep the brackets lie, or how many there are, where they are too few to lie deep."""
    brackets = data.count(_ARRAY) + data.count(_OBJECT)
    if brackets <= MAX_DEPTH:
        return brackets
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
