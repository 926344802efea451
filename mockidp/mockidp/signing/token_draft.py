"""A token before it is sealed: its header, its claims and the key that will sign them (RFC 7515 §3.1)."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from .signing_key import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a token is going to say, and who says it."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    key: "SigningKey" = field(repr=False)


Seal = Callable[[Draft], str]


def seal(draft: Draft) -> str:
    """The signed token, as it should be."""
    return assemble(encode(draft.header), encode(draft.claims), draft.key.sign)


def assemble(header: bytes, payload: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The three parts of a token, whatever they hold."""
    signed = b".".join((base64url(header), base64url(payload)))
    return b".".join((signed, base64url(sign(signed)))).decode("ascii")


def encode(members: Mapping[str, Any]) -> bytes:
    """The JSON of a header or of claims."""
    return msgspec.json.encode(members)


def base64url(data: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")
