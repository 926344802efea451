"""Who stands behind a request, frozen all the way down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller as the token of one realm describes it; only a gate makes one that `is_authenticated`.

    `subject` is unique only within its issuer. `expires_at` is in seconds since the epoch (the token's ``exp``).
    `claims` holds every claim of the token, with tuples for arrays and read-only mappings for objects.
    """

    subject: str
    realm: str
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    claims: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False, hash=False)
    expires_at: float | None = None
    is_authenticated: bool = True

    @property
    def display_name(self) -> str:
        """What to call the caller on a page: the claim ``name``, else the subject."""
        name = self.claims.get("name")
        return name if isinstance(name, str) else self.subject

    @property
    def identity(self) -> str:
        """The subject, under the name Starlette gives it."""
        return self.subject


def anonymous(realm: str = "") -> Principal:
    """Nobody in particular, at the door of a realm or outside all of them."""
    return Principal(subject="", realm=realm, is_authenticated=False)


def freeze(value: Any) -> Any:
    """Make a JSON value unchangeable: mappings become read-only views, arrays become tuples."""
    if isinstance(value, dict):
        return MappingProxyType({name: freeze(member) for name, member in value.items()})
    if isinstance(value, list):
        return tuple([freeze(member) for member in value])
    return value
