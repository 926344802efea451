"""Devices that wait for a person's word (RFC 8628): what each one holds, what was decided, how soon it may ask again.

A user code is short, so that it can be typed; what keeps it from being guessed is that a realm looks at only so many
wrong ones in a minute (§5.1). Everything is bounded; when there is no more room, the oldest goes first.
"""

import threading
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import Final, Protocol

from .approval import Approval

SLOWER: Final = 5  # seconds that the interval grows by when a device asks too soon (§3.5)
WRONG_CODES: Final = 20  # in a minute: guessing one of a thousand waiting devices would take years
WINDOW: Final = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a device waits with; `user_code` is what a person types, in capitals and without a hyphen."""

    value: str = field(repr=False)
    user_code: str = field(repr=False)
    realm: str
    client_id: str
    scope: str
    scope_named: bool
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person said: an approval, or None for no."""

    approval: Approval | None


class Devices(Protocol):
    """Every device that waits, or did until lately."""

    def put(self, code: DeviceCode, interval: int) -> None:
        """Remember it; it should leave so many seconds between two questions."""

    def find(self, value: str) -> DeviceCode | None:
        """The code that a device holds."""
        ...

    def awaiting(self, realm: str, user_code: str) -> DeviceCode | None:
        """The code that a person means, as long as nothing has been decided."""
        ...

    def decide(self, value: str, decision: Decision) -> bool:
        """Note what a person said: True for exactly one caller, whose word counts."""
        ...

    def decision(self, value: str) -> Decision | None:
        """What was said, if anything was."""
        ...

    def asks_too_soon(self, value: str, now: float) -> bool:
        """Note that the device asks. One that asks too soon has to leave more time from now on."""
        ...

    def spend(self, value: str) -> bool:
        """Use the code, in one step: True for exactly one caller, however many try at once."""
        ...

    def note_wrong_code(self, realm: str, now: float) -> None:
        """Note that somebody typed a code that there is not."""

    def too_many_wrong_codes(self, realm: str, now: float) -> bool:
        """Is it time to look at no more codes for a while?"""
        ...


@dataclass(slots=True, kw_only=True)
class _Waiting:
    code: DeviceCode
    interval: int
    asked_at: float | None = None
    decision: Decision | None = None
    spent: bool = False


class MemoryDevices:
    """Devices that this process remembers. Safe to share between threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._wrong: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=WRONG_CODES))

    def put(self, code: DeviceCode, interval: int) -> None:
        """Remember it, and forget the oldest beyond the capacity."""
        with self._lock:
            self._waiting[code.value] = _Waiting(code=code, interval=interval)
            while len(self._waiting) > self._capacity:
                self._waiting.popitem(last=False)

    def find(self, value: str) -> DeviceCode | None:
        """The code that a device holds."""
        with self._lock:
            found = self._waiting.get(value)
            return found.code if found else None

    def awaiting(self, realm: str, user_code: str) -> DeviceCode | None:
        """The code that a person means; should two devices have the same, which is next to impossible, the newer."""
        with self._lock:
            for waiting in reversed(self._waiting.values()):
                if (waiting.code.realm, waiting.code.user_code) == (realm, user_code) and waiting.decision is None:
                    return waiting.code
            return None

    def decide(self, value: str, decision: Decision) -> bool:
        """Note what a person said: True for exactly one caller."""
        with self._lock:
            waiting = self._waiting.get(value)
            if waiting is None or waiting.decision is not None:
                return False
            waiting.decision = decision
            return True

    def decision(self, value: str) -> Decision | None:
        """What was said, if anything was."""
        with self._lock:
            waiting = self._waiting.get(value)
            return waiting.decision if waiting else None

    def asks_too_soon(self, value: str, now: float) -> bool:
        """Note that the device asks."""
        with self._lock:
            waiting = self._waiting.get(value)
            if waiting is None:
                return False
            too_soon = waiting.asked_at is not None and 0 <= now - waiting.asked_at < waiting.interval
            waiting.asked_at = now
            waiting.interval += SLOWER if too_soon else 0
            return too_soon

    def spend(self, value: str) -> bool:
        """Use the code: True for exactly one caller."""
        with self._lock:
            waiting = self._waiting.get(value)
            if waiting is None or waiting.spent:
                return False
            waiting.spent = True
            return True

    def note_wrong_code(self, realm: str, now: float) -> None:
        """Note that somebody typed a code that there is not."""
        with self._lock:
            self._wrong[realm].append(now)

    def too_many_wrong_codes(self, realm: str, now: float) -> bool:
        """Were the last so many within a minute?"""
        with self._lock:
            noted = self._wrong[realm]
            return len(noted) == WRONG_CODES and 0 <= now - noted[0] < WINDOW  # a test may have put the clock back

    def clear(self) -> None:
        """Forget every device and every wrong code."""
        with self._lock:
            self._waiting.clear()
            self._wrong.clear()
