"""Daemon threads on demand: at most so many, gone when idle, and made anew after a fork."""

import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .late_locks import Late

log = logging.getLogger("realmgate")

IDLE = 10.0


class Workers:
    """Do jobs in up to `most` threads; each thread keeps a tool of its own, which is handed to every job.

    A thread that finds nothing to do for `IDLE` seconds leaves, and its tool with it. What was under way or waiting
    when a process forks is lost in the child, whose first job starts a new thread.
    """

    def __init__(self, name: str, *, most: int, tool: Callable[[], AbstractContextManager[Any]]) -> None:
        """Start nothing yet."""
        self._name = name
        self._most = most
        self._tool = tool
        self.start_over()
        _all.add(self)

    def start_over(self) -> None:
        """Forget threads, which do not survive a fork, and locks, which threads may hold that are gone."""
        self._jobs: deque[Callable[[Any], None]] = deque()
        self._ready = Late(lambda: threading.Condition(threading.Lock()))
        self._threads = 0
        self._idle = 0

    def put(self, job: Callable[[Any], None]) -> None:
        """Have a job done soon. Raises `RuntimeError` where no thread can be started at all."""
        ready = self._ready()
        with ready:
            self._jobs.append(job)
            if self._idle >= len(self._jobs):
                ready.notify()
            elif self._threads < self._most:
                self._start_one()

    def _start_one(self) -> None:
        try:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        except RuntimeError:
            if self._threads == 0:
                self._jobs.clear()
                raise
        else:
            self._threads += 1

    def _work(self) -> None:
        with self._tool() as tool:
            while (job := self._next()) is not None:
                self._do(job, tool)

    def _do(self, job: Callable[[Any], None], tool: Any) -> None:
        try:
            job(tool)
        except Exception as error:  # noqa: BLE001 - a thread that died would still be counted
            log.warning("a job of %s failed in an unforeseen way: %s", self._name, type(error).__name__)

    def _next(self) -> Callable[[Any], None] | None:
        ready = self._ready()
        with ready:
            self._idle += 1
            found = ready.wait_for(lambda: self._jobs, IDLE)
            self._idle -= 1
            if found:
                return self._jobs.popleft()
            self._threads -= 1
            return None


_all: "weakref.WeakSet[Workers]" = weakref.WeakSet()


def _start_over_in_child() -> None:
    for workers in list(_all):
        workers.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over_in_child)
