from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.testclient import TestClient

from mockidp.late_routes import LateRoutes


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


EARLY = Route("/early", answer)


class Made:
    """Counts how often its routes are made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Iterator[BaseRoute]:
        self.times += 1
        yield EARLY
        yield Route("/late", answer, methods=["GET", "POST"])


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def client(made: Made) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[EARLY, LateRoutes(made)])) as client:
        yield client


def test_they_are_made_for_the_first_request_that_needs_them_and_once(client: TestClient, made: Made) -> None:
    assert client.get("/early").text == "/early"
    assert made.times == 0
    assert [client.get("/late").text, client.post("/late").text] == ["/late", "/late"]
    assert made.times == 1


def test_what_is_not_there_is_404_and_another_method_405_also_at_the_routes_before(client: TestClient) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.get("/late/").status_code == 404
    refused = [client.post("/early"), client.delete("/late")]
    assert [answer.status_code for answer in refused] == [405, 405]
    assert [set(answer.headers["allow"].split(", ")) for answer in refused] == [
        {"GET", "HEAD"},
        {"GET", "HEAD", "POST"},
    ]


def test_a_websocket_is_none_of_theirs() -> None:
    assert LateRoutes(lambda: ()).matches({"type": "websocket", "path": "/late"}) == (Match.NONE, {})


def test_what_fails_while_they_are_made_fails_that_request_alone() -> None:
    failing = iter([True])

    def make() -> Iterator[BaseRoute]:
        if next(failing, False):
            raise ImportError("not now")
        yield Route("/late", answer)

    client = TestClient(Starlette(routes=[LateRoutes(make)]), raise_server_exceptions=False)
    assert [client.get("/late").status_code for _ in range(2)] == [500, 200]
