"""What is the WSGI door's own: PEP 3333, the variables of the environ, iterables and their ends."""

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from flask import Flask, request
from proofs import ES256
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from realmgate import DPoP, NoGate, Realm, Realms, principal_of
from realmgate.wsgi import RealmGate, RealmMap


def environ(token: str | None = None, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, **variables}
    if token is not None:
        found["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    setup_testing_defaults(found)
    return found


def call(app: Any, given: dict[str, Any]) -> tuple[str, bytes]:
    """The status line and the body, with the iterable read and closed as servers do."""
    started: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        assert isinstance(headers, list)
        started.append(status)
        return lambda _: None

    answer = app(given, start_response)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return started[-1], body


def fine(given: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"fine"]


def one_realm(app: Any, shop: Realms) -> RealmGate:
    return RealmGate(app, realm=shop["storefront"], clock=lambda: NOW)


def by_prefix(app: Any, shop: Realms, elsewhere: Any = "open") -> RealmMap:
    return RealmMap(app, {"/api": shop["storefront"]}, elsewhere=elsewhere, clock=lambda: NOW)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    ("variables", "status"),
    [
        pytest.param({"HTTP_AUTHORIZATION": f"Bearer {mint()}"}, "200 OK", id="let through"),
        pytest.param({}, "401 Unauthorized", id="no token"),
        pytest.param({"HTTP_AUTHORIZATION": "Bearer x"}, "401 Unauthorized", id="a bad token"),
        pytest.param({"HTTP_AUTHORIZATION": "Bearer a,b"}, "400 Bad Request", id="two of them"),
        pytest.param({"PATH_INFO": "/API"}, "400 Bad Request", id="an ambiguous path"),
        pytest.param({"PATH_INFO": "/elsewhere"}, "404 Not Found", id="elsewhere"),
    ],
)
def test_both_sides_of_the_door_hold_to_the_standard(
    shop: Realms, variables: dict[str, str], status: str, method: str
) -> None:
    app = validator(by_prefix(validator(fine), shop, elsewhere="refuse"))
    given = environ(
        **{"SCRIPT_NAME": "", "PATH_INFO": "/api/x", "QUERY_STRING": "", "REQUEST_METHOD": method, **variables}
    )
    if method == "HEAD" and status == "200 OK":
        app = validator(by_prefix(validator(without_body), shop, elsewhere="refuse"))
    assert call(app, given)[0] == status


def without_body(given: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return []


def test_the_app_behind_is_told_who_is_there(shop: Realms) -> None:
    given = environ(mint(sub="jürgen@example.com"))
    assert call(one_realm(fine, shop), given)[0] == "200 OK"
    # PEP 3333: bytes in the guise of latin-1.
    assert given["REMOTE_USER"].encode("latin-1").decode() == "jürgen@example.com"
    assert given["AUTH_TYPE"] == "Bearer"
    assert principal_of(given) is given["realmgate.principal"]
    assert principal_of(given).subject == "jürgen@example.com"


@pytest.mark.parametrize("remember", [0, 10])
def test_the_app_is_told_the_scheme_that_the_token_came_under(remember: int) -> None:
    realm = Realm(
        "storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP(), certificate_header="x-client-cert"
    )
    gate = RealmGate(fine, realm=Realms(realm)["storefront"], clock=lambda: NOW, remember=remember)
    for _ in range(2):
        bound, bearer = environ(PATH_INFO="/api", SCRIPT_NAME=""), environ(mint())
        token = ES256.bound_token()
        bound |= {"HTTP_AUTHORIZATION": f"dpop {token}", "HTTP_DPOP": ES256.proof(token)}
        assert call(gate, bound)[0] == call(gate, bearer)[0] == "200 OK"
        assert (bound["AUTH_TYPE"], bearer["AUTH_TYPE"]) == ("DPoP", "Bearer")


LIES = {"REMOTE_USER": "admin", "AUTH_TYPE": "Basic", "realmgate.principal": "admin", "realmgate.gate": "admin"}


def test_what_others_say_of_the_user_is_overwritten(shop: Realms) -> None:
    given = environ(mint(), **LIES)
    call(one_realm(fine, shop), given)
    assert (given["REMOTE_USER"], given["AUTH_TYPE"]) == ("customer@example.com", "Bearer")
    assert principal_of(given).subject == "customer@example.com"


@pytest.mark.parametrize("token", [None, mint(), "x"])
def test_outside_the_realms_everybody_is_nobody(shop: Realms, token: str | None) -> None:
    given = environ(token, PATH_INFO="/elsewhere", **LIES)
    assert call(by_prefix(fine, shop), given)[0] == "200 OK"
    assert not {"REMOTE_USER", "AUTH_TYPE"} & given.keys()
    assert not principal_of(given).is_authenticated


def test_a_header_does_not_make_a_remote_user(shop: Realms) -> None:
    given = environ(mint(), HTTP_REMOTE_USER="admin", HTTP_AUTH_TYPE="Basic")
    call(one_realm(fine, shop), given)
    assert given["REMOTE_USER"] == "customer@example.com"


def test_where_no_gate_stands_nobody_is_asked_for() -> None:
    for given in (environ(mint()), environ(**LIES)):
        with pytest.raises(NoGate):
            principal_of(given)


def test_the_app_s_iterable_is_handed_on_untouched(shop: Realms) -> None:
    story: list[str] = []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            for piece in (b"a", b"b"):
                story.append(piece.decode())
                yield piece

        def close(self) -> None:
            story.append("closed")

    answer = Answer()

    def app(given: dict[str, Any], start_response: Any) -> Answer:
        start_response("200 OK", [])
        return answer

    assert one_realm(app, shop)(environ(mint()), lambda *_: None) is answer
    assert story == []
    assert call(one_realm(app, shop), environ(mint())) == ("200 OK", b"ab")
    assert story == ["a", "b", "closed"]


def test_what_the_app_raises_and_reports_comes_out(shop: Realms) -> None:
    reported: list[Any] = []

    def app(given: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            given["nothing of that name"]
        except KeyError:
            start_response("500 Oh No", [], sys.exc_info())
        raise LookupError("the app's own")

    with pytest.raises(LookupError, match="the app's own"):
        one_realm(app, shop)(environ(mint()), lambda *args: reported.append(args))
    assert reported[0][2][0] is KeyError


def test_the_app_is_not_called_for_whoever_is_refused(shop: Realms) -> None:
    def never(*_: Any) -> list[bytes]:
        raise AssertionError("nobody should be called")

    for token in (None, "x", mint(aud=ADMIN_AUDIENCE)):
        assert call(one_realm(never, shop), environ(token))[0] == "401 Unauthorized"


def test_an_environ_without_the_usual_variables_is_read_as_empty(shop: Realms) -> None:
    bare: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {mint()}"}
    assert call(one_realm(fine, shop), bare)[0] == "200 OK"
    assert call(by_prefix(fine, shop), {})[0] == "200 OK"
    assert call(by_prefix(fine, shop, "refuse"), {})[0] == "404 Not Found"


def test_three_lines_wrap_a_flask_app(shop: Realms) -> None:
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: {"user": request.remote_user, "realm": principal_of(request.environ).realm})
    app.wsgi_app = RealmGate(app.wsgi_app, realm=shop["storefront"], clock=lambda: NOW)  # type: ignore[method-assign]
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert client.get("/", headers={"Authorization": f"Bearer {mint()}"}).json == {
        "user": "customer@example.com",
        "realm": "storefront",
    }


def test_a_dispatcher_has_a_realm_for_each_of_its_apps(shop: Realms) -> None:
    gates = {name: RealmGate(fine, realm=shop[name], clock=lambda: NOW) for name in shop}
    app = DispatcherMiddleware(gates["storefront"], {"/admin": gates["backoffice"]})
    shop.audit(app)
    client = Client(app)
    tokens = {"/x": mint(), "/admin/x": mint(aud=ADMIN_AUDIENCE)}
    for path in tokens:
        for owner, token in tokens.items():
            status = client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code
            assert status == (200 if path == owner else 401)
