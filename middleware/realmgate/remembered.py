"""Tokens that were verified a moment ago, so that they need not be verified again.

Only successes are kept, under the whole token, by one gate of one realm. What can change between two requests (time,
the key set, the deny-list) is asked again on every hit, by whoever asks here.
"""

import msgspec

from .principal import Principal


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A principal, from when until when (seconds since the epoch) its token is good, and under which key set it was.

    `generation` is None where no key vouches for the token, but its issuer said so.
    """

    principal: Principal
    good_from: float
    good_until: float
    generation: int | None


class RememberedTokens:
    """At most about `capacity` tokens, the least recently used ones forgotten first.

    Two dicts instead of one ordered one: a hit in the young half changes nothing, so it needs no lock. Losing an entry
    to a race costs one verification, never a wrong answer.
    """

    def __init__(self, capacity: int) -> None:
        """Start empty; a capacity of zero remembers nothing."""
        self._half = capacity // 2
        self._young: dict[str, Remembered] = {}
        self._old: dict[str, Remembered] = {}

    def recall(self, token: str) -> Remembered | None:
        """What is remembered of exactly this token."""
        found = self._young.get(token)
        if found is None:
            found = self._old.get(token)
            if found is not None:
                self.keep(token, found)
        return found

    def keep(self, token: str, remembered: Remembered) -> None:
        """Remember a token that was verified."""
        if self._half == 0:
            return
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[token] = remembered
