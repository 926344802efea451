"""An environ as a gate sees it. PEP 3333."""

from typing import Any, TypeAlias

import msgspec

Environ: TypeAlias = dict[str, Any]


class Incoming(msgspec.Struct):
    """One request."""

    _environ: Environ

    @property
    def method(self) -> str:
        """The HTTP method."""
        method: str = self._environ.get("REQUEST_METHOD", "GET")
        return method

    @property
    def path(self) -> str:
        """The whole path."""
        return decoded(self._environ, "SCRIPT_NAME") + decoded(self._environ, "PATH_INFO")

    def has_alias(self, name: str) -> bool:
        """No: whatever the spelling, it went into the one variable."""
        del name
        return False

    def shown(self) -> list[str]:
        """The ``Authorization`` header, which is text already."""
        value = self._environ.get("HTTP_AUTHORIZATION")
        return [] if value is None else [value]

    def header(self, name: str) -> list[str]:
        """The header's value as the server gives it, joined with commas where it came more than once."""
        value = self._environ.get("HTTP_" + name.upper().replace("-", "_"))
        if value is None and name == "content-type":
            value = self._environ.get("CONTENT_TYPE") or None
        return [] if value is None else [value]


def decoded(environ: Environ, name: str) -> str:
    """A text of an environ, which holds bytes in the guise of latin-1 (PEP 3333)."""
    text: str = environ.get(name, "")
    return text.encode("latin-1").decode("utf-8", "replace")
