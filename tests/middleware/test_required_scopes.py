"""Scopes that a realm asks of every token: told to whoever has none, and only then asked of a token that is good."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from answering import answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Doors, asgi_app, mint
from fastapi import FastAPI, Security
from forged import ATTACKER
from proofs import ES256, bound_doors
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from realmgate import ConfigurationError, DPoP, Introspection, Realm, RealmGate, Realms, requires, wsgi
from realmgate.fastapi import RealmSecurity
from realmgate.metadata import describe

DoorTo = Callable[..., Doors]
NEEDED = ("orders:read", "products:read")
LACKS = (
    'Bearer realm="storefront", error="insufficient_scope", error_description="The access token does not allow this"'
)


def test_a_token_that_holds_them_all_gets_in_and_one_that_lacks_one_is_told_which(door_to: DoorTo) -> None:
    doors = door_to(required_scopes=NEEDED)
    for _ in range(2):
        assert doors.bearer(mint()).status == 200
        assert doors.bearer(mint(scope="products:read x orders:read")).status == 200
        for scope in ("orders:read", "", "orders products", "orders:reads products:read", ...):
            answer = doors.bearer(mint(scope=scope))
            assert (answer.status, answer.header("www-authenticate")) == (
                403,
                f'{LACKS}, scope="orders:read products:read"',
            )


def test_whoever_is_to_bring_another_token_is_told_what_to_ask_for(door_to: DoorTo) -> None:
    doors = door_to(required_scopes=("orders:read",), resource="https://shop.example/api")
    found = 'resource_metadata="https://shop.example/.well-known/oauth-protected-resource/api"'
    assert doors.ask().header("www-authenticate") == f'Bearer realm="storefront", scope="orders:read", {found}'
    bad = doors.bearer(mint(exp=1)).header("www-authenticate")
    assert bad is not None
    assert bad.startswith('Bearer realm="storefront", error="invalid_token"')
    assert bad.endswith(f'scope="orders:read", {found}')
    malformed = doors.ask("Bearer a b").header("www-authenticate")
    assert malformed is not None
    assert "scope=" not in malformed


def test_both_schemes_name_them() -> None:
    doors = bound_doors(dpop=DPoP(), required_scopes=("orders:read",))
    given = [value for name, value in doors.ask().headers if name == "www-authenticate"]
    assert [value.partition(",")[2].split(",")[0] for value in given] == [' scope="orders:read"'] * 2


@pytest.mark.parametrize(
    "differs",
    [{"exp": 1}, {"aud": "x"}, {"iss": "x"}, {"jti": "revoked"}, {"cnf": {"jkt": ES256.jkt}}, {"client_id": "other"}],
)
def test_nothing_is_said_of_the_scope_of_a_token_that_is_not_good(door_to: DoorTo, differs: dict[str, Any]) -> None:
    doors = door_to(required_scopes=("admin",), deny_list="revoked".__eq__, clients={"storefront-web"})
    assert doors.bearer(mint(**differs)).status == 401
    assert doors.bearer(mint(key=ATTACKER["RS256"].private)).status == 401
    assert doors.bearer(mint()).status == 403


def test_a_stolen_token_is_not_told_what_it_lacks_before_its_owner_is_proven() -> None:
    doors = bound_doors(dpop=DPoP(), required_scopes=("admin",))
    token = ES256.bound_token()
    assert doors.ask(f"DPoP {token}", path="/api").status == 401
    assert doors.ask(f"DPoP {token}", path="/api", headers=[("dpop", ES256.proof(token))]).status == 403


def test_what_only_the_issuer_can_read_is_asked_alike(door_to: DoorTo) -> None:
    answer: dict[str, Any] = {"active": True, "iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": NOW + 60, "scope": "a"}
    with answering(lambda _: (200, answer)) as server:
        asking = Introspection(f"{server.address}/introspect", client_id="gate", client_secret="s" * 8)
        doors = door_to(keys=None, introspection=asking, trust_mock=True, required_scopes=("a", "b"))
        assert doors.bearer("opaque-1").status == 403
        answer["scope"] = "b a"
        assert doors.bearer("opaque-2").status == 200


def test_scopes_are_read_where_the_realm_says_they_are(door_to: DoorTo) -> None:
    doors = door_to(profile="jwt", required_scopes=("Orders.Read",), scopes="permissions")
    header = {"typ": "JWT"}
    assert doors.bearer(mint(header=header, permissions=["Orders.Read"])).status == 200
    assert doors.bearer(mint(header=header, scope="Orders.Read")).status == 403


def test_nobody_gets_in_as_nobody_where_that_is_allowed(door_to: DoorTo) -> None:
    doors = door_to(required_scopes=("admin",), anonymous=True)
    assert doors.ask().json["is_authenticated"] is False
    assert doors.bearer(mint()).status == 403


@pytest.mark.parametrize(("extensions", "first"), [({}, "websocket.close"), ({"websocket.http.response": {}}, None)])
def test_a_handshake_is_refused_as_forbidden(extensions: dict[str, Any], first: str | None) -> None:
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, required_scopes=("admin",)))
    gate = RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW)
    headers = [(b"authorization", f"Bearer {mint()}".encode())]
    scope = {"type": "websocket", "path": "/", "headers": headers, "extensions": extensions, "subprotocols": []}
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    if first:
        assert sent == [{"type": first, "code": 3003, "reason": ""}]
    else:
        assert sent[0]["status"] == 403
        assert dict(sent[0]["headers"])[b"www-authenticate"].endswith(b'scope="admin"')


# Together with what a handler asks for.


def doors_asking(*scopes: Any, realm: Mapping[str, Any], **wanted: Any) -> Doors:
    """The same demand made of a Starlette handler and of a WSGI app, in a realm that asks for more."""
    settings: Any = {"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **realm}
    guarded = Realms(Realm("storefront", **settings))["storefront"]

    @requires(*scopes, **wanted)
    async def handler(request: Request) -> Response:
        return Response(b"let in")

    @wsgi.requires(*scopes, **wanted)
    def handler_wsgi(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("content-length", "6")])
        return [b"let in"]

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        await (await handler(Request(scope, receive)))(scope, receive, send)

    return Doors(
        asgi=RealmGate(routed, realm=guarded, clock=lambda: NOW),
        wsgi=wsgi.RealmGate(handler_wsgi, realm=guarded, clock=lambda: NOW),
    )


def scope_named_in(challenge: str | None) -> str:
    named = re.findall(r', scope="([^"]*)"', challenge or "")
    assert len(named) == 1, challenge
    return str(named[0])


@pytest.mark.parametrize(
    ("scopes", "named"),
    [
        ("orders:write", "orders:read products:read orders:write"),
        ("orders:write products:read", "orders:read products:read orders:write"),
        (["orders:write orders:write", "admin"], "orders:read products:read orders:write"),
    ],
)
def test_a_client_that_asks_anew_for_what_a_handler_names_gets_in(scopes: Any, named: str) -> None:
    doors = doors_asking(scopes, realm={"required_scopes": NEEDED})
    answer = doors.bearer(mint(scope=" ".join(NEEDED)))
    assert (answer.status, answer.header("www-authenticate")) == (403, f'{LACKS}, scope="{named}"')
    assert doors.bearer(mint(scope=named)).status == 200


def test_a_client_that_asks_anew_for_what_a_step_up_names_gets_in() -> None:
    doors = doors_asking(["admin", "orders:write"], realm={"required_scopes": ("orders:read",)}, acr="gold", max_age=60)
    challenge = doors.bearer(mint(scope="orders:read orders:write")).header("www-authenticate")
    assert challenge is not None
    assert challenge.endswith('acr_values="gold", max_age="60", scope="orders:read orders:write"')
    better = mint(scope=scope_named_in(challenge), acr="gold", auth_time=int(NOW))
    assert doors.bearer(better).status == 200


def test_a_client_without_a_token_is_told_all_that_a_handler_asks_for() -> None:
    doors = doors_asking("orders:write", realm={"required_scopes": ("orders:read",), "anonymous": True})
    answer = doors.ask()
    assert answer.header("www-authenticate") == 'Bearer realm="storefront", scope="orders:read orders:write"'
    assert doors.bearer(mint(scope=scope_named_in(answer.header("www-authenticate")))).status == 200


def test_where_only_a_role_is_missing_no_scope_is_named() -> None:
    doors = doors_asking("orders:read", realm={"required_scopes": ("orders:read",)}, roles="admin")
    answer = doors.bearer(mint())
    assert (answer.status, answer.header("www-authenticate")) == (403, LACKS)


def test_the_dependency_of_fastapi_names_both_as_well() -> None:
    settings: Any = {"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, "required_scopes": ("orders:read",)}
    shop = Realms(Realm("storefront", **settings))
    app = FastAPI()
    writer = Security(RealmSecurity(shop["storefront"]), scopes=["orders:write"])
    app.add_api_route("/", lambda: "let in", dependencies=[writer])
    client = TestClient(RealmGate(app, realm=shop["storefront"], clock=lambda: NOW))

    def ask(scope: str) -> Any:
        return client.get("/", headers={"authorization": f"Bearer {mint(scope=scope)}"})

    challenge = ask("orders:read").headers["www-authenticate"]
    assert challenge == f'{LACKS}, scope="orders:read orders:write"'
    assert ask(scope_named_in(challenge)).status_code == 200


def test_they_do_not_tell_realms_apart() -> None:
    one, other = (
        Realm(name, issuer=ISSUER, audience=AUDIENCE, keys=JWKS, required_scopes=(name,)) for name in ("a", "b")
    )
    with pytest.raises(ConfigurationError, match="overlap"):
        Realms(one, other)


def test_the_metadata_names_them_unless_it_is_told_more() -> None:
    settings: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "required_scopes": ["orders:read"]}
    assert describe(Realm("a", **settings))["scopes_supported"] == ["orders:read"]
    more = ("orders:read", "orders:write")
    assert describe(Realm("a", **settings, scopes_supported=more))["scopes_supported"] == list(more)


@pytest.mark.parametrize("argument", ["required_scopes", "scopes_supported"])
@pytest.mark.parametrize(
    "value", ["orders:read", ["a b"], [""], ['a"'], ["a\\"], ["a\n"], ["\u00e9"], [1], None, 7, {"a": 1}], ids=repr
)
def test_what_is_no_scope_is_refused_at_start_up(argument: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{argument}=…"):
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, **{argument: value})
