"""Planted principals: the unit tests of handlers, and why none can be left standing in production."""

import subprocess
import sys
from typing import Annotated, Any

import pytest
from both_doors import NOW, asgi_app, mint, wsgi_app
from fastapi import FastAPI, Security
from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from werkzeug.test import Client

from realmgate import AuditFailed, NoGate, Principal, RealmGate, Realms, principal_of, refusal_for, requires, wsgi
from realmgate.fastapi import RealmSecurity
from realmgate.testing import anonymous, planted, principal_for

CASEY = principal_for("storefront", subject="casey", scopes="orders:read", roles=["buyer"], claims={"tags": ["a"]})


@requires("orders:read")
async def read(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.user.subject} {sorted(request.auth.scopes)}")


@requires("orders:write")
async def write(request: Request) -> PlainTextResponse:
    raise AssertionError


async def listen(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.user.subject)


API = Starlette(routes=[Route("/read", read), Route("/write", write), WebSocketRoute("/listen", listen)])


def flask_api() -> Flask:
    app = Flask("storefront")

    @app.get("/orders")
    def orders() -> Any:
        refusal = refusal_for(request, "orders:write")
        assert refusal is not None
        return refusal.body, refusal.status, refusal.headers

    @app.get("/me")
    def me() -> str:
        return f"{principal_of(request).subject} {request.remote_user}"

    return app


def test_handlers_see_the_planted_principal() -> None:
    with planted(API, CASEY) as app:
        client = TestClient(app)
        assert client.get("/read").text == "casey ['authenticated', 'orders:read']"
        with client.websocket_connect("/listen") as session:
            assert session.receive_text() == "casey"


def test_what_it_lacks_is_refused_as_a_gate_would() -> None:
    with planted(API, CASEY) as app:
        answer = TestClient(app).get("/write")
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"].startswith('Bearer realm="storefront", error="insufficient_scope"')


def test_nobody_in_particular_can_be_planted_too() -> None:
    with planted(API, anonymous("storefront")) as app:
        answer = TestClient(app).get("/read")
    expected = (401, 'Bearer realm="storefront", scope="orders:read"')
    assert (answer.status_code, answer.headers["www-authenticate"]) == expected


def test_wsgi_apps_see_it_in_the_environ() -> None:
    with planted(flask_api(), CASEY) as app:
        client = Client(app)
        assert client.get("/me").text == "casey casey"
        assert client.get("/me", headers={"Remote-User": "admin"}, environ_base={"REMOTE_USER": "admin"}).text == (
            "casey casey"
        )
        assert client.get("/orders").status_code == 403


def test_the_lifespan_passes() -> None:
    with planted(API, CASEY) as app, TestClient(app) as client:
        assert client.get("/read").status_code == 200


def test_the_dependency_of_fastapi_takes_it_with_its_realm(shop: Realms) -> None:
    app = FastAPI()

    @app.get("/me")
    def me(who: Annotated[Principal, Security(RealmSecurity(shop["storefront"]), scopes=["orders:read"])]) -> str:
        return who.subject

    with planted(app, CASEY, realm=shop["storefront"]) as one:
        assert TestClient(one).get("/me").json() == "casey"
    with planted(app, CASEY) as other, pytest.raises(NoGate):
        TestClient(other).get("/me")


def test_a_principal_is_like_those_of_a_gate() -> None:
    assert (CASEY.subject, CASEY.realm) == ("casey", "storefront")
    assert (CASEY.scopes, CASEY.roles) == (frozenset({"orders:read"}), frozenset({"buyer"}))
    assert CASEY.is_authenticated
    assert CASEY.claims == {"sub": "casey", "tags": ("a",)}
    assert CASEY.expires_at is not None
    assert principal_for("storefront", subject="x", scopes=["a", "b"]).scopes == {"a", "b"}
    assert principal_for("storefront", subject="x", scopes="").scopes == frozenset()


# Why it cannot be left on.


def test_after_its_block_it_lets_nobody_through() -> None:
    with planted(API, CASEY) as app:
        client = TestClient(app)
        assert client.get("/read").status_code == 200
    with pytest.raises(RuntimeError, match="with block"):
        client.get("/read")


def test_after_its_block_it_lets_nobody_through_in_wsgi() -> None:
    with planted(wsgi_app, CASEY) as app:
        pass
    with pytest.raises(RuntimeError, match="with block"):
        app({}, None)


def test_without_a_block_it_is_no_app_at_all() -> None:
    with pytest.raises(TypeError):
        TestClient(planted(API, CASEY)).get("/read")  # type: ignore[arg-type]


def test_a_gate_inside_still_wants_its_token(shop: Realms) -> None:
    app = Starlette(routes=[Mount("/api", app=RealmGate(API, realm=shop["storefront"], clock=lambda: NOW))])
    with planted(app, CASEY) as open_door:
        client = TestClient(open_door)
        assert client.get("/api/read").status_code == 401
        answer = client.get("/api/read", headers={"authorization": f"Bearer {mint()}"})
        assert answer.text.startswith("customer@example.com")


def test_a_gate_is_not_planted_around(shop: Realms) -> None:
    for gate in (RealmGate(asgi_app, realm=shop["storefront"]), wsgi.RealmGate(wsgi_app, realm=shop["storefront"])):
        with pytest.raises(TypeError, match="behind the gate"), planted(gate, CASEY):
            pytest.fail("planted")


def test_only_a_principal_of_the_right_realm_is_planted(shop: Realms) -> None:
    with pytest.raises(TypeError), planted(API, "casey"):  # type: ignore[arg-type]
        pytest.fail("planted")
    with pytest.raises(ValueError, match="backoffice"), planted(API, CASEY, realm=shop["backoffice"]):
        pytest.fail("planted")


def test_an_audit_takes_it_for_no_gate(shop: Realms) -> None:
    with planted(API, CASEY, realm=shop["storefront"]) as app, pytest.raises(AuditFailed, match="looked into"):
        shop.audit(Starlette(routes=[Mount("/api", app=app)]))


def test_it_says_so_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with planted(API, CASEY):
        assert "for tests only" in caplog.text


def test_nothing_else_of_the_package_loads_it() -> None:
    code = (
        "import sys, realmgate, realmgate.wsgi, realmgate.fastapi, realmgate.telemetry;"
        "sys.exit('realmgate.testing' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
