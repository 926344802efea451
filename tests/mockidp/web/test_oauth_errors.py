import asyncio
import json

import pytest
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from starlette.requests import Request
from starlette.responses import Response

from mockidp.errors import RequestRefused
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
