"""The FastAPI dependency: who may, and which routes wear which lock."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from fastapi import APIRouter, Depends, FastAPI, Security, WebSocket
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from realmgate import NoGate, Principal, Realm, RealmGate, RealmMap, Realms
from realmgate.fastapi import RealmSecurity

STAFF = mint(aud=ADMIN_AUDIENCE, scope="users:read", sub="admin")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def shop_api(shop: Realms) -> FastAPI:
    """One FastAPI app with routes of two realms and one of none."""
    storefront, backoffice = RealmSecurity(shop["storefront"]), RealmSecurity(shop["backoffice"], open_id_connect=True)
    reader = Security(storefront, scopes=["orders:read"])
    writer = Security(storefront, scopes=["orders:read", "orders:write"])
    app = FastAPI()

    @app.get("/api/me")
    def me(who: Annotated[Principal, Depends(storefront)]) -> str:
        return who.subject

    @app.get("/api/orders")
    async def orders(who: Annotated[Principal, reader]) -> str:
        return who.subject

    @app.post("/api/orders", dependencies=[writer])
    def order() -> None:
        raise AssertionError

    @app.get("/api/news")
    def news() -> str:
        return "open to whom the gate lets in"

    @app.get("/admin/api/users")
    def users(who: Annotated[Principal, Security(backoffice, scopes=["users:read"])]) -> str:
        return who.subject

    @app.get("/")
    def home() -> str:
        return "open"

    @app.websocket("/api/listen")
    async def listen(websocket: WebSocket, who: Annotated[Principal, reader]) -> None:
        await websocket.accept()
        await websocket.send_text(who.subject)

    @app.websocket("/api/speak")
    async def speak(websocket: WebSocket, who: Annotated[Principal, writer]) -> None:
        raise AssertionError

    return app


@pytest.fixture
def client(shop: Realms) -> TestClient:
    app = shop_api(shop)
    table = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    app.add_middleware(RealmMap, table, elsewhere="open", clock=lambda: NOW)
    return TestClient(app)


def test_a_token_of_the_other_realm_or_none_at_all_never_reaches_a_route(client: TestClient) -> None:
    for path, token in (("/api/me", STAFF), ("/admin/api/users", mint()), ("/api/news", STAFF)):
        assert client.get(path, headers=bearer(token)).status_code == 401
        assert client.get(path).status_code == 401


def test_a_missing_scope_gets_the_exact_challenge(client: TestClient) -> None:
    answer = client.post("/api/orders", headers=bearer(mint()))
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="storefront", error="insufficient_scope", '
        'error_description="The access token does not allow this", scope="orders:read orders:write"'
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"detail": "The access token does not allow this"}
    # The body is FastAPI's, and so is what is said of it.
    said = [(name, value) for name, value in answer.headers.multi_items() if name.startswith("content-")]
    assert said == [("content-length", str(len(answer.content))), ("content-type", "application/json")]


def test_who_may_gets_through_and_is_known(client: TestClient) -> None:
    assert client.get("/api/me", headers=bearer(mint(scope=""))).json() == "customer@example.com"
    assert client.get("/api/orders", headers=bearer(mint())).json() == "customer@example.com"
    assert client.get("/admin/api/users", headers=bearer(STAFF)).json() == "admin"
    assert client.get("/").json() == "open"


def test_nobody_in_particular_needs_a_token_where_somebody_is_asked_for() -> None:
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, anonymous=True))
    app = FastAPI()

    @app.get("/me")
    def me(who: Annotated[Principal, Depends(RealmSecurity(realms["storefront"]))]) -> str:
        return who.subject

    answer = TestClient(RealmGate(app, realm=realms["storefront"])).get("/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="storefront"'


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda app, shop: app, id="no gate"),
        pytest.param(lambda app, shop: RealmMap(app, {"/x": shop["storefront"]}, elsewhere="open"), id="no realm"),
        pytest.param(
            lambda app, shop: RealmGate(app, realm=shop["backoffice"], clock=lambda: NOW), id="the gate of the other"
        ),
    ],
)
def test_without_the_gate_of_its_own_realm_a_route_is_closed(shop: Realms, wrap: Callable[..., Any]) -> None:
    client = TestClient(wrap(shop_api(shop), shop))
    with pytest.raises(NoGate):
        client.get("/api/me", headers=bearer(STAFF))


def test_before_a_route_of_one_realm_the_tokens_of_others_at_the_same_gate_are_not_good(shop: Realms) -> None:
    gate = RealmGate(shop_api(shop), realm=[shop["storefront"], shop["backoffice"]], clock=lambda: NOW)
    client = TestClient(gate)
    assert client.get("/api/news", headers=bearer(STAFF)).status_code == 200
    for path, good, other, realm in (
        ("/api/me", mint(), STAFF, "storefront"),
        ("/admin/api/users", STAFF, mint(), "backoffice"),
    ):
        assert client.get(path, headers=bearer(good)).status_code == 200
        refused = client.get(path, headers=bearer(other))
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith(f'Bearer realm="{realm}", error="invalid_token"')
    listen = client.websocket_connect("/api/listen", headers=bearer(STAFF))
    with pytest.raises(WebSocketDenialResponse) as denied, listen:
        pytest.fail("let in")
    assert denied.value.status_code == 401


def test_nobody_is_asked_for_a_token_of_the_realm_of_the_route() -> None:
    realms = (
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, anonymous=True),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
    )
    shop = Realms(*realms)
    client = TestClient(RealmGate(shop_api(shop), realm=[shop[name] for name in shop], clock=lambda: NOW))
    assert client.get("/").status_code == 200
    for path, named in (
        ("/api/me", 'realm="storefront"'),
        ("/api/orders", 'realm="storefront", scope="orders:read"'),
        ("/admin/api/users", 'realm="backoffice", scope="users:read"'),
    ):
        assert client.get(path).headers["www-authenticate"] == f"Bearer {named}"


def test_it_works_behind_the_gate_of_a_mount(shop: Realms) -> None:
    storefront = RealmSecurity(shop["storefront"])
    api, app = FastAPI(), FastAPI()
    router = APIRouter(dependencies=[Security(storefront, scopes=["orders:read"])])

    @router.get("/orders")
    def orders() -> str:
        return "yours"

    api.include_router(router)
    app.mount("/api", RealmGate(api, realm=shop["storefront"], clock=lambda: NOW))
    shop.audit(app, public=("/docs", "/redoc", "/openapi.json"))
    client = TestClient(app)
    assert client.get("/api/orders", headers=bearer(mint())).json() == "yours"
    assert client.get("/api/orders", headers=bearer(mint(scope=""))).status_code == 403
    assert client.get("/api/openapi.json").status_code == 401


# Locks.


def test_each_realm_is_a_security_scheme_of_its_own(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["components"]["securitySchemes"] == {
        "storefront": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "backoffice": {"type": "openIdConnect", "openIdConnectUrl": f"{ISSUER}/.well-known/openid-configuration"},
    }


def test_only_routes_that_ask_wear_a_lock_and_the_right_one(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    locks = {
        f"{method} {path}": operation.get("security")
        for path, item in paths.items()
        for method, operation in item.items()
    }
    assert locks == {
        "get /api/me": [{"storefront": []}],
        "get /api/orders": [{"storefront": ["orders:read"]}],
        "post /api/orders": [{"storefront": ["orders:read", "orders:write"]}],
        "get /api/news": None,
        "get /admin/api/users": [{"backoffice": ["users:read"]}],
        "get /": None,
    }


def test_swagger_shows_its_page_with_that_document(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/openapi.json" in page.text


def test_a_realm_may_be_named_and_described(shop: Realms) -> None:
    security = RealmSecurity(shop["storefront"], scheme_name="customers", description="What the shop's app sends")
    assert security.scheme_name == "customers"
    assert security.model.description == "What the shop's app sends"


# WebSockets.


def test_websocket_routes_know_who_is_there(client: TestClient) -> None:
    with client.websocket_connect("/api/listen", subprotocols=["bearer", mint()]) as session:
        assert session.receive_text() == "customer@example.com"


def test_a_refused_websocket_shows_status_and_challenge(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect("/api/speak", headers=bearer(mint())),
    ):
        pytest.fail("let in")
    assert denied.value.status_code == 403
    assert 'scope="orders:read orders:write"' in denied.value.headers["www-authenticate"]


@pytest.mark.parametrize("extensions", [{}, None], ids=["none", "nothing said"])
def test_without_the_denial_extension_a_websocket_is_closed_as_forbidden(shop: Realms, extensions: Any) -> None:
    app = RealmGate(shop_api(shop), realm=shop["storefront"], clock=lambda: NOW)

    async def plain(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "extensions": extensions}, receive, send)

    with (
        pytest.raises(WebSocketDisconnect) as closed,
        TestClient(plain).websocket_connect("/api/speak", headers=bearer(mint())),
    ):
        pytest.fail("let in")
    assert closed.value.code == 3003


# What cannot be right.


def test_only_a_realm_that_knows_its_siblings_is_taken(shop: Realms) -> None:
    for odd in ("storefront", Realm("x", issuer=ISSUER, audience=AUDIENCE), None):
        with pytest.raises(TypeError, match=rf'shop\["storefront"\], not a {type(odd).__name__}$'):
            RealmSecurity(odd)  # type: ignore[arg-type]


def test_an_issuer_can_only_be_pointed_to_if_there_is_one() -> None:
    oro = Realms(Realm("shop", profile="orocommerce", clients=frozenset({"web"}), keys=JWKS))["shop"]
    with pytest.raises(TypeError, match="no issuer"):
        RealmSecurity(oro, open_id_connect=True)


def test_without_fastapi_the_error_names_the_cure() -> None:
    code = "import sys; sys.modules['fastapi'] = None; import realmgate; import realmgate.fastapi"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'realmgate[fastapi]'" in run.stderr


def test_the_core_never_loads_fastapi() -> None:
    code = "import sys, json, realmgate, realmgate.wsgi; print(json.dumps(list(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not [name for name in json.loads(run.stdout) if name.split(".")[0] in {"fastapi", "pydantic"}]


@pytest.mark.parametrize("odd", ["заказы", "orders:lösen", 'orders"', "a\\"])
def test_a_scope_that_no_token_can_hold_is_named_by_the_first_request(shop: Realms, odd: str) -> None:
    app = FastAPI(dependencies=[Security(RealmSecurity(shop["storefront"]), scopes=[odd])])
    app.add_api_route("/", lambda: None)
    client = TestClient(RealmGate(app, realm=shop["storefront"], clock=lambda: NOW))
    with pytest.raises(TypeError, match=r"^scopes= takes"):
        client.get("/", headers=bearer(mint()))
