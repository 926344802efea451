"""A scope as a gate sees it."""

import msgspec
from starlette.types import Scope


class Incoming(msgspec.Struct):
    """One request; header names are lower case in every scope (ASGI specification)."""

    _scope: Scope

    @property
    def method(self) -> str:
        """The HTTP method, ``GET`` for a WebSocket handshake."""
        method: str = self._scope.get("method", "GET")
        return method

    @property
    def path(self) -> str:
        """The whole path. Servers differ in whether theirs holds the part where the app is mounted; it does here."""
        path: str = self._scope["path"]
        mount: str = self._scope.get("root_path", "")
        return path if path == mount or path.startswith(mount + "/") else mount + path

    def has_alias(self, name: str) -> bool:
        """Whether a header came whose name differs only by ``_`` for ``-``."""
        wanted = name.encode()
        return any(key != wanted and key.replace(b"_", b"-") == wanted for key, _ in self._scope["headers"])

    def shown(self) -> list[bytes]:
        """Every ``Authorization`` header, as bytes."""
        found = []
        for key, value in self._scope["headers"]:
            if key == b"authorization":
                # Every request comes by here, and before Python 3.12 a comprehension is a call.
                found.append(value)
        return found

    def header(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self._scope["headers"] if key == wanted]
