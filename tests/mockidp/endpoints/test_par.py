from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from httpx2 import USE_CLIENT_DEFAULT, BasicAuth, Response
from visitor import Visitor, answer_in, new_provider

from mockidp.server import MockIdp
from mockidp.settings.config import Config, Lifetimes

WEB = ("storefront-web", "storefront-web-secret")
ASKED = {"response_type": "code", "client_id": "storefront-web"}
CHALLENGE = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def push(visitor: Visitor, *, auth: tuple[str, str] | None = WEB, realm: str = "storefront", **asked: Any) -> Response:
    who = BasicAuth(*auth) if auth else USE_CLIENT_DEFAULT
    return visitor.http.post(f"/{realm}/par", data={**ASKED, **asked}, auth=who)


def pushed(visitor: Visitor, **asked: Any) -> dict[str, str]:
    response = push(visitor, **asked)
    assert response.status_code == 201, response.text
    return {"client_id": asked.get("client_id", "storefront-web"), "request_uri": response.json()["request_uri"]}


def opened(visitor: Visitor, named: dict[str, str]) -> Response:
    """The browser is led on once, to a name that only it knows."""
    led = visitor.ask(**named)
    assert led.status_code == 303, led.text
    assert named["request_uri"] not in led.headers["location"]
    return visitor.http.get(led.headers["location"])


def approved(visitor: Visitor, page: Response) -> dict[str, str]:
    if page.is_redirect:
        page = visitor.http.get(visitor.log_in(page, **{"as": "buyer@example.com"}).headers["location"])
    return answer_in(visitor.submit(page, decision="approve"))


def is_no_longer_good(response: Response) -> bool:
    return response.status_code == 400 and "This request is no longer good" in response.text


# ---- who may push what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "asked"),
    [
        (None, {}),
        (("storefront-web", "wrong"), {}),
        (("nobody", "x"), {"client_id": "nobody"}),
        (("backoffice-web", "backoffice-web-secret"), {"client_id": "backoffice-web"}),
        (None, {"client_id": "backoffice-cli"}),
    ],
)
def test_only_a_client_of_the_realm_that_proves_itself_may_push(
    visitor: Visitor, auth: tuple[str, str] | None, asked: dict[str, str]
) -> None:
    response = push(visitor, auth=auth, **asked)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_nobody_pushes_for_another_client(visitor: Visitor) -> None:
    response = push(visitor, client_id="storefront-spa")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "users:read"}, "invalid_scope"),
        ({"prompt": "nonsense"}, "invalid_request"),
        ({"max_age": "x"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({**CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"state": ["a", "b"]}, "invalid_request"),
    ],
)
def test_what_the_authorization_endpoint_would_refuse_is_refused_here(
    visitor: Visitor, asked: dict[str, Any], error: str
) -> None:
    response = push(visitor, **asked)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert "evil" not in response.text


def test_a_public_client_has_to_use_pkce_here_too(visitor: Visitor) -> None:
    response = push(visitor, auth=None, client_id="storefront-spa")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert push(visitor, auth=None, client_id="storefront-spa", **CHALLENGE).status_code == 201


def test_a_client_that_asks_for_no_codes_cannot_push(visitor: Visitor) -> None:
    service = ("storefront-service", "storefront-service-secret")
    response = push(visitor, auth=service, client_id=service[0], redirect_uri="https://a.example/")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_json_is_refused(visitor: Visitor) -> None:
    response = visitor.http.post("/storefront/par", json=ASKED, auth=WEB)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


# ---- what the name is good for --------------------------------------------------------------------------------------


def test_the_name_is_for_its_client_and_realm_only(visitor: Visitor) -> None:
    named = pushed(visitor)
    office = Visitor(visitor.provider, prefix="/admin")
    for response in (
        visitor.ask(request_uri=named["request_uri"]),
        visitor.ask(**{**named, "client_id": "storefront-spa"}),
        visitor.ask(**{**named, "client_id": "nobody"}),
        office.ask(**named),
        office.ask(**{**named, "client_id": "backoffice-web"}),
        visitor.ask(client_id="storefront-web", request_uri="urn:ietf:params:oauth:request_uri:guess"),
    ):
        assert is_no_longer_good(response)
        assert "location" not in response.headers
    assert opened(visitor, named).status_code == 302


def test_the_name_expires_by_the_clock(visitor: Visitor) -> None:
    assert push(visitor).json()["expires_in"] == 60
    named = pushed(visitor)
    visitor.provider.clock.advance(seconds=60)
    assert is_no_longer_good(visitor.ask(**named))


def test_its_lifetime_is_a_setting() -> None:
    visitor = Visitor(new_provider(Config(lifetimes=Lifetimes(request_uri="5s"))))
    assert push(visitor).json()["expires_in"] == 5
    named = pushed(visitor)
    visitor.provider.clock.advance(seconds=5)
    assert is_no_longer_good(visitor.ask(**named))


def test_the_name_works_once(visitor: Visitor) -> None:
    named = pushed(visitor)
    opened(visitor, named)
    assert is_no_longer_good(visitor.ask(**named))
    assert is_no_longer_good(Visitor(visitor.provider).ask(**named))


def test_a_person_may_take_their_time_and_reload(visitor: Visitor) -> None:
    led = visitor.ask(**pushed(visitor))
    visitor.provider.clock.advance(hours=1)
    for _ in range(2):
        page = visitor.http.get(led.headers["location"])
        assert page.status_code == 302
    consent = visitor.http.get(visitor.log_in(page, **{"as": "buyer@example.com"}).headers["location"])
    visitor.provider.clock.advance(hours=1)
    assert answer_in(visitor.submit(consent, decision="approve"))["code"]


def test_one_request_gets_one_answer(visitor: Visitor) -> None:
    page = opened(visitor, pushed(visitor))
    consent = visitor.http.get(visitor.log_in(page, **{"as": "buyer@example.com"}).headers["location"])
    assert answer_in(visitor.submit(consent, decision="approve"))["code"]
    assert is_no_longer_good(visitor.submit(consent, decision="approve"))


@pytest.mark.parametrize("decision", ["deny", "approve"])
def test_an_error_is_an_answer_too(visitor: Visitor, decision: str) -> None:
    page = opened(visitor, pushed(visitor))
    consent = visitor.http.get(visitor.log_in(page, **{"as": "buyer@example.com"}).headers["location"])
    assert ("error" in answer_in(visitor.submit(consent, decision=decision))) == (decision == "deny")
    assert is_no_longer_good(visitor.submit(consent, decision="approve"))
    led = visitor.ask(**pushed(Visitor(visitor.provider), prompt="none", scope="openid"))
    location = led.headers["location"]
    other = Visitor(visitor.provider)
    assert answer_in(other.http.get(location))["error"] == "login_required"
    assert is_no_longer_good(other.http.get(location))


def test_a_login_uses_up_the_name_that_it_came_with(visitor: Visitor) -> None:
    named = pushed(visitor)
    login = visitor.http.get("/oauth2-token/login", params=named)
    back = visitor.submit(login, **{"as": "buyer@example.com"})
    assert is_no_longer_good(visitor.submit(login, **{"as": "buyer@example.com"}))
    assert is_no_longer_good(visitor.ask(**named))
    assert approved(visitor, visitor.http.get(back.headers["location"]))["code"]


def test_a_reset_forgets_it(visitor: Visitor) -> None:
    named = pushed(visitor)
    visitor.provider.reset()
    assert is_no_longer_good(visitor.ask(**named))


# ---- how it goes ----------------------------------------------------------------------------------------------------


def test_what_was_pushed_counts_and_nothing_else(visitor: Visitor) -> None:
    named = pushed(visitor, scope="openid", state="pushed", nonce="n")
    led = visitor.ask(**named, scope="openid orders:read", state="other", redirect_uri="https://evil.example/")
    answer = approved(visitor, visitor.http.get(led.headers["location"]))
    assert answer["state"] == "pushed"
    tokens = visitor.redeem(answer["code"]).json()
    assert tokens["scope"] == "openid"


def test_the_browser_never_carries_what_was_pushed(visitor: Visitor) -> None:
    led = visitor.ask(**pushed(visitor, scope="openid", state="s3cret", login_hint="casey"))
    page = visitor.http.get(led.headers["location"])
    login = visitor.http.get(page.headers["location"])
    back = visitor.submit(login, **{"as": "buyer@example.com"})
    for location in (led, page, back):
        assert parse_qs(urlsplit(location.headers["location"]).query).keys() == {"client_id", "request_uri"}
    assert "s3cret" not in login.text


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
def test_a_demanded_login_happens_once(visitor: Visitor, prompt: str) -> None:
    visitor.tokens()
    page = opened(visitor, pushed(visitor, prompt=prompt))
    assert urlsplit(page.headers["location"]).path == "/oauth2-token/login"
    assert approved(visitor, page)["code"]


def test_max_age_zero_is_met_by_one_login(visitor: Visitor) -> None:
    visitor.tokens()
    page = opened(visitor, pushed(visitor, max_age="0"))
    assert urlsplit(page.headers["location"]).path == "/oauth2-token/login"
    assert approved(visitor, page)["code"]


def test_a_public_client_goes_all_the_way_with_pkce(visitor: Visitor) -> None:
    answer = approved(visitor, opened(visitor, pushed(visitor, auth=None, client_id="storefront-spa", **CHALLENGE)))
    fields = {"grant_type": "authorization_code", "client_id": "storefront-spa", "code": answer["code"]}
    assert visitor.exchange(**fields, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    answer = approved(visitor, opened(visitor, pushed(visitor, auth=None, client_id="storefront-spa", **CHALLENGE)))
    assert visitor.exchange(**{**fields, "code": answer["code"]}, code_verifier=VERIFIER).status_code == 200


def test_an_address_that_was_pushed_has_to_be_repeated_at_the_token_endpoint(visitor: Visitor) -> None:
    uri = "http://127.0.0.1:8900/callback/storefront"
    code = approved(visitor, opened(visitor, pushed(visitor, redirect_uri=uri)))["code"]
    assert visitor.redeem(code).json()["error"] == "invalid_grant"
    code = approved(visitor, opened(visitor, pushed(visitor, redirect_uri=uri)))["code"]
    assert visitor.redeem(code, redirect_uri=uri).status_code == 200


# ---- clients that must ----------------------------------------------------------------------------------------------


def must_push() -> Visitor:
    storefront = Config().realm("storefront")
    clients = tuple(msgspec.structs.replace(client, require_par=True) for client in storefront.clients)
    return Visitor(new_provider(Config(realms=(msgspec.structs.replace(storefront, clients=clients),))))


def test_a_client_that_must_push_is_told_so_at_its_address() -> None:
    visitor = must_push()
    assert answer_in(visitor.ask(**ASKED, state="s")) == {
        "error": "invalid_request",
        "error_description": "This client must push its authorization requests.",
        "state": "s",
        "iss": visitor.provider.issuer("storefront"),
    }
    assert approved(visitor, opened(visitor, pushed(visitor)))["code"]


def test_where_every_client_must_the_issuer_says_so() -> None:
    for visitor, must in ((must_push(), True), (Visitor(), False)):
        about = visitor.http.get("/storefront/.well-known/openid-configuration").json()
        assert about["require_pushed_authorization_requests"] is must


# ---- an independent client ------------------------------------------------------------------------------------------


def test_authlibs_client_gets_through_with_what_it_pushed() -> None:
    with MockIdp() as idp, requests.Session() as http:
        about = http.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=9).json()
        client = OAuth2Session(*WEB, scope="openid", code_challenge_method="S256")
        url, state = client.create_authorization_url(about["authorization_endpoint"], code_verifier=VERIFIER)
        pushing = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
        named = http.post(about["pushed_authorization_request_endpoint"], pushing, auth=WEB, timeout=9).json()
        visitor = Visitor(idp.provider)
        answer = approved(visitor, opened(visitor, {"client_id": WEB[0], "request_uri": named["request_uri"]}))
        tokens = client.fetch_token(about["token_endpoint"], code=answer["code"], state=state, code_verifier=VERIFIER)
        assert client.get(about["userinfo_endpoint"]).json()["sub"] == "buyer@example.com"
        assert tokens["id_token"]
