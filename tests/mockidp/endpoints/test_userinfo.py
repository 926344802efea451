from typing import Any

import msgspec
import pytest
from httpx2 import Response
from visitor import BASE, Visitor, new_provider

from mockidp import ClaimsRule, Config, When
from mockidp.signing.keys import RealmKeys
from mockidp.signing.mint import Mint

CASEY = "customer@example.com"
WEB = ("storefront-web", "storefront-web-secret")


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def get(visitor: Visitor, authorization: str | bytes | None = None, method: str = "GET") -> Response:
    headers: Any = {} if authorization is None else {"Authorization": authorization}
    return visitor.http.request(method, "/storefront/userinfo", headers=headers)


@pytest.mark.parametrize(
    ("scope", "known"),
    [
        ("openid", {"sub"}),
        ("openid profile", {"sub", "name", "preferred_username"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid profile email orders:read", {"sub", "name", "preferred_username", "email", "email_verified"}),
    ],
)
def test_a_client_learns_what_its_scope_allows(visitor: Visitor, scope: str, known: set[str]) -> None:
    tokens = visitor.tokens(scope=scope)
    response = visitor.userinfo(tokens["access_token"])
    assert response.status_code == 200
    assert response.json().keys() == known
    assert response.json()["sub"] == "customer@example.com"
    assert response.headers["cache-control"] == "no-store"


def test_it_can_be_posted_to_and_the_scheme_has_no_case(visitor: Visitor) -> None:
    token = visitor.tokens(scope="openid")["access_token"]
    assert get(visitor, f"Bearer {token}", "POST").status_code == 200
    assert get(visitor, f"bearer  {token}").status_code == 200


def test_a_token_made_without_ceremony_works_too(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="visitor:1", scope="openid profile")
    assert visitor.userinfo(token).json() == {"sub": "visitor:1"}
    token = visitor.provider.token("storefront", subject="buyer@example.com", scope="openid profile")
    assert visitor.userinfo(token).json()["name"] == "Billie Buyer"


@pytest.mark.parametrize("authorization", [None, "", "Basic eDp5", "Bear x"])
def test_who_brings_no_token_is_challenged_without_an_error(
    visitor: Visitor, authorization: str | bytes | None
) -> None:
    response = get(visitor, authorization)
    assert (response.status_code, response.content) == (401, b"")
    assert response.headers["www-authenticate"] == 'Bearer realm="storefront"'


@pytest.mark.parametrize(
    "authorization", ["Bearer a b", "Bearer a,b", "Bearer ü", "Bearer\ta", "Bearer =", "Bearer a=b"]
)
def test_what_is_not_one_token_is_an_invalid_request(visitor: Visitor, authorization: str) -> None:
    response = get(visitor, authorization.encode("latin-1"))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert 'error="invalid_request"' in response.headers["www-authenticate"]


def test_two_authorization_headers_are_an_invalid_request(visitor: Visitor) -> None:
    token = visitor.tokens(scope="openid")["access_token"]
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", "Basic x")]
    assert visitor.http.get("/storefront/userinfo", headers=headers).status_code == 400


def invalid(visitor: Visitor) -> dict[str, str]:
    tokens = visitor.tokens(scope="openid")
    other = Mint(issuer=f"{BASE}/storefront", audience="x", keys=RealmKeys("ES256"), clock=visitor.provider.clock)
    return {
        "garbage": "garbage",
        "of the other realm": visitor.provider.token("backoffice", subject="admin", scope="openid"),
        "expired": visitor.provider.token("storefront", subject="ann", scope="openid", expires_in=0),
        "not valid yet": visitor.provider.token("storefront", subject="ann", scope="openid", not_before=4e9),
        "of another signer": other.access_token(subject="ann", client_id="x", scope="openid", lifetime=9),
        "ID token": tokens["id_token"],
        "refresh token": tokens["refresh_token"],
        "with a wrong subject": visitor.provider.token("storefront", subject="a", scope="openid", claims={"sub": 1}),
    }


def test_a_bad_token_is_an_invalid_token(visitor: Visitor) -> None:
    for what, token in invalid(visitor).items():
        response = visitor.userinfo(token)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_token"), what
        challenge = response.headers["www-authenticate"]
        assert challenge.startswith('Bearer realm="storefront", error="invalid_token", error_description="')
        assert token not in response.text + challenge


def test_a_token_expires_by_our_clock(visitor: Visitor) -> None:
    token = visitor.tokens(scope="openid")["access_token"]
    visitor.provider.clock.advance(seconds=3599)
    assert visitor.userinfo(token).status_code == 200
    visitor.provider.clock.advance(seconds=1)
    assert visitor.userinfo(token).status_code == 401


def test_a_token_without_openid_lacks_scope(visitor: Visitor) -> None:
    for token in (visitor.tokens()["access_token"], visitor.provider.token("storefront", subject="ann")):
        response = visitor.userinfo(token)
        assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")
        assert response.headers["www-authenticate"].endswith('scope="openid"')


def test_a_token_in_the_address_or_the_body_does_not_count(visitor: Visitor) -> None:
    token = visitor.tokens(scope="openid")["access_token"]
    assert visitor.http.get("/storefront/userinfo", params={"access_token": token}).status_code == 401
    assert visitor.http.post("/storefront/userinfo", data={"access_token": token}).status_code == 401


def test_a_person_is_known_by_what_a_rule_calls_them() -> None:
    rules = (ClaimsRule(set={"sub": "{client_id}/{subject}"}), ClaimsRule(set={"level": 3}, when=When(user=CASEY)))
    realm = msgspec.structs.replace(Config().realms[0], claims=rules)
    visitor = Visitor(new_provider(Config(realms=(realm,))))
    token = visitor.tokens(CASEY, scope="openid email")["access_token"]
    known = {"sub": f"storefront-web/{CASEY}", "email": CASEY, "email_verified": True, "level": 3}
    assert visitor.userinfo(token).json() == known
    about = visitor.http.post("/storefront/introspect", data={"token": token}, auth=WEB).json()
    assert (about["sub"], about["username"]) == (known["sub"], CASEY)
    visitor.provider.users.remove("storefront", CASEY)
    assert visitor.userinfo(token).status_code == 401
