"""Serves ASGI apps on real sockets."""

import socket
import threading

import pytest
import uvicorn


@pytest.fixture
def serve():
    """Serves an app until the end of the test, and gives its address."""
    started = []

    def start(app):
        door = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        started.append((server, thread, door))
        return f"http://127.0.0.1:{door.getsockname()[1]}"

    yield start
    for server, thread, door in reversed(started):
        server.should_exit = True
        thread.join()
        door.close()
