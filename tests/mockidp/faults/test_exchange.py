import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from mockidp.faults.exchange import HANG_UP, Exchange


def exchange(sent: list[Message], **scope: Any) -> Exchange:
    waiting: list[Message] = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    return Exchange(app=PlainTextResponse("truth"), scope={"type": "http", **scope}, receive=receive, send=send)


def test_the_true_answer_can_be_held_back() -> None:
    sent: list[Message] = []
    answer = asyncio.run(exchange(sent).answered())
    assert (answer.status, answer.body) == (200, b"truth")
    assert sent == []


def test_the_true_answer_can_be_passed_on() -> None:
    sent: list[Message] = []
    asyncio.run(exchange(sent).pass_on())
    assert sent[1]["body"] == b"truth"


def test_another_answer_says_its_own_length() -> None:
    sent: list[Message] = []
    asyncio.run(exchange(sent).reply(418, "text/plain", b"no"))
    assert sent[0]["status"] == 418
    assert sent[0]["headers"] == [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    assert b"".join(message["body"] for message in sent[1:]) == b"no"


def test_hanging_up_closes_the_connection_and_waits_until_it_is_gone() -> None:
    closed: list[bool] = []
    asyncio.run(exchange([], **{HANG_UP: lambda: closed.append(True)}).hang_up())
    assert closed == [True]


def test_where_there_is_no_connection_the_caller_sees_it_lost() -> None:
    with pytest.raises(ConnectionResetError, match="hung up, as it was told to"):
        asyncio.run(exchange([]).hang_up())
