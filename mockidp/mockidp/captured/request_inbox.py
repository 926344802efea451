"""The requests that came, for a test that waits for them in another thread. Bounded: the oldest are forgotten first."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from .captured_request import Captured
from .journal import Journal

MOST: Final = 1000
MOST_BYTES: Final = 16 * 1024 * 1024
LISTED: Final = 10


class NoSuchRequest(AssertionError):
    """The request that a test waited for did not come; the text lists what came instead."""

    def __init__(self, wanted: str, instead: str, timeout: float) -> None:
        self._parts = wanted, instead
        super().__init__(self.after(timeout))

    def after(self, seconds: float) -> str:
        """The text for one who has waited so many seconds, perhaps in a way of their own."""
        wanted, instead = self._parts
        return f"no {wanted} came within {seconds:g} s; what came is:\n{instead}"


class Inbox:
    """The requests that nobody has taken yet, the oldest first. Safe to share between threads."""

    def __init__(self, journal: Journal | None = None) -> None:
        """Be empty; the journal is told of what comes, for those who wait without a thread of their own."""
        self._journal = journal or Journal()
        self._changed = threading.Condition()
        self._waiting: deque[Captured] = deque()
        self._bytes = 0
        self._interruptions = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Captured]:
        """Those that wait to be taken, which they do not become by this."""
        with self._changed:
            return iter(tuple(self._waiting))

    def take(self, *, timeout: float = 5) -> Captured:
        """The oldest request, which nobody gets again; waits so many seconds for one, then raises NoSuchRequest."""
        return self._take(lambda _: True, "request", timeout)

    def wait_for(
        self,
        *,
        path: str | None = None,
        method: str | None = None,
        client: str | None = None,
        form: Mapping[str, str] = MappingProxyType({}),
        header: Mapping[str, str] = MappingProxyType({}),
        where: Callable[[Captured], bool] = lambda _: True,
        timeout: float = 5,
    ) -> Captured:
        """The oldest request like this, which nobody gets again; the others stay. `path` is compared decoded.

        `client` is whom it names; `form` and `header` are parameters and headers that it has, once each, among others.
        """

        def fits(one: Captured) -> bool:
            named = path in {None, one.path} and method in {None, one.method} and client in {None, one.client_id}
            same = not any(one.form_differences(form)) and not any(one.header_differences(header))
            return named and same and where(one)

        names = ", ".join((*form, *header))
        likeness = (f"of {client}" if client else "", f"with {names}" if names else "")
        asked = " ".join(filter(None, (method, path))) or "such a request"
        return self._take(fits, " ".join(filter(None, (asked, *likeness))), timeout)

    def clear(self) -> None:
        """Forget what came."""
        with self._changed:
            self._waiting.clear()
            self._bytes = 0
        self._journal.happened()

    def interrupt(self) -> None:
        """Have all who wait now get NoSuchRequest at once, since the server stops."""
        with self._changed:
            self._interruptions += 1
            self._changed.notify_all()

    def put(self, request: Captured) -> None:
        """Have a request taken by whoever waits for it."""
        with self._changed:
            self._waiting.append(request)
            self._bytes += len(request.body)
            while len(self._waiting) > MOST or self._bytes > MOST_BYTES:
                self._bytes -= len(self._waiting.popleft().body)
            self._changed.notify_all()
        self._journal.happened()

    def _take(self, fits: Callable[[Captured], bool], wanted: str, timeout: float) -> Captured:
        until = time.monotonic() + timeout
        with self._changed:
            before = self._interruptions
            while (found := next((one for one in self._waiting if fits(one)), None)) is None:
                late = not self._changed.wait(max(0, until - time.monotonic())) and time.monotonic() >= until
                if late or self._interruptions > before:
                    raise NoSuchRequest(wanted, self._listed(), timeout)
            self._waiting.remove(found)
            self._bytes -= len(found.body)
            return found

    def _listed(self) -> str:
        came = [f"  {one.method} {one.path}" for one in self._waiting]
        listed = [*came[:LISTED], f"  and {len(came) - LISTED} more"] if len(came) > LISTED else came
        return "\n".join(listed or ["  nothing"])
