import threading
from typing import Any

import jwt
import pytest
from httpx2 import Response
from visitor import Visitor, new_provider

from mockidp.settings.config import Config, Lifetimes


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def is_invalid_grant(response: Response) -> bool:
    return (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def said(response: Response) -> str:
    assert is_invalid_grant(response)
    return str(response.json()["error_description"])


def unverified(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def test_a_refresh_token_brings_new_tokens_for_the_same_person(visitor: Visitor) -> None:
    tokens = visitor.tokens()
    response = visitor.refresh(tokens["refresh_token"])
    again = response.json()
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert list(again) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert again["refresh_token"] != tokens["refresh_token"]
    before, after = unverified(tokens["access_token"]), unverified(again["access_token"])
    assert before.pop("jti") != after.pop("jti")
    assert before == after


def test_a_refresh_token_works_once_and_coming_again_takes_back_the_whole_chain(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid")
    second = visitor.refresh(first["refresh_token"]).json()
    third = visitor.refresh(second["refresh_token"]).json()
    assert visitor.userinfo(third["access_token"]).status_code == 200
    assert is_invalid_grant(visitor.refresh(first["refresh_token"]))
    assert is_invalid_grant(visitor.refresh(third["refresh_token"]))
    for tokens in (first, second, third):
        assert visitor.userinfo(tokens["access_token"]).status_code == 401


def test_a_client_is_told_what_is_wrong_with_its_own_refresh_token(visitor: Visitor) -> None:
    used, late, revoked, foreign = (visitor.tokens()["refresh_token"] for _ in range(4))
    visitor.refresh(used)
    once = "This refresh token has been used before. Each is good once, so all of this login are taken back."
    assert said(visitor.refresh(used)) == once
    visitor.http.post("/storefront/revoke", data={"token": revoked}, auth=("storefront-web", "storefront-web-secret"))
    assert said(visitor.refresh(revoked)) == "This refresh token has been revoked."
    stranger = {"grant_type": "refresh_token", "client_id": "storefront-spa"}
    told = {said(visitor.exchange(refresh_token=token, **stranger)) for token in (foreign, used, "made-up")}
    assert told == {"No such refresh token was given to this client."}
    visitor.provider.clock.advance(days=60)
    assert said(visitor.refresh(late)) == "This refresh token has expired, by the clock of the provider."


def test_of_many_who_refresh_at_once_one_succeeds(visitor: Visitor) -> None:
    refresh_token = visitor.tokens()["refresh_token"]
    browsers = [Visitor(visitor.provider) for _ in range(6)]
    together = threading.Barrier(len(browsers))
    statuses = []

    def rush(browser: Visitor) -> None:
        together.wait(10)
        statuses.append(browser.refresh(refresh_token).status_code)

    threads = [threading.Thread(target=rush, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 5


def test_who_is_overtaken_between_the_checks_and_the_issuing_gets_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawer = visitor.provider.store.refresh_tokens
    is_spent = drawer.is_spent

    def overtaken(value: str) -> bool:
        answer = is_spent(value)
        assert drawer.spend(value)
        return answer

    monkeypatch.setattr(drawer, "is_spent", overtaken)
    response = visitor.refresh(visitor.tokens()["refresh_token"])
    assert is_invalid_grant(response)
    assert "access_token" not in response.text


def test_the_configured_lifetimes_also_govern_refreshed_tokens() -> None:
    visitor = Visitor(new_provider(Config(lifetimes=Lifetimes(access_token="2s", refresh_token="1m"))))
    tokens = visitor.tokens()
    for _ in range(3):
        visitor.provider.clock.advance(seconds=59)
        tokens = visitor.refresh(tokens["refresh_token"]).json()
        claims = unverified(tokens["access_token"])
        assert tokens["expires_in"] == 2
        assert (claims["iat"], claims["exp"] - claims["iat"]) == (visitor.provider.clock(), 2)
    visitor.provider.clock.advance(seconds=60)
    assert is_invalid_grant(visitor.refresh(tokens["refresh_token"]))


def test_an_expired_refresh_token_that_is_refused_takes_nothing_back(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid")
    visitor.provider.clock.advance(days=30)
    assert is_invalid_grant(visitor.refresh(tokens["refresh_token"]))
    visitor.provider.clock.advance(days=-30)
    assert visitor.userinfo(tokens["access_token"]).status_code == 200


def test_a_refresh_may_ask_for_less_but_never_for_more(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid orders:read")
    for scope in ("products:read", "orders:read products:read", "everything"):
        response = visitor.refresh(tokens["refresh_token"], scope=scope)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")
    less = visitor.refresh(tokens["refresh_token"], scope="orders:read").json()
    assert less["scope"] == unverified(less["access_token"])["scope"] == "orders:read"
    assert "id_token" not in less
    # RFC 6749 §6: the new refresh token is good for all that the old one was.
    all_again = visitor.refresh(less["refresh_token"]).json()
    assert all_again["scope"] == "openid orders:read"


def test_a_scope_of_nothing_but_blanks_asks_for_no_less(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid orders:read")
    assert visitor.refresh(first["refresh_token"], scope="  ").json()["scope"] == "openid orders:read"


def test_a_refresh_for_nobody_uses_nothing_up(visitor: Visitor) -> None:
    first = visitor.tokens()
    gone = visitor.provider.users.remove("storefront", "customer@example.com")
    assert is_invalid_grant(visitor.refresh(first["refresh_token"]))
    visitor.provider.users.add("storefront", username=gone.username, password="another")
    assert visitor.refresh(first["refresh_token"]).status_code == 200


def test_a_default_scope_stays_unnamed_until_it_is_named(visitor: Visitor) -> None:
    tokens = visitor.tokens()
    again = visitor.refresh(tokens["refresh_token"], scope="products:read orders:read").json()
    assert again["scope"] == "products:read orders:read"


def test_with_openid_a_new_id_token_comes_without_the_nonce_and_with_the_old_login_time(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid profile email", nonce="n-1")
    visitor.provider.clock.advance(minutes=10)
    first, again = (
        unverified(tokens["id_token"]),
        unverified(visitor.refresh(tokens["refresh_token"]).json()["id_token"]),
    )
    assert first.pop("nonce") == "n-1"
    for claims in (first, again):
        del claims["at_hash"]
    assert again == {**first, "iat": first["iat"] + 600, "exp": first["exp"] + 600}
    assert again["email"] == "customer@example.com"


def test_a_refresh_token_is_bound_to_its_client(visitor: Visitor) -> None:
    refresh_token = visitor.tokens()["refresh_token"]
    for client in (
        {"client_id": "backoffice-web", "client_secret": "backoffice-web-secret"},
        {"client_id": "storefront-spa"},
    ):
        assert is_invalid_grant(visitor.exchange(grant_type="refresh_token", refresh_token=refresh_token, **client))
    assert visitor.refresh(refresh_token).status_code == 200


def test_a_used_refresh_token_in_a_strangers_hands_takes_nothing_back(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid")
    second = visitor.refresh(first["refresh_token"]).json()
    stranger = {"grant_type": "refresh_token", "client_id": "storefront-spa"}
    assert is_invalid_grant(visitor.exchange(refresh_token=first["refresh_token"], **stranger))
    assert visitor.userinfo(second["access_token"]).status_code == 200


@pytest.mark.parametrize("value", ["x", "ü", "a" * 1000])
def test_a_token_that_was_never_issued_is_refused(visitor: Visitor, value: str) -> None:
    assert is_invalid_grant(visitor.refresh(value))


def test_a_code_and_an_access_token_are_no_refresh_tokens(visitor: Visitor) -> None:
    code = visitor.answer("buyer@example.com", response_type="code", client_id="storefront-web")["code"]
    assert is_invalid_grant(visitor.refresh(code))
    tokens = visitor.redeem(code).json()
    assert is_invalid_grant(visitor.refresh(tokens["access_token"]))


def test_a_missing_token_is_an_invalid_request_and_a_client_without_the_grant_is_told_so(visitor: Visitor) -> None:
    missing = visitor.exchange(grant_type="refresh_token")
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
    service = {"client_id": "storefront-service", "client_secret": "storefront-service-secret"}
    response = visitor.exchange(grant_type="refresh_token", refresh_token="x", **service)
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")
