"""A request as either door shows it to the gate: the same, as far as a server lets one see."""

from typing import Any

import pytest
import requests
from sockets import serving
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from realmgate import incoming_asgi, incoming_wsgi
from realmgate.incoming import Incoming


def through_asgi(path: str = "/", mount: str = "", headers: Any = (), method: str = "GET") -> Incoming:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "root_path": mount, "headers": sent}
    return incoming_asgi.Incoming(scope)


def through_wsgi(path: str = "/", mount: str = "", headers: Any = (), method: str = "GET") -> Incoming:
    text = {"SCRIPT_NAME": mount, "PATH_INFO": path}
    sent = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers}
    environ = {name: value.encode().decode("latin-1") for name, value in text.items()}
    return incoming_wsgi.Incoming({"REQUEST_METHOD": method, **environ, **sent})


@pytest.mark.parametrize(
    ("mount", "path"),
    [("", "/"), ("/api", "/orders"), ("/api", ""), ("/api", "/api"), ("/Größe", "/é"), ("/a/b", "/c")],
)
def test_the_path_is_what_the_client_asked_for(mount: str, path: str) -> None:
    assert through_wsgi(path, mount).path == through_asgi(mount + path, mount).path == mount + path


def test_a_server_may_leave_the_mount_out_of_the_path() -> None:
    """The ASGI specification has it in; some servers have not."""
    assert through_asgi("/orders", "/api").path == "/api/orders"
    assert through_asgi("/apiary", "/api").path == "/api/apiary"


@pytest.mark.parametrize(("prefix", "mount"), [("", ""), ("/shop", ""), ("", "/api"), ("/shop", "/api")])
def test_a_real_server_is_told_what_a_proxy_took_off(prefix: str, mount: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(incoming_asgi.Incoming(scope).path)(scope, receive, send)

    routed = Starlette(routes=[Mount(mount or "/", app=app)])
    with serving(routed, root_path=prefix) as port:
        answer = requests.get(f"http://127.0.0.1:{port}{mount}/orders/a%20b?c=d", timeout=10)
    assert answer.text == f"{prefix}{mount}/orders/a b"


def test_a_handshake_has_a_method_too() -> None:
    assert incoming_asgi.Incoming({"type": "websocket", "path": "/", "headers": []}).method == "GET"
    assert through_asgi(method="POST").method == through_wsgi(method="POST").method == "POST"


def test_headers_are_found_by_their_lower_case_names() -> None:
    sent = [("x-client-cert", "a"), ("x-other", "b")]
    for incoming in (through_asgi(headers=sent), through_wsgi(headers=sent)):
        assert incoming.header("x-client-cert") == ["a"]
        assert incoming.header("x-client") == []


@pytest.mark.parametrize("alias", ["x_client_cert", "x_client-cert", "x-client_cert"])
def test_an_alias_is_seen_where_it_can_be(alias: str) -> None:
    assert through_asgi(headers=[(alias, "a")]).has_alias("x-client-cert")
    assert through_asgi(headers=[(alias, "a")]).header("x-client-cert") == []
    assert not through_asgi(headers=[("x-client-cert", "a")]).has_alias("x-client-cert")
    assert not through_wsgi(headers=[(alias, "a")]).has_alias("x-client-cert")
