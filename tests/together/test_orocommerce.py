"""A real provider that talks like OroCommerce, and a gate that refuses like it: section C, through both doors."""

import asyncio
import json
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from both_doors import Answer, Doors, asgi_app, seen, wsgi_app
from oro import CALLBACK, NOON, Oro, answer_in, claims_of, config_of
from oro_rows import ALL, FROM_6_0, V5, V60, V61, covers
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from realmgate import Pem, Realm, RealmGate, Realms, asgi, requires, wsgi
from realmgate.body_room import Room
from realmgate.decision import Outcome
from realmgate.errors import BodyTooLarge
from realmgate.oro_body import through_asgi
from realmgate.requires import principal_of

JSON_API = "application/vnd.api+json"
WSSE = {
    "storefront": 'WSSE realm="Secured Frontend API", profile="UsernameToken"',
    "backoffice": 'WSSE realm="Secured API", profile="UsernameToken"',
}
REALMS = pytest.mark.parametrize("realm", ["storefront", "backoffice"])


class Shop:
    """An installation and both of its APIs."""

    def __init__(self, version: str, **differs: Any) -> None:
        self.oro = Oro(version)
        keys = self.oro.provider.keys
        self.realms = Realms(
            *(
                Realm(
                    realm.name,
                    **{
                        "profile": "orocommerce",
                        "oro_version": version,
                        "clients": {client.client_id for client in realm.clients},
                        "keys": keys[realm.name].jwks,
                        "deny_list": self.oro.provider.revoked(realm.name),
                        "trust_mock": True,
                        **differs,
                    },
                )
                for realm in self.oro.provider.config.realms
            )
        )

    def at(self, realm: str, *, apps: tuple[Any, Any] = (asgi_app, wsgi_app)) -> Doors:
        guarded, clock = self.realms[realm], self.oro.provider.clock
        return Doors(
            asgi=asgi.RealmGate(apps[0], realm=guarded, clock=clock),
            wsgi=wsgi.RealmGate(apps[1], realm=guarded, clock=clock),
        )

    def token(self, realm: str = "storefront", grant: str = "password") -> str:
        match grant:
            case "password":
                answer = self.oro.password(f"{realm}-app")
            case "code":
                answer = self.oro.redeem(self.oro.code(f"{realm}-web"), f"{realm}-web")
            case "client":
                answer = self.oro.exchange(f"{realm}-service", grant_type="client_credentials")
            case _:
                answer = self.oro.password(f"{realm}-app", "guest", "guest")
        token: str = answer.json()["access_token"]
        return token


def other(realm: str) -> str:
    return "backoffice" if realm == "storefront" else "storefront"


def refused_token(answer: Answer, version: str, realm: str) -> None:
    """A token that is not good here: told of WSSE up to 5.1, of nothing since."""
    _empty(answer, WSSE[realm] if version in V5 else None)


def no_token(answer: Answer, version: str, realm: str) -> None:
    """No token at all: told of WSSE up to 6.0, of Bearer since."""
    _empty(answer, "Bearer" if version in V61 else WSSE[realm])


def _empty(answer: Answer, challenge: str | None) -> None:
    assert (answer.status, answer.body) == (401, b"")
    assert answer.header("www-authenticate") == challenge
    assert answer.header("content-length") == "0"


@covers("C1")
@REALMS
@pytest.mark.parametrize("grant", ["password", "code", "client"])
def test_a_token_is_good_in_its_application_until_it_expires(version: str, realm: str, grant: str) -> None:
    shop = Shop(version)
    doors, token = shop.at(realm), shop.token(realm, grant)

    for _ in range(3):
        answer = doors.bearer(token)
        assert answer.status == 200
        assert answer.json["client_id"] == claims_of(token)["aud"]
    shop.oro.provider.clock.advance(seconds=3599)
    assert doors.bearer(token).status == 200
    shop.oro.provider.clock.advance(seconds=1)
    refused_token(doors.bearer(token), version, realm)


@covers("C2", "C3")
@REALMS
@pytest.mark.parametrize("grant", ["password", "code", "client", "visitor"])
def test_a_token_of_the_other_application_is_refused_like_garbage(version: str, realm: str, grant: str) -> None:
    shop = Shop(version)
    own = "storefront" if grant == "visitor" else realm
    token, doors = shop.token(own, grant), shop.at(other(own))

    answer = doors.bearer(token)

    refused_token(answer, version, other(own))
    assert answer == doors.bearer("garbage")
    assert shop.at(own).bearer(token).status == 200


@covers("C4")
@REALMS
def test_garbage_and_forgery_are_refused(version: str, realm: str) -> None:
    shop = Shop(version)
    token = shop.token(realm)
    head, body, signature = token.split(".")

    for bad in ("x", "a.b.c", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.", f"{token} x", "ü", "a,b"):
        refused_token(shop.at(realm).bearer(bad), version, realm)


@covers("C4")
@REALMS
def test_a_token_from_the_future_is_refused(version: str, realm: str) -> None:
    shop = Shop(version, future_leeway=0.0)
    token = shop.token(realm)
    shop.oro.provider.clock.set(NOON - 1)

    refused_token(shop.at(realm).bearer(token), version, realm)


@covers("C4")
@REALMS
def test_a_token_that_was_refreshed_away_is_refused_at_once_even_where_it_is_remembered(
    version: str, realm: str
) -> None:
    shop = Shop(version)
    doors = shop.at(realm)
    tokens = shop.oro.password(f"{realm}-app").json()
    assert doors.bearer(tokens["access_token"]).status == 200

    refreshed = shop.oro.refresh(tokens["refresh_token"], f"{realm}-app").json()

    refused_token(doors.bearer(tokens["access_token"]), version, realm)
    assert doors.bearer(refreshed["access_token"]).status == 200


@covers("C4")
@REALMS
def test_a_token_that_is_not_in_the_database_is_refused(version: str, realm: str) -> None:
    shop = Shop(version)
    token = shop.token(realm)
    shop.oro.provider.store.clear()

    refused_token(shop.at(realm).bearer(token), version, realm)


@covers("C5")
@REALMS
@pytest.mark.parametrize("closed", ["client", "user"])
def test_a_token_dies_with_its_client_and_its_user(version: str, realm: str, closed: str) -> None:
    shop = Shop(version)
    doors, token = shop.at(realm), shop.token(realm)
    assert doors.bearer(token).status == 200
    assert shop.oro.provider.shop
    accounts = shop.oro.provider.shop.accounts

    if closed == "client":
        accounts.set_client(f"{realm}-app", active=False)
    else:
        accounts.set_user(realm, claims_of(token)["sub"], "disabled")

    refused_token(doors.bearer(token), version, realm)


@covers("C6", "C7")
@REALMS
def test_without_a_token_the_answer_names_the_scheme_of_the_version(version: str, realm: str) -> None:
    no_token(Shop(version).at(realm).ask(), version, realm)


@covers("C8")
def test_guests_are_let_in_where_the_realm_lets_them(version: str) -> None:
    shop = Shop(version, anonymous=True)

    answer = shop.at("storefront").ask()

    assert answer.status == 200
    assert answer.json["is_authenticated"] is False


@covers("C9")
def test_guests_are_refused_by_a_handler_that_requires_somebody(version: str) -> None:
    shop = Shop(version, anonymous=True)

    @requires()
    async def orders(request: Request) -> JSONResponse:
        return JSONResponse([])

    app = Starlette(routes=[Route("/orders", orders)])
    answer = TestClient(RealmGate(app, realm=shop.realms["storefront"])).get("/orders")

    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["www-authenticate"] == ("Bearer" if version in V61 else WSSE["storefront"])


@covers("C10")
def test_a_bad_token_is_no_guest(version: str) -> None:
    shop = Shop(version, anonymous=True)

    refused_token(shop.at("storefront").bearer("garbage"), version, "storefront")
    refused_token(shop.at("storefront").bearer(shop.token("backoffice")), version, "storefront")


@covers("C11")
@REALMS
@pytest.mark.parametrize(
    "spelling", ["bearer {}", "BEARER {}", "Bearer", "Bearer ", "Basic {}", "Token {}", "{}", "", "Bearer{}"]
)
def test_what_is_not_spelt_bearer_is_no_token(version: str, realm: str, spelling: str) -> None:
    shop = Shop(version)

    no_token(shop.at(realm).ask(spelling.format(shop.token(realm))), version, realm)


@covers("C11")
@pytest.mark.parametrize("spelling", ["Bearer  {}", "  Bearer {}", "Bearer\t{} "])
def test_spaces_around_the_token_do_not_matter(version: str, spelling: str) -> None:
    shop = Shop(version)

    assert shop.at("storefront").ask(spelling.format(shop.token())).status == 200


@covers("C11")
def test_two_tokens_are_none_that_is_good(version: str) -> None:
    shop = Shop(version)
    token = f"Bearer {shop.token()}"

    refused_token(shop.at("storefront").ask(token, token), version, "storefront")


@covers("C12")
@REALMS
def test_a_token_in_the_address_is_no_token(version: str, realm: str) -> None:
    shop = Shop(version)
    client = TestClient(RealmGate(asgi_app, realm=shop.realms[realm], clock=shop.oro.provider.clock))

    answer = client.get("/", params={"access_token": shop.token(realm)})

    assert (answer.status_code, answer.text) == (401, "")


@covers("C14")
def test_a_token_in_a_cookie_is_no_token(version: str) -> None:
    shop = Shop(version)
    cookie = ("cookie", f"access_token={shop.token()}")

    no_token(shop.at("storefront").ask(headers=[cookie]), version, "storefront")


@covers("C16")
@REALMS
@pytest.mark.parametrize("authorization", [(), ("Bearer garbage",), ("Basic eDp5",)])
def test_options_is_never_authenticated(version: str, realm: str, authorization: tuple[str, ...]) -> None:
    answer = Shop(version).at(realm).ask(*authorization, method="OPTIONS")

    assert answer.status == 200
    assert answer.json["is_authenticated"] is False


@covers("C16")
def test_not_even_a_good_token_makes_somebody_of_options(version: str) -> None:
    shop = Shop(version)
    doors, token = shop.at("storefront"), shop.token()

    assert doors.bearer(token).json["is_authenticated"]
    assert not doors.bearer(token, method="OPTIONS").json["is_authenticated"]


@covers("C21")
@pytest.mark.parametrize("origin", ["https://app.example", "https://evil.example"])
def test_a_401_keeps_its_cors_headers(version: str, origin: str) -> None:
    shop = Shop(version)
    cors = Middleware(
        CORSMiddleware, allow_origins=["https://app.example"], allow_credentials=True, expose_headers=["X-A"]
    )
    gate = Middleware(RealmGate, realm=shop.realms["storefront"])
    app = Starlette(routes=[], middleware=[cors, gate])

    answer = TestClient(app).get("/", headers={"Origin": origin, "Authorization": "Bearer x"})

    assert (answer.status_code, answer.text) == (401, "")
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == (origin if origin == "https://app.example" else None)


@covers("C22")
@pytest.mark.parametrize(
    ("headers", "media_type"),
    [
        ((), "application/json"),
        ((("accept", "text/html"),), "application/json"),
        ((("accept", JSON_API),), JSON_API),
        ((("content-type", JSON_API),), JSON_API),
        ((("content-type", f"{JSON_API}; charset=utf-8"),), JSON_API),
    ],
)
def test_the_empty_answer_is_of_the_type_that_was_asked_for(
    version: str, headers: tuple[tuple[str, str], ...], media_type: str
) -> None:
    for authorization in ((), ("Bearer garbage",)):
        answer = Shop(version).at("storefront").ask(*authorization, headers=headers)
        assert answer.status == 401
        assert answer.header("content-type") == media_type


async def echo_asgi(scope: Any, receive: Any, send: Any) -> None:
    """What the app behind the gate is told, and what it can read of the body."""
    body = (await receive())["body"]
    lengths = [value.decode() for key, value in scope["headers"] if key == b"content-length"]
    said = told(principal_of(scope), body, lengths)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": said})


def echo_wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length or 0))
    start_response("200 OK", [("content-type", "application/json")])
    return [told(principal_of(environ), body, [length] if length else [])]


def told(principal: Any, body: bytes, lengths: list[str]) -> bytes:
    return json.dumps({"who": json.loads(seen(principal)), "body": body.decode(), "length": lengths}).encode()


@pytest.fixture
def echo() -> tuple[Any, Any]:
    return echo_asgi, echo_wsgi


@covers("C13", versions=FROM_6_0)
@REALMS
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "GET"])
def test_a_token_in_a_document_is_taken_and_the_app_never_sees_it(
    version: str, realm: str, method: str, echo: tuple[Any, Any]
) -> None:
    shop = Shop(version)
    token = shop.token(realm)
    document = f'{{"data": {{"n": 1.10}}, "access_token": "{token}", "big": 12345678901234567890123}}'.encode()

    answer = shop.at(realm, apps=echo).ask(method=method, headers=[("content-type", JSON_API)], body=document)

    assert answer.status == 200
    assert answer.json["who"]["is_authenticated"]
    assert answer.json["body"] == '{"data":{"n": 1.10},"big":12345678901234567890123}'
    assert answer.json["length"] == [str(len(answer.json["body"]))]


@covers("C13", versions=FROM_6_0)
def test_the_document_goes_before_the_header(version: str, echo: tuple[Any, Any]) -> None:
    shop = Shop(version)
    good, bad = shop.token(), shop.token("backoffice")
    headers = [("content-type", JSON_API)]
    doors = shop.at("storefront", apps=echo)

    assert doors.bearer(bad, headers=headers, body=json.dumps({"access_token": good}).encode()).status == 200
    refused = doors.bearer(good, headers=headers, body=json.dumps({"access_token": bad}).encode())
    refused_token(refused, version, "storefront")


@covers("C13", versions=FROM_6_0)
def test_the_app_does_not_see_the_header_that_has_lost(version: str) -> None:
    shop = Shop(version)
    headers: list[Any] = []

    async def keep_asgi(scope: Any, receive: Any, send: Any) -> None:
        headers.extend(value for key, value in scope["headers"] if key == b"authorization")
        await asgi_app(scope, receive, send)

    def keep_wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
        headers.extend(value for name, value in environ.items() if name == "HTTP_AUTHORIZATION")
        return wsgi_app(environ, start_response)

    doors = shop.at("storefront", apps=(keep_asgi, keep_wsgi))
    losing, winning = shop.token("backoffice"), shop.token()
    body = json.dumps({"access_token": winning}).encode()
    answer = doors.bearer(losing, method="POST", headers=[("content-type", JSON_API)], body=body)
    assert answer.json["is_authenticated"]
    assert headers == []
    assert doors.bearer(winning, method="POST", headers=[("content-type", JSON_API)], body=b"{}").status == 200
    assert len(headers) == 2, "one that has not lost stays"


@covers("C13", versions=FROM_6_0)
@pytest.mark.parametrize("member", ['""', "null", "7", "[]", '{"a": 1}', '"garbage"', '"a,b"', '"\\ud83d\\ude00"'])
def test_a_member_that_is_no_good_token_is_refused_and_not_overlooked(
    version: str, member: str, echo: tuple[Any, Any]
) -> None:
    shop = Shop(version)
    document = f'{{"access_token": {member}}}'.encode()

    answer = shop.at("storefront", apps=echo).bearer(shop.token(), headers=[("content-type", JSON_API)], body=document)

    refused_token(answer, version, "storefront")


@covers("C13", versions=FROM_6_0)
@pytest.mark.parametrize(
    "media_type",
    ["application/json", f"{JSON_API}; charset=utf-8", JSON_API.upper(), "application/x-www-form-urlencoded"],
)
def test_only_the_exact_type_counts(version: str, media_type: str, echo: tuple[Any, Any]) -> None:
    shop = Shop(version)
    document = json.dumps({"access_token": shop.token()}).encode()

    answer = shop.at("storefront", apps=echo).ask(method="POST", headers=[("content-type", media_type)], body=document)

    no_token(answer, version, "storefront")


@covers("C13", versions=FROM_6_0)
@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b'{"data": {"access_token": "x"}}', b"\xff", b"[" * 50_000, b'{"a": "\xff"}']
)
def test_other_documents_reach_the_app_untouched(version: str, document: bytes) -> None:
    shop = Shop(version)
    kept: list[bytes] = []

    async def keep_asgi(scope: Any, receive: Any, send: Any) -> None:
        kept.append((await receive())["body"])
        await asgi_app(scope, receive, send)

    def keep_wsgi(environ: Any, start_response: Any) -> Iterable[bytes]:
        kept.append(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        return wsgi_app(environ, start_response)

    doors = shop.at("storefront", apps=(keep_asgi, keep_wsgi))
    answer = doors.bearer(shop.token(), method="POST", headers=[("content-type", JSON_API)], body=document)

    assert answer.status == 200
    assert kept == [document, document]


@covers("C13", versions=FROM_6_0)
def test_a_member_given_twice_or_in_disguise_is_found(version: str, echo: tuple[Any, Any]) -> None:
    shop = Shop(version)
    token = shop.token()
    disguised = f'{{"access_token": "x", "a": 1, "access\\u005ftoken": "{token}"}}'.encode()

    answer = shop.at("storefront", apps=echo).ask(method="POST", headers=[("content-type", JSON_API)], body=disguised)

    assert answer.json["body"] == '{"a":1}'


@covers("C13", versions=FROM_6_0)
def test_a_document_too_large_to_be_read_is_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realmgate.oro_body.LIMIT", 1000)
    shop = Shop(version)
    document = json.dumps({"access_token": shop.token(), "more": "x" * 1000}).encode()

    answer = shop.at("storefront").ask(method="POST", headers=[("content-type", JSON_API)], body=document)

    assert (answer.status, answer.body) == (413, b"")
    assert answer.header("retry-after") is None


@covers("C13", versions=FROM_6_0)
def test_what_crowds_the_memory_is_turned_away_for_the_moment(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realmgate.oro_body.ROOM", Room(1000))
    doors = Shop(version).at("storefront")
    headers = [("content-type", JSON_API)]
    large = doors.ask(method="POST", headers=headers, body=json.dumps({"more": "x" * 1000}).encode())
    assert (large.status, large.body, large.header("retry-after")) == (413, b"", "1")
    assert doors.ask(method="POST", headers=headers, body=b'{"a":1}').status == 401


def test_what_strangers_send_takes_no_more_room_than_its_bytes() -> None:
    doors = Shop("6.1").at("storefront")
    members = ",".join(f'"{number:x}":0' for number in range(100_000))
    body = f'{{{members},"access_token":"x"}}'.encode()
    tracemalloc.start()
    try:
        assert doors.ask(method="POST", headers=[("content-type", JSON_API)], body=body).status == 401
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(body)


def test_a_body_that_is_announced_too_large_is_not_read() -> None:
    async def receive() -> Any:
        pytest.fail("read")

    scope = {"type": "http", "headers": [(b"content-type", JSON_API.encode()), (b"content-length", b"8388609")]}
    with pytest.raises(BodyTooLarge):
        asyncio.run(through_asgi(None, scope, receive))


@pytest.mark.parametrize("version", V5)
def test_earlier_versions_do_not_look_into_documents(version: str) -> None:
    shop = Shop(version)
    document = json.dumps({"access_token": shop.token()}).encode()

    no_token(
        shop.at("storefront").ask(method="POST", headers=[("content-type", JSON_API)], body=document),
        version,
        "storefront",
    )


def test_a_document_that_comes_in_pieces_is_put_together(echo: tuple[Any, Any]) -> None:
    shop = Shop("6.1")
    document = json.dumps({"access_token": shop.token(), "a": 1}).encode()
    pieces = iter([document[:10], document[10:400], document[400:]])
    left = [3]
    sent: list[Any] = []

    async def receive() -> Any:
        left[0] -= 1
        return {"type": "http.request", "body": next(pieces), "more_body": left[0] > 0}

    async def send(message: Any) -> None:
        sent.append(message)

    gate = RealmGate(echo[0], realm=shop.realms["storefront"], clock=shop.oro.provider.clock)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", JSON_API.encode())]}
    asyncio.run(gate(scope, receive, send))

    assert json.loads(sent[1]["body"])["body"] == '{"a":1}'


def test_a_client_that_goes_away_in_the_middle_of_a_document_is_no_trouble() -> None:
    shop = Shop("6.1")
    messages = iter(
        [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
            {"type": "http.disconnect"},
        ]
    )
    got: list[Any] = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        got.append(await receive())

    async def receive() -> Any:
        return next(messages)

    async def send(_message: Any) -> None:
        pytest.fail("nobody is there to be answered")

    token = f"Bearer {shop.token()}".encode()
    headers = [(b"content-type", JSON_API.encode()), (b"authorization", token)]
    gate = RealmGate(app, realm=shop.realms["storefront"], clock=shop.oro.provider.clock)
    asyncio.run(gate({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send))

    assert got == [{"type": "http.disconnect"}]


@pytest.mark.parametrize("version", ALL)
def test_the_seeds_own_flow_from_login_to_both_apis(version: str) -> None:
    """The optional address left out, a JSON body, an hour by default, one key for both, no way across."""
    shop = Shop(version)
    for realm in ("storefront", "backoffice"):
        shop.oro.log_in(realm)
        code = answer_in(shop.oro.decide(client=f"{realm}-web", state="s"), at=CALLBACK)["code"]
        body = {
            "grant_type": "authorization_code",
            "client_id": f"{realm}-web",
            "client_secret": f"{realm}-web-secret",
            "code": code,
        }
        answer = shop.oro.http.post("/oauth2-token", json=body).json()
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
        assert shop.at(realm).bearer(answer["access_token"]).status == 200
        refused_token(shop.at(other(realm)).bearer(answer["access_token"]), version, other(realm))


def test_without_a_version_the_gate_has_its_own_manners() -> None:
    shop = Shop("6.1", oro_version=None)

    answer = shop.at("storefront").bearer(shop.token("backoffice"))

    assert answer.header("www-authenticate") == (
        'Bearer realm="storefront", error="invalid_token", '
        'error_description="The access token is not valid in this realm"'
    )


@pytest.mark.parametrize("version", V60)
def test_the_side_can_be_said_where_the_name_does_not(version: str) -> None:
    oro = Oro(version, config=config_of(version))
    realm = Realm(
        "my shop",
        profile="orocommerce",
        oro_version=version,
        oro_side="backoffice",
        clients={"backoffice-web"},
        keys=oro.provider.keys["backoffice"].jwks,
        trust_mock=True,
    )
    answer = TestClient(RealmGate(asgi_app, realm=Realms(realm)["my shop"])).get("/")

    assert answer.headers["www-authenticate"] == WSSE["backoffice"]


def test_decisions_are_told_as_ever() -> None:
    shop, told = Shop("6.1"), list[Any]()
    gate = RealmGate(asgi_app, realm=shop.realms["storefront"], clock=shop.oro.provider.clock, on_decision=told.append)
    client = TestClient(gate)

    client.get("/", headers={"Authorization": "bearer x"})
    client.get("/", headers={"Authorization": f"Bearer {shop.token()}"})

    assert [decision.outcome for decision in told] == [Outcome.REFUSED, Outcome.ADMITTED]


@pytest.mark.parametrize("version", ALL)
def test_the_key_file_of_an_installation_is_all_that_a_gate_needs(version: str) -> None:
    oro = Oro(version)
    pem = oro.http.get("/mockidp/public-key.pem").content
    realm = Realm("storefront", profile="orocommerce", oro_version=version, clients={"storefront-app"}, keys=Pem(pem))
    guarded = Realms(realm)["storefront"]
    gate = TestClient(RealmGate(asgi_app, realm=guarded, clock=oro.provider.clock))
    token = oro.password().json()["access_token"]

    assert gate.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
