"""Operations on the signing keys."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from ..settings.realm import Algorithm
from ..signing.keys import Phase, RealmKeys
from .operation import Operation, expect_realm

if TYPE_CHECKING:
    from ..provider import Provider


class PublishedKey(Struct, frozen=True, kw_only=True):
    """A key in the set, and whether the realm signs with it next, now, or did formerly; `jwk` is its public half."""

    kid: str
    algorithm: Algorithm
    phase: Phase
    jwk: dict[str, Any]


class KeysState(Struct, frozen=True, kw_only=True):
    """The published keys of each realm, the newest first."""

    realms: dict[str, tuple[PublishedKey, ...]]


class OfRealm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The realm whose keys are meant."""

    realm: str


class OfRealms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The realm whose keys are meant; without one, all."""

    realm: str | None = None


class Publish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The realm, and what the new key is for; without it, what the current one is for."""

    realm: str
    algorithm: Algorithm | None = None


class Rotate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The realm, or all without one, and what the new key is for; without it, what the current one is for."""

    realm: str | None = None
    algorithm: Algorithm | None = None


class Revoke(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The realm, and the key; without it, the current one."""

    realm: str
    kid: str | None = None


def keys_state(provider: "Provider") -> KeysState:
    """The published keys of each realm; those that share them have the same."""
    return KeysState(realms={realm: _published(keys) for realm, keys in provider.keys.items()})


def _published(keys: RealmKeys) -> tuple[PublishedKey, ...]:
    named = ((kid, phase, keys.find(kid)) for kid, phase in keys.phases.items())
    return tuple(
        PublishedKey(kid=kid, phase=phase, algorithm=key.algorithm, jwk=key.public())
        for kid, phase, key in named
        if key
    )


def _read(provider: "Provider", _: object) -> KeysState:
    return keys_state(provider)


def _at(act: Callable[[RealmKeys, Any], Any]) -> "Callable[[Provider, Any], KeysState]":
    """What changes the keys of the realm that is named, or of all."""

    def at(provider: "Provider", asked: Any) -> KeysState:
        expect_realm(provider, asked.realm)
        named = provider.keys.values() if asked.realm is None else (provider.keys[asked.realm],)
        for keys in {id(keys): keys for keys in named}.values():
            act(keys, asked)
        return keys_state(provider)

    return at


OPERATIONS: Final = (
    Operation(name="keys", says="The published keys of each realm.", gives=KeysState, act=_read, reads=True),
    Operation(
        name="keys.publish",
        says="Publish a new key, and go on signing with the current one.",
        takes=Publish,
        gives=KeysState,
        act=_at(lambda keys, asked: keys.publish(asked.algorithm)),
    ),
    Operation(
        name="keys.activate",
        says="Sign with the published key that has waited longest.",
        takes=OfRealm,
        gives=KeysState,
        act=_at(lambda keys, _: keys.activate()),
    ),
    Operation(
        name="keys.retire",
        says="Publish former keys no longer.",
        takes=OfRealm,
        gives=KeysState,
        act=_at(lambda keys, _: keys.retire()),
    ),
    Operation(
        name="keys.revoke",
        says="Drop a key at once.",
        takes=Revoke,
        gives=KeysState,
        act=_at(lambda keys, asked: keys.revoke(asked.kid)),
    ),
    Operation(
        name="keys.rotate",
        says="Sign with a new key from now on; the earlier ones stay published.",
        takes=Rotate,
        gives=KeysState,
        act=_at(lambda keys, asked: keys.rotate(asked.algorithm)),
    ),
    Operation(
        name="keys.collide",
        says="Put another key in the current one's place, under the same name.",
        takes=OfRealm,
        gives=KeysState,
        act=_at(lambda keys, _: keys.collide()),
    ),
    Operation(
        name="keys.reset",
        says="Publish only the first key again.",
        takes=OfRealms,
        gives=KeysState,
        act=_at(lambda keys, _: keys.reset()),
    ),
)
