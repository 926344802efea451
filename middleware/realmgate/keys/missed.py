"""Names that no key of the issuer has, so that one wrong configured client causes no download per cooldown for ever."""

import math
from typing import Final

MAX_MISSED: Final = 1000
MISSED_FOR: Final = 120.0


class MissedNames:
    """Until when a name is not looked for; safe for threads, as every change is one assignment.

    The first time a name is missed costs it nothing beyond the `cooldown`, as it may be of a key that is about to come;
    each further time, twice as long, up to `MISSED_FOR`. All times are seconds of a monotonic clock.
    """

    def __init__(self, cooldown: float) -> None:
        """Start without any; with a cooldown of zero, it stays so."""
        self._cooldown = cooldown
        # Until when a name is not looked for, and for how long it was not.
        self._names: dict[str | None, tuple[float, float]] = {}

    def until(self, kid: str | None) -> float:
        """Until when not to look for a name."""
        return self._names.get(kid, (-math.inf, 0.0))[0]

    def note(self, kid: str | None, tick: float) -> None:
        """Note that a look was in vain; many looks at once count as one."""
        until, waited = self._names.get(kid, (-math.inf, 0.0))
        if self._cooldown == 0 or tick < until:
            return
        if len(self._names) >= MAX_MISSED:
            self._names = {}
        wait = max(min(2 * waited, MISSED_FOR), self._cooldown)
        self._names[kid] = (tick + wait, wait)

    def forget(self) -> None:
        """Any of them may be there now."""
        self._names = {}
