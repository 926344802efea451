"""A request as a gate needs to see it; each door has one of its own."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

# A header's value as the server gave it. At either door, what is equal in this form is equal as text.
Shown: TypeAlias = bytes | str


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

    def shown(self) -> Sequence[Shown]:
        """Every ``Authorization`` header, unread: most requests show what is remembered, and need not be read."""
        ...

    def has_alias(self, name: str) -> bool:
        """Whether a header came whose name differs only by ``_`` for ``-``; a WSGI server shows no difference."""
        ...
