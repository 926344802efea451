"""The compact form of a signature, taken apart but not believed. RFC 7515 §7.1."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from .base64url import NotBase64Url, decode
from .strict_json import NotStrictJson, parse_object

MAX_TOKEN = 16 * 1024
MAX_HEADER = 2 * 1024


class NotCompactJws(ValueError):
    """Not a compact JWS that we would look at further."""


class UnverifiedHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The protected header: what the token says of itself; `typ` in lower case, as media types ignore it (§4.1.9)."""

    alg: str
    kid: str | None
    typ: str | None
    members: Mapping[str, Any]


class UnverifiedJws(msgspec.Struct, frozen=True, kw_only=True):
    """A token's parts; nothing in here has been verified."""

    header: UnverifiedHeader
    payload: bytes
    signing_input: bytes
    signature: bytes


def parse(token: str) -> UnverifiedJws:
    """Take a token apart; raises `NotCompactJws`, which says nothing of the content."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise NotCompactJws
    # Exactly three parts: five would be JWE, an empty third an unsecured token. An empty payload is odd, but a JWS.
    # A dot too many ends up in the payload, and is no base64url there.
    signing_input, _, signature = token.encode().rpartition(b".")
    header, dot, payload = signing_input.partition(b".")
    if not (header and dot and signature):
        raise NotCompactJws
    try:
        return UnverifiedJws(
            header=_parse_header(header),
            payload=decode(payload),
            signing_input=signing_input,
            signature=decode(signature),
        )
    except NotBase64Url:
        raise NotCompactJws from None


# An issuer's tokens share one header segment, so it need be read but once.
@lru_cache(maxsize=256)
def _parse_header(segment: bytes) -> UnverifiedHeader:
    if len(segment) > MAX_HEADER:
        raise NotCompactJws
    try:
        members = parse_object(decode(segment))
    except (NotBase64Url, NotStrictJson):
        raise NotCompactJws from None
    alg, kid, typ = members.get("alg"), members.get("kid"), members.get("typ")
    # No extension is known here, so one that must be understood ends the matter (RFC 7515 §4.1.11).
    if not isinstance(alg, str) or "crit" in members or "b64" in members:
        raise NotCompactJws
    if not isinstance(kid, str | None) or not isinstance(typ, str | None):
        raise NotCompactJws
    return UnverifiedHeader(alg=alg, kid=kid, typ=typ and typ.lower(), members=members)
