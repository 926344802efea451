"""What is special about a WebSocket's handshake: where its token may travel, and what of it the app may see.

A browser cannot set headers on a handshake, so it sends the pair ``bearer, <token>`` as subprotocols. The gate takes
the token out before the app sees the scope, and leaves the marker ``bearer``, which may be accepted as a protocol.
"""

from typing import Final

from starlette.types import Message, Scope, Send

MARKER: Final = "bearer"


def for_the_gate(scope: Scope) -> Scope:
    """The handshake with tokens from subprotocols as Authorization headers, where two of them are one too many."""
    tokens = [(b"authorization", b"Bearer " + token.encode("latin-1", "replace")) for token in _tokens(scope)]
    return {**scope, "headers": [*scope["headers"], *tokens]}


def for_the_app(scope: Scope) -> Scope:
    """The handshake with the token taken out from among the subprotocols, and from the header that holds them."""
    marks, offered = _marks(scope), _offered(scope)
    if not marks:
        return scope
    left = [name for place, name in enumerate(offered) if place - 1 not in marks]
    headers = [(name, value) for name, value in scope["headers"] if name != b"sec-websocket-protocol"]
    return {
        **scope,
        "subprotocols": left,
        "headers": [*headers, (b"sec-websocket-protocol", ", ".join(left).encode("latin-1"))],
    }


def _offered(scope: Scope) -> list[str]:
    """The subprotocols as the server has read them, or from the header where it leaves that to us."""
    offered = scope.get("subprotocols")
    if offered is None:
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"sec-websocket-protocol"]
        offered = [name.strip() for name in ",".join(values).split(",") if name.strip()]
    return list(offered)


def _marks(scope: Scope) -> list[int]:
    """Where the marker stands; like the scheme of the same name it ignores case. RFC 9110 §11.1."""
    return [place for place, name in enumerate(_offered(scope)) if name.lower() == MARKER]


def _tokens(scope: Scope) -> list[str]:
    """What follows each marker; nothing at all after the last one is an empty token."""
    offered = [*_offered(scope), ""]
    return [offered[place + 1] for place in _marks(scope)]


def accepting_the_marker(scope: Scope, send: Send) -> Send:
    """A `send` that accepts the marker where the app accepts no protocol: some browsers insist on being given one."""
    marks = _marks(scope)
    if not marks:
        return send
    marker = _offered(scope)[marks[0]]

    async def send_with_protocol(message: Message) -> None:
        if message["type"] == "websocket.accept" and message.get("subprotocol") is None:
            message = {**message, "subprotocol": marker}
        await send(message)

    return send_with_protocol
