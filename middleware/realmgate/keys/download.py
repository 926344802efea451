"""The only file that opens sockets: exchanges with a total deadline and a cap on what is read.

What the deadline cannot cut is the look-up of a name, which belongs to the system and has time limits of its own
(``resolv.conf``: `timeout` and `attempts`). Whoever waits for the answer gives up in time all the same.
"""

import os
import socket
import threading
import time
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

from ..flow import Fetch, Fetched, FetchFailed
from .authorities import authorities

CHUNK = 16 * 1024


def download(effect: Fetch) -> Fetched:
    """Exchange one request for its answer over a connection of its own, or raise `FetchFailed`."""
    with Line() as line:
        return line.exchange(effect)


class Line:
    """Exchanges requests for answers, one at a time, over connections that are kept between them.

    Redirects are not followed, proxies and ``.netrc`` not looked at. The deadline cuts the connection, so that a server
    which sends one byte a second does not hold it open longer than one which sends nothing.
    """

    def __init__(self, certificate: tuple[str, str] | None = None) -> None:
        """Connect to nobody yet; `certificate` and its key are files that are shown to whoever asks for them."""
        self.deadline = Deadline(0)
        self._session = _session(self)
        self._session.cert = certificate
        self._kept = False

    def exchange(self, effect: Fetch) -> Fetched:
        """Send a request and read its answer, or raise `FetchFailed`."""
        with Deadline(effect.timeout) as deadline:
            self.deadline = deadline
            try:
                fetched = self._send_again(effect) if self._kept else self._send(effect)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                late = deadline.passed or isinstance(error, requests.Timeout | ReadTimeout)
                reason = "no answer in time" if late else f"the connection failed ({type(error).__name__})"
                raise FetchFailed(reason) from None
            if deadline.passed:
                raise FetchFailed("no answer in time")
            self._kept = True
            return fetched

    def _send_again(self, effect: Fetch) -> Fetched:
        """A kept connection may have been closed by the other side just now, which is worth a second try."""
        self._kept = False
        try:
            return self._send(effect)
        except requests.ConnectionError:
            if self.deadline.passed:
                raise
            return self._send(effect)

    def _send(self, effect: Fetch) -> Fetched:
        with self._session.request(
            effect.method,
            effect.url,
            data=effect.body,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **dict(effect.headers)},
            timeout=effect.timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _read(response, effect.limit)
        headers = tuple((name.lower(), value) for name, value in response.headers.items())
        return Fetched(status=response.status_code, headers=headers, body=body, at=time.monotonic())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()


def _read(response: requests.Response, limit: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed("the answer is compressed, which was not asked for")
    body = bytearray()
    while chunk := response.raw.read(CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise FetchFailed("the answer is too large")
    return bytes(body)


class Deadline:
    """Cuts the connections it watches when the time is up."""

    def __init__(self, seconds: float) -> None:
        """Take the time, which starts to run on entering."""
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def watch(self, sock: socket.socket) -> None:
        """Add a connection; one that comes too late is cut at once."""
        self._sockets.append(sock)
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        self.passed = True
        for sock in list(self._sockets):
            with suppress(OSError):
                # The plain socket's own shutdown, since another thread may be inside the TLS layer.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()


def _session(line: Line) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.verify, directories = authorities(os.environ)
    adapter = _watched_adapter(line, directories)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _watched_adapter(line: Line, directories: str | None) -> HTTPAdapter:
    """An adapter whose connections report to the line's deadline as soon as they have a socket."""

    class Adapter(HTTPAdapter):
        def cert_verify(self, conn: Any, *how: Any, **named: Any) -> None:
            super().cert_verify(conn, *how, **named)  # type: ignore[no-untyped-call]
            # requests knows one file or one directory, where OpenSSL has both and several.
            conn.ca_cert_dir = directories or conn.ca_cert_dir

    class Watched(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            line.deadline.watch(self.sock)

        def request(self, *args: Any, **how: Any) -> None:
            if self.sock is not None:
                line.deadline.watch(self.sock)
            super().request(*args, **how)

    class WatchedTls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            # Before the handshake, which may drip as well.
            sock = super()._new_conn()
            line.deadline.watch(sock)
            return sock

        def connect(self) -> None:
            super().connect()
            line.deadline.watch(self.sock)

        def request(self, *args: Any, **how: Any) -> None:
            if self.sock is not None:
                line.deadline.watch(self.sock)
            super().request(*args, **how)

    class Pool(HTTPConnectionPool):
        ConnectionCls: Any = Watched

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls: Any = WatchedTls

    adapter = Adapter(pool_maxsize=1, max_retries=0)
    manager: Any = adapter.poolmanager
    manager.pool_classes_by_scheme = {"http": Pool, "https": TlsPool}
    return adapter
