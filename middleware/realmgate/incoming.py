"""A request as a gate needs to see it; each door has one of its own."""

from typing import Protocol


class Incoming(Protocol):
    """What a gate may look at, and all of it: nothing here depends on ``Host``, a query or a forwarded header."""

    @property
    def method(self) -> str:
        """The HTTP method, ``GET`` for a WebSocket handshake."""
        ...

    @property
    def path(self) -> str:
        """The whole path that the client asked for, decoded once: what was mounted and what lies below."""
        ...

    def header(self, name: str) -> list[str]:
        """Every value of a header, by its lower-case name; WSGI servers may have joined several with a comma."""
        ...

    def has_alias(self, name: str) -> bool:
        """Whether a header came whose name differs only by ``_`` for ``-``; a WSGI server shows no difference."""
        ...
