"""What the log says of a refusal beyond its reason: the cure where it is known, and nothing out of the token."""

from typing import Any

import pytest

from realmgate.hints import LOOPBACK, SCHEME, SLASH, hint_of_audience, hint_of_issuer

ISSUER = "https://id.example/realms/shop"


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        pytest.param({}, "the token has none", id="none"),
        pytest.param({"iss": ISSUER + "/"}, SLASH, id="a slash more"),
        pytest.param({"iss": ISSUER + "//"}, SLASH, id="two slashes more"),
        pytest.param({"iss": ISSUER.replace("https", "http")}, SCHEME, id="without TLS, as behind a proxy"),
        pytest.param({"iss": ISSUER.replace("https", "http") + "/"}, SCHEME, id="without TLS and with a slash"),
        pytest.param({"iss": "https://id.example"}, "", id="another"),
        pytest.param({"iss": None}, "", id="null"),
        pytest.param({"iss": [ISSUER]}, "", id="a list"),
    ],
)
def test_an_issuer_that_nearly_fits_is_told_by_what_differs(found: dict[str, Any], hint: str) -> None:
    assert hint_of_issuer(found, ISSUER) == hint


def test_the_slash_may_be_the_realm_s() -> None:
    assert hint_of_issuer({"iss": ISSUER}, ISSUER + "/") == SLASH


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("http://localhost:8800/storefront", "http://127.0.0.1:8800/storefront"),
        ("http://127.0.0.1:8800/storefront", "http://localhost:8800/storefront"),
    ],
)
def test_this_machine_has_two_names(found: str, expected: str) -> None:
    assert hint_of_issuer({"iss": found}, expected) == LOOPBACK
    assert hint_of_issuer({"iss": found + "x"}, expected) == ""


def test_where_no_issuer_is_expected_nothing_is_said_of_one() -> None:
    assert hint_of_issuer({"iss": ISSUER}, None) == ""


def test_an_audience_that_nearly_fits_is_told_by_what_differs() -> None:
    expected = frozenset({"https://shop.example/api", "storefront-api"})
    assert hint_of_audience(["account", "https://shop.example/api/"], expected) == SLASH
    assert hint_of_audience(["account", "https://shop.example"], expected) == ""


@pytest.mark.parametrize("secret", ["https://secret.example", "https://secret.example/"])
def test_no_hint_quotes_the_token(secret: str) -> None:
    assert "secret" not in hint_of_issuer({"iss": secret}, "http://secret.example")
    assert "secret" not in hint_of_audience([secret], ["https://secret.example/"])
