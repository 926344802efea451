"""A real uvicorn in a thread, for tests that want real sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


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
