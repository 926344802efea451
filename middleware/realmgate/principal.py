"""Who stands behind a request, frozen all the way down."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The caller as the token of one realm describes it; only a gate makes one that `is_authenticated`.

    `subject` is unique only within its issuer. `expires_at` is in seconds since the epoch (the token's ``exp``).
    `claims` holds every claim of the token, with tuples for arrays and read-only mappings for objects.
    """

    subject: str
    realm: str
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    claims: Mapping[str, Any] = MappingProxyType({})
    expires_at: float | None = None
    is_authenticated: bool = True

    def __repr__(self) -> str:
        """Who and where; the claims stay out of logs."""
        return f"Principal(subject={self.subject!r}, realm={self.realm!r}, client_id={self.client_id!r})"

    def __hash__(self) -> int:
        """So that callers can stand in sets and caches, which their claims cannot; equal ones have the same subject."""
        return hash((self.realm, self.subject))

    @property
    def display_name(self) -> str:
        """What to call the caller on a page: the claim ``name``, else the subject."""
        name = self.claims.get("name")
        return name if isinstance(name, str) else self.subject

    @property
    def identity(self) -> str:
        """The subject, under the name Starlette gives it."""
        return self.subject


_CONTAINERS = frozenset({dict, list})


def anonymous(realm: str = "") -> Principal:
    """Nobody in particular, at the door of a realm or outside all of them."""
    return Principal(subject="", realm=realm, is_authenticated=False)


def freeze(claims: dict[str, Any]) -> Mapping[str, Any]:
    """Make the claims of a token unchangeable; the caller gives the dict away."""
    if not _CONTAINERS.isdisjoint(map(type, claims.values())):
        for name, value in claims.items():
            claims[name] = _frozen(value)
    return MappingProxyType(claims)


def _frozen(value: Any) -> Any:
    """Mappings become read-only views, arrays become tuples."""
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(member) for name, member in value.items()})
    if isinstance(value, list):
        return tuple([_frozen(member) for member in value])
    return value
