"""What clients asked of a provider and what it answered, for the report of a test that failed: secrets are hidden."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .captured.captured_request import PLAIN_PARAMETERS, SHOWN, Captured
from .captured.secret_text import HIDDEN
from .control.operation import PREFIX
from .headless.carried_out import BY_ITSELF
from .recording import CAPTURED
from .serving.health import PATHS

MOST: Final = 20
LONGEST_BODY: Final = 4096
INDENTED: Final = "    "
# As with parameters: named one by one what may be shown, since a member that nobody has thought of may be a secret.
PLAIN_MEMBERS: Final = frozenset(
    {"active", "error", "error_description", "error_uri", "expires_in", "hint", "interval", "message", "scope"}
    | {"token_type"}
)
PLAIN_IN_LOCATION: Final = PLAIN_PARAMETERS | {"error", "error_description", "error_uri"}


@dataclass(slots=True, eq=False)
class _Exchange:
    """One request and, as far as it has come, its answer."""

    scope: Scope
    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    ended: bool = False

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], Headers(raw=message["headers"])
        elif len(self.body) < LONGEST_BODY:
            self.body += message.get("body", b"")

    def __str__(self) -> str:
        asked: Captured | None = self.scope.get(CAPTURED)
        request = f"{self.scope['method']}, whose body has not come yet" if asked is None else _told(asked)
        return f"{request}\n{_indented(_escaped(self._answer()))}"

    def _answer(self) -> str:
        if not self.status:
            return "-> no answer" if self.ended else "-> no answer yet"
        said = filter(None, (self.headers.get("content-type"), self._location(), self._said()))
        return f"-> {self.status} {', '.join(said)}".rstrip()

    def _location(self) -> str:
        if not (location := self.headers.get("location")):
            return ""
        where, query = location.partition("#")[0].partition("?")[0], urlsplit(location).query
        pairs = parse_qsl(query, keep_blank_values=True)
        shown = "&".join(f"{name}={value if name in PLAIN_IN_LOCATION else HIDDEN}" for name, value in pairs)
        return f"to {where}{'?' if shown else ''}{shown}"

    def _said(self) -> str:
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict) or not said.keys() & PLAIN_MEMBERS:
            return "" if not self.body else f"{self.headers.get('content-length', 'some')} bytes"
        return json.dumps({name: value if name in PLAIN_MEMBERS else HIDDEN for name, value in said.items()})[:SHOWN]


class Conversation:
    """Passes everything on, and remembers the last few exchanges; not of those who control and supervise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._count = 0
        self._last: deque[_Exchange] = deque(maxlen=MOST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, listening."""
        if scope["type"] != "http" or scope["path"].startswith(PREFIX) or scope["path"] in PATHS:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope=dict(scope))
        self._count += 1
        self._last.append(exchange)

        async def heard(message: Message) -> None:
            exchange.see(message)
            await send(message)

        try:
            await self._app(exchange.scope, receive, heard)
        finally:
            exchange.ended = True

    def clear(self) -> None:
        """Forget what was said."""
        self._count = 0
        self._last.clear()

    def __str__(self) -> str:
        """The exchanges, for people to read, the oldest first."""
        if not self._count:
            return "No request came to the provider."
        last = tuple(self._last)
        earlier = [f"({self._count - len(last)} earlier ones are not shown)"] if self._count > len(last) else []
        return "\n\n".join((*earlier, *map(str, last)))


def _told(asked: Captured) -> str:
    """A request in full; of our own steps through the pages only the address, which is all that the client chose."""
    if asked.header("user-agent") == BY_ITSELF:
        return f"{str(asked).partition(chr(10))[0]} (a step of authorize)"
    return str(asked)


def _indented(text: str) -> str:
    return "\n".join(INDENTED + line for line in text.splitlines())


def _escaped(text: Any) -> str:
    return str(text).encode("unicode_escape").decode()
