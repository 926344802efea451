"""Who is there, frozen all the way down: nothing a handler does reaches a later request."""

import asyncio
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from both_doors import NOW, ask_asgi, ask_wsgi, mint

from realmgate import Principal, Realms, asgi, principal_of, wsgi
from realmgate.principal import anonymous, freeze

CLAIMS: dict[str, Any] = {
    "roles": ["a", {"b": ["c"]}],
    "address": {"city": "x", "lines": ["y"]},
    "n": None,
    "t": True,
    "f": 1.5,
}


def test_what_is_frozen_says_the_same() -> None:
    frozen = freeze({"a": [1, [2]], "b": {"c": {"d": []}}, "e": "f"})
    assert frozen == {"a": (1, (2,)), "b": {"c": {"d": ()}}, "e": "f"}
    assert isinstance(frozen["b"]["c"], MappingProxyType)


def test_callers_can_stand_in_sets_and_caches(shop: Realms) -> None:
    seen: list[Principal] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(principal_of(scope))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    tokens = [mint(claims=CLAIMS), mint(claims=CLAIMS), mint(sub="another"), mint(scope="orders:read")]
    for token in tokens:
        gate = asgi.RealmGate(app, realm=shop["storefront"], clock=lambda: NOW)
        asyncio.run(ask_asgi(gate, [("authorization", f"Bearer {token}")]))
    assert seen[0] == seen[1]
    assert seen[0] is not seen[1]
    assert len({*seen, anonymous(), anonymous("storefront")}) == 5
    assert {seen[0]: "online"}[seen[1]] == "online"


def attacks(principal: Principal) -> list[Callable[[], Any]]:
    """Ways to make oneself somebody else, or somebody more."""
    claims: Any = principal.claims
    return [
        lambda: setattr(principal, "subject", "admin"),
        lambda: setattr(principal, "scopes", frozenset({"admin"})),
        lambda: setattr(principal, "is_authenticated", True),
        lambda: setattr(principal, "anything", 1),
        lambda: delattr(principal, "subject"),
        lambda: object.__setattr__(principal, "subject", "admin"),
        lambda: principal.__dict__,
        lambda: claims.__setitem__("sub", "admin"),
        lambda: claims.update(sub="admin"),
        lambda: claims.pop("exp"),
        lambda: claims.setdefault("x", 1),
        lambda: claims["roles"].append("admin"),
        lambda: claims["roles"].__setitem__(0, "admin"),
        lambda: claims["roles"][1].__setitem__("b", "admin"),
        lambda: claims["roles"][1]["b"].append("admin"),
        lambda: claims["address"].__setitem__("city", "admin"),
        lambda: claims["address"]["lines"].append("admin"),
        lambda: principal.scopes.add("admin"),  # type: ignore[attr-defined]
    ]


ATTACKS = range(18)


@pytest.fixture
def caught() -> list[Any]:
    """What the apps behind the doors were given."""
    return []


@pytest.fixture
def doors(shop: Realms, caught: list[Any]) -> tuple[Any, Any]:
    async def asgi_app(scope: Any, _receive: Any, send: Any) -> None:
        caught.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
        caught.append(environ)
        start_response("200 OK", [])
        return []

    return (
        asgi.RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW),
        wsgi.RealmGate(wsgi_app, realm=shop["storefront"], clock=lambda: NOW),
    )


async def both(doors: tuple[Any, Any], token: str) -> None:
    sent = [("authorization", f"Bearer {token}")]
    assert (await ask_asgi(doors[0], sent)).status == ask_wsgi(doors[1], sent).status == 200


@pytest.fixture
def ask(doors: tuple[Any, Any]) -> Callable[[str], None]:
    return lambda token: asyncio.run(both(doors, token))


@pytest.mark.parametrize("number", ATTACKS)
def test_a_principal_cannot_be_changed(ask: Callable[[str], None], caught: list[Any], number: int) -> None:
    ask(mint(**CLAIMS))
    for given in caught:
        principal = principal_of(given)
        assert len(attacks(principal)) == len(ATTACKS)
        with pytest.raises((AttributeError, TypeError)):
            attacks(principal)[number]()


def test_a_handler_that_changes_all_it_can_reach_raises_no_later_request(
    ask: Callable[[str], None], caught: list[Any]
) -> None:
    token = mint(scope="orders:read")
    ask(token)
    admin = Principal(subject="admin", realm="storefront", scopes=frozenset({"admin"}))
    for given in caught:
        if "auth" in given:
            given["auth"].scopes.append("admin")
            given["auth"].scopes[:] = ["admin"]
        for key in list(given):
            given[key] = admin
    caught.clear()
    ask(token)
    through_asgi, through_wsgi = caught
    assert sorted(through_asgi["auth"].scopes) == ["authenticated", "orders:read"]
    assert through_wsgi["REMOTE_USER"] == "customer@example.com"
    for given in caught:
        assert principal_of(given).subject == "customer@example.com"
        assert principal_of(given).scopes == {"orders:read"}
    assert through_asgi["user"] is principal_of(through_asgi)


def test_the_scope_outside_the_gate_is_not_touched(shop: Realms) -> None:
    outside: dict[str, Any] = {}

    async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = asgi.RealmGate(nothing, realm=shop["storefront"], clock=lambda: NOW)

    async def around(scope: Any, receive: Any, send: Any) -> None:
        outside.update(scope)
        await gate(scope, receive, send)
        assert scope == outside

    asyncio.run(ask_asgi(around, [("authorization", f"Bearer {mint()}")]))
    assert "user" not in outside


def test_a_principal_is_what_the_token_says(ask: Callable[[str], None], caught: list[Any]) -> None:
    ask(mint(name="Casey Customer", roles=["buyer", {"value": "x"}]))
    for given in caught:
        principal = principal_of(given)
        assert principal.subject == principal.identity == "customer@example.com"
        assert principal.display_name == "Casey Customer"
        assert principal.realm == "storefront"
        assert principal.client_id == "storefront-web"
        assert principal.scopes == {"orders:read", "products:read"}
        assert principal.roles == {"buyer"}
        assert principal.expires_at == NOW + 3600
        assert principal.is_authenticated
        assert principal.claims["jti"] == "token-1"
        assert principal.claims["roles"] == ("buyer", {"value": "x"})


def test_a_name_that_is_no_text_is_no_name() -> None:
    assert Principal(subject="x", realm="r", claims={"name": ["y"]}).display_name == "x"
    assert Principal(subject="x", realm="r").display_name == "x"


def test_nobody_is_nobody() -> None:
    nobody = anonymous("storefront")
    assert not nobody.is_authenticated
    assert (nobody.subject, nobody.realm, nobody.client_id, nobody.display_name) == ("", "storefront", "", "")
    assert (nobody.scopes, nobody.roles, nobody.claims, nobody.expires_at) == (frozenset(), frozenset(), {}, None)


def test_a_principal_keeps_its_claims_out_of_logs() -> None:
    principal = Principal(subject="x", realm="r", claims=freeze({"secret": "value"}))
    assert "value" not in repr(principal)
    assert "value" not in str(principal)
