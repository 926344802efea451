"""What the documentation shows, taken out of the pages so that it can be run, and the example shop, really serving."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from mockidp import MockIdp
from shop.app import create_app

FENCE = re.compile(r"^```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block; `line` is where its text begins, so that a traceback points into the page."""

    language: str
    line: int
    text: str


@pytest.fixture
def blocks() -> Callable[[str], list[Block]]:
    """The fenced blocks of a page's source, in order."""
    return lambda source: [
        Block(language=found["language"], line=source.count("\n", 0, found.start("text")) + 1, text=found["text"])
        for found in FENCE.finditer(source)
    ]


@pytest.fixture
def serve() -> Callable[[Callable[[str], ASGIApp]], Any]:
    """Serve what a function makes of its own address, and give that address."""
    return serving


@contextmanager
def serving(make: Callable[[str], ASGIApp]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        config = uvicorn.Config(make(address), lifespan="off", ws="none", log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def shop(mock_idp: MockIdp) -> Iterator[str]:
    """The address of the example shop, which trusts the mock provider of this test."""
    with serving(lambda address: create_app(shop=address, provider=mock_idp.base_url)) as address:
        yield address
