"""Answers that the issuer signs: who wrote them, to whom, and when. RFC 9701."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from answering import Answering, answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, KEYS, NOW, Doors, ask_asgi, ask_wsgi, mint
from cryptography.hazmat.primitives.asymmetric import ec

from realmgate import ConfigurationError, Introspection, JwksUri, Realm, Realms
from realmgate.introspection import SIGNED
from realmgate.signed_answers import FRESH_FOR

ABOUT = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": "storefront-web",
    "exp": int(NOW) + 3600,
}


def signed(alg: str = "RS256", *, key: Any = None, header: dict[str, Any] | None = None, **differs: Any) -> bytes:
    """A good answer, or one that differs exactly where told; `...` leaves a member out."""
    claims = {"iss": ISSUER, "aud": "gate", "iat": int(NOW), "token_introspection": ABOUT, **differs}
    head = {"typ": "token-introspection+jwt", "kid": KEYS[alg].kid, **(header or {})}
    return jwt.api_jws.encode(
        json.dumps({name: value for name, value in claims.items() if value is not ...}).encode(),
        key or KEYS[alg].private,
        algorithm=alg,
        headers={name: value for name, value in head.items() if value is not ...},
    ).encode()


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(lambda _: (200, signed())) as server:
        server.headers = {"Content-Type": SIGNED}
        yield server


@pytest.fixture
def door(server: Answering, door_to: Callable[..., Doors]) -> Callable[..., Doors]:
    def door(realm: dict[str, Any] | None = None, **differs: Any) -> Doors:
        settings = {"client_id": "gate", "client_secret": "s3cret", "cache_for": 0, "signed": True, **differs}
        return door_to(
            introspection=Introspection(f"{server.address}/introspect", **settings), trust_mock=True, **(realm or {})
        )

    return door


@pytest.mark.parametrize("alg", KEYS)
def test_what_the_issuer_has_signed_is_believed(server: Answering, door: Callable[..., Doors], alg: str) -> None:
    server.answer = lambda _: (200, signed(alg))
    assert door().bearer("opaque").json["subject"] == "customer@example.com"
    assert {asked.headers["accept"] for asked in server.asked} == {SIGNED}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"aud": ["gate", "another"]}, id="to several"),
        pytest.param({"header": {"typ": "application/token-introspection+JWT"}}, id="the type in full"),
        pytest.param({"iat": int(NOW) - FRESH_FOR}, id="a minute ago"),
        pytest.param({"iat": int(NOW) + 5}, id="in five seconds"),
        pytest.param({"jti": "once", "sub": "nobody", "exp": 0}, id="with what says nothing here"),
    ],
)
def test_forms_that_are_all_the_same(server: Answering, door: Callable[..., Doors], answer: dict[str, Any]) -> None:
    server.answer = lambda _: (200, signed(**answer))
    assert door().bearer("opaque").json["subject"] == "customer@example.com"


def test_an_answer_that_took_its_time_is_of_the_time_when_it_came(
    server: Answering, door: Callable[..., Doors]
) -> None:
    def later(_: Any) -> tuple[int, bytes]:
        """Sign in the second after the one in which the question was asked."""
        issued = int(time.time()) + 1
        while time.time() < issued + 0.1:
            time.sleep(0.05)
        return 200, signed(iat=issued, token_introspection={**ABOUT, "exp": issued + 60})

    server.answer = later
    doors = door({"future_leeway": 0, "clock": time.time})
    assert json.loads(ask_wsgi(doors.wsgi, [("authorization", "Bearer opaque")]).body)["subject"] == ABOUT["sub"]
    asked = asyncio.run(ask_asgi(doors.asgi, [("authorization", "Bearer opaque")]))
    assert json.loads(asked.body)["subject"] == ABOUT["sub"]


PLAIN = json.dumps(ABOUT).encode()
FORGED = {
    "plain JSON": PLAIN,
    "plain JSON in base64": base64.urlsafe_b64encode(PLAIN),
    "nothing": b"",
    "bytes": b"\xff\xfe",
    "an access token of the issuer": mint(token_introspection=ABOUT).encode(),
    "an access token that is for the gate": mint(aud="gate", token_introspection=ABOUT).encode(),
    "an ID token": signed(header={"typ": "JWT"}),
    "of no type": signed(header={"typ": ...}),
    "by another key": signed(key=KEYS["ES256"].private, alg="ES256", header={"kid": "key-RS256"}),
    "by a stranger": signed("ES256", key=ec.generate_private_key(ec.SECP256R1())),
    "by a stranger with a name of its own": signed(
        "ES256", key=ec.generate_private_key(ec.SECP256R1()), header={"kid": "stranger"}
    ),
    "with a secret": signed("RS256")[:-8] + b"AAAAAAAA",
    "unsecured": signed().rpartition(b".")[0] + b".",
    "none": jwt.api_jws.encode(PLAIN, "", algorithm="none", headers={"typ": "token-introspection+jwt"}).encode(),
    "encrypted": b"a.b.c.d.e",
    "of another issuer": signed(iss="https://id.example/backoffice"),
    "of no issuer": signed(iss=...),
    "to another": signed(aud="another"),
    "to nobody": signed(aud=...),
    "to nobody in an array": signed(aud=[]),
    "to the realm's audience instead of us": signed(aud=AUDIENCE),
    "an hour ago": signed(iat=int(NOW) - 3600),
    "in an hour": signed(iat=int(NOW) + 3600),
    "at no time": signed(iat=...),
    "at a time in text": signed(iat=str(int(NOW))),
    "about nothing": signed(token_introspection=...),
    "about text": signed(token_introspection="active"),
    "about a list": signed(token_introspection=[ABOUT]),
    "not saying whether": signed(token_introspection={**ABOUT, "active": ...} | {"active": "true"}),
    "saying it outside": signed(token_introspection={"sub": "x"}, active=True),
    "critical": signed(header={"crit": ["exp"]}),
}


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("media_type", [SIGNED, "application/json"])
def test_what_nobody_can_vouch_for_says_nothing_of_the_token(
    server: Answering, door: Callable[..., Doors], body: bytes, media_type: str
) -> None:
    server.answer = lambda _: (200, body)
    server.headers = {"Content-Type": media_type}
    answer = door().bearer("opaque")
    assert answer.status == 503
    assert answer.header("retry-after") is not None


@pytest.mark.parametrize("media_type", ["", "application/jwt", "application/json", "text/html"])
def test_a_signed_answer_must_be_called_one(server: Answering, door: Callable[..., Doors], media_type: str) -> None:
    server.headers = {"Content-Type": media_type}
    assert door().bearer("opaque").status == 503


@pytest.mark.parametrize(
    "differs",
    [
        {"active": False},
        {"aud": ADMIN_AUDIENCE},
        {"iss": "https://id.example"},
        {"exp": int(NOW)},
        {"cnf": {"jkt": "x"}},
    ],
)
def test_what_is_signed_is_judged_like_any_other_answer(
    server: Answering, door: Callable[..., Doors], differs: dict[str, Any]
) -> None:
    server.answer = lambda _: (200, signed(token_introspection={**ABOUT, **differs}))
    assert door().bearer("opaque").status == 401


def test_a_signed_answer_is_no_access_token(door_to: Callable[..., Doors]) -> None:
    claims: dict[str, Any] = {**ABOUT, "jti": "one"}
    for profile in ("rfc9068", "jwt"):
        assert door_to(profile=profile).bearer(signed(**claims).decode()).status == 401


def test_a_realm_may_take_fewer_algorithms(server: Answering, door: Callable[..., Doors]) -> None:
    narrow = door(realm={"algorithms": ("ES256",)})
    assert narrow.bearer("opaque").status == 503
    server.answer = lambda _: (200, signed("ES256"))
    assert narrow.bearer("opaque").status == 200


def test_a_new_key_of_the_issuer_is_looked_for_as_for_tokens(door_to: Callable[..., Doors]) -> None:
    published: dict[str, Any] = {"keys": JWKS["keys"][:1]}

    def answer(asked: Any) -> tuple[int, Any]:
        return (200, published) if asked.method == "GET" else (200, signed("ES256"))

    with answering(answer) as server:
        server.headers = {"Content-Type": SIGNED}
        asking = Introspection(server.address, client_id="gate", client_secret="s3cret", cache_for=0, signed=True)
        keys = JwksUri(f"{server.address}/jwks", trust_mock=True, cooldown=0)
        doors = door_to(introspection=asking, keys=keys, trust_mock=True)
        assert doors.bearer("opaque").status == 503, "signed with a key that is not published"
        published["keys"] = JWKS["keys"]
        assert doors.bearer("opaque").status == 200


def test_a_realm_whose_answers_are_signed_has_an_issuer_and_keys() -> None:
    asking = Introspection("https://id.example/introspect", client_id="gate", client_secret="s3cret", signed=True)
    with pytest.raises(ConfigurationError, match="issuer=…"):
        Realm("storefront", audience=AUDIENCE, introspection=asking)
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, introspection=asking))
    assert shop.ready
    discovered = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, introspection=asking))
    assert not discovered.ready, "its keys are to be discovered"
