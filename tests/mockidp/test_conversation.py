import asyncio
import socket
import time
from collections.abc import Iterator

import pytest
import requests
from starlette.types import Message, Receive, Scope, Send

from mockidp import MockIdp
from mockidp.conversation import MOST, Conversation

SERVICE = ("storefront-service", "storefront-service-secret")


@pytest.fixture(scope="module")
def heard() -> Iterator[tuple[MockIdp, Conversation]]:
    idp = MockIdp()
    idp.app = conversation = Conversation(idp.app)
    with idp:
        yield idp, conversation


@pytest.fixture
def idp(heard: tuple[MockIdp, Conversation]) -> MockIdp:
    heard[0].reset()
    heard[1].clear()
    return heard[0]


@pytest.fixture
def conversation(heard: tuple[MockIdp, Conversation]) -> Conversation:
    return heard[1]


def ask(idp: MockIdp, **fields: str) -> requests.Response:
    form = {"grant_type": "client_credentials", **fields}
    return requests.post(f"{idp.base_url}/oauth2-token", form, auth=SERVICE, timeout=10)


def shows(conversation: Conversation, text: str) -> bool:
    """Does it, sooner or later?"""
    until = time.monotonic() + 30
    while text not in str(conversation) and time.monotonic() < until:
        time.sleep(0.01)
    return text in str(conversation)


def test_where_nothing_came_it_says_so(conversation: Conversation, idp: MockIdp) -> None:
    assert str(conversation) == "No request came to the provider."


def test_a_refusal_is_shown_with_its_reason(conversation: Conversation, idp: MockIdp) -> None:
    answer = ask(idp, scope="everything")
    shown = str(conversation).splitlines()
    assert shown[0] == "POST /oauth2-token"
    assert "grant_type=client_credentials&scope=everything" in shown
    assert shown[-1].startswith("    -> 400 application/json, {")
    assert answer.json()["error_description"] in shown[-1]


def test_our_own_steps_through_the_pages_take_two_lines_each(conversation: Conversation, idp: MockIdp) -> None:
    idp.authorize(f"{idp.base_url}/oauth2-token/authorize?response_type=code&client_id=storefront-web")
    ask(idp)
    steps, _, sent = str(conversation).partition("\n\nPOST /oauth2-token\n")
    assert "user-agent: python-requests" in sent
    for step in steps.split("\n\n"):
        asked, answer = step.splitlines()
        assert asked.endswith("?response_type=code&client_id=storefront-web (a step of authorize)")
        assert answer.startswith("    -> ")
    assert len(steps.split("\n\n")) == 5


def test_nothing_that_is_secret_is_shown(conversation: Conversation, idp: MockIdp) -> None:
    token = ask(idp).json()["access_token"]
    issuer = idp.issuer("storefront")
    requests.get(f"{issuer}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    requests.post(f"{issuer}/introspect", {"token": token}, auth=SERVICE, timeout=10)
    shown = str(conversation)
    assert "-> 200 application/json" in shown
    assert '"access_token": "[hidden]"' in shown
    assert '"active": true' in shown
    assert not [part for part in (*token.split("."), SERVICE[1], "c3RvcmVmcm9udC1zZXJ2aWNl") if part in shown]


def test_a_code_on_its_way_to_the_client_is_not_shown(conversation: Conversation, idp: MockIdp) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        to = b"https://shop.example/cb?code=sesame&state=xyz&error=access_denied#id_token=sesame"
        await send({"type": "http.response.start", "status": 302, "headers": [(b"location", to)]})
        await send({"type": "http.response.body", "body": b""})

    shown = str(told(app))
    assert "-> 302 to https://shop.example/cb?code=[hidden]&state=[hidden]&error=access_denied" in shown
    assert "sesame" not in shown


def test_bodies_that_are_not_about_errors_or_tokens_are_only_measured(conversation: Conversation, idp: MockIdp) -> None:
    page = requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10)
    assert f"-> 200 application/json, {len(page.content)} bytes" in str(conversation)


def test_a_connection_that_was_cut_shows_as_no_answer(conversation: Conversation, idp: MockIdp) -> None:
    idp.faults.next("drop")
    with pytest.raises(requests.ConnectionError):
        ask(idp)
    assert shows(conversation, "-> no answer")


def test_a_request_that_is_not_answered_yet_is_shown(conversation: Conversation, idp: MockIdp) -> None:
    idp.faults.next("delay=30")
    with socket.create_connection(("127.0.0.1", int(idp.base_url.rpartition(":")[2]))) as asking:
        asking.sendall(b"GET /storefront/jwks HTTP/1.1\r\nHost: x\r\n\r\n")
        assert shows(conversation, "GET /storefront/jwks")
        assert str(conversation).endswith("-> no answer yet")


def test_the_last_ones_are_shown_and_the_earlier_ones_counted() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    shown = str(told(app, times=MOST + 3))
    assert shown.startswith("(3 earlier ones are not shown)\n")
    assert shown.count("-> 204") == MOST


def test_what_a_client_sent_cannot_draw_on_the_terminal() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        body = b'{"error": "\\u001b[31m"}'
        await send({"type": "http.response.start", "status": 400, "headers": [(b"content-type", b"\x1b[31m")]})
        await send({"type": "http.response.body", "body": body})

    assert "\x1b" not in str(told(app))


def test_what_is_not_http_passes_unheard() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    assert str(told(app, kind="lifespan")) == "No request came to the provider."
    assert seen == ["lifespan"]


def told(app: object, *, times: int = 1, kind: str = "http") -> Conversation:
    """What was heard of an app that is asked so often."""
    conversation = Conversation(app)  # type: ignore[arg-type]

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(_: Message) -> None:
        pass

    async def ask_all() -> None:
        for _ in range(times):
            await conversation({"type": kind, "method": "GET", "path": "/", "headers": []}, receive, send)

    asyncio.run(ask_all())
    return conversation
