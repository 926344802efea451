"""Which tokens have been revoked before their end, as far as this process was told."""

import math
import threading
import time
from collections.abc import Callable
from heapq import heappop, heappush

from .errors import ConfigurationError


class MemoryDenyList:
    """Revoked tokens by their ``jti``, each forgotten once the token would have ended anyway.

    A realm only wants a function from ``jti`` to bool, so a list that several processes share is one line around
    whatever holds it. This one lives in one process: workers that were forked each have their own.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        """Start empty; `clock` gives seconds since the epoch."""
        self._clock = clock
        self._lock = threading.Lock()
        self._denied: dict[str, float] = {}
        self._ends: list[tuple[float, str]] = []

    def deny(self, jti: str, until: float) -> None:
        """Revoke a token until its ``exp``, plus the realm's `leeway` where it has one; in seconds since the epoch."""
        if not isinstance(jti, str) or not jti:
            raise ConfigurationError("deny(jti, …): must be the jti of a token")
        if isinstance(until, bool) or not isinstance(until, int | float) or not math.isfinite(until):
            raise ConfigurationError("deny(…, until): must be when the token ends, in seconds since the epoch")
        with self._lock:
            if until > self._denied.get(jti, -math.inf):
                self._denied[jti] = until
                heappush(self._ends, (until, jti))
            self._forget(self._clock())

    def __call__(self, jti: str) -> bool:
        """Whether the token has been revoked."""
        until = self._denied.get(jti)
        return until is not None and self._clock() < until

    def __len__(self) -> int:
        """How many revoked tokens are held, ended ones among them until the next `deny`."""
        return len(self._denied)

    def _forget(self, now: float) -> None:
        while self._ends and self._ends[0][0] <= now:
            until, jti = heappop(self._ends)
            # A token that was denied again, until later, has a later entry.
            if self._denied.get(jti) == until:
                del self._denied[jti]
