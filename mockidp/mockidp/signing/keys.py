"""The signing keys of a realm, made when they are first needed, and where each of them stands.

So is loaded what makes them, since that takes as long as an RSA key: it is nothing to start with, nor to say `--help`.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from ..settings.realm import Algorithm

if TYPE_CHECKING:
    from .signing_key import SigningKey

Phase = Literal["next", "current", "former"]


class RealmKeys:
    """The keys that a realm publishes: those to come, the one it signs with, those it signed with. Thread safe.

    A key is published, then activated, then retired; `rotate`, `revoke` and `collide` are shorter ways.
    """

    def __init__(self, algorithm: Algorithm, *, first: "SigningKey | None" = None) -> None:
        self.usual: Final = algorithm  # what the first key is for
        self._lock = threading.Lock()
        self._first = first
        self._newest_first: tuple[SigningKey, ...] = ()
        self._waiting = 0  # how many of them are published and not in use yet
        self._before: tuple[SigningKey, ...] | None = None

    @property
    def current(self) -> "SigningKey":
        """The key to sign with; the first look makes it, since an RSA key takes tens of milliseconds."""
        with self._lock:
            return self._known()[self._waiting]

    @property
    def made(self) -> bool:
        """Is there a key? Looking makes none, and waits for nobody who is making one."""
        return bool(self._newest_first)

    @property
    def algorithm(self) -> Algorithm:
        """What the realm signs with now."""
        return self.current.algorithm if self._newest_first else self.usual

    @property
    def algorithms(self) -> tuple[Algorithm, ...]:
        """What its published keys are for, each once, the newest first."""
        with self._lock:
            return tuple(dict.fromkeys(key.algorithm for key in self._newest_first)) or (self.usual,)

    @property
    def phases(self) -> dict[str, Phase]:
        """Where each published key stands, by its `kid`, the newest first."""
        with self._lock:
            return {key.kid: self._phase(at) for at, key in enumerate(self._known())}

    def publish(self, algorithm: Algorithm | None = None) -> "SigningKey":
        """Show a new key in the set, and go on signing with the current one."""
        key = _new(algorithm or self.algorithm)
        with self._lock:
            self._change((key, *self._known()), waiting=self._waiting + 1)
        return key

    def activate(self) -> "SigningKey":
        """Sign with the published key that has waited longest; LookupError where none waits."""
        with self._lock:
            if not self._waiting:
                raise LookupError("no key is waiting: publish() one first, or rotate()")
            self._change(self._known(), waiting=self._waiting - 1)
            return self._newest_first[self._waiting]

    def retire(self) -> "tuple[SigningKey, ...]":
        """Publish the keys no longer that were signed with before; those keys."""
        with self._lock:
            known = self._known()
            self._change(known[: self._waiting + 1], waiting=self._waiting)
            return known[self._waiting + 1 :]

    def revoke(self, kid: str | None = None) -> "SigningKey":
        """Drop a key at once, by default the current one, and go on with one that waits or a new one; that key."""
        with self._lock:
            known = self._known()
            gone = known[self._waiting].kid if kid is None else kid
            at = next((at for at, key in enumerate(known) if key.kid == gone), None)
            if at is None:
                raise LookupError(f"no key is named {gone!r}; published are {', '.join(key.kid for key in known)}")
            left, used = known[:at] + known[at + 1 :], self._phase(at) != "former"
            if used and not self._waiting:
                self._change((_new(known[at].algorithm), *left), waiting=0)
            else:
                self._change(left, waiting=self._waiting - used)
            return self._newest_first[self._waiting]

    def rotate(self, algorithm: Algorithm | None = None) -> "SigningKey":
        """Sign with a new key from now on; the earlier ones stay published."""
        key = _new(algorithm or self.algorithm)
        with self._lock:
            known, at = self._known(), self._waiting
            self._change((*known[:at], key, *known[at:]), waiting=at)
        return key

    def collide(self) -> "SigningKey":
        """Put a new key in the current one's place, under the same `kid`: verifiers that remember by name go wrong."""
        with self._lock:
            known, at = self._known(), self._waiting
            key = _new(known[at].algorithm, kid=known[at].kid)
            self._change((*known[:at], key, *known[at + 1 :]), waiting=at)
        return key

    def reset(self) -> None:
        """Only the first key again, for whoever knows it already."""
        with self._lock:
            self._newest_first = () if self._first is None else (self._first,)
            self._waiting = 0
            self._before = None

    def find(self, kid: str) -> "SigningKey | None":
        """The published key of this name."""
        with self._lock:
            return next((key for key in self._known() if key.kid == kid), None)

    def jwks(self) -> dict[str, Any]:
        """The JWK Set to publish (RFC 7517 §5)."""
        with self._lock:
            known = self._known()
        return {"keys": [key.public() for key in known]}

    def jwks_before(self) -> dict[str, Any]:
        """The JWK Set as it was before the last change, which a stale cache still serves."""
        with self._lock:
            known = self._known() if self._before is None else self._before
        return {"keys": [key.public() for key in known]}

    def _known(self) -> "tuple[SigningKey, ...]":
        if not self._newest_first:
            self._newest_first = (self._first or _new(self.usual),)
        self._first = self._first or self._newest_first[0]
        return self._newest_first

    def _change(self, newest_first: "tuple[SigningKey, ...]", *, waiting: int) -> None:
        if newest_first != self._newest_first:
            self._before = self._newest_first
        self._newest_first, self._waiting = newest_first, waiting

    def _phase(self, at: int) -> Phase:
        if at == self._waiting:
            return "current"
        return "next" if at < self._waiting else "former"


class NoSuchRealm(KeyError):
    """No realm has this name; the text says which there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class AllKeys(Mapping[str, RealmKeys]):
    """The signing keys of every realm, by its name."""

    def __init__(self, by_realm: Mapping[str, RealmKeys]) -> None:
        self._by_realm = dict(by_realm)

    def __getitem__(self, realm: str) -> RealmKeys:
        if realm not in self._by_realm:
            raise NoSuchRealm(f"there is no realm {realm!r}; there are {', '.join(self._by_realm)}")
        return self._by_realm[realm]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_realm)

    def __len__(self) -> int:
        return len(self._by_realm)

    def become(self, by_realm: Mapping[str, RealmKeys]) -> None:
        """Hold the keys of these realms from now on."""
        self._by_realm = dict(by_realm)

    @property
    def made(self) -> bool:
        """Has every realm its first key?"""
        return all(keys.made for keys in self._by_realm.values())

    def warm_up(self) -> None:
        """Make the first keys now, which would be made when they are first needed."""
        for keys in self._each():
            keys.current  # noqa: B018  # the first look makes it

    def rotate(self) -> None:
        """Have every realm sign with a new key from now on; keys that realms share are rotated once."""
        for keys in self._each():
            keys.rotate()

    def reset(self) -> None:
        """Have every realm publish only its first key again."""
        for keys in self._each():
            keys.reset()

    def _each(self) -> tuple[RealmKeys, ...]:
        return tuple({id(keys): keys for keys in self._by_realm.values()}.values())


def _new(algorithm: Algorithm, *, kid: str | None = None) -> "SigningKey":
    from .signing_key import SigningKey  # noqa: PLC0415  # see the docstring of this file

    return SigningKey(algorithm, kid=kid)
