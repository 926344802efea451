"""Who downloads, and who waits: one daemon thread per key source and process, and one future per download.

Both doors wait on the same `concurrent.futures.Future`. Cancelling a waiter cancels nothing, an event loop is never
blocked, and the app's own thread pool is not used. A look at keys is carried through by the thread itself, whether
anybody still waits for it or not.
"""

import logging
import os
import time
import weakref
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..flow import Effect, Fetch, Fetched, FetchFailed, Flow, Look, run
from .keyring import Keyring
from .late_locks import late_lock
from .lazy_download import downloader
from .waiting import wait, wait_async
from .workers import Workers

log = logging.getLogger("realmgate.keys")

# A waiter may stand behind one other download of the same source.
PATIENCE = 2.5
MAX_LATEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refresh:
    """One that was begun, `at` some second of a monotonic clock, and is under way until `over` is done."""

    attempt: int
    at: float
    over: "Future[None]"

    def left(self, patience: float) -> float:
        """For how many seconds more it is waited for; zero or less where that time has passed."""
        return self.at + patience - time.monotonic()


class Fetcher:
    """Answers the `Fetch` and `Look` effects of one key source."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._workers = Workers("realmgate-keys", most=1, tool=nullcontext)
        self._start_over()
        _all.add(self)

    def _start_over(self) -> None:
        self._lock = late_lock()
        self._latest: dict[str, tuple[Fetch, Future[Fetched]]] = {}
        self._refreshing: _Refresh | None = None

    def fetch(self, effect: Fetch) -> Fetched:
        """Answer with blocking; for the WSGI door."""
        return wait(self._submit(effect), effect.timeout * PATIENCE)

    async def fetch_async(self, effect: Fetch) -> Fetched:
        """Answer without blocking; for the ASGI door."""
        return await wait_async(self._submit(effect), effect.timeout * PATIENCE)

    def look(self, keyring: Keyring, effect: Look) -> None:
        """Refresh a keyring beside the request and wait for it with blocking, but not long; for the WSGI door."""
        refresh = self._refresh_of(keyring, effect.attempt)
        with suppress(FetchFailed):
            wait(refresh.over, refresh.left(effect.patience))

    async def look_async(self, keyring: Keyring, effect: Look) -> None:
        """Refresh a keyring beside the request and wait for it without blocking; for the ASGI door."""
        refresh = self._refresh_of(keyring, effect.attempt)
        with suppress(FetchFailed):
            await wait_async(refresh.over, refresh.left(effect.patience))

    def refresh_beside(self, keyring: Keyring) -> None:
        """Refresh a keyring in the background; a second call while the first is under way does nothing."""
        self._refresh_of(keyring, keyring.attempt)

    def _refresh_of(self, keyring: Keyring, attempt: int) -> _Refresh:
        """The refresh of this attempt that is under way, or a new one, or one that is over."""
        with self._lock():
            known = self._refreshing
            if known is not None and known.attempt == attempt and not known.over.done():
                return known
            refresh = _Refresh(attempt=attempt, at=time.monotonic(), over=_running())
            if attempt == keyring.attempt and self._begin(keyring, refresh):
                self._refreshing = refresh
            else:
                refresh.over.set_result(None)
            return refresh

    def _begin(self, keyring: Keyring, refresh: _Refresh) -> bool:
        """Whether it could be begun; where no thread can be started, the next request tries again."""
        try:
            self._workers.put(lambda _: self._refresh(keyring, refresh))
        except RuntimeError:
            return False
        return True

    def _refresh(self, keyring: Keyring, refresh: _Refresh) -> None:
        try:
            flow: Flow[None] = keyring.refresh(time.monotonic(), refresh.attempt)
            run(flow, self._fetch_here)
        finally:
            refresh.over.set_result(None)

    def _fetch_here(self, effect: Effect) -> Fetched:
        """Answer from within the thread, and let whoever asked the same share the answer."""
        if not isinstance(effect, Fetch):
            raise TypeError(effect)
        with self._lock():
            future = self._shared(effect)
        self._fulfil(effect, future)
        return future.result()

    def _submit(self, effect: Fetch) -> "Future[Fetched]":
        with self._lock():
            future = self._shared(effect)
            if not future.done():
                try:
                    self._workers.put(lambda _: self._fulfil(effect, future))
                except RuntimeError:
                    future.set_exception(FetchFailed("no thread could be started"))
        return future

    def _shared(self, effect: Fetch) -> "Future[Fetched]":
        """The future of an equal GET, under way or just finished, else a new one."""
        known = self._latest.get(effect.url)
        if known is not None and known[0] == effect and effect.method == "GET" and not _is_old(known[1], effect):
            return known[1]
        future: Future[Fetched] = _running()
        if len(self._latest) >= MAX_LATEST:
            self._latest.clear()
        self._latest[effect.url] = (effect, future)
        return future

    def _fulfil(self, effect: Fetch, future: "Future[Fetched]") -> None:
        if future.done():
            return
        try:
            future.set_result(read_file(effect) if effect.url.startswith("file:") else _download(effect))
        except FetchFailed as failure:
            failure.at = time.monotonic()
            future.set_exception(failure)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            log.warning("a download failed in an unforeseen way: %s", type(error).__name__)
            future.set_exception(FetchFailed("the download failed", at=time.monotonic()))


def _running() -> "Future[Any]":
    """One that cannot be cancelled, so that a waiter that goes away takes nobody's answer along."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


def _is_old(future: "Future[Fetched]", effect: Fetch) -> bool:
    """Whether it was over before anybody asked who may still wait: whoever did may be gone, and left it for later."""
    if not future.done():
        return False
    failure: Any = future.exception()
    at = future.result().at if failure is None else failure.at
    return at is None or time.monotonic() - at > effect.timeout * PATIENCE


def _download(effect: Fetch) -> Fetched:
    fetched: Fetched = downloader().download(effect)
    return fetched


def read_file(effect: Fetch) -> Fetched:
    """The bytes of a file that the configuration names."""
    try:
        with Path(url2pathname(urlsplit(effect.url).path)).open("rb") as file:
            body = file.read(effect.limit + 1)
    except OSError as error:
        raise FetchFailed(f"the file cannot be read ({type(error).__name__})") from None
    if len(body) > effect.limit:
        raise FetchFailed("the file is too large")
    return Fetched(status=200, headers=(), body=body, at=time.monotonic())


_all: "weakref.WeakSet[Fetcher]" = weakref.WeakSet()


def _start_over_in_child() -> None:
    """Threads do not survive a fork, and locks may be held by threads that are gone."""
    for fetcher in list(_all):
        fetcher._start_over()  # noqa: SLF001 - this file's own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_in_child)
