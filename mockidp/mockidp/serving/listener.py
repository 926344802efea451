"""A socket that we bound, and uvicorn answering on it in a thread of its own, started and stopped without polling."""

import asyncio
import contextlib
import socket
import ssl
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..faults.exchange import HANG_UP

try:
    import uvloop
except ImportError:  # it does not exist everywhere, Windows for one
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    new_loop = uvloop.new_event_loop

GRACE: Final = 1.0  # seconds that requests under way get to finish when we stop
BACKLOG: Final = 512
LAST_PORT: Final = 65535
REACHABLE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # where "everywhere" is from here
NOWHERE: Final = "https://mockidp.invalid"  # no name server knows it (RFC 2606 §2), and clients demand TLS


class CannotListen(OSError):
    """The address is taken, not ours, or unknown: the text says which, and what to do."""


class Listener:
    """An address that is ours from construction on, and answers between `start` and `stop`; it serves once."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bind(host, port)
        self._host = host
        self.port: int = self._socket.getsockname()[1]
        self._stop: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        weakref.finalize(self, self._socket.close)  # one that never served leaves no open socket behind

    @property
    def closed(self) -> bool:
        """Has it let go of its address?"""
        return self._socket.fileno() == -1

    def url(self, scheme: str) -> str:
        """The address for a client on this machine, without a slash at the end."""
        host = REACHABLE.get(self._host, self._host)
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def start(self, app: ASGIApp, tls: ssl.SSLContext | None = None) -> None:
        """Answer requests with `app`, over TLS if there is a context for it; returns when the first one may come."""
        _listen(self._socket)
        started: Future[Callable[[], None]] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(app, tls, started), name=f"mockidp:{self.port}", daemon=True
        )
        self._thread.start()
        self._stop = started.result()

    def stop(self) -> None:
        """Let go of the address; requests under way may finish within a second, idle connections are closed at once."""
        if self._stop is not None and self._thread is not None:
            self._stop()
            self._thread.join()
            self._stop = None
        self._socket.close()

    def _run(self, app: ASGIApp, tls: ssl.SSLContext | None, started: "Future[Callable[[], None]]") -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            try:
                runner.run(self._serve(app, tls, started))
            except BaseException as error:
                if started.done():
                    raise
                started.set_exception(error)

    async def _serve(self, app: ASGIApp, tls: ssl.SSLContext | None, started: "Future[Callable[[], None]]") -> None:
        config = uvicorn.Config(
            app,
            http=_QuietProtocol,
            ws="none",
            lifespan="off",
            log_config=None,  # the logging of this process belongs to whoever started us
            proxy_headers=False,  # addresses come from the configuration, never from a request
            server_header=False,
        )
        config.load()
        config.ssl = tls
        config.loaded_app = _Cancellable(config.loaded_app)
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[self._socket])

        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        started.set_result(lambda: _from_outside(loop, stopping))
        while not stopping.is_set():
            await server.on_tick(0)  # sets the Date header anew
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), 1)
        await _shut_down(server)


class Nowhere:
    """In the place of a `Listener`, for a provider that has no address and answers in its own process only."""

    def url(self, _scheme: str) -> str:
        """An address that leads nowhere, for documents that have to name one."""
        return NOWHERE

    def start(self, app: ASGIApp, tls: ssl.SSLContext | None = None) -> None:
        """Do nothing: whoever holds the app can ask it."""

    def stop(self) -> None:
        """Do nothing."""


class _QuietProtocol(HttpToolsProtocol):
    """HTTP/1.1 without uvicorn's access lines, which hold queries and so codes.

    `uvicorn.Config(access_log=False)` would silence them for every other uvicorn of the process, too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False

    def on_headers_complete(self) -> None:
        """Leave in the scope what closes the connection, for an app that has to hang up."""
        self.scope[HANG_UP] = self.transport.close  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()


class _Cancellable:
    """Lets a request end quietly that is given up when we stop; uvicorn would log a traceback."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._app(scope, receive, send)


async def _shut_down(server: uvicorn.Server) -> None:
    """Do what `uvicorn.Server.shutdown` does, which sleeps for 0.1 s at least once."""
    state = server.server_state
    for listening in server.servers:
        listening.close()
    for connection in list(state.connections):
        connection.shutdown()  # closes idle ones now and busy ones after their answer
    if state.tasks:
        await asyncio.wait(set(state.tasks), timeout=GRACE)
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)  # from here on the connections know that they are lost
    left = set(state.tasks)
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=GRACE)
    for task in state.tasks:
        task.cancel()
    await asyncio.gather(*(listening.wait_closed() for listening in server.servers))


def _from_outside(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    loop.call_soon_threadsafe(stopping.set)


def _bind(host: str, port: int) -> socket.socket:
    """Reserve the address without answering on it: until we listen, a connection is refused, not left hanging."""
    if not 0 <= port <= LAST_PORT:
        raise CannotListen(f"there is no port {port}: choose one from 1 to {LAST_PORT}, or 0 for any that is free")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotListen(f"{host} is not an address of this machine ({error.strerror})") from error
    bound = socket.socket(family, kind, protocol)
    try:
        if port:
            _allow_reuse(bound)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from error
    return bound


def _listen(bound: socket.socket) -> None:
    _allow_reuse(bound)
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        host, port, *_ = bound.getsockname()
        raise _cannot_listen(host, port, error) from error


def _allow_reuse(bound: socket.socket) -> None:
    # Connections that linger from a run before must not keep us off our address. Not earlier than needed: the system
    # may give one free port to two sockets that both allow it and do not listen yet. On Windows it means another thing.
    if sys.platform != "win32":
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _cannot_listen(host: str, port: int, error: OSError) -> CannotListen:
    return CannotListen(
        f"cannot listen on {host} port {port} ({error.strerror}): stop what is using it, or choose another port"
    )
