"""Who answers what a flow asks of the world: downloads, questions to an issuer, a deny-list, a memory of proofs."""

import inspect
import logging
import math
from collections.abc import Callable
from typing import Any

from .flow import Denied, Effect, EffectFailed, Fetch, Look, Remember
from .guarded import GuardedRealm
from .introspection_client import Asker
from .keys.fetching import Fetcher

log = logging.getLogger("realmgate")


class Answers:
    """The answers to one realm's effects, for either door; `clock` gives seconds since the epoch."""

    def __init__(self, guarded: GuardedRealm, clock: Callable[[], float]) -> None:
        """Take the functions that the realm brings along, if any."""
        realm = guarded.expected.realm
        self._guarded = guarded
        self._clock = clock
        self._deny_list = realm.deny_list
        self._replays = realm.dpop.replays if realm.dpop else None

    def give(self, effect: Effect) -> Any:
        """Answer an effect with blocking; for the WSGI door."""
        if isinstance(effect, Fetch):
            return self._who_fetches(effect).fetch(effect)
        if isinstance(effect, Look):
            return self._guarded.fetcher.look(self._guarded.keyring, effect)
        answer = self._ask(effect)
        if not inspect.isawaitable(answer):
            return answer
        if inspect.iscoroutine(answer):
            answer.close()
        # Any awaitable is true, and so would be "this proof is new".
        raise EffectFailed("the answer would have to be awaited")

    async def give_async(self, effect: Effect) -> Any:
        """Answer an effect without blocking; for the ASGI door."""
        if isinstance(effect, Fetch):
            return await self._who_fetches(effect).fetch_async(effect)
        if isinstance(effect, Look):
            return await self._guarded.fetcher.look_async(self._guarded.keyring, effect)
        answer = self._ask(effect)
        if not inspect.isawaitable(answer):
            return answer
        try:
            return await answer
        except Exception as error:  # noqa: BLE001 - the function is the user's
            raise _failed(effect, error) from None

    def _who_fetches(self, effect: Fetch) -> Asker | Fetcher:
        """Questions go another way than keys, so that neither waits for the other."""
        return self._guarded.asker if self._guarded.asker and effect.method == "POST" else self._guarded.fetcher

    def _ask(self, effect: Effect) -> Any:
        if isinstance(effect, Remember) and self._replays is None:
            return self._guarded.replays.note(effect.jti, effect.until, self._clock(), holder=effect.holder)
        try:
            if isinstance(effect, Denied) and self._deny_list is not None:
                return self._deny_list(effect.jti)
            if isinstance(effect, Remember) and self._replays is not None:
                return self._replays(effect.jti, math.ceil(effect.until))
        except Exception as error:  # noqa: BLE001 - the function is the user's
            raise _failed(effect, error) from None
        raise EffectFailed("nobody here answers that")


def _failed(effect: Effect, error: Exception) -> EffectFailed:
    asked = "the deny-list" if isinstance(effect, Denied) else "the memory of DPoP proofs"
    log.warning("%s failed: %s", asked, type(error).__name__)
    return EffectFailed(f"{asked} failed")
