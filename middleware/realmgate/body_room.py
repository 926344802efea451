"""How much of the bodies of callers that nobody knows yet is held in memory at once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .errors import BodyTooLarge
from .reasons import Reason

TOTAL: Final = 64 * 1024 * 1024  # bytes


class Room:
    """Bytes that are shared by whoever is sending a body: nobody may hold more than is left for all others.

    So a crowd that sends large bodies slowly gets ever less, and small ones still find room.
    """

    def __init__(self, total: int = TOTAL) -> None:
        """Start empty."""
        self._total = total
        self.start_over()

    def start_over(self) -> None:
        """Forget what was held, as after a fork, where locks may be held by threads that are gone."""
        self._lock = threading.Lock()
        self.held = 0

    @contextmanager
    def entered(self) -> Iterator["Share"]:
        """A share for the time of reading one body."""
        share = Share(self)
        try:
            yield share
        finally:
            with self._lock:
                self.held = max(0, self.held - share.size)

    def grow(self, share: "Share", more: int) -> None:
        """Let a share have more bytes, or raise `BodyTooLarge`, which is a matter of time."""
        with self._lock:
            if share.size + more > self._total - self.held - more:
                raise BodyTooLarge(Reason.NO_ROOM_FOR_BODY, retry_after=1)
            share.size += more
            self.held += more


class Share:
    """What one request holds."""

    def __init__(self, room: Room) -> None:
        """Hold nothing yet."""
        self._room = room
        self.size = 0

    def grow(self, more: int) -> None:
        """Hold more bytes. Raises `BodyTooLarge`."""
        self._room.grow(self, more)


ROOM: Final = Room()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ROOM.start_over)
