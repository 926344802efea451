"""A real uvicorn in a thread, for tests that want real sockets; and ports for servers that choose none themselves."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


def free_port(neighbours: int = 1) -> int:
    """The first of so many ports in a row that nobody uses.

    Not one of those that the system hands out by itself, from 32768 on: it might, before our server takes this one.
    """
    starts = random.sample(range(20_000, 30_000, neighbours), k=10_000 // neighbours)
    return next(first for first in starts if all(map(_is_free, range(first, first + neighbours))))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[int]:
    """Serve an app on loopback, and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        config = uvicorn.Config(app, **{"lifespan": "off", "log_level": "warning", **options})
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
