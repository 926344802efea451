"""Lifetimes that hold for a while, for everybody: what one test wants, until the next `clear`."""

from .settings.config import Lifetime
from .settings.durations import Duration, seconds


class PassingLifetimes:
    """Lifetimes in seconds that go before those of client, realm and server."""

    def __init__(self) -> None:
        self._lifetimes: dict[Lifetime, int] = {}

    def set(self, of: Lifetime, duration: Duration) -> None:
        """Let things of this kind live so long when they are issued from now on; ValueError says what was expected."""
        self._lifetimes = {**self._lifetimes, of: seconds(duration)}

    def get(self, of: Lifetime) -> int | None:
        """Seconds, or None where nobody asked for anything."""
        return self._lifetimes.get(of)

    def clear(self) -> None:
        """Go back to the configuration."""
        self._lifetimes = {}
