"""What is where, and what OroCommerce has not."""

from typing import Any

import jwt
import pytest
from oro import BASE, Oro, is_page
from oro_rows import ALL, V5


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize(
    "path",
    [
        "/storefront/jwks",
        "/storefront/userinfo",
        "/storefront/.well-known/openid-configuration",
        "/storefront/revoke",
        "/storefront/introspect",
        "/oauth2-token/",
    ],
)
def test_nothing_of_the_standard_dialect_is_there(version: str, path: str) -> None:
    assert is_page(Oro(version).http.get(path), 404)


@pytest.mark.parametrize("version", ALL)
def test_the_mock_itself_gives_the_public_key_that_orocommerce_keeps_in_a_file(version: str) -> None:
    oro = Oro(version)
    token = oro.password().json()["access_token"]
    pem = oro.http.get("/mockidp/public-key.pem")
    jwks = oro.http.get("/mockidp/jwks").json()

    assert jwt.decode(token, pem.text, algorithms=["RS256"], audience="storefront-app", options=PAST)
    assert jwt.decode(token, jwt.PyJWK(jwks["keys"][0]), algorithms=["RS256"], audience="storefront-app", options=PAST)
    assert jwks["keys"][0]["mockidp"] == "testing only"
    assert "PRIVATE" not in pem.text


@pytest.mark.parametrize("version", ALL)
def test_the_start_page_shows_the_addresses_that_there_are(version: str) -> None:
    page = Oro(version).http.get("/")

    assert is_page(page, 200)
    text = page.text.replace("<wbr>", "")
    for path in ("/oauth2-token", "/admin/oauth2-token/authorize", "/mockidp/jwks", "/mockidp/public-key.pem"):
        assert f"{BASE}{path}" in text
    assert ("oauth-authorization-server" in text) == (version not in V5)
    assert "userinfo" not in text


def test_the_look_of_the_pages_is_served_in_both_dialects() -> None:
    assert Oro("6.1").http.get("/mockidp.css").status_code == 200


PAST: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
