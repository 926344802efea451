from typing import Any

import jwt
from visitor import Visitor


def test_the_keys_of_a_realm_are_published_for_a_minute_and_marked_as_a_mocks() -> None:
    visitor = Visitor()
    response = visitor.http.get("/storefront/jwks")
    assert response.headers["cache-control"] == "public, max-age=60"
    assert response.headers["content-type"] == "application/json"
    (key,) = response.json()["keys"]
    assert (key["mockidp"], key["use"], key["alg"]) == ("testing only", "sig", "ES256")
    assert "d" not in key
    assert visitor.http.get("/backoffice/jwks").json()["keys"][0]["kid"] != key["kid"]


def test_tokens_verify_with_them_before_and_after_a_rotation() -> None:
    visitor = Visitor()
    tokens = [visitor.provider.token("storefront", subject="ann", expires_in="1h")]
    visitor.provider.keys["storefront"].rotate()
    tokens.append(visitor.provider.token("storefront", subject="ann"))
    keys = jwt.PyJWKSet.from_dict(visitor.http.get("/storefront/jwks").json())
    kids = [jwt.get_unverified_header(token)["kid"] for token in tokens]
    assert len(set(kids)) == 2
    for token, kid in zip(tokens, kids, strict=True):
        options: Any = {"verify_iat": False, "verify_exp": False}
        assert (
            jwt.decode(token, keys[kid], ["ES256"], audience="https://shop.example/api", options=options)["sub"]
            == "ann"
        )
