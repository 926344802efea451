"""Who downloads, and who waits: one daemon thread per key source and process, and one future per download.

Both doors wait on the same `concurrent.futures.Future`. Cancelling a waiter cancels nothing, an event loop is never
blocked, and the app's own thread pool is not used. The thread is started on demand, leaves when idle, and is made anew
after a fork.
"""

import asyncio
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .download import download
from .flow import Effect, Fetch, Fetched, FetchFailed, Flow, run
from .keyring import Keyring

log = logging.getLogger("realmgate.keys")

IDLE = 10.0
# A waiter may stand behind one other download of the same source.
PATIENCE = 2.5
MAX_LATEST = 8


class Fetcher:
    """Answers the `Fetch` effects of one key source."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._start_over()
        _all.add(self)

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._latest: dict[str, tuple[Fetch, Future[Fetched]]] = {}
        self._refreshing = False

    def fetch(self, effect: Fetch) -> Fetched:
        """Answer with blocking; for the WSGI door."""
        future = self._submit(effect)
        try:
            return future.result(effect.timeout * PATIENCE)
        except TimeoutError:
            raise FetchFailed("no answer in time") from None

    async def fetch_async(self, effect: Fetch) -> Fetched:
        """Answer without blocking; for the ASGI door."""
        future = self._submit(effect)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), effect.timeout * PATIENCE)
        except TimeoutError:
            raise FetchFailed("no answer in time") from None

    def refresh_beside(self, keyring: Keyring) -> None:
        """Refresh a keyring in the background; a second call while the first is under way does nothing."""
        with self._lock:
            if self._refreshing:
                return
            self._refreshing = True
            self._enqueue(lambda: self._refresh(keyring))

    def _refresh(self, keyring: Keyring) -> None:
        try:
            flow: Flow[None] = keyring.refresh(time.monotonic())
            run(flow, self._fetch_here)
        finally:
            self._refreshing = False

    def _fetch_here(self, effect: Effect) -> Fetched:
        """Answer from within the thread, and let whoever asked the same share the answer."""
        if not isinstance(effect, Fetch):
            raise TypeError(effect)
        with self._lock:
            future = self._shared(effect)
        self._fulfil(effect, future)
        return future.result()

    def _submit(self, effect: Fetch) -> "Future[Fetched]":
        with self._lock:
            future = self._shared(effect)
            if not future.done():
                self._enqueue(lambda: self._fulfil(effect, future))
        return future

    def _shared(self, effect: Fetch) -> "Future[Fetched]":
        """The future of an equal GET, under way or just finished, else a new one."""
        known = self._latest.get(effect.url)
        if known is not None and known[0] == effect and effect.method == "GET":
            return known[1]
        future: Future[Fetched] = Future()
        # A running future cannot be cancelled, so a waiter that goes away takes nobody's answer along.
        future.set_running_or_notify_cancel()
        if len(self._latest) >= MAX_LATEST:
            self._latest.clear()
        self._latest[effect.url] = (effect, future)
        return future

    def _fulfil(self, effect: Fetch, future: "Future[Fetched]") -> None:
        if future.done():
            return
        try:
            future.set_result(read_file(effect) if effect.url.startswith("file:") else download(effect))
        except FetchFailed as failure:
            future.set_exception(failure)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            log.warning("a download failed in an unforeseen way: %s", type(error).__name__)
            future.set_exception(FetchFailed("the download failed"))

    def _enqueue(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="realmgate-keys", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE)
            except Empty:
                with self._lock:
                    if self._jobs.empty():
                        self._thread = None
                        return
            else:
                job()


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
