"""Tokens that only their issuer can read: what it says is no more trusted than a signed claim."""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from answering import Answering, answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, Doors, mint
from proofs import ES256, OTHER, bound_doors

from realmgate import ConfigurationError, DPoP, Introspection, Realm, RealmOverlap, Realms
from realmgate.errors import TokenRejected
from realmgate.flow import Fetch, Fetched, FetchFailed, run
from realmgate.introspection import ask, check_status, parse, question

GOOD = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": "storefront-web",
    "scope": "orders:read products:read",
    "token_type": "Bearer",
    "jti": "opaque-1",
    "iat": int(NOW),
    "exp": int(NOW) + 3600,
}


@pytest.fixture
def server() -> Iterator[Answering]:
    """An introspection endpoint that gives `GOOD` for an answer until told otherwise."""
    with answering(lambda _: (200, GOOD)) as server:
        yield server


@pytest.fixture
def says(server: Answering) -> Callable[..., None]:
    """Let the endpoint say something that differs from a good answer where told; `...` leaves a member out."""

    def says(**differs: Any) -> None:
        answer = {name: value for name, value in {**GOOD, **differs}.items() if value is not ...}
        server.answer = lambda _: (200, answer)

    return says


@pytest.fixture
def opaque_door(server: Answering, door_to: Callable[..., Doors]) -> Callable[..., Doors]:
    """A storefront gate that asks the endpoint about every token, each time, unless told otherwise."""

    def opaque_door(*, remember: int = 10_000, clock: Any = None, realm: Any = None, **asking: Any) -> Doors:
        settings = {"client_id": "shop", "client_secret": "s3cret", "cache_for": 0, **asking}
        differs = {"keys": None, "trust_mock": True, **(realm or {})}
        return door_to(
            introspection=Introspection(f"{server.address}/introspect", **settings),
            remember=remember,
            clock=clock,
            **differs,
        )

    return opaque_door


REFUSED = [
    pytest.param({"active": False}, id="inactive"),
    pytest.param({"iss": ...}, id="without an issuer"),
    pytest.param({"iss": "https://id.example/backoffice"}, id="of another issuer"),
    pytest.param({"iss": [ISSUER]}, id="of an issuer in an array"),
    pytest.param({"iss": ISSUER + "/"}, id="of an issuer with a slash more"),
    pytest.param({"aud": ...}, id="without an audience"),
    pytest.param({"aud": ADMIN_AUDIENCE}, id="for another audience"),
    pytest.param({"aud": []}, id="for nobody"),
    pytest.param({"aud": {"0": AUDIENCE}}, id="for an object"),
    pytest.param({"exp": ...}, id="without an end"),
    pytest.param({"exp": int(NOW)}, id="ending now"),
    pytest.param({"exp": str(int(NOW) + 60)}, id="ending at a string"),
    pytest.param({"exp": True}, id="ending at true"),
    pytest.param({"nbf": int(NOW) + 60}, id="not yet valid"),
    pytest.param({"iat": int(NOW) + 60}, id="issued in the future"),
    pytest.param({"cnf": {"jkt": "0" * 43}}, id="bound to a DPoP key"),
    pytest.param({"token_type": "DPoP"}, id="bound to a key that is not named"),
    pytest.param({"typ": "DPoP"}, id="bound to a key that is not named, as Keycloak says it"),
    pytest.param({"cnf": "0" * 43}, id="bound to a string"),
    pytest.param({"cnf": {"x5t#S256": "0" * 43}}, id="bound to a certificate"),
    pytest.param({"cnf": {"unheard-of": 1}}, id="bound in an unknown way"),
    pytest.param({"token_type": "refresh_token"}, id="a refresh token by token_type"),
    pytest.param({"token_type": "N_A"}, id="of no type"),
    pytest.param({"token_type": ["Bearer"]}, id="of types in an array"),
    pytest.param({"token_use": "refresh_token"}, id="a refresh token by token_use"),
    pytest.param({"token_use": "id"}, id="an ID token by token_use"),
    pytest.param({"typ": "Refresh"}, id="a refresh token by typ"),
    pytest.param({"typ": "Offline"}, id="an offline token by typ"),
    pytest.param({"typ": "ID"}, id="an ID token by typ"),
    pytest.param({"scope": 1}, id="with a number for scope"),
    pytest.param({"sub": "a\r\nb"}, id="with a subject of two lines"),
    pytest.param({"jti": 1}, id="with a number for jti"),
]


@pytest.mark.parametrize("differs", REFUSED)
def test_an_answer_that_does_not_say_all_that_a_token_must_opens_nothing(
    opaque_door: Callable[..., Doors], says: Callable[..., None], differs: dict[str, Any]
) -> None:
    says(**differs)
    answer = opaque_door().bearer("opaque")
    assert answer.status == 401
    assert answer.header("www-authenticate") == (
        'Bearer realm="storefront", error="invalid_token", '
        'error_description="The access token is not valid in this realm"'
    )


def test_a_token_that_also_names_the_audience_of_a_sibling_is_refused(
    server: Answering, says: Callable[..., None], doors_to: Callable[..., Doors]
) -> None:
    says(aud=[AUDIENCE, ADMIN_AUDIENCE])
    asking = Introspection(server.address, client_id="shop", client_secret="s3cret")
    shop = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, introspection=asking, trust_mock=True),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, introspection=asking, trust_mock=True),
    )
    assert {doors_to(shop[name]).bearer("opaque").status for name in shop} == {401}


def test_what_one_realm_has_heard_of_a_token_does_not_open_the_other(
    server: Answering, doors_to: Callable[..., Doors]
) -> None:
    asking = Introspection(server.address, client_id="shop", client_secret="s3cret", cache_for=600)
    shop = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, introspection=asking, trust_mock=True),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, introspection=asking, trust_mock=True),
    )
    assert doors_to(shop["storefront"]).bearer("opaque").status == 200
    assert doors_to(shop["backoffice"]).bearer("opaque").status == 401


@pytest.mark.parametrize("active", ["true", "True", 1, 1.0, [True], {}, None, ...])
def test_only_true_itself_is_active_and_anything_else_is_no_answer(
    opaque_door: Callable[..., Doors], says: Callable[..., None], active: Any
) -> None:
    says(active=active)
    assert opaque_door().bearer("opaque").status == 503


NO_ANSWERS = [
    pytest.param(200, b"", id="empty"),
    pytest.param(200, b"<html>active: true</html>", id="HTML"),
    pytest.param(200, json.dumps([GOOD]).encode(), id="an array"),
    pytest.param(200, b"true", id="true"),
    pytest.param(200, json.dumps(GOOD).encode()[:-1], id="cut off"),
    pytest.param(200, b'{"active":false,' + json.dumps(GOOD).encode()[1:], id="active twice"),
    pytest.param(200, json.dumps(GOOD).encode()[:-1] + b',"aud":"https://shop.example/api"}', id="aud twice"),
    pytest.param(200, b'{"active":true,"x":' + b"[" * 5000 + b"]" * 5000 + b"}", id="deep"),
    pytest.param(200, json.dumps({**GOOD, "x": "x" * 70_000}).encode(), id="huge"),
    pytest.param(200, json.dumps(GOOD).encode("utf-16"), id="UTF-16"),
    pytest.param(201, GOOD, id="201"),
    pytest.param(204, b"", id="204"),
    pytest.param(302, GOOD, id="302"),
    pytest.param(400, GOOD, id="400"),
    pytest.param(401, GOOD, id="401"),
    pytest.param(403, GOOD, id="403"),
    pytest.param(404, GOOD, id="404"),
    pytest.param(429, GOOD, id="429"),
    pytest.param(500, GOOD, id="500"),
]


@pytest.mark.parametrize(("status", "body"), NO_ANSWERS)
def test_an_endpoint_that_gives_no_answer_is_an_outage_and_says_nothing_about_the_token(
    server: Answering, opaque_door: Callable[..., Doors], status: int, body: Any
) -> None:
    server.answer = lambda _: (status, body)
    answer = opaque_door().bearer("opaque")
    assert answer.status == 503
    assert answer.header("retry-after") == "1"
    assert answer.header("www-authenticate") is None


def test_a_redirect_is_not_followed(server: Answering, opaque_door: Callable[..., Doors]) -> None:
    server.headers = {"Location": f"{server.address}/elsewhere"}
    server.answer = lambda asked: (200 if asked.path == "/elsewhere" else 307, GOOD)
    assert opaque_door().bearer("opaque").status == 503
    assert {asked.path for asked in server.asked} == {"/introspect"}


def test_a_server_that_keeps_silent_is_an_outage_and_the_next_answer_counts_again(
    server: Answering, opaque_door: Callable[..., Doors], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    server.answer = lambda _: (200, {**GOOD, "waited": silent.wait()})
    door = opaque_door(timeout=30)
    with monkeypatch.context() as patch:
        patch.setattr("realmgate.introspection_client.PATIENCE", 0.005)
        assert door.bearer("opaque").status == 503
    silent.set()
    server.answer = lambda _: (200, GOOD)
    assert door.bearer("opaque").status == 200


def test_a_server_that_is_not_there_is_an_outage(door_to: Callable[..., Doors]) -> None:
    with answering(lambda _: (200, GOOD)) as gone:
        pass
    asking = Introspection(gone.address, client_id="shop", client_secret="s3cret")
    assert door_to(introspection=asking, keys=None, trust_mock=True).bearer("opaque").status == 503


def test_an_active_token_gets_in(opaque_door: Callable[..., Doors]) -> None:
    answer = opaque_door().bearer("opaque")
    assert answer.status == 200
    assert answer.json == {
        "subject": "customer@example.com",
        "realm": "storefront",
        "client_id": "storefront-web",
        "scopes": ["orders:read", "products:read"],
        "is_authenticated": True,
    }


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"aud": ["https://other.example", AUDIENCE]}, id="for several audiences"),
        pytest.param({"token_type": ...}, id="without a type"),
        pytest.param({"token_type": "bearer"}, id="of a type in lower case"),
        pytest.param({"typ": "Bearer"}, id="as Keycloak says it"),
        pytest.param({"token_use": "access_token"}, id="as Ory Hydra says it"),
        pytest.param({"exp": NOW + 60.5}, id="ending between two seconds"),
        pytest.param({"scope": ...}, id="without scopes"),
        pytest.param({"iat": ..., "jti": ..., "client_id": ...}, id="with nothing optional"),
    ],
)
def test_an_answer_may_say_it_in_several_ways(
    opaque_door: Callable[..., Doors], says: Callable[..., None], differs: dict[str, Any]
) -> None:
    says(**differs)
    assert opaque_door().bearer("opaque").status == 200


def test_a_client_that_acts_for_itself_needs_no_subject(
    opaque_door: Callable[..., Doors], says: Callable[..., None]
) -> None:
    says(sub=...)
    answer = opaque_door().bearer("opaque").json
    assert (answer["subject"], answer["client_id"], answer["is_authenticated"]) == ("", "storefront-web", True)


class TestWithoutAnAudience:
    """Servers whose answers name no audience: then the client must be one of ours."""

    REALM: ClassVar = {"audience": (), "clients": frozenset({"storefront-web"})}

    def test_a_client_of_ours_gets_in(self, opaque_door: Callable[..., Doors], says: Callable[..., None]) -> None:
        says(aud=...)
        assert opaque_door(realm=self.REALM).bearer("opaque").status == 200

    @pytest.mark.parametrize("client", [..., "backoffice-web", "", None, ["storefront-web"]])
    def test_any_other_does_not(
        self, opaque_door: Callable[..., Doors], says: Callable[..., None], client: Any
    ) -> None:
        says(aud=..., client_id=client)
        assert opaque_door(realm=self.REALM).bearer("opaque").status == 401

    def test_an_answer_without_an_issuer_is_good_where_the_realm_names_none(
        self, opaque_door: Callable[..., Doors], says: Callable[..., None]
    ) -> None:
        says(iss=..., aud=...)
        assert opaque_door(realm={**self.REALM, "issuer": None}).bearer("opaque").status == 200

    def test_realms_without_an_issuer_are_told_apart_by_audience_or_client(self, server: Answering) -> None:
        asking = Introspection(server.address, client_id="shop", client_secret="s3cret")
        one = Realm("storefront", audience=AUDIENCE, introspection=asking, trust_mock=True)
        same = Realm("backoffice", audience=AUDIENCE, introspection=asking, trust_mock=True)
        signed = Realm("backoffice", issuer=ISSUER, audience=AUDIENCE, keys=JWKS)
        for other in (same, signed):
            with pytest.raises(RealmOverlap):
                Realms(one, other)
        Realms(one, Realm("backoffice", audience=ADMIN_AUDIENCE, introspection=asking, trust_mock=True))


def test_the_realms_own_demands_hold_for_an_answer(
    opaque_door: Callable[..., Doors], says: Callable[..., None]
) -> None:
    says(tenant="acme")
    assert opaque_door(realm={"require": {"tenant": "acme"}}).bearer("opaque").status == 200
    assert opaque_door(realm={"require": {"tenant": "other"}}).bearer("opaque").status == 401
    assert opaque_door(realm={"clients": {"storefront-web"}}).bearer("opaque").status == 200
    assert opaque_door(realm={"clients": {"backoffice-web"}}).bearer("opaque").status == 401
    assert opaque_door(realm={"max_lifetime": 60}).bearer("opaque").status == 401
    assert opaque_door(realm={"deny_list": lambda jti: jti == "opaque-1"}).bearer("opaque").status == 401
    assert opaque_door(realm={"deny_list": lambda jti: jti == "opaque-2"}).bearer("opaque").status == 200


def test_a_deny_list_needs_something_to_look_for(opaque_door: Callable[..., Doors], says: Callable[..., None]) -> None:
    says(jti=...)
    assert opaque_door(realm={"deny_list": lambda _: False}).bearer("opaque").status == 401


class TestBoundToAKey:
    """What the answer says of a key holds as if the token said it."""

    @pytest.fixture
    def doors(self, server: Answering, says: Callable[..., None]) -> Doors:
        says(token_type="DPoP", cnf={"jkt": ES256.jkt})
        asking = Introspection(server.address, client_id="shop", client_secret="s3cret", cache_for=600)
        return bound_doors(dpop=DPoP(), introspection=asking, keys=None, trust_mock=True)

    def show(self, doors: Doors, *proofs: str) -> int:
        headers = [("dpop", proof) for proof in proofs]
        return doors.ask("DPoP opaque", headers=headers, mount="/api", path="").status

    def test_its_holder_gets_in_each_time_with_a_new_proof(self, doors: Doors, server: Answering) -> None:
        proof = ES256.proof("opaque")
        assert self.show(doors, proof) == 200
        assert self.show(doors, proof) == 401, "a proof came twice"
        assert self.show(doors, ES256.proof("opaque")) == 200
        assert len(server.asked) == 2, "one question at each door; proofs need none"

    def test_nobody_else_does(self, doors: Doors) -> None:
        assert self.show(doors) == 401
        assert self.show(doors, OTHER.proof("opaque")) == 401
        assert self.show(doors, ES256.proof("another token")) == 401
        assert doors.bearer("opaque").status == 401


class TestTheQuestion:
    def test_it_is_a_form_with_basic_authentication_and_asks_nothing_more(
        self, server: Answering, opaque_door: Callable[..., Doors]
    ) -> None:
        opaque_door().bearer("opaque~1/+==")
        for asked in server.asked:
            assert (asked.method, asked.path) == ("POST", "/introspect")
            assert asked.form == {"token": "opaque~1/+==", "token_type_hint": "access_token"}
            assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
            assert asked.headers["accept"] == "application/json"
            assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"shop:s3cret").decode()
            assert "cookie" not in asked.headers

    def test_id_and_secret_are_form_encoded_before_they_are_joined(self) -> None:
        asking = Introspection("https://id.example", client_id="a:b c", client_secret="d%:é&")
        assert asking.auth is not None
        assert dict(asking.auth.credentials(NOW).headers)["Authorization"] == (
            "Basic " + base64.b64encode(b"a%3Ab+c:d%25%3A%C3%A9%26").decode()
        )
        assert "Authorization" not in dict(question(asking, "opaque").headers), "nothing secret before it is sent"

    def test_a_cookie_is_not_kept(self, server: Answering, opaque_door: Callable[..., Doors]) -> None:
        server.headers = {"Set-Cookie": "session=1; Path=/"}
        door = opaque_door()
        door.bearer("opaque")
        door.bearer("opaque")
        assert len(server.asked) == 4
        assert all("cookie" not in asked.headers for asked in server.asked)

    def test_a_token_too_long_is_not_asked_about(self, server: Answering, opaque_door: Callable[..., Doors]) -> None:
        assert opaque_door().bearer("x" * 20_000).status == 401
        assert server.asked == []

    @pytest.mark.parametrize("odd", ["a b", "a\tb", "é", "a\0b", '"a"', "a=b", "a,b", "=", "é" * 20_000])
    def test_what_is_no_token_is_not_asked_about(
        self, server: Answering, opaque_door: Callable[..., Doors], odd: str
    ) -> None:
        answer = opaque_door().bearer(odd)
        assert answer.status == 400
        assert 'error="invalid_request"' in str(answer.header("www-authenticate"))
        assert server.asked == []

    def test_neither_token_nor_secret_shows_in_a_repr_or_a_log(
        self, server: Answering, opaque_door: Callable[..., Doors], caplog: pytest.LogCaptureFixture
    ) -> None:
        server.answer = lambda _: (500, {"error": "opaque-token"})
        with caplog.at_level(logging.DEBUG):
            assert opaque_door(client_secret="top-secret").bearer("opaque-token").status == 503
        asking = Introspection("https://id.example", client_id="shop", client_secret="top-secret")
        told = caplog.text + repr(asking) + repr(question(asking, "opaque-token"))
        assert "introspection at http" in told
        for hidden in ("opaque-token", "top-secret", "Basic ", base64.b64encode(b"shop:top-secret").decode()):
            assert hidden not in told


class TestWhichTokens:
    def test_a_jwt_is_asked_about_as_well_so_that_its_signature_alone_opens_nothing(
        self, opaque_door: Callable[..., Doors], says: Callable[..., None]
    ) -> None:
        says(active=False)
        assert opaque_door().bearer(mint()).status == 401

    def test_a_jwt_that_is_verified_here_is_not_asked_about(
        self, server: Answering, opaque_door: Callable[..., Doors]
    ) -> None:
        door = opaque_door(jwts="verify", realm={"keys": JWKS})
        assert door.bearer(mint()).status == 200
        assert door.bearer(mint(aud=ADMIN_AUDIENCE)).status == 401
        assert door.bearer(mint()[:-8] + "AAAAAAAA").status == 401
        assert server.asked == []
        assert door.bearer("opaque").status == 200

    def test_what_is_remembered_of_an_opaque_token_needs_no_keys(
        self, server: Answering, opaque_door: Callable[..., Doors]
    ) -> None:
        door = opaque_door(jwts="verify", cache_for=600, realm={"keys": f"{server.address}/jwks"})
        door.bearer("opaque")
        door.bearer("opaque")
        assert [asked.path for asked in server.asked] == ["/introspect"] * 2  # one for each door


class TestMemory:
    def test_a_good_answer_is_not_believed_for_longer_when_the_clock_is_set_back(
        self, opaque_door: Callable[..., Doors], says: Callable[..., None]
    ) -> None:
        now = [NOW]
        door = opaque_door(cache_for=30, clock=lambda: now[0])
        says(iat=int(NOW) - 7200)
        assert door.bearer("opaque").status == 200
        says(active=False)
        now[0] = NOW - 3600
        assert door.bearer("opaque").status == 401

    def test_a_good_answer_is_believed_for_so_long_and_no_longer(
        self, server: Answering, opaque_door: Callable[..., Doors], says: Callable[..., None]
    ) -> None:
        now = [NOW]
        door = opaque_door(cache_for=30, clock=lambda: now[0])
        assert door.bearer("opaque").status == 200
        says(active=False)
        now[0] = NOW + 29.9
        assert door.bearer("opaque").status == 200
        assert len(server.asked) == 2
        now[0] = NOW + 30
        assert door.bearer("opaque").status == 401

    def test_never_beyond_its_end(
        self, server: Answering, opaque_door: Callable[..., Doors], says: Callable[..., None]
    ) -> None:
        now = [NOW]
        says(exp=int(NOW) + 10)
        door = opaque_door(cache_for=600, clock=lambda: now[0])
        assert door.bearer("opaque").status == 200
        now[0] = NOW + 10
        assert door.bearer("opaque").status == 401
        assert len(server.asked) == 4

    def test_the_whole_token_counts(self, server: Answering, opaque_door: Callable[..., Doors]) -> None:
        server.answer = lambda asked: (200, {**GOOD, "active": asked.form["token"] == "x" * 100 + "good"})
        door = opaque_door(cache_for=600)
        assert door.bearer("x" * 100 + "good").status == 200
        assert door.bearer("x" * 100 + "gooe").status == 401
        assert door.bearer("x" * 100).status == 401

    def test_tokens_that_end_alike_are_two(self, server: Answering, opaque_door: Callable[..., Doors]) -> None:
        server.answer = lambda asked: (200, {**GOOD, "sub": asked.form["token"][:3]})
        door = opaque_door(cache_for=600)
        for name in ("one", "two", "one", "one"):
            answer = door.bearer(name + "x" * 100)
            assert (answer.status, answer.json["subject"]) == (200, name)
        assert len(server.asked) == 6  # at each door once for each but the last, which was remembered

    @pytest.mark.parametrize("no", [(200, {"active": False}), (500, {})])
    def test_a_bad_answer_is_asked_for_again(
        self, server: Answering, opaque_door: Callable[..., Doors], no: tuple[int, Any]
    ) -> None:
        server.answer = lambda _: no
        door = opaque_door(cache_for=600)
        assert door.bearer("opaque").status in (401, 503)
        server.answer = lambda _: (200, GOOD)
        assert door.bearer("opaque").status == 200

    def test_a_deny_list_is_asked_about_what_is_remembered(
        self, server: Answering, opaque_door: Callable[..., Doors]
    ) -> None:
        denied: set[str] = set()
        door = opaque_door(cache_for=600, realm={"deny_list": denied.__contains__})
        assert door.bearer("opaque").status == 200
        denied.add("opaque-1")
        assert door.bearer("opaque").status == 401
        assert len(server.asked) == 2 + 0


class TestTheConfiguration:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"client_id": ""},
            {"client_secret": ""},
            {"client_secret": None},
            {"jwts": "both"},
            {"cache_for": -1},
            {"cache_for": float("inf")},
            {"timeout": 0},
            {"timeout": "5"},
            {"connections": 0},
            {"connections": 1.5},
        ],
    )
    def test_what_cannot_be_right_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            Introspection("https://id.example", **{"client_id": "shop", "client_secret": "s3cret", **wrong})

    @pytest.mark.parametrize(
        ("differs", "names"),
        [
            ({"introspection": "https://id.example"}, "introspection"),
            ({"introspection": Introspection("http://id.example", client_id="a", client_secret="b")}, "https"),
            ({"introspection": Introspection("nowhere", client_id="a", client_secret="b")}, "https"),
            ({"keys": JWKS}, "keys"),
            ({"audience": ()}, "audience"),
            ({"issuer": None, "keys": None, "introspection": None}, "issuer"),
        ],
    )
    def test_what_makes_no_sense_in_a_realm_is_refused(self, differs: dict[str, Any], names: str) -> None:
        asking = Introspection("https://id.example", client_id="shop", client_secret="s3cret")
        with pytest.raises(ConfigurationError, match=names):
            Realm("storefront", **{"issuer": ISSUER, "audience": AUDIENCE, "introspection": asking, **differs})

    def test_a_realm_that_verifies_jwts_needs_an_issuer(self) -> None:
        asking = Introspection("https://id.example", client_id="shop", client_secret="s3cret", jwts="verify")
        with pytest.raises(ConfigurationError, match="issuer"):
            Realm("storefront", audience=AUDIENCE, introspection=asking)


class TestTheCore:
    """No server, no loop."""

    ASKING = Introspection("https://id.example", client_id="shop", client_secret="s3cret")

    def test_it_asks_once_and_reads_the_answer(self) -> None:
        effects: list[Any] = []

        def answer(effect: Any) -> Fetched:
            effects.append(effect)
            return Fetched(status=200, headers=(), body=json.dumps(GOOD).encode(), at=0.0)

        assert run(ask(self.ASKING, "opaque"), answer) == GOOD
        (effect,) = effects
        assert isinstance(effect, Fetch)
        assert effect.method == "POST"

    def test_an_inactive_token_is_rejected(self) -> None:
        fetched = Fetched(status=200, headers=(), body=b'{"active":false}', at=0.0)
        with pytest.raises(TokenRejected):
            run(ask(self.ASKING, "opaque"), lambda _: fetched)

    def test_parsing_judges_nothing_but_the_form(self) -> None:
        assert parse(Fetched(status=200, headers=(), body=b'{"active":true,"aud":1}', at=0.0)) == {
            "active": True,
            "aud": 1,
        }
        with pytest.raises(FetchFailed):
            parse(Fetched(status=200, headers=(), body=b'{"active":1}', at=0.0))


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (500, "the endpoint answered with status 500, not with 200"),
        (204, "the endpoint answered with status 204, not with 200"),
        (401, "the endpoint refused our credentials"),
        (403, "the endpoint refused our credentials"),
    ],
)
def test_the_log_is_told_with_which_status_nothing_came(status: int, told: str) -> None:
    with pytest.raises(FetchFailed, match=f"^{told}$"):
        check_status(Fetched(status=status, headers=(), body=b"", at=0.0))
