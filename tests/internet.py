"""An internet of one machine: whatever name is asked for, one TLS server on loopback answers, by host and path."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from certificates import certified


@dataclass
class Internet:
    """`pages` maps addresses to JSON documents; `authority` is the file that vouches for all hosts."""

    hosts: tuple[str, ...]
    authority: str
    port: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def internet(folder: Path, *hosts: str) -> Iterator[Internet]:
    """Serve the hosts; names still have to be turned here, see `connect`."""
    certificate, key = certified("internet", *hosts).save(folder, "internet")
    state = Internet(hosts, certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"https://{self.headers['Host']}{self.path}"
            state.asked.append(address)
            found = address in state.pages
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(state.pages.get(address, {})).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def connect(state: Internet, patch: pytest.MonkeyPatch) -> None:
    """Let the hosts' names lead to the server, and its authority be believed, for the length of a test."""
    really = socket.getaddrinfo

    def getaddrinfo(host: Any, wanted: Any, *args: Any, **how: Any) -> Any:
        there = host in state.hosts
        return really("127.0.0.1" if there else host, state.port if there else wanted, *args, **how)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    patch.setenv("REQUESTS_CA_BUNDLE", state.authority)
    state.pages.clear()
    state.asked.clear()
