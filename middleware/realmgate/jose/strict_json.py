"""JSON in which every name stands once and nothing lies deep. RFC 8259, RFC 7515 §4."""

import json
from typing import Any

import msgspec

MAX_DEPTH = 32

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class NotStrictJson(ValueError):
    """Not one JSON object in UTF-8 with unique names; says nothing of the content."""


def parse_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object; refuses doubled names, deep nesting, lone surrogates and everything RFC 8259 does."""
    # Brackets inside strings count too: a text with that many of them is no loss.
    if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
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


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson
    return members
