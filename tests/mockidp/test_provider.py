from typing import Any
from urllib.parse import urlencode, urljoin

import jwt
import msgspec
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from starlette.testclient import TestClient
from visitor import BASE, NOON, Visitor, action_of, new_provider, token_in

from mockidp import ConfigError
from mockidp.provider import Provider, build_app
from mockidp.server import MockIdp
from mockidp.settings.config import Client, Config, Lifetimes, Realm, User
from mockidp.signing.keys import RealmKeys

BACKOFFICE = {"response_type": "code", "client_id": "backoffice-web"}
GARAGE = Realm(
    name="garage",
    users=(User(username="ann", password="ann"),),
    clients=(Client(client_id="garage-web", client_secret="x", redirect_uris=("https://a.example/",)),),
)


def unverified(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


# ---- independent clients --------------------------------------------------------------------------------------------


def through_the_browser(url: str, user: str) -> str:
    """Log in and approve over real HTTP; returns the address that the client would be called at."""
    with requests.Session() as browser:
        login = browser.get(url, timeout=9)
        base = login.url
        consent = browser.post(urljoin(base, action_of(login)), {"csrf_token": token_in(login), "as": user}, timeout=9)
        answer = browser.post(
            urljoin(base, action_of(consent)),
            {"csrf_token": token_in(consent), "decision": "approve"},
            allow_redirects=False,
            timeout=9,
        )
        return answer.headers["location"]


@pytest.mark.parametrize(
    ("realm", "client_id", "secret", "user"),
    [
        ("storefront", "storefront-web", "storefront-web-secret", "customer@example.com"),
        ("storefront", "storefront-spa", None, "buyer@example.com"),
        ("backoffice", "backoffice-web", "backoffice-web-secret", "clerk"),
    ],
)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlibs_client_and_pyjwt_get_through_by_discovery_alone(
    realm: str, client_id: str, secret: str | None, user: str, method: str
) -> None:
    with MockIdp() as idp:
        about = requests.get(f"{idp.issuer(realm)}/.well-known/openid-configuration", timeout=9).json()
        session = OAuth2Session(
            client_id,
            secret,
            scope="openid email",
            code_challenge_method="S256",
            token_endpoint_auth_method=method if secret else "none",
        )
        verifier = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789"
        url, state = session.create_authorization_url(
            about["authorization_endpoint"], code_verifier=verifier, nonce="n"
        )
        answer = through_the_browser(url, user)
        tokens = session.fetch_token(
            about["token_endpoint"], authorization_response=answer, code_verifier=verifier, state=state
        )
        keys = jwt.PyJWKClient(about["jwks_uri"])
        claims = jwt.decode(
            tokens["id_token"],
            keys.get_signing_key_from_jwt(tokens["id_token"]),
            about["id_token_signing_alg_values_supported"],
            audience=client_id,
            issuer=about["issuer"],
        )
        assert (claims["sub"], claims["nonce"]) == (user, "n")
        access = tokens["access_token"]
        audience = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}[realm]
        jwt.decode(access, keys.get_signing_key_from_jwt(access), ["RS256"], audience=audience, issuer=about["issuer"])
        assert session.get(about["userinfo_endpoint"]).json()["sub"] == user
        again = session.refresh_token(about["token_endpoint"])
        assert again["refresh_token"] != tokens["refresh_token"]


# ---- realms and their addresses -------------------------------------------------------------------------------------


def test_a_further_realm_has_its_own_prefix_people_and_issuer() -> None:
    visitor = Visitor(new_provider(Config(realms=(*Config().realms, GARAGE))), prefix="/garage")
    answer = visitor.answer("ann", response_type="code", client_id="garage-web")
    assert answer["iss"] == f"{BASE}/garage"
    tokens = visitor.exchange(
        grant_type="authorization_code", code=answer["code"], client_id="garage-web", client_secret="x"
    ).json()
    claims = unverified(tokens["access_token"])
    assert (claims["iss"], claims["aud"]) == (f"{BASE}/garage", "https://shop.example/garage/api")
    assert visitor.http.get("/garage/.well-known/openid-configuration").json()["issuer"] == f"{BASE}/garage"


def test_the_prefix_of_the_backoffice_can_be_chosen() -> None:
    visitor = Visitor(new_provider(Config(backend_prefix="/back/office")), prefix="/back/office")
    page = visitor.ask(**BACKOFFICE)
    assert page.headers["location"].startswith("/back/office/oauth2-token/login?")
    assert visitor.answer("admin", **BACKOFFICE)["code"]
    assert visitor.http.get("/admin/oauth2-token/authorize", params=BACKOFFICE).status_code == 404


def test_single_has_only_the_backoffice_and_no_prefix() -> None:
    visitor = Visitor(new_provider(Config(single=True)))
    assert visitor.answer("admin", **BACKOFFICE)["iss"] == f"{BASE}/backoffice"
    about = visitor.http.get("/backoffice/.well-known/openid-configuration").json()
    assert about["authorization_endpoint"] == f"{BASE}/oauth2-token/authorize"
    for path in ("/admin/oauth2-token/authorize", "/storefront/jwks", "/storefront/.well-known/openid-configuration"):
        assert visitor.http.get(path).status_code == 404
    assert visitor.ask(response_type="code", client_id="storefront-web").status_code == 404
    assert visitor.exchange(grant_type="client_credentials").status_code == 401


def test_the_token_endpoint_is_shared_and_has_one_address() -> None:
    visitor = Visitor()
    for path in ("/admin/oauth2-token", "/storefront/oauth2-token", "/oauth2-token/"):
        assert visitor.http.post(path, data={"grant_type": "client_credentials"}).status_code == 404


def test_an_issuer_of_ones_own_is_named_and_served() -> None:
    realm = msgspec.structs.replace(GARAGE, issuer="https://id.example/tenant/7/")
    provider = Provider(Config(realms=(realm,)), base_url=BASE)
    http = TestClient(build_app(provider), base_url=BASE)
    about = http.get("/tenant/7/.well-known/openid-configuration").json()
    assert about["issuer"] == provider.issuer("garage") == "https://id.example/tenant/7/"
    assert about["jwks_uri"] == f"{BASE}/tenant/7/jwks"
    assert http.get("/.well-known/oauth-authorization-server/tenant/7").json() == about
    assert http.get("/tenant/7/jwks").json()["keys"]
    assert unverified(provider.token("garage", subject="ann"))["iss"] == about["issuer"]


def test_an_address_behind_a_proxy_is_used_in_documents_redirects_forms_and_cookies() -> None:
    provider = Provider(Config(), base_url="https://id.example/auth/")
    http = TestClient(build_app(provider), base_url="https://id.example", follow_redirects=False)
    assert provider.issuer("storefront") == "https://id.example/auth/storefront"
    asked = {"response_type": "code", "client_id": "storefront-web"}
    location = http.get("/oauth2-token/authorize", params=asked).headers["location"]
    assert location == f"/auth/oauth2-token/login?{urlencode(asked)}"
    page = http.get(location.removeprefix("/auth"))
    assert action_of(page) == location
    assert page.headers["set-cookie"].endswith("; HttpOnly; Path=/auth/oauth2-token; SameSite=lax; Secure")


def test_http_on_another_host_than_loopback_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTHLIB_INSECURE_TRANSPORT", raising=False)
    visitor = Visitor(new_provider(base_url="http://id.test:8800"))
    visitor.http.base_url = "http://id.test:8800"
    assert visitor.tokens()["token_type"] == "Bearer"


def test_shared_keys_are_one_set_and_realms_stay_apart() -> None:
    visitor = Visitor(new_provider(Config(shared_keys=True)))
    assert visitor.http.get("/storefront/jwks").json() == visitor.http.get("/backoffice/jwks").json()
    token = visitor.provider.token("backoffice", subject="admin", scope="openid")
    assert visitor.userinfo(token, "backoffice").status_code == 200
    assert visitor.userinfo(token, "storefront").status_code == 401


def test_two_providers_share_no_key() -> None:
    kids = {new_provider().keys["storefront"].current.kid for _ in range(3)}
    assert len(kids) == 3


def test_no_key_is_made_before_a_token_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockidp.signing.signing_key.SigningKey", lambda algorithm: pytest.fail("made a key"))
    http = TestClient(build_app(Provider(Config(), base_url=BASE)), base_url=BASE)
    assert http.get("/storefront/.well-known/openid-configuration").status_code == 200
    assert http.get("/").status_code == 200


# ---- tokens without ceremony ----------------------------------------------------------------------------------------


def test_a_token_is_there_for_the_asking() -> None:
    provider = new_provider()
    claims = unverified(provider.token("storefront", subject="ann"))
    assert claims.pop("jti")
    assert claims == {
        "iss": f"{BASE}/storefront",
        "aud": "https://shop.example/api",
        "sub": "ann",
        "client_id": "storefront-web",
        "iat": NOON,
        "exp": NOON + 3600,
    }


def test_it_can_say_anything() -> None:
    token = new_provider().token(
        "backoffice",
        subject="admin",
        client="my-client",
        scope="users:read",
        audience=["a", "b"],
        claims={"roles": ["clerk"]},
        expires_in="5m",
        not_before=NOON + 5,
    )
    claims = unverified(token)
    del claims["jti"], claims["iss"], claims["iat"]
    assert claims == {
        "sub": "admin",
        "client_id": "my-client",
        "scope": "users:read",
        "aud": ["a", "b"],
        "roles": ["clerk"],
        "exp": NOON + 300,
        "nbf": NOON + 5,
    }


@pytest.mark.parametrize("expires_in", [5, 0, -60, 0.5])
def test_it_can_be_short_or_over_already(expires_in: float) -> None:
    claims = unverified(new_provider().token("storefront", subject="ann", expires_in=expires_in))
    assert claims["exp"] - claims["iat"] == expires_in


def test_its_lifetime_is_that_of_the_client() -> None:
    client = Client(client_id="web", lifetimes=Lifetimes(access_token="7s"))
    provider = new_provider(Config(realms=(Realm(name="a", clients=(client,)), Realm(name="b"))))
    claims = unverified(provider.token("a", subject="ann"))
    assert claims["exp"] - claims["iat"] == 7
    assert unverified(provider.token("b", subject="ann"))["client_id"] == "mockidp"


def test_without_a_subject_a_token_speaks_of_the_first_user() -> None:
    idp = MockIdp()
    said = jwt.decode(idp.token("storefront"), options={"verify_signature": False})
    assert said["sub"] == idp.users["storefront"][0].subject


def test_where_there_are_no_users_a_token_needs_a_subject() -> None:
    idp = MockIdp(Config(realms=(Realm(name="storefront", algorithm="ES256"),)))
    with pytest.raises(ConfigError, match="realm 'storefront' has no users, so say for whom"):
        idp.token("storefront")
    assert idp.token("storefront", subject="somebody")


def test_a_realm_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(LookupError, match="no realm 'garage'; there are storefront, backoffice"):
        new_provider().token("garage", subject="ann")


def test_reset_forgets_logins_codes_refresh_tokens_revocations_and_the_clock() -> None:
    visitor = Visitor()
    kid = visitor.provider.keys["storefront"].current.kid
    tokens = visitor.tokens()
    code = visitor.answer("buyer@example.com", response_type="code", client_id="storefront-web")["code"]
    visitor.provider.reset()
    assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert visitor.redeem(code).status_code == 400
    assert visitor.ask(response_type="code", client_id="storefront-web").status_code == 302
    assert not visitor.provider.clock.frozen
    assert visitor.provider.keys["storefront"].current.kid == kid


def test_everything_goes_by_the_one_clock() -> None:
    visitor = Visitor()
    visitor.provider.clock.set(1000)
    claims = unverified(visitor.tokens(scope="openid")["id_token"])
    assert (claims["iat"], claims["auth_time"], claims["exp"]) == (1000, 1000, 4600)


def test_a_provider_that_is_asked_from_other_threads_while_it_answers_stays_whole() -> None:
    with MockIdp() as idp:
        seen = {jwt.get_unverified_header(idp.token("storefront", subject=str(n)))["kid"] for n in range(20)}
        fields = {"grant_type": "client_credentials", "client_id": "storefront-service"}
        answer = requests.post(
            f"{idp.base_url}/oauth2-token", {**fields, "client_secret": "storefront-service-secret"}, timeout=9
        ).json()
        assert {jwt.get_unverified_header(answer["access_token"])["kid"]} == seen


def test_the_algorithms_can_be_chosen_by_realm() -> None:
    realms = tuple(
        msgspec.structs.replace(realm, algorithm=algorithm)
        for realm, algorithm in zip(Config().realms, ("RS256", "EdDSA"), strict=True)
    )
    provider = Provider(Config(realms=realms), base_url=BASE)
    assert isinstance(provider.keys["storefront"], RealmKeys)
    algorithms = [jwt.get_unverified_header(provider.token(realm.name, subject="x"))["alg"] for realm in realms]
    assert algorithms == ["RS256", "EdDSA"]
