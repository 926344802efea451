"""A real server and a real browser, for the tests that want them."""

import os
import shutil
import socket
import threading

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

expect.set_options(timeout=30_000)  # milliseconds, as for everything else: a busy machine is slow


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


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)  # playwright adds --no-sandbox
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """An empty tab of a browser that knows nothing yet."""
    with chromium.new_context() as context:
        yield context.new_page()
