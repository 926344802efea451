"""What can go wrong between a client and a provider, besides tokens: no answer, half an answer, another one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from .exchange import Answered, Exchange, saying
from .row import EndpointFault

LONGEST: Final = 30.0  # seconds; a test that needs more is one that nobody waits for
PIECES: Final = 20
JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
HTML_PAGE: Final = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
UNAVAILABLE: Final = "an outage: tried again later, never taken for an answer about the token"
NO_ANSWER: Final = "a failed download: what is known stays, and the body is not believed"


async def _status(exchange: Exchange) -> None:
    await exchange.reply(int(exchange.value), JSON, b'{"error":"temporarily_unavailable"}')


async def _delay(exchange: Exchange) -> None:
    await asyncio.sleep(exchange.value)
    await exchange.pass_on()


async def _drip(exchange: Exchange) -> None:
    answer = await exchange.answered_with_body()
    if answer is None:
        return
    size = max(1, len(answer.body) // PIECES)
    await exchange.send_pieces(answer, (), length=len(answer.body))
    for at in range(0, len(answer.body), size):
        await exchange.send_piece(answer.body[at : at + size])
        await asyncio.sleep(exchange.value / PIECES)
    await exchange.send({"type": "http.response.body", "body": b""})


async def _drop(exchange: Exchange) -> None:
    await exchange.hang_up()


async def _truncated(exchange: Exchange) -> None:
    if answer := await exchange.answered_with_body():
        await exchange.send_pieces(answer, [answer.body[: len(answer.body) // 2]], length=len(answer.body))
        await exchange.hang_up()


async def _html(exchange: Exchange, status: int, title: bytes) -> None:
    await exchange.reply(status, HTML, HTML_PAGE % (title, title))


async def _redirect(exchange: Exchange) -> None:
    await exchange.send_whole(Answered(status=302, headers=[(b"location", b"https://elsewhere.invalid/")], body=b""))


async def _respelt(exchange: Exchange, respell: Callable[[Answered], Answered]) -> None:
    """The true answer, written otherwise."""
    if answer := await exchange.answered_with_body():
        await exchange.send_whole(respell(answer))


def _as_html(answer: Answered) -> Answered:
    others = [(name, value) for name, value in answer.headers if name != b"content-type"]
    return replace(answer, headers=[*others, (b"content-type", HTML.encode())])


async def _stale_keys(exchange: Exchange) -> None:
    before = exchange.keys.jwks_before() if exchange.keys else {"keys": []}
    await exchange.reply(200, JSON, msgspec.json.encode(before))


ENDPOINT_FAULTS: Final = (
    EndpointFault(
        "status", "Another status: `status=503`.", UNAVAILABLE, _status, usual=503, at_least=200, at_most=599
    ),
    EndpointFault(
        "delay",
        "The right answer, after so many seconds of real time: `delay=1`.",
        "a time limit of the client's own",
        _delay,
        usual=1,
        at_most=LONGEST,
    ),
    EndpointFault(
        "drip",
        "The right answer bit by bit, over so many seconds of real time: `drip=1`.",
        "a limit to the whole time, not to each silence",
        _drip,
        usual=1,
        at_most=LONGEST,
    ),
    EndpointFault("drop", "The connection is closed without an answer.", UNAVAILABLE, _drop),
    EndpointFault("truncated-body", "The connection is closed in the middle of the body.", NO_ANSWER, _truncated),
    EndpointFault(
        "html-500", "A web page that says 500.", UNAVAILABLE, partial(_html, status=500, title=b"Internal Server Error")
    ),
    EndpointFault(
        "html-200",
        "A web page with status 200, as the portals of hotels have them.",
        NO_ANSWER,
        partial(_html, status=200, title=b"Welcome"),
    ),
    EndpointFault("redirect", "A redirect to another host.", "not followed", _redirect),
    EndpointFault(
        "wrong-content-type",
        "The right body as `text/html`.",
        "up to the client",
        partial(_respelt, respell=_as_html),
    ),
    EndpointFault(
        "malformed-json",
        "The right body without its last character.",
        NO_ANSWER,
        partial(_respelt, respell=lambda answer: replace(answer, body=answer.body[:-1])),
    ),
    EndpointFault(
        "json-array",
        "The right body, in an array.",
        NO_ANSWER,
        partial(_respelt, respell=lambda answer: replace(answer, body=b"[" + answer.body + b"]")),
    ),
    EndpointFault(
        "empty",
        "The right status and no body.",
        NO_ANSWER,
        partial(_respelt, respell=lambda answer: replace(answer, body=b"")),
    ),
    EndpointFault(
        "jwks-down",
        "No keys: 503.",
        "503, or known keys are used",
        _status,
        "jwks",
        usual=503,
        at_least=500,
        at_most=599,
    ),
    EndpointFault(
        "jwks-slow",
        "The keys, after so many seconds of real time: `jwks-slow=1`.",
        "known keys are used meanwhile",
        _delay,
        "jwks",
        usual=1,
        at_most=LONGEST,
    ),
    EndpointFault(
        "jwks-stale",
        "The keys as they were before the last change.",
        "a new key is unknown until the set is fresh, and looked for again",
        _stale_keys,
        "jwks",
    ),
    EndpointFault(
        "jwks-empty",
        "A key set without keys.",
        "no token is good: a set without keys is not a reason to believe more",
        partial(saying, keys=[]),
        "jwks",
    ),
    EndpointFault(
        "discovery-wrong-issuer",
        "A discovery document that names another issuer.",
        "the document is not believed (OIDC Discovery §4.3)",
        partial(saying, issuer="https://issuer.invalid"),
        "discovery",
    ),
    EndpointFault(
        "userinfo-wrong-sub",
        "Claims about somebody else than the ID token's `sub`.",
        "the claims are not used (OIDC Core §5.3.2)",
        partial(saying, sub="somebody-else"),
        "userinfo",
    ),
)
