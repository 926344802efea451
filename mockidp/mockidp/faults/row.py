"""One row of the catalogue: what lies, and what those who look closely say to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypedDict

from ..settings.realm import Algorithm
from ..signing.keys import RealmKeys
from ..signing.token_draft import Draft

if TYPE_CHECKING:
    from ..signing.signing_key import SigningKey
    from .exchange import Exchange

TokenKind = Literal["access_token", "id_token"]
Endpoint = Literal[
    "authorize",
    "device",
    "discovery",
    "introspect",
    "jwks",
    "login",
    "logout",
    "revoke",
    "token",
    "userinfo",
]

BOTH: Final[tuple[TokenKind, ...]] = ("access_token", "id_token")
ACCESS_TOKEN: Final[tuple[TokenKind, ...]] = ("access_token",)
ID_TOKEN: Final[tuple[TokenKind, ...]] = ("id_token",)

REFUSED: Final = "refused as invalid (401 `invalid_token`)"


class Whom(TypedDict, total=False):
    """Whom a fault is for; what is left out, or None, is everybody."""

    realm: str | None
    client: str | None
    user: str | None
    endpoint: Endpoint | None
    token: TokenKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """What a realm's tokens must not be taken for: another realm of the same server, or one that does not exist."""

    issuer: str
    audience: str
    keys: RealmKeys = field(repr=False)


Lie: TypeAlias = Callable[[Draft, Foreign], str]


@dataclass(frozen=True, slots=True)
class TokenFault:
    """A token that is not what it should be. `lies` and `verdict` are for people."""

    name: str
    lies: str
    lie: Lie = field(repr=False)
    tokens: tuple[TokenKind, ...] = BOTH
    verdict: str = REFUSED


@dataclass(frozen=True, slots=True)
class EndpointFault:
    """An answer that is not what it should be; with an `endpoint`, only that one can give it.

    `usual` is the number it takes where none is given, and `at_most` bounds that; None for a fault that takes none.
    """

    name: str
    lies: str
    verdict: str
    act: "Callable[[Exchange], Awaitable[None]]" = field(repr=False)
    endpoint: Endpoint | None = None
    usual: float | None = None
    at_least: float = 0
    at_most: float = 0


Fault: TypeAlias = TokenFault | EndpointFault


@lru_cache
def stranger(algorithm: Algorithm) -> "SigningKey":
    """A key that no realm publishes; one for the process, since an RSA key takes tens of milliseconds."""
    return RealmKeys(algorithm).current
