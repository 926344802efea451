"""The gates around apps of other people's frameworks: all keep the realms apart, and answer with the same bytes."""

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path as django_path
from django.utils.functional import empty
from fastapi import FastAPI
from fastapi import Request as FastApiRequest
from flask import Flask
from flask import request as flask_request
from litestar import Litestar
from litestar import Request as LitestarRequest
from litestar import Response as LitestarResponse
from litestar import get as litestar_get
from quart import Quart
from quart import request as quart_request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from werkzeug.test import Client

from realmgate import DPoP, Realm, RealmGate, RealmMap, Realms, principal_of, refusal_for, requires, wsgi

READER = mint()
STAFF = mint(aud=ADMIN_AUDIENCE, sub="admin", scope="orders:read orders:write")


def starlette_app() -> Any:
    async def me(request: Request) -> PlainTextResponse:
        return PlainTextResponse(principal_of(request).subject)

    @requires("orders:write")
    async def write(request: Request) -> PlainTextResponse:
        raise AssertionError

    return Starlette(routes=[Route("/api/me", me), Route("/api/write", write), Route("/", me)])


def fastapi_app() -> Any:
    app = FastAPI()

    @app.get("/")
    @app.get("/api/me")
    def me(request: FastApiRequest) -> Any:
        return PlainTextResponse(principal_of(request).subject)

    @app.get("/api/write")
    @requires("orders:write")
    async def write(request: FastApiRequest) -> Any:
        raise AssertionError

    return app


def litestar_app() -> Any:
    @litestar_get(["/", "/api/me"], sync_to_thread=False, media_type="text/plain")
    def me(request: LitestarRequest[Any, Any, Any]) -> str:
        assert request.user is principal_of(request)
        return principal_of(request).subject

    @litestar_get("/api/write", sync_to_thread=False)
    def write(request: LitestarRequest[Any, Any, Any]) -> LitestarResponse[bytes]:
        refusal = refusal_for(request, "orders:write")
        assert refusal is not None
        return LitestarResponse(refusal.body, status_code=refusal.status, headers=refusal.by_name)

    return Litestar([me, write])


def quart_app() -> Any:
    app = Quart("shop")

    @app.get("/")
    @app.get("/api/me")
    async def me() -> Any:
        return principal_of(quart_request).subject

    @app.get("/api/write")
    async def write() -> Any:
        refusal = refusal_for(quart_request, "orders:write")
        assert refusal is not None
        return refusal.body, refusal.status, refusal.by_name

    return app


def flask_app() -> Any:
    app = Flask("shop")

    @app.get("/")
    @app.get("/api/me")
    def me() -> Any:
        assert (flask_request.remote_user or "") == principal_of(flask_request).subject
        return principal_of(flask_request).subject

    @app.get("/api/write")
    def write() -> Any:
        refusal = refusal_for(flask_request, "orders:write")
        assert refusal is not None
        return refusal.body, refusal.status, refusal.headers

    return app


def django_me(request: Any) -> HttpResponse:
    return HttpResponse(principal_of(request).subject)


def django_write(request: Any) -> HttpResponse:
    refusal = refusal_for(request, "orders:write")
    assert refusal is not None
    return HttpResponse(refusal.body, status=refusal.status, headers=refusal.by_name)


FRAMEWORKS: dict[str, tuple[Callable[[], Any], Any]] = {
    "Starlette": (starlette_app, RealmMap),
    "FastAPI": (fastapi_app, RealmMap),
    "Litestar": (litestar_app, RealmMap),
    "Quart": (quart_app, RealmMap),
    "Django behind ASGI": (get_asgi_application, RealmMap),
    "Django behind WSGI": (get_wsgi_application, wsgi.RealmMap),
    "Flask": (flask_app, wsgi.RealmMap),
}


@pytest.fixture(scope="module")
def django_project() -> Iterator[None]:
    """A project of two routes, and whatever was there before put back afterwards."""
    before, holder = settings._wrapped, types.ModuleType("urls_for_test_frameworks")
    routes = [django_path("api/me", django_me), django_path("api/write", django_write), django_path("", django_me)]
    holder.urlpatterns = routes  # type: ignore[attr-defined]
    sys.modules[holder.__name__] = holder
    settings._wrapped = empty
    settings.configure(ROOT_URLCONF=holder.__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", LOGGING_CONFIG=None)
    django.setup()
    yield
    settings._wrapped = before


Ask = Callable[..., Any]


def client_of(app: Any) -> Any:
    return Client(app) if isinstance(app, wsgi.RealmMap | wsgi.RealmGate) else TestClient(app)


@pytest.fixture(params=FRAMEWORKS)
def ask(request: pytest.FixtureRequest, shop: Realms, django_project: None) -> Ask:
    make, gate = FRAMEWORKS[request.param]
    table = {"/api": shop["storefront"], "/admin": shop["backoffice"]}
    client = client_of(gate(make(), table, elsewhere="open", clock=lambda: NOW))

    def ask(path: str, token: str = "", **headers: str) -> Any:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return client.get(path, headers=headers)

    return ask


def test_a_token_of_the_other_realm_and_none_at_all_are_refused_in_the_same_words(ask: Ask, shop: Realms) -> None:
    for path in ("/api/me", "/api/write", "/api/no-such-page"):
        assert ask(path, STAFF).status_code == 401
        assert ask(path).status_code == 401
    assert ask("/admin/me", READER).status_code == 401


def test_whoever_claims_to_be_somebody_in_a_header_is_nobody(ask: Ask) -> None:
    spoofed = {
        "Remote-User": "admin",
        "X-Remote-User": "admin",
        "Realmgate.Principal": "admin",
        "Cookie": "sessionid=x",
    }
    assert ask("/api/me", READER, **spoofed).text == "customer@example.com"
    assert ask("/", **spoofed).text == ""


def test_who_may_gets_through_and_is_known(ask: Ask) -> None:
    answer = ask("/api/me", READER)
    assert (answer.status_code, answer.text) == (200, "customer@example.com")


def test_who_may_not_gets_the_bytes_of_the_gate(ask: Ask, shop: Realms) -> None:
    nothing = wsgi.requires("orders:write")(lambda *_: pytest.fail("let in"))
    exact = Client(wsgi.RealmGate(nothing, realm=shop["storefront"], clock=lambda: NOW)).get(
        "/", headers={"Authorization": f"Bearer {READER}"}
    )
    answer = ask("/api/write", READER)
    assert (answer.status_code, answer.text) == (403, exact.text)
    for name in ("www-authenticate", "content-type", "content-length", "cache-control"):
        assert answer.headers[name] == exact.headers[name]


@pytest.mark.parametrize("root_path", ["/shop", "/shop/", "shop", "/shop/api"])
@pytest.mark.parametrize("name", [name for name, (_, gate) in FRAMEWORKS.items() if gate is RealmMap])
def test_a_mount_within_a_path_leads_nobody_past_the_gate(
    name: str, root_path: str, shop: Realms, django_project: None
) -> None:
    table = {"/api": shop["storefront"], "/admin": shop["backoffice"]}
    gate = RealmMap(FRAMEWORKS[name][0](), table, elsewhere="open", clock=lambda: NOW)
    # As a server asks that leaves out of the path what the proxy before it has cut off.
    client = TestClient(gate, root_path=root_path)
    for path in ("/x/shop/api/me", "/x/shop//api/me", "/x/shopapi/me", "/x/shop/shop/api/me", "/shop/api/api/me"):
        for token in ("", STAFF):
            answer = client.get(path, headers={"Authorization": f"Bearer {token}"} if token else {})
            assert answer.status_code in (400, 401, 404)
    for path in ("/admin/shop/api/me", "/admin/shop/api/api/me"):
        assert client.get(path, headers={"Authorization": f"Bearer {STAFF}"}).status_code in (400, 401, 404)


NAMING_MOUNTS = ["FastAPI", "FastAPI mounted at the root", "Django behind ASGI"]


def naming(mount: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An app that cuts off a mount which no server has named."""
    if name.startswith("Django"):
        monkeypatch.setattr(settings, "FORCE_SCRIPT_NAME", mount, raising=False)
        return get_asgi_application()
    app = fastapi_app()
    app.root_path = mount
    return Starlette(routes=[Mount("/", app=app)]) if name.endswith("root") else app


@pytest.mark.parametrize("name", NAMING_MOUNTS)
def test_a_mount_that_an_app_names_itself_leads_nobody_past_the_gate(
    name: str, shop: Realms, django_project: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = {"/api": shop["storefront"], "/admin": shop["backoffice"]}
    reader, staff = ({"Authorization": f"Bearer {token}"} for token in (READER, STAFF))

    client = client_of(RealmMap(naming("/shop", name, monkeypatch), table, elsewhere="open", clock=lambda: NOW))
    for path in ("/api/me", "/shop/api/me"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=staff).status_code == 401
        assert client.get(path, headers=reader).text == "customer@example.com"

    client = client_of(RealmMap(naming("/admin", name, monkeypatch), table, elsewhere="refuse", clock=lambda: NOW))
    assert client.get("/admin/api/me", headers=staff).status_code == 400


def test_a_single_gate_guards_a_whole_flask_and_a_whole_litestar(shop: Realms) -> None:
    for app, gate in ((flask_app(), wsgi.RealmGate), (litestar_app(), RealmGate)):
        client = client_of(gate(app, realm=shop["storefront"], clock=lambda: NOW))
        assert client.get("/").status_code == 401
        assert client.get("/", headers={"Authorization": f"Bearer {STAFF}"}).status_code == 401
        assert client.get("/", headers={"Authorization": f"Bearer {READER}"}).text == "customer@example.com"


@pytest.mark.parametrize("host", ["shop.example/admin?x=", "shop.example/admin", "admin", "", "a b", "x:y@z/../api"])
def test_no_host_and_no_forwarded_header_ever_moves_a_request_to_another_realm(ask: Ask, host: str) -> None:
    forwarded = {"Host": host, "X-Forwarded-Host": host, "X-Forwarded-Prefix": "/admin", "X-Forwarded-Uri": "/"}
    more = {"X-Original-Url": "/", "X-Rewrite-Url": "/", "X-Script-Name": "/admin", "Forwarded": f'host="{host}"'}
    assert ask("/api/me?/admin/me", STAFF, **forwarded, **more).status_code == 401
    assert ask("/api/me?x=/../", **forwarded, **more).status_code == 401


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_where_two_schemes_would_do_a_handler_names_both(framework: str, django_project: None) -> None:
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP()))
    make, gate = FRAMEWORKS[framework]
    client = client_of(gate(make(), {"/api": shop["storefront"]}, elsewhere="open", clock=lambda: NOW))
    answer = client.get("/api/write", headers={"Authorization": f"Bearer {READER}"})
    assert answer.status_code == 403
    given = answer.headers.getlist if hasattr(answer.headers, "getlist") else answer.headers.get_list
    bearer, dpop = ", ".join(given("www-authenticate")).split(", DPoP ")
    assert bearer.startswith('Bearer realm="storefront", error="insufficient_scope"')
    assert dpop.startswith('realm="storefront", scope="orders:write", algs="')
