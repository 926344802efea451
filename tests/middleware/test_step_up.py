"""Good tokens of logins that were too weak, or too long ago, for what is asked. RFC 9470."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Doors, mint
from proofs import ES256
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from realmgate import DPoP, Realm, RealmGate, Realms, requires, wsgi
from realmgate.guarded import GuardedRealm
from realmgate.step_up import StepUp

STRONG, STRONGER = "urn:example:phr", "urn:example:phrh"
SCOPE = 'scope="orders:read"'
CHALLENGE = (
    'Bearer realm="storefront", error="insufficient_user_authentication", '
    'error_description="A stronger or more recent login is needed"'
)


def guarded(**differs: Any) -> GuardedRealm:
    return Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, **differs))["storefront"]


def doors_asking(
    *, clock: Callable[[], float] = lambda: NOW, realm: Mapping[str, Any] = MappingProxyType({}), **wanted: Any
) -> Doors:
    """The same demand made of a Starlette handler and of a WSGI app."""

    @requires("orders:read", **wanted)
    async def pay(request: Request) -> Response:
        return Response(b"paid")

    @wsgi.requires("orders:read", **wanted)
    def pay_wsgi(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("content-length", "4")])
        return [b"paid"]

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        await (await pay(Request(scope, receive)))(scope, receive, send)

    return Doors(
        asgi=RealmGate(routed, realm=guarded(**realm), clock=clock),
        wsgi=wsgi.RealmGate(pay_wsgi, realm=guarded(**realm), clock=clock),
    )


def knock(doors: Doors, token: str) -> tuple[int, str | None]:
    answer = doors.bearer(token)
    return answer.status, answer.header("www-authenticate")


@pytest.mark.parametrize(
    "acr", [..., "", "urn:example:password", [STRONG], f"{STRONG} {STRONGER}", STRONG.upper(), None, 1]
)
def test_a_login_of_another_class_is_too_weak(acr: Any) -> None:
    door = doors_asking(acr=[STRONG, STRONGER])
    assert knock(door, mint(acr=acr)) == (401, f'{CHALLENGE}, acr_values="{STRONG} {STRONGER}", {SCOPE}')


@pytest.mark.parametrize("acr", [STRONG, STRONGER])
def test_one_of_the_classes_is_enough(acr: str) -> None:
    assert knock(doors_asking(acr=[STRONG, STRONGER]), mint(acr=acr)) == (200, None)


def test_a_single_class_need_not_be_a_list() -> None:
    door = doors_asking(acr=STRONG)
    assert knock(door, mint(acr=STRONG)) == (200, None)
    assert knock(door, mint(acr="u")) == (401, f'{CHALLENGE}, acr_values="{STRONG}", {SCOPE}')


@pytest.mark.parametrize("auth_time", [..., 0, int(NOW) - 301])
def test_a_login_of_long_ago_is_too_old(auth_time: Any) -> None:
    assert knock(doors_asking(max_age=300), mint(auth_time=auth_time)) == (401, f'{CHALLENGE}, max_age="300", {SCOPE}')


@pytest.mark.parametrize("auth_time", ["1", True, None, []])
def test_a_time_that_is_none_makes_the_token_invalid(auth_time: Any) -> None:
    status, challenge = knock(doors_asking(max_age=300), mint(auth_time=auth_time))
    assert status == 401
    assert challenge is not None
    assert 'error="invalid_token"' in challenge


def test_a_login_ages_on_the_clock_of_the_gate_also_when_the_token_is_remembered() -> None:
    now = [NOW]
    door = doors_asking(max_age=300, clock=lambda: now[0])
    token = mint(auth_time=int(NOW))
    assert knock(door, token) == (200, None)
    now[0] += 300
    assert knock(door, token) == (200, None)
    now[0] += 1
    assert knock(door, token) == (401, f'{CHALLENGE}, max_age="300", {SCOPE}')


def test_class_and_age_are_told_together() -> None:
    door = doors_asking(acr=STRONG, max_age=0)
    whole = (401, f'{CHALLENGE}, acr_values="{STRONG}", max_age="0", {SCOPE}')
    assert knock(door, mint(acr="weak", auth_time=int(NOW))) == whole
    assert knock(door, mint(acr=STRONG, auth_time=int(NOW) - 1)) == whole
    assert knock(door, mint(acr=STRONG, auth_time=int(NOW))) == (200, None)


def test_a_better_login_does_not_make_up_for_a_scope() -> None:
    status, challenge = knock(doors_asking(acr=STRONG), mint(scope="products:read"))
    assert status == 403
    assert challenge is not None
    assert 'error="insufficient_scope"' in challenge


def test_the_challenge_comes_under_the_scheme_that_was_used() -> None:
    doors = doors_asking(acr=STRONG, realm={"dpop": DPoP()})
    token = ES256.bound_token()
    answer = doors.ask(f"DPoP {token}", mount="/api", path="", headers=[("dpop", ES256.proof(token))])
    bearer, dpop = [value for name, value in answer.headers if name == "www-authenticate"]
    assert bearer == f'Bearer realm="storefront", {SCOPE}'
    assert dpop.startswith('DPoP realm="storefront", error="insufficient_user_authentication"')
    assert f'acr_values="{STRONG}"' in dpop


@requires(acr=STRONG)
async def feed(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def client() -> TestClient:
    app = Starlette(routes=[WebSocketRoute("/api", feed)])
    return TestClient(RealmGate(app, realm=guarded(), clock=lambda: NOW))


def test_a_websocket_is_denied_with_the_challenge() -> None:
    door = client()
    with door.websocket_connect("/api", headers={"authorization": f"Bearer {mint(acr=STRONG)}"}) as socket:
        assert socket.receive_text() == "hello"
    weak = {"authorization": f"Bearer {mint()}"}
    with pytest.raises(WebSocketDenialResponse) as denied, door.websocket_connect("/api", headers=weak):
        pytest.fail("let in")
    assert denied.value.status_code == 401
    assert denied.value.headers["www-authenticate"] == f'{CHALLENGE}, acr_values="{STRONG}"'


def test_where_a_websocket_cannot_be_denied_it_is_closed_as_unauthorized() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/api",
        "headers": [(b"authorization", f"Bearer {mint()}".encode())],
    }
    app: Any = client().app
    asyncio.run(app(scope, receive, send))
    assert [(message["type"], message["code"]) for message in sent] == [("websocket.close", 3000)]


@pytest.mark.parametrize(
    "wanted",
    [
        *({"acr": (one,)} for one in ("a b", "", 'a"b', "é", 1)),
        *({"max_age": age} for age in (-1, True, 1.5, "300")),
    ],
)
def test_what_cannot_be_asked_is_refused_where_it_is_written(wanted: Any) -> None:
    with pytest.raises(TypeError, match="takes"):
        StepUp(**wanted)
    with pytest.raises(TypeError, match="takes"):
        requires("orders:read", **wanted)
