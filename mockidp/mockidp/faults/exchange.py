"""One request and its answer, in the hands of a fault: it may look at the true answer, send another, or hang up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..signing.keys import RealmKeys

HANG_UP: Final = "mockidp.hang_up"  # where a listener leaves, in the scope, what closes the connection of a request

SHARED: Final = b"access-control-"  # the headers by which scripts of other origins may read an answer
BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

Headers: TypeAlias = list[tuple[bytes, bytes]]


def nothing() -> None:
    """Whoever does not say where to is not put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)

    @property
    def said(self) -> dict[str, Any] | None:
        """The JSON object that it says; None for any other answer, and for refusals, which say something else."""
        told = self.status == HTTPStatus.OK and self.body.startswith(b"{")
        return msgspec.json.decode(self.body) if told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that has come; `value` is the number that the fault was given, `keys` are its realm's.

    `postpone` is for a fault that finds that this request is not what it is about.
    """

    app: ASGIApp = field(repr=False)
    scope: Scope = field(repr=False)
    receive: Receive = field(repr=False)
    send: Send = field(repr=False)
    value: float = 0
    keys: RealmKeys | None = field(default=None, repr=False)
    postpone: Callable[[], None] = field(default=nothing, repr=False)

    async def pass_on(self) -> None:
        """Answer as if nothing were wrong."""
        await self.app(self.scope, self.receive, self.send)

    async def answered(self) -> Answered:
        """The true answer, held back."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(self.scope, self.receive, keep)
        start: dict[str, Any] = dict(messages[0])
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Answered(status=start["status"], headers=list(start.get("headers", [])), body=body)

    async def answered_with_body(self) -> Answered | None:
        """The same, of one that has a body; any other is sent as it is, and the fault is put off to another."""
        answer = await self.answered()
        if answer.body:
            return answer
        self.postpone()
        await self.send_whole(answer)
        return None

    async def reply(self, status: int, content_type: str, body: bytes) -> None:
        """An answer of ours, which scripts may read that may read the true one."""
        headers = [(b"content-type", content_type.encode()), *await self._sharing()]
        await self.send_whole(Answered(status=status, headers=headers, body=body))

    async def _sharing(self) -> Headers:
        """What the true answer says about scripts of other origins, without anything being done for it."""
        origin = [(name, value) for name, value in self.scope.get("headers", []) if name == b"origin"]
        if not origin:
            return []
        asked = replace(self, scope={**self.scope, "method": "OPTIONS", "headers": origin}, receive=_without_body)
        return [(name, value) for name, value in (await asked.answered()).headers if name.startswith(SHARED)]

    async def retell(self, lie: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """The true answer, with what becomes of its JSON object; members that are None are left out.

        One that the lie does not change stays as it is, and the fault is put off to another.
        """
        answer = await self.answered()
        said = answer.said
        told = {name: value for name, value in lie(said or {}).items() if value is not None}
        if said is None or told == said:
            self.postpone()
            await self.send_whole(answer)
        else:
            await self.send_whole(replace(answer, body=msgspec.json.encode(told)))

    async def send_whole(self, answer: Answered) -> None:
        """An answer, with the length that its body has; some can have neither (RFC 9110 §8.6)."""
        if answer.status in BODILESS:
            headers = [(name, value) for name, value in answer.headers if not name.startswith(b"content-")]
            await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        else:
            await self.send_pieces(answer, [answer.body], length=len(answer.body))
        await self.send({"type": "http.response.body", "body": b""})

    async def send_pieces(self, answer: Answered, pieces: Iterable[bytes], *, length: int) -> None:
        """The beginning of an answer that says it is so long; what follows is up to the caller."""
        headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
        headers.append((b"content-length", str(length).encode()))
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for piece in pieces:
            await self.send_piece(piece)

    async def send_piece(self, piece: bytes) -> None:
        """A part of the body that is not the last one."""
        await self.send({"type": "http.response.body", "body": piece, "more_body": True})

    async def hang_up(self) -> None:
        """Close the connection after what was sent so far; without one (in process), raise as its loss would."""
        close = self.scope.get(HANG_UP)
        if close is None:
            raise ConnectionResetError("the mock identity provider hung up, as it was told to")
        close()
        while (await self.receive())["type"] != "http.disconnect":
            pass  # The body of the request may come first.


async def _without_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def saying(exchange: Exchange, **members: Any) -> None:
    """The true answer, with other members of its JSON object; None leaves one out."""
    await exchange.retell(lambda said: {**said, **members})
