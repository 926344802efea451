import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mockidp.cli.request_lines import RequestLines


def fail(request: Request) -> PlainTextResponse:
    raise RuntimeError("broken")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def client(lines: list[str]) -> TestClient:
    routes = [
        Route("/oauth2-token", lambda request: PlainTextResponse("made", 201), methods=["POST"]),
        Route("/broken", fail),
        Route("/refused", lambda request: JSONResponse({"error": "invalid_grant", "error_description": "Old."}, 400)),
    ]
    return TestClient(RequestLines(Starlette(routes=routes), lines.append), raise_server_exceptions=False)


def test_a_line_says_when_how_where_what_came_of_it_and_how_long_it_took(client: TestClient, lines: list[str]) -> None:
    client.post("/oauth2-token")
    when, how, where, status, took, unit = lines[0].split()
    assert (how, where, status, unit) == ("POST", "/oauth2-token", "201", "ms")
    assert [len(part) for part in when.split(":")] == [2, 2, 2]
    assert float(took) >= 0


def test_the_line_of_a_refusal_ends_with_what_the_client_was_told(client: TestClient, lines: list[str]) -> None:
    client.get("/refused")
    assert " 400 " in lines[0]
    assert lines[0].endswith(" ms  invalid_grant: Old.")


def test_nothing_of_query_headers_and_body_is_shown(client: TestClient, lines: list[str]) -> None:
    client.post("/oauth2-token?code=s3cret", data={"password": "s3cret"}, headers={"Authorization": "Basic s3cret"})
    assert "s3cret" not in lines[0]


def test_nobody_can_write_control_characters_to_the_terminal(client: TestClient, lines: list[str]) -> None:
    client.get("/%0A12:00:00%20forged%1B[31m")
    assert lines[0].isprintable()
    assert "%0A12:00:00" in lines[0]


def test_a_long_path_is_cut(client: TestClient, lines: list[str]) -> None:
    client.get("/" + "x" * 5000)
    assert len(lines[0]) < 300


def test_a_request_that_breaks_the_app_is_shown_too(client: TestClient, lines: list[str]) -> None:
    client.get("/broken")
    assert "/broken  500" in lines[0]


def test_what_is_not_a_request_passes_unseen(lines: list[str]) -> None:
    with TestClient(RequestLines(Starlette(), lines.append)):
        pass
    assert lines == []


def test_the_pages_long_polls_and_other_control_are_no_lines(client: TestClient, lines: list[str]) -> None:
    client.get("/_mockidp/state?wait=20")
    client.post("/_mockidp/clock/advance")
    client.get("/_mockidp")
    assert lines == []
    client.get("/_mockidp.html")
    assert len(lines) == 1
