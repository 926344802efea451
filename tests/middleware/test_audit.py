"""The walk over an app's routes: what is guarded once, twice, by others, or not at all."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from fastapi import APIRouter, FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from realmgate import AuditFailed, Realm, RealmGate, RealmMap, Realms, wsgi

SHOP = Realms(
    Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
    Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
)
OTHERS = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS))
FRONT = Middleware(RealmGate, realm=SHOP["storefront"])
BACK = Middleware(RealmGate, realm=SHOP["backoffice"])


async def page(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("a page")


async def talk(websocket: Any) -> None:
    await websocket.accept()


PAGE = Route("/page", page)


def gate(app: Any, realm: str = "storefront") -> RealmGate:
    return RealmGate(app, realm=SHOP[realm])


class Opaque:
    """Middleware that does not say what it wraps."""

    def __init__(self, app: Any) -> None:
        self._inner = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._inner(scope, receive, send)


class Transparent(Opaque):
    """Middleware that does."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.app = app


async def bare(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("bare")(scope, receive, send)


GUARDED = [
    pytest.param(gate(Starlette(routes=[PAGE])), id="a gate around an app"),
    pytest.param(gate(bare), id="a gate around a function"),
    pytest.param(gate(Opaque(Starlette(routes=[PAGE]))), id="a gate around what cannot be looked into"),
    pytest.param(Starlette(routes=[PAGE], middleware=[FRONT]), id="an app's middleware"),
    pytest.param(Starlette(routes=[PAGE], middleware=[Middleware(GZipMiddleware), FRONT]), id="among other middleware"),
    pytest.param(
        Starlette(
            routes=[Mount("/api", routes=[PAGE], middleware=[FRONT]), Mount("/admin", routes=[PAGE], middleware=[BACK])]
        ),
        id="the middleware of mounts",
    ),
    pytest.param(Starlette(routes=[Mount("/api", app=gate(Starlette(routes=[PAGE])))]), id="a mounted gate"),
    pytest.param(Starlette(routes=[Mount("/api", app=Transparent(gate(bare)))]), id="a gate inside a wrapper"),
    pytest.param(Starlette(routes=[Mount("/a", routes=[Mount("/b", app=gate(bare))])]), id="a mount in a mount"),
    pytest.param(
        Starlette(routes=[Mount("/a", app=gate(Starlette(routes=[Mount("/b", routes=[PAGE]), PAGE])))]),
        id="a gate around mounts",
    ),
    pytest.param(Starlette(routes=[Route("/page", page, middleware=[FRONT])]), id="a route's middleware"),
    pytest.param(Starlette(routes=[WebSocketRoute("/ws", talk, middleware=[FRONT])]), id="a WebSocket's middleware"),
    pytest.param(Starlette(routes=[Route("/page", endpoint=gate(bare))]), id="a route to a gate"),
    pytest.param(Starlette(routes=[Mount("/a", app=Router([PAGE], middleware=[FRONT]))]), id="a router's middleware"),
    pytest.param(Router([PAGE], middleware=[FRONT]), id="a router"),
    pytest.param(Starlette(routes=[Host("api.shop.example", app=gate(Router([PAGE])))]), id="a host"),
    pytest.param(
        Starlette(routes=[Host("a.example", app=Starlette(routes=[PAGE], middleware=[BACK]))]), id="a host's app"
    ),
    pytest.param(
        RealmMap(Starlette(routes=[Mount("/api", routes=[PAGE])]), {"/api": SHOP["storefront"]}, elsewhere="open"),
        id="a map around an app",
    ),
    pytest.param(
        RealmMap(
            Starlette(routes=[PAGE, Mount("/api", routes=[PAGE])]), {"/api": SHOP["storefront"]}, elsewhere="refuse"
        ),
        id="a map that refuses the rest",
    ),
    pytest.param(
        Starlette(
            routes=[PAGE, Mount("/api", routes=[PAGE])],
            middleware=[Middleware(RealmMap, {"/api": SHOP["storefront"]}, elsewhere="refuse")],
        ),
        id="a map among the middleware",
    ),
    pytest.param(
        Starlette(
            routes=[
                Mount(
                    "/shop",
                    app=RealmMap(Router([Mount("/api", app=bare)]), {"/api": SHOP["storefront"]}, elsewhere="open"),
                )
            ]
        ),
        id="a mounted map",
    ),
    pytest.param(
        RealmMap(
            Starlette(routes=[Mount("/api", routes=[PAGE]), Mount("/admin", app=gate(bare, "backoffice"))]),
            {"/api": SHOP["storefront"]},
            elsewhere="open",
        ),
        id="a gate where a map is open",
    ),
    pytest.param(wsgi.RealmGate(lambda *_: [b""], realm=SHOP["storefront"]), id="a gate at the other door"),
    pytest.param(Starlette(), id="no routes"),
]


@pytest.mark.parametrize("app", GUARDED)
def test_what_lies_behind_one_gate_is_fine(app: Any) -> None:
    SHOP.audit(app)


def findings(app: Any, *public: str) -> list[str]:
    with pytest.raises(AuditFailed) as caught:
        SHOP.audit(app, public=public)
    assert str(caught.value) == "the audit found routes without exactly one gate:\n  " + "\n  ".join(
        caught.value.findings
    )
    return list(caught.value.findings)


NO_GATE = "lies behind no gate; wrap it in a RealmGate or name it in public=(…)"

UNGUARDED = [
    pytest.param(Starlette(routes=[PAGE]), "/page (route page)", id="a route"),
    pytest.param(Starlette(routes=[Route("/", page)]), "/ (route page)", id="the root"),
    pytest.param(Starlette(routes=[WebSocketRoute("/ws", talk)]), "/ws (route talk)", id="a WebSocket"),
    pytest.param(Starlette(routes=[Route("/x", type("Own", (HTTPEndpoint,), {}))]), "/x (route Own)", id="an endpoint"),
    pytest.param(
        Starlette(routes=[Mount("/a", routes=[Mount("/b", routes=[PAGE])])]), "/a/b/page (route page)", id="mounts"
    ),
    pytest.param(
        Starlette(routes=[Mount("/x", app=bare)]), "/x (function, which cannot be looked into)", id="a function"
    ),
    pytest.param(
        Starlette(routes=[Mount("/x", app=StaticFiles(directory="."))]),
        "/x (StaticFiles, which cannot be looked into)",
        id="files",
    ),
    pytest.param(
        Starlette(routes=[Mount("/x", app=Opaque(gate(bare)))]),
        "/x (Opaque, which cannot be looked into)",
        id="a gate inside what cannot be looked into",
    ),
    pytest.param(
        Starlette(routes=[Mount("/x", app=partial(gate(bare)))]),
        "/x (partial, which cannot be looked into)",
        id="a gate inside a partial",
    ),
    pytest.param(
        Starlette(routes=[PAGE], middleware=[Middleware(partial(RealmGate, realm=SHOP["storefront"]))]),
        "/page (route page)",
        id="a gate made by a function",
    ),
    pytest.param(Starlette(routes=[Host("a.example", app=Router([PAGE]))]), "/page (route page)", id="a host"),
    pytest.param(
        Starlette(routes=[Mount("/a", app=Router(default=bare))]), "/a (the router's default)", id="a router's default"
    ),
    pytest.param(
        RealmMap(Starlette(routes=[PAGE]), {"/api": SHOP["storefront"]}, elsewhere="open"),
        "/page (route page)",
        id="where a map is open",
    ),
    pytest.param(
        RealmMap(Starlette(routes=[Mount("/{any:path}", app=bare)]), {"/api": SHOP["storefront"]}, elsewhere="open"),
        "/{any:path} (function, which cannot be looked into)",
        id="a path that a map knows only later",
    ),
    pytest.param(
        type("OwnRoute", (BaseRoute,), {})(), "/* (OwnRoute, which cannot be looked into)", id="an unknown route"
    ),
    pytest.param(lambda: None, "/* (function, which cannot be looked into)", id="something else"),
]


@pytest.mark.parametrize(("app", "where"), UNGUARDED)
def test_what_lies_behind_no_gate_is_found(app: Any, where: str) -> None:
    assert findings(app) == [f"{where}: {NO_GATE}"]


TWICE = [
    pytest.param(gate(gate(bare)), "/*", "storefront and storefront", id="one in the other"),
    pytest.param(
        Starlette(routes=[Mount("/api", app=gate(bare, "backoffice"))], middleware=[FRONT]),
        "/api",
        "storefront and backoffice",
        id="one on the app and one on the mount",
    ),
    pytest.param(
        Starlette(routes=[Route("/x", page, middleware=[BACK])], middleware=[FRONT]),
        "/x",
        "storefront and backoffice",
        id="one on the app and one on the route",
    ),
    pytest.param(
        gate(Starlette(routes=[Mount("/a", app=Router([Route("/x", page, middleware=[BACK])]))])),
        "/a/x",
        "storefront and backoffice",
        id="one far above the other",
    ),
    pytest.param(
        RealmMap(Starlette(routes=[Mount("/api", app=gate(bare))]), {"/api": SHOP["backoffice"]}, elsewhere="open"),
        "/api",
        "backoffice and storefront",
        id="a map around a gate",
    ),
]


@pytest.mark.parametrize(("app", "path", "realms"), TWICE)
def test_what_lies_behind_two_gates_is_found(app: Any, path: str, realms: str) -> None:
    (finding,) = findings(app)
    assert finding.startswith(f"{path} (")
    assert finding.endswith(f": lies behind 2 gates, {realms}")


def test_a_gate_of_another_realms_is_found() -> None:
    app = Starlette(routes=[Mount("/api", app=RealmGate(bare, realm=OTHERS["storefront"]))])
    (finding,) = findings(app)
    assert finding.endswith("lies behind a gate of another Realms, whose realms are not proven apart from these")
    OTHERS.audit(app)


def test_every_finding_is_named_at_once() -> None:
    app = Starlette(
        routes=[PAGE, Mount("/a", app=bare), Mount("/b", app=gate(bare)), Mount("/c", app=gate(gate(bare)))]
    )
    assert [finding.split(" ")[0] for finding in findings(app)] == ["/page", "/a", "/c"]


def test_a_public_name_covers_what_lies_below_it_and_the_root_only_itself() -> None:
    app = Starlette(
        routes=[
            Route("/", page),
            Route("/static", page),
            Route("/static/{name}", page),
            Mount("/static", routes=[PAGE]),
            Route("/statics", page),
            PAGE,
        ]
    )
    assert [finding.split(" ")[0] for finding in findings(app, "/", "/static")] == ["/statics", "/page"]
    assert [finding.split(" ")[0] for finding in findings(app, "/", "/static/")] == ["/statics", "/page"]
    assert len(findings(app, "/")) == 5
    SHOP.audit(app, public=("/", "/static", "/statics", "/page"))


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(bare, id="a function"),
        pytest.param(Starlette(routes=[Route("/", page), Mount("/", app=bare)]), id="mounted at the root"),
        pytest.param(Starlette(routes=[Mount("", app=StaticFiles(directory="."))]), id="files of the root"),
        pytest.param(Starlette(routes=[Host("a.example", app=bare)]), id="a host"),
        pytest.param(Starlette(routes=[type("OwnRoute", (BaseRoute,), {})()]), id="an unknown route"),
        pytest.param(Router(default=bare), id="a router's default"),
        pytest.param(RealmMap(bare, {"/api": SHOP["storefront"]}, elsewhere="open"), id="where a map is open"),
        pytest.param(
            wsgi.RealmMap(lambda *_: [b""], {"/api": SHOP["storefront"]}, elsewhere="open"), id="at the other door"
        ),
    ],
)
def test_whatever_answers_for_every_path_is_more_than_the_root(app: Any) -> None:
    assert [finding.split(" ")[0] for finding in findings(app, "/")] == ["/*"]
    SHOP.audit(app, public=("/", "/*"))


def test_the_name_of_what_answers_for_every_path_means_nothing_else() -> None:
    app = Starlette(routes=[PAGE, Route("/", page), Mount("/x", app=bare)])
    assert len(findings(app, "/*")) == 3


class Pages:
    """A WSGI app, which nobody can look into."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        raise NotImplementedError


def one_page_for(kind: Any) -> Any:
    """An app for the door of a gate, with one finding if it is unguarded."""
    return Pages() if kind.__module__ == wsgi.__name__ else Router([PAGE])


OWN_WAYS = [
    pytest.param(RealmGate, {"realm": SHOP["storefront"]}, id="RealmGate"),
    pytest.param(RealmMap, {"table": {"/page": SHOP["storefront"]}, "elsewhere": "open"}, id="RealmMap"),
    pytest.param(wsgi.RealmGate, {"realm": SHOP["storefront"]}, id="RealmGate of WSGI"),
    pytest.param(wsgi.RealmMap, {"table": {"/page": SHOP["storefront"]}, "elsewhere": "refuse"}, id="RealmMap of WSGI"),
]


@pytest.mark.parametrize(("kind", "settings"), OWN_WAYS)
@pytest.mark.parametrize("method", ["__call__", "guards", "reaches", "place_of"])
def test_a_gate_that_goes_its_own_way_guards_nothing(kind: Any, settings: Any, method: str) -> None:
    own: Any = type("OwnGate", (kind,), {method: call_bare})

    apps = [own(one_page_for(kind), **settings)]
    if kind in {RealmGate, RealmMap}:
        apps += [
            Starlette(routes=[PAGE], middleware=[Middleware(own, **settings)]),
            Starlette(routes=[Route("/page", page, middleware=[Middleware(own, **settings)])]),
        ]
    for app in apps:
        assert [finding.endswith(NO_GATE) for finding in findings(app)] == [True]


@pytest.mark.parametrize(("kind", "settings"), OWN_WAYS)
def test_a_gate_may_bring_its_own_settings(kind: Any, settings: Any) -> None:
    class Ours(kind):  # type: ignore[misc]
        """The same gate with less to write."""

        def __init__(self, app: Any) -> None:
            super().__init__(app, **settings)

    SHOP.audit(Ours(one_page_for(kind)))
    SHOP.audit(Starlette(routes=[PAGE], middleware=[Middleware(Ours)]))


def test_a_router_s_other_method_is_not_what_its_routes_are_behind() -> None:
    own = type("OwnRouter", (Router,), {"health": call_bare})([Mount("/api", app=gate(bare))])
    SHOP.audit(Starlette(routes=[Mount("/x", app=own.app)]))

    for method in (own.health, own.not_found):
        assert findings(Starlette(routes=[Mount("/x", app=method)])) == [
            f"/x (method, which cannot be looked into): {NO_GATE}"
        ]


def test_a_gate_on_a_public_path_does_no_harm() -> None:
    SHOP.audit(Starlette(routes=[Mount("/api", app=gate(bare))]), public=("/api",))


def test_two_gates_on_a_public_path_are_still_found() -> None:
    assert len(findings(Starlette(routes=[Mount("/api", app=gate(gate(bare)))]), "/api")) == 1


def test_a_dispatcher_is_looked_into_by_its_mounts() -> None:
    class Dispatcher:
        def __init__(self, app: Any, mounts: dict[str, Any]) -> None:
            self.app = app
            self.mounts = mounts

        def __call__(self) -> None: ...

    SHOP.audit(Dispatcher(gate(bare), {"/admin": gate(bare, "backoffice")}))
    assert findings(Dispatcher(gate(bare), {"/admin": bare})) == [
        f"/admin (function, which cannot be looked into): {NO_GATE}"
    ]


def test_a_dispatcher_may_have_mounts_only() -> None:
    class Dispatcher:
        def __init__(self, mounts: dict[str, Any]) -> None:
            self.mounts = mounts

    SHOP.audit(Dispatcher({"/api": gate(bare), "/admin/": gate(bare, "backoffice")}))
    assert [finding.split(" ")[0] for finding in findings(Dispatcher({"/api": gate(bare), "/x/": bare}))] == ["/x"]


async def call_bare(_self: Any, scope: Any, receive: Any, send: Any) -> None:
    await bare(scope, receive, send)


@pytest.mark.parametrize("method", ["__call__", "app", "not_found"])
@pytest.mark.parametrize("kind", [Router, APIRouter])
def test_a_router_that_goes_its_own_way_cannot_be_looked_into(kind: Any, method: str) -> None:
    own = type("OwnRouter", (kind,), {method: call_bare})

    assert findings(own()) == [f"/* (OwnRouter, which cannot be looked into): {NO_GATE}"]
    SHOP.audit(gate(own()))


@pytest.mark.parametrize("kind", [Starlette, partial(FastAPI, openapi_url=None)])
def test_an_app_that_goes_its_own_way_cannot_be_looked_into(kind: Any) -> None:
    made = kind(routes=[Mount("/api", app=gate(bare))])
    SHOP.audit(made)
    made.__class__ = type("OwnApp", (type(made),), {"__call__": call_bare})

    assert findings(made) == [f"/* (OwnApp, which cannot be looked into): {NO_GATE}"]
    SHOP.audit(gate(Starlette(routes=[Mount("/", app=type("OwnApp", (Starlette,), {"__call__": call_bare})())])))


@pytest.mark.parametrize("method", ["matches", "handle"])
def test_a_mount_that_goes_its_own_way_cannot_be_looked_into(method: str) -> None:
    mount = type("OwnMount", (Mount,), {method: call_bare})
    host = type("OwnHost", (Host,), {method: call_bare})

    assert findings(Starlette(routes=[mount("/api", app=gate(bare))])) == [
        f"/api (OwnMount, which cannot be looked into): {NO_GATE}"
    ]
    assert findings(Starlette(routes=[host("a.example", app=gate(bare))])) == [
        f"/* (OwnHost, which cannot be looked into): {NO_GATE}"
    ]


@pytest.mark.parametrize("method", ["matches", "handle"])
def test_a_route_that_goes_its_own_way_need_not_pass_its_own_middleware(method: str) -> None:
    gates = [Middleware(RealmGate, realm=SHOP["storefront"])]
    own = type("OwnRoute", (Route,), {method: call_bare})("/page", page, middleware=gates)

    assert findings(Starlette(routes=[own])) == [f"/page (OwnRoute, which cannot be looked into): {NO_GATE}"]
    SHOP.audit(Starlette(routes=[Route("/page", page, middleware=gates)]))


def test_what_a_tracing_library_puts_into_starlette_is_no_way_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Starlette, "__call__", call_bare)
    monkeypatch.setattr(Router, "app", call_bare)
    SHOP.audit(Starlette(routes=[Mount("/api", app=gate(bare))]))


# FastAPI


def fastapi(**settings: Any) -> FastAPI:
    return FastAPI(**{"openapi_url": None, **settings})


def routed(prefix: str = "", **settings: Any) -> APIRouter:
    router = APIRouter(prefix=prefix, **settings)
    router.add_api_route("/orders/{number}", lambda number: number, name="order")
    return router


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The files of a frontend."""
    (tmp_path / "index.html").write_text("<html>")
    return tmp_path


def test_the_pages_of_fastapi_itself_are_found() -> None:
    paths = {finding.split(" ")[0] for finding in findings(FastAPI())}
    assert paths == {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
    SHOP.audit(FastAPI(), public=("/openapi.json", "/docs", "/redoc"))


def test_the_middleware_of_a_fastapi_app_guards_it_all() -> None:
    app = FastAPI()
    app.include_router(routed("/api"))
    app.add_middleware(CORSMiddleware)
    app.add_middleware(RealmGate, realm=SHOP["storefront"])
    SHOP.audit(app)


def test_a_mounted_fastapi_app_is_looked_into() -> None:
    app, inner = fastapi(), fastapi()
    inner.include_router(routed())
    app.mount("/api", inner)
    assert findings(app) == [f"/api/orders/{{number}} (route order): {NO_GATE}"]
    inner.add_middleware(RealmGate, realm=SHOP["storefront"])
    SHOP.audit(app)


def test_included_routers_are_looked_into_at_the_paths_they_got() -> None:
    app, outer = fastapi(), APIRouter(prefix="/outer")
    outer.include_router(routed("/inner"), prefix="/more")
    app.include_router(routed("/shop"))
    app.include_router(outer, prefix="/v1")
    app.add_api_route("/plain", lambda: None, name="plain")
    assert findings(app) == [
        f"/shop/orders/{{number}} (route order): {NO_GATE}",
        f"/v1/outer/more/inner/orders/{{number}} (route order): {NO_GATE}",
        f"/plain (route plain): {NO_GATE}",
    ]
    SHOP.audit(app, public=("/shop", "/v1", "/plain"))


def test_a_map_knows_the_paths_of_included_routers() -> None:
    app = fastapi()
    app.include_router(routed("/api"))
    app.include_router(routed("/admin"), prefix="/v1")
    app.add_middleware(RealmMap, table={"/api": SHOP["storefront"]}, elsewhere="open")
    assert findings(app) == [f"/v1/admin/orders/{{number}} (route order): {NO_GATE}"]


def test_what_an_included_router_mounts_is_looked_into() -> None:
    app, router = fastapi(), APIRouter()
    router.routes.append(Mount("/guarded", app=gate(bare)))
    router.routes.append(Mount("/open", app=bare))
    router.add_websocket_route("/ws", talk, name="talk")
    router.add_api_websocket_route("/chat", talk, name="chat")
    router.routes.append(Host("a.example", app=Router([PAGE])))
    app.include_router(router, prefix="/shop")
    assert [finding.split(" ")[0] for finding in findings(app)] == [
        "/shop/open",
        "/shop/ws",
        "/shop/chat",
        "/shop/page",
    ]


def test_the_middleware_of_a_route_is_lost_where_fastapi_loses_it() -> None:
    app, router = fastapi(), APIRouter()
    router.routes.append(Route("/page", page, middleware=[FRONT]))
    app.include_router(router, prefix="/shop")
    # This is what the finding is about: the page is there for everybody.
    status = TestClient(app).get("/shop/page").status_code
    assert (status == 200) == bool(audit_fails(app))


def audit_fails(app: Any) -> list[str]:
    try:
        SHOP.audit(app)
    except AuditFailed as failed:
        return list(failed.findings)
    return []


@pytest.mark.skipif(not hasattr(FastAPI, "frontend"), reason="this FastAPI serves no frontends")
def test_a_frontend_is_found_wherever_it_stands(site: Path) -> None:
    app, router = fastapi(), APIRouter(prefix="/shop")
    app.frontend("/", directory=site)
    router.frontend("/site", directory=site)
    app.include_router(router)
    paths = [finding.split(" ")[0] for finding in findings(app)]
    assert paths == ["/", "/shop/site"]
    SHOP.audit(app, public=("/", "/shop/site"))
    app.add_middleware(RealmGate, realm=SHOP["storefront"])
    SHOP.audit(app)


# What a gate hands on


def test_routes_behind_a_gate_are_found_by_name() -> None:
    inner = Starlette(routes=[Route("/orders/{number}", page, name="order")])
    for wrapped in (
        Mount("/api", app=gate(inner), name="api"),
        Mount("/api", app=inner, name="api", middleware=[FRONT]),
        Mount("/api", app=RealmMap(inner, {"/api": SHOP["storefront"]}, elsewhere="open"), name="api"),
    ):
        app = Starlette(routes=[wrapped])
        assert app.url_path_for("api:order", number="7") == "/api/orders/7"


def test_a_gate_around_something_without_routes_has_none() -> None:
    assert gate(bare).routes == []


def test_url_for_works_in_a_handler_behind_a_gate() -> None:
    async def where(request: Any) -> PlainTextResponse:
        return PlainTextResponse(str(request.url_for("api:order", number=7)))

    inner = Starlette(routes=[Route("/where", where), Route("/orders/{number}", page, name="order")])
    guarded = RealmGate(inner, realm=SHOP["storefront"], clock=lambda: NOW)
    client = TestClient(Starlette(routes=[Mount("/api", app=guarded, name="api")]))
    answer = client.get("/api/where", headers={"authorization": f"Bearer {mint()}"})
    assert answer.text == "http://testserver/api/orders/7"


def test_of_a_flask_app_it_is_said_what_to_audit() -> None:
    app = Flask(__name__)
    app.wsgi_app = wsgi.RealmGate(app.wsgi_app, realm=SHOP["storefront"])  # type: ignore[method-assign]
    with pytest.raises(AuditFailed, match=r"Flask, which cannot be looked into; .*: audit that"):
        SHOP.audit(app)
    SHOP.audit(app.wsgi_app)


def test_public_takes_several_paths() -> None:
    with pytest.raises(TypeError, match=r"public=\('/page',\)"):
        SHOP.audit(Starlette(routes=[PAGE]), public="/page")  # type: ignore[arg-type]


@pytest.mark.parametrize("odd", [None, 1, {"/page": "x"}, iter(("/page",)), (None,), ["/page", None], (b"/page",)])
def test_what_is_no_path_is_refused_with_the_cure(odd: Any) -> None:
    with pytest.raises(TypeError, match=r"takes several paths, like|leave out what is switched off"):
        SHOP.audit(Starlette(routes=[PAGE]), public=odd)


def test_a_name_that_opens_nothing_is_said_in_the_log_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.mount("/static", bare)
    app.mount("/api", gate(bare))
    SHOP.audit(app, public=("/openapi.json", "/static", "/docs", "/statics", "/api/health"))
    docs, statics, health = [record.getMessage() for record in caplog.records if record.name == "realmgate"]
    assert docs == "audit: public=(…) names '/docs', and nothing is there"
    assert statics == "audit: public=(…) names '/statics', and nothing is there; the nearest path is '/static'"
    assert health.startswith("audit: public=(…) names '/api/health', and what is there is not open: it lies behind")


def test_where_every_name_is_of_use_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI(middleware=[Middleware(RealmMap, {"/api": SHOP["storefront"]}, elsewhere="open")])
    app.router.routes += [*SHOP.metadata_routes()]
    app.mount("/static", bare)
    app.mount("/api", bare)
    SHOP.audit(app, public=("/openapi.json", "/docs", "/redoc", "/static", "/.well-known"))
    assert caplog.records == []
