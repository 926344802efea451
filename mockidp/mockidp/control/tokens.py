"""Operations on tokens: make one, and see those that were issued."""

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from msgspec import Meta, Struct

from ..captured.journal import IssuedToken, read_part
from .clock import LATEST, Length
from .operation import Operation, expect_realm
from .plain import plain

if TYPE_CHECKING:
    from ..provider import Provider

T = TypeVar("T")
NotBefore = Annotated[float, Meta(ge=-LATEST, le=LATEST, description="Seconds since 1970.")]


class MintToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the token is to say; `subject` and `client` are the realm's first ones where they are left out.

    `expires_in` is a number of seconds, also a negative one, or a text such as 5m.
    """

    realm: str
    subject: str | None = None
    client: str | None = None
    scope: str = ""
    audience: str | tuple[str, ...] | None = None
    claims: dict[str, Any] = {}
    expires_in: Length | str | None = None
    not_before: NotBefore | None = None
    fault: str | None = None


class MintedToken(Struct, frozen=True, kw_only=True):
    """A token, and what it says as far as that can be read."""

    access_token: str
    token_type: str
    claims: Any


class ShownToken(Struct, frozen=True, kw_only=True):
    """A token that was issued, at the provider's time, and what it says as far as that can be read."""

    kind: str
    realm: str
    client: str
    subject: str
    at: float
    token: str
    header: Any
    claims: Any


class IssuedTokens(Struct, frozen=True, kw_only=True):
    """The last tokens that were issued, the oldest first."""

    issued: tuple[ShownToken, ...]


def shown_token(token: IssuedToken) -> ShownToken:
    """The token as it goes over the wire."""
    return ShownToken(**{name: plain(getattr(token, name)) for name in ShownToken.__struct_fields__})


def _mint(provider: "Provider", asked: MintToken) -> MintedToken:
    expect_realm(provider, asked.realm)
    token = provider.token(
        asked.realm,
        subject=asked.subject,
        client=asked.client,
        scope=asked.scope,
        audience=list(asked.audience) if isinstance(asked.audience, tuple) else asked.audience,
        claims=asked.claims,
        expires_in=_whole(asked.expires_in),
        not_before=_whole(asked.not_before),
        fault=asked.fault,
    )
    return MintedToken(access_token=token, token_type="Bearer", claims=plain(read_part(token, 1)))  # noqa: S106  # its kind


def _whole(number: T) -> T | int:
    """As people write it: JSON knows no difference between 5 and 5.0, a token shows one."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _issued(provider: "Provider", _: object) -> IssuedTokens:
    return IssuedTokens(issued=tuple(shown_token(token) for token in provider.tokens))


OPERATIONS: Final = (
    Operation(
        name="token",
        says="Make a signed access token without any ceremony.",
        takes=MintToken,
        gives=MintedToken,
        act=_mint,
        positional=("realm",),
    ),
    Operation(name="tokens", says="The last tokens that were issued.", gives=IssuedTokens, act=_issued, reads=True),
)
