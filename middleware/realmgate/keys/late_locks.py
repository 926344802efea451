"""Locks that are made when somebody first needs them.

gevent puts its own locks in place, in gunicorn's workers after the app was loaded. A native one made before that is
held while a greenlet is started, for which no other gives way: the worker would stand still for ever.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Late(Generic[Made]):
    """Something that is made at its first use, once: threads that are first together get the same one."""

    def __init__(self, make: Callable[[], Made]) -> None:
        """Make nothing yet."""
        self._make = make
        self._made: dict[str, Made] = {}

    def __call__(self) -> Made:
        """What was made; `setdefault` is one step, so that of two only one counts."""
        return self._made["it"] if self._made else self._made.setdefault("it", self._make())


def late_lock() -> Late[threading.Lock]:
    """A lock of the kind that is in place by then."""
    return Late(lambda: threading.Lock())  # noqa: PLW0108 - what the name means may change meanwhile
