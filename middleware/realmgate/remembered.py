"""Tokens that were verified a moment ago, so that they need not be verified again.

Only successes are kept, by one gate of one realm, and found again by exactly the same credentials. What can change
between two requests (time, the key set, the deny-list) is asked again on every hit, by whoever asks here.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from .errors import ConfigurationError
from .incoming import Shown
from .keys.keyring import Keyring
from .principal import Principal

# Where credentials are looked up: to hash all of a token costs twenty times what it costs to compare it. What a token
# ends in is its signature, so good ones that end alike are of one issuer who wants them to; they push each other out.
_TAIL: Final = slice(-64, None)


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A principal, from when until when (seconds since the epoch) its token is good, and under which key set it was.

    `credentials` is the whole header that the token came in. `generation` is None where no key vouches for the token,
    but its issuer said so.
    """

    credentials: Shown
    principal: Principal
    good_from: float
    good_until: float
    generation: int | None


class RememberedTokens:
    """At most about `capacity` tokens, the least recently used ones forgotten first.

    `clock` gives seconds since the epoch, `tick` those of the monotonic clock that the keyring goes by.

    Two dicts instead of one ordered one: a hit in the young half changes nothing, so it needs no lock. Losing an entry
    to a race costs one verification, never a wrong answer.
    """

    def __init__(
        self, capacity: int, keyring: Keyring, *, clock: Callable[[], float], tick: Callable[[], float]
    ) -> None:
        """Start empty; a capacity of zero remembers nothing. Raises `ConfigurationError` for one that is no number."""
        if not isinstance(capacity, int) or capacity < 0:
            raise ConfigurationError("remember=…: must say how many tokens, zero or more")
        self._keyring = keyring
        self._clock = clock
        self._tick = tick
        self._half = capacity // 2
        self._young: dict[Shown, Remembered] = {}
        self._old: dict[Shown, Remembered] = {}

    def recall(self, credentials: Shown) -> Remembered | None:
        """What is remembered of exactly these credentials, whoever else's end like them, if it is as good as it was.

        While it is time to look for newer keys nothing is, so that whoever comes sees to it. Whether the token was
        revoked is *not* asked here.
        """
        tail = credentials[_TAIL]
        found = self._young.get(tail)
        if found is None:
            found = self._old.get(tail)
            if found is None or found.credentials != credentials:
                return None
            self.keep(found)
        elif found.credentials != credentials:
            return None
        if not found.good_from <= self._clock() < found.good_until:
            return None
        generation, keyring = found.generation, self._keyring
        if generation is None or (generation == keyring.generation and self._tick() < keyring.settled_until):
            return found
        return None

    def keep(self, remembered: Remembered) -> None:
        """Remember what was verified, in the place of what ends alike."""
        if self._half == 0:
            return
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[remembered.credentials[_TAIL]] = remembered
