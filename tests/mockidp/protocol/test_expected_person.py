"""`id_token_hint` at the authorization endpoint (OIDC Core §3.1.2.1)."""

import re
from typing import Any

import msgspec
import pytest
from authlib.integrations.requests_client import OAuth2Session
from visitor import Visitor, answer_in, new_provider, quick

from mockidp import ClaimsRule, Config, MockIdp

WEB, CASEY, BILLIE = "storefront-web", "customer@example.com", "buyer@example.com"
ASKED = {"response_type": "code", "client_id": WEB, "scope": "openid", "state": "xyz"}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def made(visitor: Visitor, user: str, client: str = WEB) -> str:
    """An ID token of this user, without a login."""
    mint = visitor.provider.sites.named("storefront").mint
    return mint.id_token(subject=user, client_id=client, lifetime=60, access_token="", claims={})


def hint_of(visitor: Visitor) -> str:
    """An ID token of another browser's login at the same provider."""
    return str(Visitor(visitor.provider).tokens(CASEY, scope="openid")["id_token"])


def asked_about(visitor: Visitor, **more: str) -> Any:
    return visitor.ask(**ASKED, id_token_hint=hint_of(visitor), **more)


def test_whom_the_client_expects_goes_on_as_ever(visitor: Visitor) -> None:
    visitor.answer(CASEY, **ASKED)
    assert "code" in answer_in(asked_about(visitor, prompt="none"))
    assert asked_about(visitor).status_code == 200


def test_of_somebody_else_who_must_not_be_asked_the_client_gets_no_code(visitor: Visitor) -> None:
    visitor.answer(BILLIE, **ASKED)
    answer = answer_in(asked_about(visitor, prompt="none"))
    assert (answer["error"], answer["state"]) == ("login_required", "xyz")


def test_somebody_else_is_asked_to_log_in_as_whom_the_client_expects(visitor: Visitor) -> None:
    visitor.answer(BILLIE, **ASKED)
    page = visitor.http.get(asked_about(visitor).headers["location"])
    assert re.search(rf'name="username"[^>]*value="{CASEY}"', page.text), page.text
    back = visitor.submit(page, username=CASEY, password="customer")
    assert "Casey Customer" in visitor.http.get(back.headers["location"]).text


def test_who_logs_in_as_somebody_else_all_the_same_is_none_that_the_client_hears_of(visitor: Visitor) -> None:
    page = visitor.http.get(asked_about(visitor).headers["location"])
    answer = answer_in(visitor.submit(page, **{"as": BILLIE}))
    assert (answer["error"], answer["state"]) == ("login_required", "xyz")
    assert "Billie Buyer" in visitor.ask(**ASKED).text, "they are logged in, which the next client may hear"


@pytest.mark.parametrize(
    ("settings", "hints"),
    [({"auto_login": BILLIE}, {}), ({"trust_login_hint": True}, {"login_hint": BILLIE})],
    ids=["automatically", "by a hint"],
)
def test_who_logs_in_without_a_page_has_to_be_expected_too(settings: dict[str, Any], hints: dict[str, str]) -> None:
    web, *others = Config().realms[0].clients
    clients = (msgspec.structs.replace(web, **settings), *others)
    realm = msgspec.structs.replace(Config().realms[0], clients=clients)
    guest = Visitor(new_provider(Config(realms=(realm,))))
    for expected, answer in ((BILLIE, "code"), (CASEY, "error")):
        for prompt in ({}, {"prompt": "none"}):
            page = guest.ask(**ASKED, **hints, **prompt, id_token_hint=made(guest, expected))
            while page.headers["location"].startswith("/"):
                page = guest.http.get(page.headers["location"])
            assert answer in answer_in(page)


def test_a_pushed_request_that_somebody_else_answers_is_used_up(visitor: Visitor) -> None:
    pushed = visitor.http.post(
        "/storefront/par", data={**ASKED, "id_token_hint": hint_of(visitor)}, auth=(WEB, f"{WEB}-secret")
    ).json()
    page = visitor.ask(client_id=WEB, request_uri=pushed["request_uri"])
    while page.is_redirect:
        page = visitor.http.get(page.headers["location"])
    assert answer_in(visitor.submit(page, **{"as": BILLIE}))["error"] == "login_required"
    assert visitor.http.get(str(page.url)).status_code == 400


def test_what_is_no_id_token_for_the_client_is_a_wrong_request_pushed_or_not(visitor: Visitor) -> None:
    visitor.answer(CASEY, **ASKED)
    tokens = visitor.tokens(scope="openid")
    for bad in ("x", tokens["access_token"], made(visitor, CASEY, client="storefront-spa"), made(visitor, CASEY) + "x"):
        for prompt in ({}, {"prompt": "none"}):
            assert answer_in(visitor.ask(**ASKED, **prompt, id_token_hint=bad))["error"] == "invalid_request"
        asked = {**ASKED, "id_token_hint": bad}
        pushed = visitor.http.post("/storefront/par", data=asked, auth=(WEB, f"{WEB}-secret"))
        assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_request")
        assert visitor.http.get("/oauth2-token/login", params=asked).status_code == 200, "authorize will tell"


def test_a_hint_may_have_expired(visitor: Visitor) -> None:
    hint = hint_of(visitor)
    visitor.provider.clock.advance(hours=2)
    visitor.answer(CASEY, **ASKED)
    assert "code" in answer_in(visitor.ask(**ASKED, prompt="none", id_token_hint=hint))


def test_a_person_is_known_by_what_a_rule_calls_them() -> None:
    rule = ClaimsRule(set={"sub": "{client_id}-{subject}"})
    realm = msgspec.structs.replace(Config().realms[0], claims=(rule,))
    guest = Visitor(new_provider(Config(realms=(realm,))))
    hint = guest.tokens(CASEY, scope="openid")["id_token"]
    assert "code" in answer_in(guest.ask(**ASKED, prompt="none", id_token_hint=hint))
    guest.tokens(BILLIE, scope="openid", prompt="login")
    assert answer_in(guest.ask(**ASKED, prompt="none", id_token_hint=hint))["error"] == "login_required"


def test_authlibs_client_renews_in_silence_only_for_the_person_that_it_knows() -> None:
    with MockIdp(quick()) as idp:
        address = f"{idp.base_url}/oauth2-token/authorize"
        app = OAuth2Session(WEB, f"{WEB}-secret", scope="openid")
        url, state = app.create_authorization_url(address)
        browsers = {name: idp.browser() for name in (CASEY, BILLIE)}
        back = {name: browser.authorize(url, user=name) for name, browser in browsers.items()}
        tokens = app.fetch_token(f"{idp.base_url}/oauth2-token", authorization_response=back[CASEY], state=state)
        url, _ = app.create_authorization_url(address, prompt="none", id_token_hint=tokens["id_token"])
        assert "code=" in browsers[CASEY].authorize(url)
        assert "error=login_required" in browsers[BILLIE].authorize(url)
        url, _ = app.create_authorization_url(address, id_token_hint=tokens["id_token"])
        assert "code=" in idp.authorize(url), "whom the page suggests"
