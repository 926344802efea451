"""Whom a token is meant for, and where each kind of token keeps what. RFC 9068 §4."""

from collections.abc import Callable
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, Doors, mint

DoorTo = Callable[..., Doors]
ReasonOf = Callable[[Doors, str], str]


@pytest.mark.parametrize(
    "issuer",
    [
        pytest.param(..., id="none"),
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param(ISSUER + "/", id="with a slash more"),
        pytest.param(ISSUER[:-1], id="a letter short"),
        pytest.param(ISSUER.upper(), id="in capitals"),
        pytest.param(ISSUER + "?x=1", id="with a query"),
        pytest.param(ISSUER.replace("https", "http"), id="without TLS"),
        pytest.param(f" {ISSUER}", id="with a space before"),
        pytest.param("https://id.example", id="the beginning of it"),
        pytest.param("storefront", id="the end of it"),
        pytest.param([ISSUER], id="in a list"),
        pytest.param({"0": ISSUER}, id="in an object"),
        pytest.param(True, id="a boolean"),
    ],
)
def test_the_issuer_is_compared_whole(doors: Doors, reason_of: ReasonOf, issuer: Any) -> None:
    assert reason_of(doors, mint(iss=issuer)).partition(";")[0] == "wrong issuer"


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="an empty list"),
        pytest.param([AUDIENCE, 1], id="a list with a number"),
        pytest.param([AUDIENCE, None], id="a list with null"),
        pytest.param([[AUDIENCE]], id="a list in a list"),
        pytest.param({AUDIENCE: True}, id="an object"),
        pytest.param(True, id="a boolean"),
        pytest.param(1, id="a number"),
    ],
)
def test_an_audience_is_text_or_a_list_of_texts(doors: Doors, reason_of: ReasonOf, audience: Any) -> None:
    assert reason_of(doors, mint(aud=audience)) == "malformed claim; aud"


def test_a_token_that_is_meant_for_nobody_lacks_its_audience(doors: Doors, reason_of: ReasonOf) -> None:
    assert reason_of(doors, mint(aud=...)) == "missing claim; aud"


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param("", id="empty"),
        pytest.param([""], id="an empty text"),
        pytest.param(AUDIENCE + "/", id="with a slash more"),
        pytest.param(AUDIENCE + "/orders", id="something below it"),
        pytest.param("https://shop.example", id="something above it"),
        pytest.param(AUDIENCE.upper(), id="in capitals"),
        pytest.param(f"{AUDIENCE} x", id="among words"),
        pytest.param(["https://a.example", "https://b.example"], id="others"),
    ],
)
def test_the_audience_is_compared_whole(doors: Doors, reason_of: ReasonOf, audience: Any) -> None:
    assert reason_of(doors, mint(aud=audience)).partition(";")[0] == "wrong audience"


def test_an_audience_may_stand_among_strangers(doors: Doors) -> None:
    assert doors.bearer(mint(aud=[AUDIENCE])).status == 200
    assert doors.bearer(mint(aud=["https://stranger.example", AUDIENCE, AUDIENCE])).status == 200


def test_one_of_several_audiences_is_enough(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(audience=(AUDIENCE, "https://old.example"))
    assert doors.bearer(mint(aud="https://old.example")).status == 200
    assert doors.bearer(mint(aud=AUDIENCE)).status == 200
    assert reason_of(doors, mint(aud="https://new.example")) == "wrong audience"


def test_only_the_clients_of_a_realm_get_through(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(clients=["storefront-web", "storefront-spa"])
    assert doors.bearer(mint(client_id="storefront-spa")).status == 200
    for other in ("storefront", "storefront-web ", "STOREFRONT-WEB", "backoffice-web"):
        assert reason_of(doors, mint(client_id=other)) == "wrong client"


PLAIN = {"typ": "JWT"}


@pytest.mark.parametrize("typ", [..., "JWT", "jwt"])
def test_the_profile_jwt_takes_what_says_no_more_than_that_it_is_a_jwt(door_to: DoorTo, typ: Any) -> None:
    assert door_to(profile="jwt").bearer(mint(header={"typ": typ}, client_id=..., jti=...)).status == 200


@pytest.mark.parametrize("typ", ["at+jwt", "id_token+jwt", "dpop+jwt", "logout+jwt", "JWS", "application/jwt"])
def test_the_profile_jwt_takes_no_other_type(door_to: DoorTo, reason_of: ReasonOf, typ: str) -> None:
    assert reason_of(door_to(profile="jwt"), mint(header={"typ": typ})).startswith("wrong type of token")


@pytest.mark.parametrize(
    "mark",
    [
        *({"nonce": "x"}, {"nonce": None}, {"at_hash": "x"}, {"c_hash": "x"}, {"s_hash": "x"}),
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        *({"token_use": "id"}, {"typ": "ID"}),
    ],
)
def test_an_id_token_opens_nothing(door_to: DoorTo, reason_of: ReasonOf, mark: dict[str, Any]) -> None:
    assert reason_of(door_to(profile="jwt"), mint(header=PLAIN, **mark)) == "an ID token is no access token"


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        pytest.param({}, ["orders:read", "products:read"], id="scope"),
        pytest.param({"scope": ["a", "b"]}, ["a", "b"], id="scope as a list"),
        pytest.param({"scope": ..., "scp": "a b"}, ["a", "b"], id="scp"),
        pytest.param({"scope": ..., "scp": ["a", "b"]}, ["a", "b"], id="scp as a list"),
        pytest.param({"scope": "a", "scp": "b"}, ["a"], id="scope before scp"),
        pytest.param({"scope": "", "scp": "b"}, [], id="an empty scope before scp"),
        pytest.param({"scope": ...}, [], id="neither"),
    ],
)
def test_the_profile_jwt_finds_scopes_where_providers_put_them(
    door_to: DoorTo, claims: dict[str, Any], scopes: list[str]
) -> None:
    assert door_to(profile="jwt").bearer(mint(header=PLAIN, **claims)).json["scopes"] == scopes


@pytest.mark.parametrize("name", ["client_id", "azp", "cid", "appid"])
def test_the_profile_jwt_finds_the_client_where_providers_put_it(
    door_to: DoorTo, reason_of: ReasonOf, name: str
) -> None:
    doors = door_to(profile="jwt", clients=["web"])
    claims: dict[str, Any] = {"client_id": ..., name: "web"}
    assert doors.bearer(mint(header=PLAIN, **claims)).json["client_id"] == "web"
    for wrong in ("other", ["web"], None, 1):
        assert doors.bearer(mint(header=PLAIN, **{**claims, name: wrong})).status == 401
    assert reason_of(doors, mint(header=PLAIN, client_id=...)) == "wrong client"


def test_a_realm_reads_claims_where_it_says(door_to: DoorTo) -> None:
    doors = door_to(scopes="permissions", client_id=lambda claims: claims["ext"]["client"], clients=["web"])
    answer = doors.bearer(mint(permissions=["a", "b"], ext={"client": "web"}))
    assert (answer.json["scopes"], answer.json["client_id"]) == (["a", "b"], "web")


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"scopes": lambda claims: claims["none"]}, id="that fails"),
        pytest.param({"scopes": lambda _: 1}, id="of scopes that are a number"),
        pytest.param({"scopes": lambda _: ["a", 1]}, id="of scopes among which is a number"),
        pytest.param({"scopes": "exp"}, id="of scopes from another claim"),
        pytest.param({"roles": "exp"}, id="of roles from another claim"),
        pytest.param({"client_id": "none", "clients": ["web"]}, id="of a client that is not there"),
    ],
)
def test_a_reading_that_makes_no_sense_lets_nobody_through(door_to: DoorTo, differs: dict[str, Any]) -> None:
    assert door_to(**differs).bearer(mint()).status == 401
