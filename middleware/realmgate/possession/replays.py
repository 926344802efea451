"""Which proofs were seen a moment ago, remembered by one process. RFC 9449 §11.1."""

from ..flow import EffectFailed

SWEEP_EVERY = 1.0


class Replays:
    """At most about `capacity` keys, each until its time; full of keys that still count, it takes no more.

    Forgetting one early would let its proof be used again, so a flood ends in refusals. Only holders of good tokens
    with good proofs get as far as here. No lock is needed: noting is one operation of a dict, and only what no longer
    counts is ever removed.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        """Start empty."""
        self._capacity = capacity
        self._noted: dict[str, tuple[float]] = {}
        self._sweep_at = 0.0

    def note(self, key: str, until: float, now: float) -> bool:
        """Remember a key until a time; True if it was new. Raises `EffectFailed` when there is no room."""
        if len(self._noted) >= self._capacity:
            self._sweep(now)
        entry = (until,)
        return self._noted.setdefault(key, entry) is entry

    def _sweep(self, now: float) -> None:
        """Remove what no longer counts; not often, as it looks at everything."""
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            for key, (until,) in list(self._noted.items()):
                if until <= now:
                    self._noted.pop(key, None)
        if len(self._noted) >= self._capacity:
            raise EffectFailed("no room for another proof")
