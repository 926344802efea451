import asyncio
import json

import pytest
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mockidp.errors import CannotLie, RequestRefused
from mockidp.web.oauth_errors import described, refusal, told_as_json


def test_an_error_is_described_in_as_many_words_as_it_has() -> None:
    assert described(InvalidRequestError("Why.")) == {"error": "invalid_request", "error_description": "Why."}
    assert described(InvalidGrantError()) == {"error": "invalid_grant"}


def test_a_refusal_is_json_that_nobody_keeps() -> None:
    answer = refusal(InvalidGrantError())
    assert (answer.status_code, json.loads(bytes(answer.body))) == (400, {"error": "invalid_grant"})
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")


@pytest.mark.parametrize(
    ("problem", "status", "error"),
    [
        (RequestRefused("Too much.", status=413), 413, "invalid_request"),
        (InvalidGrantError("No."), 400, "invalid_grant"),
    ],
)
def test_what_an_endpoint_refuses_is_told_to_the_client(problem: Exception, status: int, error: str) -> None:
    @told_as_json
    async def endpoint(_request: Request, *, answer: Response | None) -> Response:
        if answer is None:
            raise problem
        return answer

    request, fine = Request({"type": "http"}), Response()
    refused = asyncio.run(endpoint(request, answer=None))
    assert (refused.status_code, json.loads(bytes(refused.body))["error"]) == (status, error)
    assert asyncio.run(endpoint(request, answer=fine)) is fine


def test_a_lie_that_cannot_be_told_is_no_failure_of_the_server() -> None:
    @told_as_json
    async def unable(request: Request) -> Response:
        raise CannotLie("expired needs claims of the usual kinds")

    with TestClient(Starlette(routes=[Route("/", unable)])) as client:
        answer = client.get("/")
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "server_error",
        "error_description": "The fault expired needs claims of the usual kinds.",
    }
