"""What happened lately, numbered: the requests that were answered and the tokens that were issued. Bounded."""

import base64
import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from .captured_request import Captured

MOST: Final = 200

T = TypeVar("T")
Numbered: TypeAlias = tuple[tuple[int, T], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRequest:
    """A request and how it ended; a `status` of 0 is that there was no answer. `seconds` is how long it took."""

    request: Captured
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token that was made; `at` is the provider's time. Printed, it hides the token itself."""

    kind: str
    realm: str
    client: str
    subject: str
    token: str = field(repr=False)
    at: float

    @property
    def header(self) -> Any:
        """What its header says, read without any check; None for one that lies so much that nobody can read it."""
        return read_part(self.token, 0)

    @property
    def claims(self) -> Any:
        """The same of its claims."""
        return read_part(self.token, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What happened after a number; up to `forgotten` all was forgotten, `number` is the last thing that happened."""

    number: int
    forgotten: int
    answered: Numbered[AnsweredRequest]
    issued: Numbered[IssuedToken]


class Journal:
    """Counts what happens, and wakes whoever waits for it. Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._forgotten = 0
        self._answered: deque[tuple[int, AnsweredRequest]] = deque(maxlen=most)
        self._issued: deque[tuple[int, IssuedToken]] = deque(maxlen=most)
        self._seen: object = None
        self._listeners: tuple[Callable[[], None], ...] = ()

    @property
    def issued(self) -> tuple[IssuedToken, ...]:
        """The last tokens, the oldest first."""
        with self._lock:
            return tuple(token for _, token in self._issued)

    def happened(self) -> None:
        """Something changed that is written down elsewhere."""
        with self._lock:
            self._number += 1
        self._wake()

    def number_of(self, seen: object) -> int:
        """The number of the last thing that happened, to what was seen before too: that it changed is one more."""
        with self._lock:
            if seen != self._seen:
                self._seen = seen
                self._number += 1
            return self._number

    def note_answer(self, request: Captured, status: int, seconds: float) -> None:
        """A request was answered."""
        answered = AnsweredRequest(request=request, status=status, seconds=seconds)
        with self._lock:
            self._number += 1
            self._answered.append((self._number, answered))
        self._wake()

    def note_token(self, token: IssuedToken) -> None:
        """A token was issued."""
        with self._lock:
            self._number += 1
            self._issued.append((self._number, token))
        self._wake()

    def forget(self) -> None:
        """Forget all of it; the numbers go on."""
        with self._lock:
            self._number += 1
            self._forgotten = self._number
            self._answered.clear()
            self._issued.clear()
        self._wake()

    def since(self, number: int) -> Chapter:
        """What happened after this number; all that is left of it, if the number is none of ours."""
        with self._lock:
            after = number if number <= self._number else 0
            return Chapter(
                number=self._number,
                forgotten=self._forgotten,
                answered=_after(after, self._answered),
                issued=_after(after, self._issued),
            )

    @contextlib.contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called, from any thread, whenever something happens."""
        with self._lock:
            self._listeners += (wake,)
        try:
            yield
        finally:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not wake)

    def _wake(self) -> None:
        for wake in self._listeners:
            wake()


def _after(number: int, entries: "deque[tuple[int, T]]") -> Numbered[T]:
    return tuple(entry for entry in entries if entry[0] > number)


def read_part(token: str, part: int) -> Any:
    """The JSON in the header (0) or the claims (1) of a token, read without any check; None where there is none."""
    try:
        segment = token.split(".")[part]
        return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, IndexError, RecursionError):
        return None
