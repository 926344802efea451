"""Who sits at the browser, and where they wanted to go when they were asked to log in."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

CAPACITY: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A login under way: the address that started it, and what a failed try leaves for the next page."""

    target: str = field(repr=False)
    username: str = ""
    error: str = ""


class WaitingRoom:
    """Logins under way, by the name of the browser's session; the oldest goes first when it is full."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()

    def put(self, browser: str, waiting: Waiting) -> None:
        """Remember, instead of what was there."""
        with self._lock:
            self._waiting[browser] = waiting
            self._waiting.move_to_end(browser)
            while len(self._waiting) > self._capacity:
                self._waiting.popitem(last=False)

    def find(self, browser: str) -> Waiting | None:
        """What this browser is waiting for."""
        with self._lock:
            return self._waiting.get(browser)

    def leave(self, browser: str) -> None:
        """It waits no longer."""
        with self._lock:
            self._waiting.pop(browser, None)

    def clear(self) -> None:
        """Nobody waits."""
        with self._lock:
            self._waiting.clear()
