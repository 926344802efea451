"""Several realms before one app: each token is judged by its own realm, whatever it claims, and by no other."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from answering import answering
from both_doors import (
    ADMIN_AUDIENCE,
    AUDIENCE,
    JWKS,
    KEYS,
    NOW,
    Answer,
    Doors,
    SigningKey,
    asgi_app,
    ask_asgi,
    mint,
    wsgi_app,
)
from cryptography.hazmat.primitives.asymmetric import ec
from proofs import ES256
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from realmgate import (
    ConfigurationError,
    DPoP,
    Introspection,
    JwksUri,
    MemoryDenyList,
    Realm,
    RealmGate,
    RealmMap,
    Realms,
    asgi,
    principal_of,
    wsgi,
)

OURS, PARTNER = "https://id.example", "https://id.partner.example"
PARTNER_KEY = SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "key-ES256")
PARTNER_JWKS = {"keys": [PARTNER_KEY.jwk]}


def ours(**differs: Any) -> Realm:
    return Realm("ours", **{"issuer": OURS, "audience": AUDIENCE, "keys": JWKS, **differs})


def partners(**differs: Any) -> Realm:
    return Realm("partners", **{"issuer": PARTNER, "audience": AUDIENCE, "keys": PARTNER_JWKS, **differs})


MakeDoors: TypeAlias = Callable[..., Doors]


class BelowApi(Doors):
    """Doors whose paths all lie below /api."""

    def ask(self, *authorization: str, path: str = "/", mount: str = "", **how: Any) -> Answer:
        return super().ask(*authorization, path=path if mount else f"/api{path}", mount=mount, **how)


def by_gate(*realms: Realm, **options: Any) -> Doors:
    shop = Realms(*(realms or (ours(), partners())))
    settings: dict[str, Any] = {"realm": [shop[name] for name in shop], "clock": lambda: NOW, **options}
    return Doors(asgi=asgi.RealmGate(asgi_app, **settings), wsgi=wsgi.RealmGate(wsgi_app, **settings))


def by_path(*realms: Realm, **options: Any) -> Doors:
    shop = Realms(*(realms or (ours(), partners())))
    table = {"/api": [shop[name] for name in shop]}
    settings: dict[str, Any] = {"elsewhere": "refuse", "clock": lambda: NOW, **options}
    return BelowApi(asgi=asgi.RealmMap(asgi_app, table, **settings), wsgi=wsgi.RealmMap(wsgi_app, table, **settings))


@pytest.fixture(params=[by_gate, by_path])
def doors(request: pytest.FixtureRequest) -> MakeDoors:
    made: MakeDoors = request.param
    return made


def token_of_partner(**differs: Any) -> str:
    return mint("ES256", key=differs.pop("key", PARTNER_KEY.private), **{"iss": PARTNER, **differs})


# A token that lies about where it comes from.


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(token_of_partner(iss=OURS), id="the partner speaks for us"),
        pytest.param(mint("ES256", iss=PARTNER), id="we speak for the partner, with a key of the same name"),
        pytest.param(token_of_partner(iss="https://id.evil.example"), id="of an issuer nobody trusts"),
        pytest.param(token_of_partner(iss=[OURS, PARTNER]), id="of both issuers"),
        pytest.param(token_of_partner(iss=...), id="of no issuer"),
        pytest.param(token_of_partner(aud=ADMIN_AUDIENCE), id="for another audience"),
        pytest.param(token_of_partner(exp=int(NOW)), id="expired"),
        pytest.param(token_of_partner()[:-8] + "AAAAAAAA", id="forged"),
        pytest.param("opaque", id="opaque"),
    ],
)
@pytest.mark.parametrize("remember", [0, 100])
def test_a_lie_about_the_issuer_opens_nothing(doors: MakeDoors, token: str, remember: int) -> None:
    gate = doors(remember=remember)
    assert gate.bearer(mint(iss=OURS)).status == gate.bearer(token_of_partner()).status == 200
    for _ in range(2):
        assert gate.bearer(token).status == 401


def test_each_token_is_known_as_of_its_own_realm(doors: MakeDoors) -> None:
    gate = doors()
    for _ in range(2):
        assert gate.bearer(mint(iss=OURS)).json["realm"] == "ours"
        assert gate.bearer(token_of_partner()).json["realm"] == "partners"


def test_the_answer_names_the_realm_that_has_judged(doors: MakeDoors) -> None:
    gate = doors()
    cases = {'realm="ours"': mint(iss=OURS, exp=int(NOW)), 'realm="partners"': token_of_partner(exp=int(NOW))}
    for challenge, token in cases.items():
        assert challenge in (gate.bearer(token).header("www-authenticate") or "")
    assert gate.ask().header("www-authenticate") == 'Bearer realm="ours"'
    assert gate.ask("Bearer a", "Bearer b").status == 400


def test_what_one_realm_asks_for_the_other_does_not(doors: MakeDoors) -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    denied.deny("token-1", until=NOW + 3600)
    gate = doors(ours(deny_list=denied, require={"tenant": "acme"}), partners())
    assert gate.bearer(mint(iss=OURS, tenant="acme")).status == 401
    assert gate.bearer(mint(iss=OURS, jti="two")).status == 401
    assert gate.bearer(mint(iss=OURS, jti="two", tenant="acme")).status == 200
    assert gate.bearer(token_of_partner()).status == 200


def test_one_issuer_may_be_away_and_the_other_is_not(doors: MakeDoors) -> None:
    with answering(lambda _: (500, b"")) as server:
        away = JwksUri(f"{server.address}/jwks", trust_mock=True)
        gate = doors(ours(), partners(keys=away, trust_mock=True))
        assert gate.bearer(token_of_partner()).status == 503
        assert gate.bearer(mint(iss=OURS)).status == 200
        asked = len(server.asked)
        assert gate.bearer(mint(iss="https://id.evil.example")).status == 401
        assert len(server.asked) == asked, "whoever names nobody causes no download"


def test_realms_of_one_issuer_are_told_apart_by_their_audience(doors: MakeDoors) -> None:
    gate = doors(ours(), Realm("admin", issuer=OURS, audience=ADMIN_AUDIENCE, keys=JWKS))
    assert gate.bearer(mint(iss=OURS)).json["realm"] == "ours"
    assert gate.bearer(mint(iss=OURS, aud=ADMIN_AUDIENCE)).json["realm"] == "admin"
    assert gate.bearer(mint(iss=OURS, aud=[AUDIENCE, ADMIN_AUDIENCE])).status == 401


def test_what_nobody_can_read_is_asked_about_where_somebody_can_be_asked(doors: MakeDoors) -> None:
    said = {"active": True, "iss": PARTNER, "aud": AUDIENCE, "sub": "x", "client_id": "web", "exp": int(NOW) + 60}
    with answering(lambda asked: (200, said if asked.form["token"] == "opaque" else {"active": False})) as server:
        asking = Introspection(server.address, client_id="shop", client_secret="s3cret")
        gate = doors(ours(), partners(introspection=asking, keys=None, trust_mock=True))
        assert gate.bearer("opaque").json["realm"] == "partners"
        assert gate.bearer("other").status == 401
        assert gate.bearer(mint(iss=OURS)).json["realm"] == "ours"
        assert {asked.form["token"] for asked in server.asked} == {"opaque", "other"}


def test_each_realm_binds_its_own_tokens(doors: MakeDoors) -> None:
    gate = doors(ours(dpop=DPoP(required=True)), partners())
    token = ES256.bound_token(iss=OURS)
    sent = [("dpop", ES256.proof(token))]
    shown = [("authorization", f"DPoP {token}"), *sent]
    assert asyncio.run(ask_asgi(gate.asgi, shown, mount="/api", path="")).status == 200
    assert asyncio.run(ask_asgi(gate.asgi, shown, mount="/api", path="")).status == 401, "a proof came twice"
    assert gate.bearer(token, mount="/api", path="").status == 401
    assert gate.bearer(mint(iss=OURS)).status == 401
    assert gate.bearer(token_of_partner()).status == 200


def test_a_handshake_is_judged_by_the_realm_of_the_token_among_its_subprotocols() -> None:
    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(principal_of(socket).realm)

    shop = Realms(ours(), partners())
    app = Starlette(routes=[WebSocketRoute("/api/listen", listen)])
    both = [shop["ours"], shop["partners"]]
    forged = token_of_partner(iss=OURS)
    for guarded in (
        RealmGate(app, realm=both, clock=lambda: NOW),
        RealmMap(app, {"/api": both}, elsewhere="refuse", clock=lambda: NOW),
    ):
        client = TestClient(guarded)
        for realm, token in (("ours", mint(iss=OURS)), ("partners", token_of_partner())):
            with client.websocket_connect("/api/listen", subprotocols=["bearer", token]) as session:
                assert session.receive_text() == realm
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            client.websocket_connect("/api/listen", subprotocols=["bearer", forged]),
        ):
            pytest.fail("a handshake with a token that lies was accepted")
        assert refused.value.status_code == 401


def test_an_audit_takes_it_for_the_one_gate_it_is() -> None:
    shop = Realms(ours(), partners())
    gate = RealmGate(Starlette(routes=[Route("/orders", lambda _: None)]), realm=(shop["ours"], shop["partners"]))
    shop.audit(Starlette(routes=[Mount("/api", app=gate)]))
    shop.audit(RealmMap(gate.app, {"/orders": [shop["ours"], shop["partners"]]}, elsewhere="refuse"))


@pytest.mark.parametrize("first", ["by client", "by audience"])
def test_a_realm_without_an_audience_stands_beside_one_that_has_some(doors: MakeDoors, first: str) -> None:
    by_client = Realm("by client", issuer=OURS, profile="jwt", keys=JWKS, clients={"a"})
    by_audience = Realm("by audience", issuer=OURS, profile="jwt", keys=JWKS, audience=AUDIENCE, clients={"b"})
    realms = [by_client, by_audience] if first == "by client" else [by_audience, by_client]
    gate = doors(*realms)
    header = {"typ": "JWT"}
    assert gate.bearer(mint(iss=OURS, aud=..., client_id="a", header=header)).json["realm"] == "by client"
    assert gate.bearer(mint(iss=OURS, aud=AUDIENCE, client_id="b", header=header)).json["realm"] == "by audience"


def of(shop: Realms, *names: str) -> Any:
    return [shop[name] for name in names]


def clashing() -> dict[str, Any]:
    shop, other = Realms(ours(), partners()), Realms(ours(), partners())
    by_client = Realms(ours(clients={"a"}), Realm("b", issuer=OURS, audience=AUDIENCE, keys=JWKS, clients={"b"}))
    no_audience = Realms(*(Realm(name, issuer=OURS, profile="jwt", keys=JWKS, clients={name}) for name in "ab"))
    asking = Introspection("https://id.example/introspect", client_id="shop", client_secret="s3cret")
    opaque = Realms(ours(keys=None, introspection=asking), partners(keys=None, introspection=asking))
    oro = Realms(ours(), Realm("oro", profile="orocommerce", clients={"web"}, keys=JWKS))
    return {
        "twice the same": (of(shop, "ours", "ours"), "each once"),
        "of two families": ([shop["ours"], other["partners"]], "out of one Realms"),
        "apart by clients only": (of(by_client, "ours", "b"), "same issuer and audience"),
        "apart by clients only, of no audience": (of(no_audience, "a", "b"), "same issuer and audience"),
        "two to ask": (of(opaque, "ours", "partners"), "only one of several realms can have introspection"),
        "a dialect": (of(oro, "ours", "oro"), "stands alone"),
    }


@pytest.mark.parametrize("name", clashing())
def test_realms_that_nobody_could_choose_between_are_refused(name: str) -> None:
    realm, told = clashing()[name]
    for door, app in ((asgi, asgi_app), (wsgi, wsgi_app)):
        with pytest.raises(ConfigurationError, match=rf"^RealmGate\(realm=…\): .*{told}"):
            door.RealmGate(app, realm=realm)
        with pytest.raises(ConfigurationError, match=rf"^RealmMap\(app, {{.+}}\): .*{told}"):
            door.RealmMap(app, {"/api": realm}, elsewhere="open")


def test_an_async_list_of_any_of_them_is_refused_at_the_wsgi_door() -> None:
    async def remote(_: str) -> bool:
        return False

    shop = Realms(ours(), partners(deny_list=remote))
    with pytest.raises(ConfigurationError, match=r"'partners'.*await"):
        wsgi.RealmGate(wsgi_app, realm=of(shop, "ours", "partners"))
    with pytest.raises(ConfigurationError, match=r"'partners'.*await"):
        wsgi.RealmMap(wsgi_app, {"/api": of(shop, "ours", "partners")}, elsewhere="open")


@pytest.mark.parametrize("realm", [[], (), [ours()], ["ours"], None])
def test_what_is_no_realm_of_a_family_is_refused(realm: Any) -> None:
    with pytest.raises(TypeError, match="a gate takes a realm out of a Realms"):
        RealmGate(asgi_app, realm=realm)


def test_the_keys_of_the_table_above_are_not_the_same() -> None:
    assert KEYS["ES256"].jwk["kid"] == PARTNER_KEY.jwk["kid"]
    assert KEYS["ES256"].jwk["x"] != PARTNER_KEY.jwk["x"]
