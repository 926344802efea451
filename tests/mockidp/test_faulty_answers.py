"""Whose request meets which fault."""

from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient
from visitor import BASE, Visitor, new_provider, quick

from mockidp import MockIdp
from mockidp.faulty_answers import HEADER
from mockidp.provider import Provider, build_app
from mockidp.settings.config import Config, OroSettings

JWKS = "/storefront/jwks"
SERVICES = {"storefront": "storefront-service", "backoffice": "backoffice-service"}


@pytest.fixture
def provider() -> Provider:
    return new_provider()


@pytest.fixture
def client(provider: Provider) -> TestClient:
    return TestClient(build_app(provider), base_url=BASE)


def token_for(client: TestClient, realm: str, **headers: str) -> Any:
    service = SERVICES[realm]
    return client.post(
        "/oauth2-token",
        data={"grant_type": "client_credentials"},
        auth=(service, f"{service}-secret"),
        headers=headers,
    )


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        ("jwks", JWKS),
        ("discovery", "/storefront/.well-known/openid-configuration"),
        ("discovery", "/.well-known/oauth-authorization-server/storefront"),
        ("userinfo", "/storefront/userinfo"),
        ("introspect", "/storefront/introspect"),
        ("revoke", "/storefront/revoke"),
        ("logout", "/storefront/logout"),
        ("logout", "/oauth2-token/logout"),
        ("authorize", "/oauth2-token/authorize"),
        ("login", "/oauth2-token/login"),
        ("device", "/oauth2-token/device"),
        ("device", "/storefront/device"),
    ],
)
def test_an_endpoint_is_known_by_its_address(provider: Provider, client: TestClient, endpoint: Any, path: str) -> None:
    provider.faults.next("status=418", endpoint=endpoint, realm="backoffice")
    provider.faults.next("status=418", endpoint="token")
    assert client.get(path).status_code != 418
    provider.faults.next("status=418", endpoint=endpoint, realm="storefront")
    assert client.get(path).status_code == 418
    assert client.get(path).status_code != 418


def test_without_an_endpoint_any_request_is_the_next(provider: Provider, client: TestClient) -> None:
    provider.faults.next("status=418")
    assert client.get("/").status_code == 418
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("whom", [{"realm": "backoffice"}, {"client": "backoffice-service"}])
def test_at_the_shared_token_endpoint_the_client_says_which_realm_is_meant(
    provider: Provider, client: TestClient, whom: Any
) -> None:
    provider.faults.next("status=503", endpoint="token", **whom)
    statuses = [token_for(client, realm).status_code for realm in ("storefront", "backoffice", "backoffice")]
    assert statuses == [200, 503, 200]


def test_questions_of_browsers_before_the_request_use_up_nothing(provider: Provider, client: TestClient) -> None:
    provider.faults.next("status=503", endpoint="jwks")
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    assert client.options(JWKS, headers=asked).status_code == 200
    assert client.get(JWKS).status_code == 503


def test_a_request_may_ask_for_a_fault_of_its_own(provider: Provider, client: TestClient) -> None:
    provider.faults.next("status=418", endpoint="jwks")
    assert client.get(JWKS, headers={HEADER: "status=503"}).status_code == 503
    assert len(provider.faults.pending) == 1
    assert client.get(JWKS).status_code == 418


def test_a_request_may_ask_for_a_token_that_lies(client: TestClient) -> None:
    lie = token_for(client, "storefront", **{HEADER: "alg-none"}).json()["access_token"]
    assert lie.endswith(".")
    assert not token_for(client, "storefront").json()["access_token"].endswith(".")


def test_what_is_asked_for_at_the_wrong_endpoint_does_not_happen(client: TestClient) -> None:
    headers = {HEADER: "jwks-down"}
    assert client.get("/storefront/.well-known/openid-configuration", headers=headers).status_code == 200
    assert client.get(JWKS, headers=headers).status_code == 503


def test_a_misspelt_fault_is_a_bad_request(client: TestClient) -> None:
    answer = client.get(JWKS, headers={HEADER: "jwks-dwn"})
    assert answer.status_code == 400
    assert answer.text.startswith("x-mock-fault: there is no fault 'jwks-dwn'; did you mean jwks-down")


def test_where_it_is_switched_off_no_request_can_ask_for_anything() -> None:
    provider = new_provider(Config(faults_by_request=False))
    client = TestClient(build_app(provider))
    assert client.get(JWKS, headers={HEADER: "status=503"}).status_code == 200
    visitor, hint = Visitor(provider), "customer@example.com!alg-none"
    asked = visitor.ask(response_type="code", client_id="storefront-web", login_hint=hint)
    assert f'value="{hint}"' in visitor.http.get(asked.headers["location"]).text
    assert not visitor.tokens(login_hint=hint)["access_token"].endswith(".")


def test_a_login_hint_asks_for_tokens_that_lie(provider: Provider) -> None:
    visitor = Visitor(provider)
    asked = {"response_type": "code", "client_id": "storefront-web", "login_hint": "customer@example.com!alg-none"}
    page = visitor.http.get(visitor.ask(**asked).headers["location"])
    assert 'value="customer@example.com"' in page.text
    assert "!alg-none" not in page.text.partition("<form")[2].partition("username")[2].partition("</form>")[0]

    tokens = Visitor(provider).tokens(login_hint="customer@example.com!alg-none")
    assert tokens["access_token"].endswith(".")
    assert not Visitor(provider).tokens()["access_token"].endswith(".")


def test_in_process_a_dropped_connection_is_a_lost_one(provider: Provider, client: TestClient) -> None:
    provider.faults.next("drop")
    with pytest.raises(ConnectionResetError):
        client.get(JWKS)


def test_what_was_dropped_was_captured_all_the_same(provider: Provider, client: TestClient) -> None:
    provider.faults.next("status=503")
    token_for(client, "storefront")
    request = provider.requests.take(timeout=0)
    assert request.form == (("grant_type", "client_credentials"),)
    assert request.client_id == "storefront-service"


def test_a_reset_forgets_faults_and_requests(provider: Provider, client: TestClient) -> None:
    provider.faults.always("drop", endpoint="token")
    client.get(JWKS)
    provider.reset()
    assert provider.faults.pending == ()
    assert len(provider.requests) == 0


def test_a_shop_with_one_realm_lies_about_one_that_does_not_exist() -> None:
    realm = quick().realms[0]
    lone = new_provider(msgspec.structs.replace(Config(), realms=(realm,)))
    site = lone.sites.named(realm.name)
    assert site.claims_of(lone.token(realm.name, subject="somebody"))
    assert site.claims_of(lone.token(realm.name, subject="somebody", fault="other-realm")) is None


def test_in_the_other_dialect_endpoints_go_wrong_and_tokens_do_not() -> None:
    idp = MockIdp(dialect="orocommerce")
    with pytest.raises(ValueError, match="standard dialect only"):
        idp.token("storefront", subject="somebody", fault="expired")
    idp.faults.next("status=418", endpoint="token")
    assert TestClient(idp.app).post("/oauth2-token").status_code == 418
    idp.stop()


@pytest.mark.parametrize("fault", ["status=503", "html-500", "html-200", "malformed-json", "jwks-down", "jwks-stale"])
def test_a_script_reads_the_answer_that_went_wrong_where_it_may_read_the_right_one(
    provider: Provider, client: TestClient, fault: str
) -> None:
    elsewhere = {"Origin": "https://app.example"}
    provider.faults.always(fault)
    assert client.get(JWKS, headers=elsewhere).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get(JWKS).headers
    if not fault.startswith("jwks"):
        answer = token_for(client, "storefront", **elsewhere)
        assert answer.headers["access-control-allow-origin"] == "*"
        page = client.get("/oauth2-token/authorize", headers=elsewhere, follow_redirects=False)
        assert "access-control-allow-origin" not in page.headers


def test_in_the_other_dialect_only_scripts_of_allowed_origins_read_it() -> None:
    oro = OroSettings(cors_origins=("https://app.example",))
    idp = MockIdp(Config(dialect="orocommerce", oro=oro), port=None)
    idp.faults.always("status=503")
    for origin, allowed in (("https://app.example", "https://app.example"), ("https://other.example", None)):
        answer = TestClient(idp.app).post("/oauth2-token", headers={"Origin": origin})
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (503, allowed)
