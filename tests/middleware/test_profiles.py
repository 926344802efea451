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
    assert reason_of(doors, mint(iss=issuer)) == "wrong issuer"


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param(..., id="none"),
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
    assert reason_of(doors, mint(aud=audience)) == "malformed claim"


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
    assert reason_of(doors, mint(aud=audience)) == "wrong audience"


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
