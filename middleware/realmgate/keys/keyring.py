"""The keys of one issuer: which are known, and when to look again.

Rule 1: a known key never waits, nor for a thread that made-up names keep waiting. So keys are looked at beside the
requests, and whose key is missing waits only for a look that has just begun. Where no usable keys are known at all,
everybody waits as long as it takes.
Rule 2: good keys are never dropped because of a bad answer; only a good answer, or time, replaces them. That there are
no keys at all (``{"keys": []}``) is a good answer: it is how an issuer takes all of them back at once.
Rule 3: at a `yield` other flows and threads run, so what was true before it is looked at again after it. `attempt` is
read first and written last: equal attempts share one look, and who comes late finds the work done. While it is what it
was, the look is under way, which is neither an answer nor a failure.

All times here are seconds of a monotonic clock, handed in as `tick`.
"""

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..errors import KeysUnavailable
from ..flow import FetchFailed, Flow, Look
from ..jose.keys import KeyRefused, VerifyingKey, candidates, import_jwk, marked_as_mock
from ..reasons import Reason
from .missed import MissedNames
from .sources import KeySource, Loaded

log = logging.getLogger("realmgate.keys")

MAX_KEYS: Final = 100
RETRY_AFTER: Final = 5.0
# Seconds after its beginning until which a look is waited for. Issuers answer in less; and where one hangs, made-up
# names can hold every thread of a WSGI server for so long, once in a cooldown.
PATIENCE: Final = 1.0
# When to come again for what a look that is under way may bring.
SOON: Final = 1.0
NEVER: Final = -math.inf


class KeysWithdrawn(FetchFailed):
    """The issuer says that it has no keys."""


class Keyring:
    """The keys of one source, shared by all gates that trust it; safe for threads, as every change is one assignment.

    `generation` changes when a key has left the set, so that nothing verified with it stays remembered. From
    `refresh_at` on it is time to look again; from `useless_at` on the keys are too old to be believed. `settled_until`
    is the earlier of the two. `attempt` numbers the tries to load the set, and changes when one is over.
    """

    def __init__(
        self, source: KeySource, *, trust_mock: bool = False, ahead: Callable[[], float] = lambda: 1.0
    ) -> None:
        """Start empty; nothing is fetched before somebody asks.

        `ahead` says after which part of their freshness keys are refreshed, anew for every set.
        """
        self.source = source
        self.trust_mock = trust_mock
        self._ahead = ahead
        self.keys: tuple[VerifyingKey, ...] = ()
        self._found: dict[tuple[str | None, str], tuple[VerifyingKey, ...]] = {}
        self.generation = 0
        self._settle(refresh_at=NEVER, useless_at=NEVER)
        self._look_again_at = NEVER
        self._looking: int | None = None
        self.attempt = 0
        self._failing = False
        self._told_of_mock = False
        self._missed = MissedNames(source.cooldown)

    def at_hand(self, kid: str | None, alg: str, tick: float) -> tuple[VerifyingKey, ...]:
        """The keys that may have signed, as far as that can be said without asking anybody."""
        if tick >= self.useless_at or (tick >= self.refresh_at and self.source.inline):
            return ()
        return self._found.get((kid, alg)) or self._candidates(kid, alg)

    def find(self, kid: str | None, alg: str, tick: float) -> Flow[tuple[VerifyingKey, ...]]:
        """The keys that may have signed; waits only where no usable keys are known at all."""
        attempt = self.attempt
        if self.useless(tick):
            if self._failing and tick < self.refresh_at:
                raise KeysUnavailable(Reason.KEYS_UNAVAILABLE, retry_after=self.refresh_at - tick)
            yield from self.refresh(tick, attempt)
            # Not whether they are useless by now: a source may say that its keys are never fresh.
            if self._failing:
                raise KeysUnavailable(Reason.KEYS_UNAVAILABLE, retry_after=RETRY_AFTER)
        elif self.source.inline and tick >= self.refresh_at:
            yield from self.refresh(tick, attempt)
        return self._candidates(kid, alg)

    def useless(self, tick: float) -> bool:
        """Whether no keys are known, or only some that are too old to be believed."""
        return tick >= self.useless_at

    def find_again(
        self, kid: str | None, alg: str, tick: float, tried: tuple[VerifyingKey, ...]
    ) -> Flow[tuple[VerifyingKey, ...]]:
        """Other keys that may have signed, if need be after a fresh look; none where it is too soon for one."""
        attempt = self.attempt
        found = self._beyond(tried, kid, alg)
        looks = not found and self._may_look(kid, tick, attempt)
        if looks:
            yield from self._look(tick, attempt)
            found = self._beyond(tried, kid, alg)
        # A key that was tried has a name, so whoever forges its signature could hide its successor.
        if found or tried:
            return found
        if looks and self.attempt == attempt:
            raise KeysUnavailable(Reason.NO_FRESH_LOOK, retry_after=SOON)
        if self._failing:
            raise KeysUnavailable(Reason.NO_FRESH_LOOK, retry_after=RETRY_AFTER)
        if looks:
            self._missed.note(kid, tick)
        return ()

    def _look(self, tick: float, attempt: int) -> Flow[None]:
        """Begin a look, or join the one under way."""
        if self._looking != attempt:
            self._looking = attempt
            self._look_again_at = tick + self.source.cooldown
        if self.source.inline:
            yield from self.refresh(tick, attempt)
        else:
            yield Look(attempt=attempt, patience=PATIENCE)

    def refresh(self, tick: float, attempt: int | None = None) -> Flow[None]:
        """Load the set anew. A failure is logged and leaves the known keys as they are."""
        attempt = self.attempt if attempt is None else attempt
        try:
            loaded = yield from self.source.load(attempt)
            keys = self._import(loaded)
        except FetchFailed as failure:
            if attempt == self.attempt:
                if isinstance(failure, KeysWithdrawn):
                    self._withdraw()
                self._failing = True
                # From when it was over: a server that hangs would be asked without a pause.
                self._settle(refresh_at=max(tick, failure.at or tick) + RETRY_AFTER, useless_at=self.useless_at)
                log.warning("keys of %s were not refreshed: %s", describe(self.source), failure.reason)
                self.attempt = attempt + 1
        else:
            if attempt == self.attempt:
                self._install(keys, tick, loaded.fresh_for)
                self.attempt = attempt + 1

    def restore(self, loaded: Loaded, tick: float) -> None:
        """Start with keys of an earlier time; raises `FetchFailed` where there are none."""
        self._install(self._import(loaded), tick, loaded.fresh_for)

    def fresh_for(self, tick: float) -> float:
        """For how many seconds the known keys are fresh; negative where they have not been for so long."""
        return self.useless_at - self.source.max_stale - tick

    def _install(self, keys: tuple[VerifyingKey, ...], tick: float, fresh_for: float) -> None:
        before, self.keys = self.keys, keys
        self._found = {}
        if set(keys) - set(before):
            self._missed.forget()
        if set(before) - set(keys):
            self.generation += 1
        self._failing = False
        stale_at = tick + fresh_for
        self._settle(refresh_at=tick + fresh_for * self._ahead(), useless_at=stale_at + self.source.max_stale)

    def _settle(self, *, refresh_at: float, useless_at: float) -> None:
        self.refresh_at = refresh_at
        self.useless_at = useless_at
        self.settled_until = min(refresh_at, useless_at)

    def _withdraw(self) -> None:
        """Let go of all keys, and of what was verified with them; nothing is known until the issuer has some again."""
        had = bool(self.keys)
        self.keys = ()
        self._found = {}
        self._settle(refresh_at=self.refresh_at, useless_at=NEVER)
        # Last, or a thread in between would remember under the new generation what a withdrawn key has verified.
        self.generation += had

    def _beyond(self, tried: tuple[VerifyingKey, ...], kid: str | None, alg: str) -> tuple[VerifyingKey, ...]:
        return tuple(key for key in self._candidates(kid, alg) if key not in tried)

    def _candidates(self, kid: str | None, alg: str) -> tuple[VerifyingKey, ...]:
        """Remembers what it finds, and only that: unknown names are without number."""
        known = self._found
        found = known.get((kid, alg))
        if found is None:
            found = candidates(self.keys, kid, alg)
            if any(key.kid == kid for key in found):
                known[kid, alg] = found
        return found

    def _may_look(self, kid: str | None, tick: float, attempt: int) -> bool:
        """A look that is under way is joined by everybody; a new one must not come too soon."""
        if self._looking == attempt:
            return True
        return tick >= self._look_again_at and tick >= self._missed.until(kid)

    def _import(self, loaded: Loaded) -> tuple[VerifyingKey, ...]:
        """Import what can be imported; a key that was known already stays the same object."""
        if loaded.keys:
            return loaded.keys
        entries = loaded.jwks.get("keys") if isinstance(loaded.jwks, Mapping) else None
        if not isinstance(entries, list | tuple) or len(entries) > MAX_KEYS:
            raise FetchFailed("the answer is not a JWKS")
        if not entries:
            raise KeysWithdrawn("the issuer says that it has no keys")
        keys = tuple(key for key in map(self._import_one, entries) if key is not None)
        if not keys:
            raise FetchFailed("the JWKS holds no key that is usable here")
        return keys

    def _import_one(self, entry: Any) -> VerifyingKey | None:
        if not isinstance(entry, Mapping):
            return None
        known = next((key for key in self.keys if key.jwk == entry), None)
        if known is not None:
            return known
        if marked_as_mock(entry) and not self.trust_mock:
            self._tell_of_mock()
            return None
        try:
            return import_jwk(dict(entry))
        except KeyRefused as refusal:
            log.info("passed over a key of %s, which %s", describe(self.source), refusal)
            return None

    def _tell_of_mock(self) -> None:
        """Once, as some sources are loaded for every request."""
        if not self._told_of_mock:
            self._told_of_mock = True
            log.error(
                "dropped keys of a mock identity provider from %s; for development, say Realm(..., trust_mock=True)",
                describe(self.source),
            )


def describe(source: KeySource) -> str:
    """The source's address for a log line; addresses are configuration and hold no secret."""
    return str(getattr(source, "url", None) or getattr(source, "path", None) or type(source).__name__)
