"""Who asks an introspection endpoint, and who waits: a few threads, each with one kept connection.

Equal questions that are under way at the same time share one exchange; nothing is kept once it is answered. There are
never more than `MAX_WAITING` questions under way, so a server that hangs costs no memory, only an early refusal.
"""

import logging
import os
import time
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from .flow import Fetch, Fetched, FetchFailed
from .introspection_auth import Authentication
from .keys.late_locks import late_lock
from .keys.lazy_download import downloader
from .keys.waiting import wait, wait_async
from .keys.workers import Workers

log = logging.getLogger("realmgate")

MAX_WAITING = 512
# A question may stand behind others: so many times its own timeout.
PATIENCE = 2.0


class Asker:
    """Answers the `Fetch` effects of one introspection endpoint, over at most so many connections."""

    def __init__(self, *, connections: int, auth: Authentication | None = None) -> None:
        """Connect to nobody yet; `auth` is who we are there."""
        self._auth = auth
        self._workers = Workers("realmgate-ask", most=connections, tool=self._line)
        self.start_over()
        _all.add(self)

    def start_over(self) -> None:
        """Forget what was under way in the process that has forked this one."""
        self._lock = late_lock()
        self._asked: dict[Fetch, Future[Fetched]] = {}

    def fetch(self, effect: Fetch) -> Fetched:
        """Answer with blocking; for the WSGI door."""
        return wait(self._submit(effect), effect.timeout * PATIENCE)

    async def fetch_async(self, effect: Fetch) -> Fetched:
        """Answer without blocking; for the ASGI door."""
        return await wait_async(self._submit(effect), effect.timeout * PATIENCE)

    def _submit(self, effect: Fetch) -> "Future[Fetched]":
        with self._lock():
            known = self._asked.get(effect)
            if known is not None:
                return known
            if len(self._asked) >= MAX_WAITING:
                raise FetchFailed("too many questions under way")
            future: Future[Fetched] = Future()
            # A running future cannot be cancelled, so a waiter that goes away takes nobody's answer along.
            future.set_running_or_notify_cancel()
            given_up = time.monotonic() + effect.timeout * PATIENCE
            try:
                self._workers.put(lambda line: self._ask(line, effect, future, given_up))
            except RuntimeError:
                raise FetchFailed("no thread could be started") from None
            self._asked[effect] = future
            return future

    def _ask(self, line: Any, effect: Fetch, future: "Future[Fetched]", given_up: float) -> None:
        answer: Fetched | FetchFailed
        try:
            late = time.monotonic() >= given_up
            answer = FetchFailed("no answer in time") if late else line.exchange(self._signed(effect))
        except FetchFailed as failure:
            answer = failure
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            log.warning("a question failed in an unforeseen way: %s", type(error).__name__)
            answer = FetchFailed("the question failed")
        with self._lock():
            del self._asked[effect]
        if isinstance(answer, FetchFailed):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def _line(self) -> AbstractContextManager[Any]:
        line: AbstractContextManager[Any] = downloader().Line(self._auth.certificate if self._auth else None)
        return line

    def _signed(self, effect: Fetch) -> Fetch:
        """With our credentials: only here, as they may be good but once, and equal questions must stay equal."""
        return effect if self._auth is None else _with(effect, *self._auth.credentials(time.time()))


def _with(effect: Fetch, form: Mapping[str, str], headers: tuple[tuple[str, str], ...]) -> Fetch:
    body = (effect.body or b"") + b"".join(f"&{urlencode({name: value})}".encode() for name, value in form.items())
    return replace(effect, body=body, headers=(*effect.headers, *headers))


_all: "weakref.WeakSet[Asker]" = weakref.WeakSet()


def _start_over_in_child() -> None:
    for asker in list(_all):
        asker.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_in_child)
