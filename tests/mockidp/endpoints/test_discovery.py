from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec
import pytest
from visitor import BASE, Visitor, answer_in, new_provider

from mockidp.provider import Provider
from mockidp.settings.config import Algorithm, Client, Config, Realm

ASKED = {"response_type": "code", "client_id": "storefront-web"}
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def metadata(visitor: Visitor, realm: str = "storefront") -> Any:
    return visitor.http.get(f"/{realm}/.well-known/openid-configuration").json()


def test_the_addresses_are_those_of_the_realm(visitor: Visitor) -> None:
    about = metadata(visitor, "backoffice")
    assert about["issuer"] == f"{BASE}/backoffice"
    assert about["authorization_endpoint"] == f"{BASE}/admin/oauth2-token/authorize"
    assert about["token_endpoint"] == f"{BASE}/oauth2-token"
    assert about["jwks_uri"] == f"{BASE}/backoffice/jwks"
    assert about["userinfo_endpoint"] == f"{BASE}/backoffice/userinfo"


def test_both_ways_of_asking_get_the_same_answer_that_may_be_kept_for_a_minute(visitor: Visitor) -> None:
    for realm in ("storefront", "backoffice"):
        ours = visitor.http.get(f"/{realm}/.well-known/openid-configuration")
        assert visitor.http.get(f"/.well-known/oauth-authorization-server/{realm}").json() == ours.json()
        assert ours.headers["cache-control"] == "public, max-age=60"
        assert ours.headers["content-type"] == "application/json"


def test_the_answer_never_depends_on_the_host_that_was_asked_for(visitor: Visitor) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert "evil" not in visitor.http.get("/storefront/.well-known/openid-configuration", headers=headers).text


def test_every_advertised_address_is_there(visitor: Visitor) -> None:
    for realm in ("storefront", "backoffice"):
        about = metadata(visitor, realm)
        endpoints = {name: url for name, url in about.items() if name.endswith(("_endpoint", "_uri"))}
        assert len(endpoints) == 9
        for url in endpoints.values():
            assert visitor.http.get(urlsplit(url).path).status_code in {200, 303, 400, 401, 405}
            assert visitor.http.post(urlsplit(url).path).status_code in {303, 400, 401, 405}


@pytest.mark.parametrize("leaf", ["register"])
def test_what_is_not_advertised_is_not_there(visitor: Visitor, leaf: str) -> None:
    assert not any(str(value).endswith(f"/{leaf}") for value in metadata(visitor).values())
    assert visitor.http.post(f"/storefront/{leaf}").status_code == 404


def test_every_advertised_scope_can_be_had_and_no_other(visitor: Visitor) -> None:
    for scope in metadata(visitor)["scopes_supported"]:
        assert visitor.ask(**ASKED, scope=scope).status_code == 302
        assert "login" in visitor.ask(**ASKED, scope=scope).headers["location"]
    assert answer_in(visitor.ask(**ASKED, scope="users:read"))["error"] == "invalid_scope"


def test_every_advertised_response_type_and_mode_works_and_no_other(visitor: Visitor) -> None:
    about = metadata(visitor)
    assert (about["response_types_supported"], about["response_modes_supported"]) == (["code"], ["query"])
    assert "login" in visitor.ask(**ASKED, response_mode="query").headers["location"]
    for mode in ("fragment", "form_post", "query.jwt"):
        assert answer_in(visitor.ask(**ASKED, response_mode=mode))["error"] == "invalid_request"
    for kind in ("token", "id_token", "code id_token", "none"):
        answer = answer_in(visitor.ask(**{**ASKED, "response_type": kind}))
        assert answer["error"] == "unsupported_response_type"


def test_every_advertised_grant_type_is_known_and_no_other(visitor: Visitor) -> None:
    advertised = metadata(visitor)["grant_types_supported"]
    device = "urn:ietf:params:oauth:grant-type:device_code"
    assert advertised == ["authorization_code", "client_credentials", "refresh_token", device]
    others = ["password", "implicit"]
    others += [f"urn:ietf:params:oauth:grant-type:{name}" for name in ("token-exchange", "jwt-bearer")]
    errors = {kind: visitor.exchange(grant_type=kind).json()["error"] for kind in (*advertised, *others)}
    assert {errors[kind] for kind in others} == {"unsupported_grant_type"}
    assert "unsupported_grant_type" not in {errors[kind] for kind in advertised}


def test_every_advertised_way_of_authenticating_works_and_no_other(visitor: Visitor) -> None:
    assert metadata(visitor)["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "none",
    ]
    wanted = {"grant_type": "refresh_token", "refresh_token": "x"}
    basic = visitor.http.post("/oauth2-token", data=wanted, auth=("storefront-web", "storefront-web-secret"))
    ways = [basic, visitor.exchange(**wanted), visitor.exchange(**wanted, client_id="storefront-spa")]
    assert [way.json()["error"] for way in ways] == ["invalid_grant"] * 3
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = {"client_assertion_type": kind, "client_assertion": "x.y.z", "client_id": "storefront-web"}
    assert visitor.exchange(**wanted, **assertion).json()["error"] == "invalid_client"


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_every_way_of_authenticating_that_is_advertised_for_an_endpoint_works_and_no_other(
    visitor: Visitor, endpoint: str
) -> None:
    about = metadata(visitor)
    path = urlsplit(about[f"{endpoint}_endpoint"]).path
    basic = visitor.http.post(path, data={"token": "x"}, auth=("storefront-web", "storefront-web-secret"))
    in_body = {"token": "x", "client_id": "storefront-web", "client_secret": "storefront-web-secret"}
    nobody = {"token": "x", "client_id": "storefront-spa"}
    works = {
        "client_secret_basic": basic.is_success,
        "client_secret_post": visitor.http.post(path, data=in_body).is_success,
        "none": visitor.http.post(path, data=nobody).is_success,
    }
    advertised = about[f"{endpoint}_endpoint_auth_methods_supported"]
    assert [method for method, does in works.items() if does] == advertised


def test_a_realm_whose_clients_all_show_their_secrets_in_one_way_advertises_that_one() -> None:
    one = Client(client_id="one", client_secret="1", token_endpoint_auth_method="client_secret_post")
    about = metadata(Visitor(new_provider(Config(realms=(Realm(name="storefront", clients=(one,)),)))))
    for endpoint in ("token", "introspection", "revocation"):
        said = about[f"{endpoint}_endpoint_auth_methods_supported"]
        assert said == ["client_secret_post"]


def test_every_advertised_challenge_method_works_and_no_other(visitor: Visitor) -> None:
    assert metadata(visitor)["code_challenge_methods_supported"] == ["S256"]
    spa = {"response_type": "code", "client_id": "storefront-spa", "code_challenge": CHALLENGE}
    assert "login" in visitor.ask(**spa, code_challenge_method="S256").headers["location"]
    for method in ("plain", "S512"):
        assert answer_in(visitor.ask(**spa, code_challenge_method=method))["error"] == "invalid_request"


def test_every_advertised_prompt_works_and_no_other(visitor: Visitor) -> None:
    visitor.log_in(visitor.ask(**ASKED), **{"as": "buyer@example.com"})
    advertised = metadata(visitor)["prompt_values_supported"]
    assert advertised == ["none", "login", "consent", "select_account"]
    for prompt in (*advertised, "create", "nonsense"):
        response = visitor.ask(**ASKED, prompt=prompt)
        error = answer_in(response).get("error") if response.is_redirect else None
        assert (error == "invalid_request") == (prompt not in advertised)


def test_every_advertised_claim_is_given(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid profile email", nonce="n")
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert sorted(metadata(visitor)["claims_supported"]) == sorted(claims)


def test_unsupported_ways_of_asking_are_declared_and_refused(visitor: Visitor) -> None:
    about = metadata(visitor)
    for parameter in ("request", "request_uri"):
        assert about[f"{parameter}_parameter_supported"] is False
        assert answer_in(visitor.ask(**ASKED, **{parameter: "x"}))["error"] == f"{parameter}_not_supported"
    assert about["authorization_response_iss_parameter_supported"] is True


def test_it_is_generated_from_what_is_enabled() -> None:
    clients = (
        Client(
            client_id="web",
            client_secret="x",
            allow_plain_pkce=True,
            scope="b a",
            redirect_uris=("https://a.example/",),
        ),
        Client(client_id="job", client_secret="x", grant_types=("client_credentials",), scope="c"),
    )
    realm = Realm(name="shop", clients=(clients[0],))
    about = metadata(Visitor(new_provider(Config(realms=(realm,)))), "shop")
    assert about["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert about["code_challenge_methods_supported"] == ["S256", "plain"]
    assert about["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert "device_authorization_endpoint" not in about
    assert about["scopes_supported"] == ["a", "b"]
    realm = msgspec.structs.replace(realm, clients=clients)
    about = metadata(Visitor(new_provider(Config(realms=(realm,)))), "shop")
    assert "client_credentials" in about["grant_types_supported"]
    assert about["scopes_supported"] == ["a", "b", "c"]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_the_advertised_algorithm_signs(algorithm: Algorithm) -> None:

    visitor = Visitor(Provider(Config(realms=(Realm(name="shop", algorithm=algorithm),)), base_url=BASE))
    assert metadata(visitor, "shop")["id_token_signing_alg_values_supported"] == [algorithm]
    token = visitor.provider.token("shop", subject="ann")
    assert jwt.get_unverified_header(token)["alg"] == algorithm


def test_it_lists_what_the_published_keys_are_for() -> None:
    visitor = Visitor()
    visitor.provider.keys["storefront"].publish("EdDSA")
    document = visitor.http.get("/storefront/.well-known/openid-configuration").json()
    assert document["id_token_signing_alg_values_supported"] == ["EdDSA", "ES256"]
