"""Asks one server the same thing over and over, on kept connections: answers per second, and how long each took."""

import re
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Answers per second, and percentiles of the time for one in milliseconds."""

    rate: float
    p50: float
    p99: float


def get(port: int, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def post(port: int, path: str, form: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(form)}\r\n\r\n{form}".encode()


def pace(port: int, request: bytes, *, connections: int, number: int) -> Pace:
    """Ask so often over so many connections; each asks again as soon as it has its answer."""
    took: list[float] = []
    began = perf_counter()
    with opened(port, connections) as waiting:
        asked = {key.fileobj: ask(key.fileobj, request) for key in waiting.get_map().values()}
        left = number - connections
        while len(took) < number:
            for key, _ in waiting.select():
                if whole(key.fileobj, key.data):
                    took.append(perf_counter() - asked[key.fileobj])
                    if left > 0:
                        left -= 1
                        asked[key.fileobj] = ask(key.fileobj, request)
    took.sort()
    return Pace(
        rate=number / (perf_counter() - began), p50=median(took) * 1000, p99=took[int(len(took) * 0.99) - 1] * 1000
    )


@contextmanager
def opened(port: int, connections: int) -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as waiting:
        for _ in range(connections):
            waiting.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ, bytearray())
        yield waiting
        for key in list(waiting.get_map().values()):
            key.fileobj.close()


def ask(connection: socket.socket, request: bytes) -> float:
    connection.sendall(request)
    return perf_counter()


def whole(connection: socket.socket, buffer: bytearray) -> bool:
    """Read what has come; whether an answer is complete, which then leaves the buffer."""
    part = connection.recv(65536)
    if not part:
        sys.exit("the server has closed a connection")
    buffer += part
    head, blank, body = bytes(buffer).partition(b"\r\n\r\n")
    if not blank or not ended(head, body):
        return False
    if b" 200 " not in head[:16]:
        sys.exit(f"the server answered {bytes(buffer[:500])!r}")
    buffer.clear()
    return True


def ended(head: bytes, body: bytes) -> bool:
    length = LENGTH.search(head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")
