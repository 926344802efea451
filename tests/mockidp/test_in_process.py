import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mockidp import InProcess, MockIdp

SERVICE = ("storefront-service", "storefront-service-secret")


@pytest.fixture
def idp() -> MockIdp:
    return MockIdp(port=None)


@pytest.fixture
def session(idp: MockIdp) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount(idp.base_url, InProcess(idp.app))
        yield session


def token_of(session: requests.Session, idp: MockIdp, timeout: float = 20) -> requests.Response:
    grant = {"grant_type": "client_credentials"}
    return session.post(f"{idp.base_url}/oauth2-token", grant, auth=SERVICE, timeout=timeout)


def test_a_client_gets_its_token(session: requests.Session, idp: MockIdp) -> None:
    answer = token_of(session, idp)
    assert answer.json()["token_type"] == "Bearer"
    assert answer.headers["content-type"] == "application/json"
    assert idp.requests.take().header("host") == "mockidp.invalid"


def test_a_person_logs_in_with_cookies_and_redirects(idp: MockIdp) -> None:
    app = OAuth2Session("storefront-web", "storefront-web-secret", scope="openid")
    app.mount(idp.base_url, InProcess(idp.app))
    address, state = app.create_authorization_url(f"{idp.base_url}/oauth2-token/authorize")
    back = idp.authorize(address, user="buyer@example.com")
    tokens = app.fetch_token(f"{idp.base_url}/oauth2-token", authorization_response=back, state=state)
    told = app.get(f"{idp.issuer('storefront')}/userinfo").json()
    assert (tokens["token_type"], told["sub"]) == ("Bearer", "buyer@example.com")


def test_redirects_are_followed_and_cookies_kept(session: requests.Session, idp: MockIdp) -> None:
    query = {"response_type": "code", "client_id": "storefront-web"}
    page = session.get(f"{idp.base_url}/oauth2-token/authorize", params=query)
    assert urlsplit(page.url).path == "/oauth2-token/login"
    assert parse_qs(urlsplit(page.url).query)["client_id"] == ["storefront-web"]
    assert session.cookies.keys()
    assert [answer.status_code for answer in page.history] == [302]


def test_it_works_where_an_event_loop_runs_already(session: requests.Session, idp: MockIdp) -> None:
    async def inside() -> int:
        return token_of(session, idp).status_code

    assert asyncio.run(inside()) == 200


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("drop", requests.ConnectionError), ("truncated-body", requests.ConnectionError), ("delay=5", requests.Timeout)],
)
def test_faults_are_what_they_would_be_on_a_socket(
    fault: str, problem: type[Exception], session: requests.Session, idp: MockIdp
) -> None:
    idp.faults.next(fault)
    with pytest.raises(problem):
        token_of(session, idp, timeout=0.2)
    assert token_of(session, idp, timeout=20).status_code == 200


def test_a_pair_of_timeouts_is_taken(session: requests.Session, idp: MockIdp) -> None:
    idp.faults.next("delay=5")
    with pytest.raises(requests.Timeout, match=r"no answer within 0\.2 s"):
        session.get(f"{idp.issuer('storefront')}/jwks", timeout=(5, 0.2))


def test_without_a_port_it_leads_nowhere_and_can_be_started_all_the_same() -> None:
    with MockIdp(port=None) as idp:
        assert idp.issuer("storefront") == "https://mockidp.invalid/storefront"
        assert "code=" in idp.authorize(
            f"{idp.base_url}/oauth2-token/authorize?response_type=code&client_id=storefront-web"
        )
    assert MockIdp(port=None, base_url="https://id.example").issuer("backoffice") == "https://id.example/backoffice"


# ---- apps that stream, and those that listen for their client's leaving ---------------------------------------------


async def count(_request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for number in b"123":
            await asyncio.sleep(0.01)
            yield bytes([number])

    return StreamingResponse(pieces())


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def leave(request: Request, call_next: RequestResponseEndpoint) -> Response:
    return await call_next(request)


@pytest.fixture(params=[(), (Middleware(BaseHTTPMiddleware, dispatch=leave),)], ids=["bare", "behind a middleware"])
def app(request: pytest.FixtureRequest) -> Iterator[requests.Session]:
    routes = [Route("/count", count), Route("/echo", echo, methods=["POST"])]
    with requests.Session() as session:
        session.mount("https://app.invalid", InProcess(Starlette(routes=routes, middleware=request.param)))
        yield session


def test_an_answer_that_comes_piece_by_piece_comes_whole(app: requests.Session) -> None:
    assert app.get("https://app.invalid/count").text == "123"


@pytest.mark.parametrize(
    "make",
    [
        lambda: "ü1",
        "ü1".encode,
        lambda: io.BytesIO("ü1".encode()),
        lambda: io.StringIO("ü1"),
        lambda: iter([b"\xc3\xbc", "1"]),
    ],
    ids=["a text", "bytes", "a file", "a file of text", "piece by piece"],
)
def test_whatever_requests_can_send_is_sent(app: requests.Session, make: Callable[[], Any]) -> None:
    assert app.post("https://app.invalid/echo", data=make()).text == "ü1"


def test_who_waits_for_something_to_happen_waits(session: requests.Session, idp: MockIdp) -> None:
    began = time.monotonic()
    here = {"Host": "127.0.0.1"}
    answer = session.post(f"{idp.base_url}/_mockidp/requests/take", json={"timeout": 0.3}, headers=here)
    assert answer.json()["detail"].startswith("no request came within 0.3 s")
    assert time.monotonic() - began >= 0.3
