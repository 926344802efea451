"""Which proofs were seen a moment ago, remembered by one process. RFC 9449 §11.1."""

from collections import Counter

from ..flow import EffectFailed

SWEEP_EVERY = 1.0


class Replays:
    """At most about `capacity` keys, each until its time; full of keys that still count, it takes no more.

    Forgetting one early would let its proof be used again, so a flood ends in refusals, and those are the flooder's:
    nobody may hold more keys than there is room left. So one client alone gets half of the memory at most, nine get a
    tenth each, and a tenth is left for everybody else.

    No lock is needed: noting is one operation of a dict, and only what no longer counts is ever removed. The counts may
    drift in a race, and are counted anew whenever somebody is about to be refused.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        """Start empty."""
        self._capacity = capacity
        self._noted: dict[str, tuple[float, str]] = {}
        self._held: dict[str, int] = {}
        self._sweep_at = 0.0

    def note(self, key: str, until: float, now: float, *, holder: str) -> bool:
        """Remember a key of a holder until a time; True if it was new. Raises `EffectFailed` when there is no room."""
        if self._is_crowded(holder):
            self._sweep(now)
            if self._is_crowded(holder):
                raise EffectFailed("no room for another proof of this client")
        entry = (until, holder)
        new = self._noted.setdefault(key, entry) is entry
        if new:
            self._held[holder] = self._held.get(holder, 0) + 1
        return new

    def _is_crowded(self, holder: str) -> bool:
        return self._held.get(holder, 0) >= self._capacity - len(self._noted)

    def _sweep(self, now: float) -> None:
        """Remove what no longer counts; not often, as it looks at everything."""
        # Further away than that it was set by a clock that has been put back since.
        if self._sweep_at - SWEEP_EVERY <= now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_EVERY
        for key, (until, _) in list(self._noted.items()):
            if until <= now:
                self._noted.pop(key, None)
        self._held = dict(Counter(holder for _, holder in list(self._noted.values())))
