"""One JSON object for each request and for each thing that happens, for programs that read along; never a secret.

Of a request there are the path and nothing else that its client wrote: no query, header or body; of an answer the
status and the OAuth error. Times are real ones.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..captured.captured_request import Captured
from ..captured.journal import IssuedToken
from ..faults.plan import CARRIED_OUT
from ..places import Place, Places
from ..provider import Provider
from ..recording import CAPTURED
from .answer_heard import AnswerHeard
from .request_lines import is_of_a_client, shown_path

Write = Callable[[str], None]


def line(event: str, **facts: Any) -> str:
    """One line; facts that are None are left out."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "event": event} | {name: fact for name, fact in facts.items() if fact is not None})


class RequestLog:
    """Tells about every answered request, as `RequestLines` does for people, and about what went wrong with it.

    Of control it tells what is done, not what is looked at: the live page looks all the time.
    """

    def __init__(self, app: ASGIApp, provider: Provider, write: Write) -> None:
        self._app = app
        self._provider = provider
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look only at how it ends."""
        if scope["type"] != "http" or not (is_of_a_client(scope["path"]) or scope["method"] == "POST"):
            await self._app(scope, receive, send)
            return
        answer, began = AnswerHeard(), time.perf_counter()

        async def seen(message: Message) -> None:
            answer.hear(message)
            await send(message)

        carried_out: list[str] = []
        before = CARRIED_OUT.set(carried_out)
        try:
            await self._app(scope, receive, seen)
        finally:
            CARRIED_OUT.reset(before)
            self._tell(scope, answer, time.perf_counter() - began, carried_out)

    def _tell(self, scope: Scope, answer: AnswerHeard, seconds: float, faults: list[str]) -> None:
        client_id, (endpoint, realm) = self._about(scope)
        common = {"realm": realm, "client_id": client_id, "endpoint": endpoint or None}
        for fault in faults:
            self._write(line("fault-carried-out", fault=fault, **common))
        self._write(
            line(
                "request",
                method=scope["method"],
                path=shown_path(scope),
                status=answer.status or None,
                error=answer.error or None,
                error_description=answer.description or None,
                duration_ms=round(seconds * 1000, 2),
                **common,
                fault=", ".join(faults) or None,
            )
        )

    def _about(self, scope: Scope) -> tuple[str | None, Place]:
        """The client, if it is one of ours: whatever else stands in its place is not written down."""
        captured: Captured | None = scope.get(CAPTURED)
        if captured is None:
            return None, ("control" if scope["path"].startswith("/_mockidp/") else "", None)
        named, sites = captured.client_id, self._provider.sites
        found = sites.of_client(named) if named else None
        place = Places(sites).find(captured.path, named)
        return (named, place) if found else (None, place)


class ChangeLog:
    """Tells of issued tokens, and of changes of clock, faults, keys and configuration, when the journal wakes it."""

    def __init__(self, provider: Provider, write: Write) -> None:
        self._provider = provider
        self._write = write
        self._lock = threading.Lock()
        self._number = provider.journal.since(0).number
        self._before = self._now()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell what happens meanwhile."""
        with self._provider.journal.listening(self.look):
            yield
            self.look()

    def look(self) -> None:
        """Tell what has happened since the last look."""
        with self._lock:
            chapter = self._provider.journal.since(self._number)
            before, self._before, self._number = self._before, self._now(), chapter.number
            lines = [*_changed(before, self._before), *(_issued(token) for _, token in chapter.issued)]
        for one in lines:
            self._write(one)

    def _now(self) -> dict[str, Any]:
        provider = self._provider
        return {
            "clock": provider.clock.settings,
            "faults": provider.faults.pending,
            "config": provider.config,
            "keys": {name: dict(keys.phases) for name, keys in provider.keys.items() if keys.made},
            "now": provider.clock(),
        }


def _changed(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if before["clock"] != now["clock"]:
        yield line("clock-moved", now=now["now"], frozen=now["clock"][1] is not None)
    if before["config"] is not now["config"]:
        yield line("configuration-reloaded", realms=[realm.name for realm in now["config"].realms])
    for realm, phases in now["keys"].items():
        if phases != before["keys"].get(realm):
            yield line("keys-changed", realm=realm, keys=phases)
    for order in now["faults"]:
        if order not in before["faults"] and not _is_rest(order, before["faults"]):
            whom = {
                name: getattr(order, name)
                for name in ("realm", "client", "user", "endpoint", "token", "times", "warning")
            }
            yield line("fault-planned", fault=order.fault, **whom)
    if before["faults"] and not now["faults"]:
        yield line("faults-over")


def _is_rest(order: Any, before: tuple[Any, ...]) -> bool:
    """Is it what is left of one that was planned before, and has been carried out since?"""
    names = ("fault", "realm", "client", "user", "endpoint", "token")
    return any(all(getattr(order, name) == getattr(was, name) for name in names) for was in before)


def _issued(token: IssuedToken) -> str:
    claims = token.claims if isinstance(token.claims, dict) else {}
    jti = claims.get("jti")
    return line(
        "token-issued",
        kind=token.kind,
        realm=token.realm,
        client=token.client,
        subject=token.subject,
        jti=jti if isinstance(jti, str) else None,
    )


class JsonFormatter(logging.Formatter):
    """Records of the logging module in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message and the traceback are like."""
        exception = self.formatException(record.exc_info) if record.exc_info else None
        said = record.getMessage()
        return line("log", level=record.levelname, logger=record.name, message=said, exception=exception)
