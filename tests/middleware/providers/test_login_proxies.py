"""Tokens that a proxy sends in a header of its own: carried over outside of the gate, at both doors."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from both_doors import KEYS, NOW, Doors, asgi_app, mint, wsgi_app
from internet import Internet
from provider import Provider, snippets

from realmgate import asgi, wsgi

TEAM = "https://shop-team.cloudflareaccess.com"
ACCESS = Provider(
    issuer=TEAM,
    jwks_uri=f"{TEAM}/cdn-cgi/access/certs",
    jwk={"alg": "RS256"},
    claims={
        "aud": ["32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"],
        "email": "alex@shop.example",
        "nbf": int(NOW) - 60,
        "type": "app",
        "identity_nonce": "6ei69kawdKzMIAPF",
        "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "country": "US",
    },
)
IAP = {
    "iss": "https://cloud.google.com/iap",
    "aud": "/projects/123456789/global/backendServices/987654321",
    "sub": "accounts.google.com:1234567890",
    "email": "alex@shop.example",
    "hd": "shop.example",
    "iat": int(NOW) - 60,
    "exp": int(NOW) + 540,
    **dict.fromkeys(("client_id", "scope", "jti"), ...),
}
ASSERTION = "cf-access-jwt-assertion"


def behind(header: str, realms: str) -> Doors:
    """The lines of the page around the gates of one of its realms."""
    page = snippets("login-proxies")
    guarded = page[realms]["backoffice"]
    return Doors(
        asgi=page["carrying"](header, asgi.RealmGate(asgi_app, realm=guarded, clock=lambda: NOW)),
        wsgi=page["carrying_wsgi"](header, wsgi.RealmGate(wsgi_app, realm=guarded, clock=lambda: NOW)),
    )


@pytest.fixture
def access(online: Callable[[Provider], Internet]) -> Doors:
    online(ACCESS)
    return behind(ASSERTION, "access")


@pytest.fixture
def iap(online: Callable[[Provider], Internet]) -> Doors:
    keys = "https://www.gstatic.com/iap/verify/public_key-jwk"
    online(ACCESS).pages[keys] = {"keys": [KEYS["ES256"].jwk]}
    return behind("x-goog-iap-jwt-assertion", "iap")


def test_whoever_has_logged_in_at_cloudflare_gets_in(access: Doors) -> None:
    answer = access.ask(headers=[(ASSERTION, ACCESS.token())])
    assert answer.json["subject"] == "7335d417-61da-459d-899c-0a01c76a2f94"
    assert access.ask(headers=[("Cf-Access-Jwt-Assertion".lower(), ACCESS.token())]).status == 200


def test_what_is_not_signed_says_nothing(access: Doors) -> None:
    for name in ("cf-access-authenticated-user-email", "cf-connecting-ip", "x-goog-authenticated-user-email", "cookie"):
        assert access.ask(headers=[(name, "alex@shop.example")]).status == 401
    assert access.ask(headers=[("cookie", f"CF_Authorization={ACCESS.token()}")]).status == 401


def test_the_authorization_of_the_client_does_not_count(access: Doors) -> None:
    assert access.bearer(ACCESS.token()).status == 401
    assert access.ask("Bearer x", "Basic eDp4", headers=[(ASSERTION, ACCESS.token())]).status == 200


@pytest.mark.parametrize("two", [["good", "good"], ["good", "x"], ["x", "good"], ["good,good"], ["good good"], ["x y"]])
def test_two_tokens_of_the_proxy_are_refused(access: Doors, two: list[str]) -> None:
    sent = [(ASSERTION, each.replace("good", ACCESS.token())) for each in two]
    assert access.ask(headers=sent).status == 400


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"aud": ["97e2aae120121f902df8bc99fc345913ab186d174f3079ea729236766b2e7c4a"]}, id="another app"),
        pytest.param({"iss": "https://other-team.cloudflareaccess.com"}, id="another team"),
        pytest.param({"exp": int(NOW) - 1}, id="of yesterday"),
        pytest.param({"sub": "", "common_name": "e367826f93b8d71185e03fe518aff3b4.access"}, id="a service token"),
    ],
)
def test_any_other_token_of_cloudflare_is_refused(access: Doors, differs: dict[str, Any]) -> None:
    assert access.ask(headers=[(ASSERTION, ACCESS.token(**differs))]).status == 401


def test_whoever_has_logged_in_at_google_gets_in(iap: Doors) -> None:
    token = mint("ES256", header={"typ": "JWT"}, **IAP)
    answer = iap.ask(headers=[("x-goog-iap-jwt-assertion", token)])
    assert answer.json["subject"] == "accounts.google.com:1234567890"


@pytest.mark.parametrize(
    "differs",
    [
        {"aud": "/projects/123456789/apps/shop"},
        {"iss": "https://accounts.google.com"},
        {"exp": int(NOW) + 3600},
        {"sub": ...},
    ],
    ids=str,
)
def test_any_other_token_of_google_is_refused(iap: Doors, differs: dict[str, Any]) -> None:
    token = mint("ES256", header={"typ": "JWT"}, **{**IAP, **differs})
    assert iap.ask(headers=[("x-goog-iap-jwt-assertion", token)]).status == 401


def test_what_amazons_load_balancer_calls_a_jwt_is_none(access: Doors) -> None:
    padded = ".".join(urlsafe_b64encode(part).decode() for part in (b'{"alg":"ES256"}', b'{"sub":"alex"}', b"x" * 64))
    assert "=" in padded
    assert access.ask(headers=[(ASSERTION, padded)]).status == 400
