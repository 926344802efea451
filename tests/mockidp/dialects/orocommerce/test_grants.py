"""The four grants, row by row; attacks are told apart by their hints only."""

from typing import Any

import pytest
from oro import (
    CALLBACK,
    CHALLENGE,
    VERIFIER,
    Oro,
    claims_of,
    refused,
    refused_credentials,
    refused_grant,
    refused_refresh,
    refused_request,
    with_callbacks,
)
from oro_rows import FROM_5_1, FROM_6_0, V5, V50, V61, covers

from mockidp.settings.config import Lifetimes

REALMS = pytest.mark.parametrize("realm", ["storefront", "backoffice"])


@covers("B9")
@REALMS
def test_a_code_brings_tokens_of_the_person_who_granted_it(version: str, realm: str) -> None:
    oro = Oro(version)

    answer = oro.redeem(oro.code(f"{realm}-web", redirect_uri=CALLBACK), f"{realm}-web", redirect_uri=CALLBACK)

    assert list(answer.json()) == ["token_type", "expires_in", "access_token", "refresh_token"]
    claims = claims_of(answer.json()["access_token"])
    assert claims["sub"] == {"storefront": "ann@example.com", "backoffice": "admin"}[realm]
    assert claims["aud"] == f"{realm}-web"


@covers("B10")
def test_there_must_be_a_code(version: str) -> None:
    refused_request(Oro(version).exchange(grant_type="authorization_code"), "Check the `code` parameter")


@covers("B10")
def test_a_code_must_be_text(version: str) -> None:
    form = {"grant_type": "authorization_code", "client_id": "storefront-web", "client_secret": "storefront-web-secret"}

    refused_request(Oro(version).http.post("/oauth2-token", json={**form, "code": 7}), "Check the `code` parameter")
    answer = Oro(version).http.post("/oauth2-token", data={**form, "code[]": "x"})
    refused_request(answer, "Check the `code` parameter")


@covers("B11")
@pytest.mark.parametrize("code", ["", "x", "def50200" + "0" * 600])
def test_garbage_is_no_code(version: str, code: str) -> None:
    refused_request(Oro(version).redeem(code), "Cannot decrypt the authorization code")


@covers("B11", "B32")
def test_a_code_is_no_refresh_token_nor_the_other_way_round(version: str) -> None:
    oro = Oro(version)
    code, tokens = oro.code(), oro.password().json()

    refused_refresh(oro.refresh(code, "storefront-web"), "Cannot decrypt the refresh token")
    refused_request(oro.redeem(tokens["refresh_token"]), "Cannot decrypt the authorization code")


@covers("B12")
def test_a_code_lives_until_its_last_second_has_passed(version: str) -> None:
    oro = Oro(version, lifetimes=Lifetimes(code=10))
    in_time, too_late = oro.code(), oro.code()

    oro.provider.clock.advance(seconds=10)
    assert oro.redeem(in_time).status_code == 200
    oro.provider.clock.advance(seconds=1)
    refused_request(oro.redeem(too_late), "Authorization code has expired")


@covers("B12")
def test_a_code_lives_ten_minutes_unless_told_otherwise(version: str) -> None:
    oro = Oro(version)
    code = oro.code()
    oro.provider.clock.advance(seconds=601)

    refused_request(oro.redeem(code), "Authorization code has expired")


@covers("B13")
def test_a_code_is_good_once_and_the_tokens_it_brought_stay_good(version: str) -> None:
    oro = Oro(version)
    code = oro.code()
    tokens = oro.redeem(code).json()

    refused_request(oro.redeem(code), "Authorization code has been revoked")
    assert not oro.is_dead(tokens["access_token"])
    assert oro.refresh(tokens["refresh_token"], "storefront-web").status_code == 200


@covers("B14")
@pytest.mark.parametrize("thief", ["storefront-other", "backoffice-web"])
def test_a_code_is_good_for_its_client_only(version: str, thief: str) -> None:
    oro = Oro(version)
    code = oro.code()
    theft = oro.redeem(code, thief)

    refused_request(theft, "Authorization code was not issued to this client")
    assert oro.redeem(code).status_code == 200


@covers("B15")
def test_an_address_that_was_named_must_be_named_again(version: str) -> None:
    oro = Oro(version)

    refused_request(oro.redeem(oro.code(redirect_uri=CALLBACK)), "Check the `redirect_uri` parameter")


@covers("B16")
def test_another_address_of_the_client_will_not_do(version: str) -> None:
    other = "https://shop.example/other"
    oro = Oro(version, config=with_callbacks(version, CALLBACK, other))

    refused_request(oro.redeem(oro.code(redirect_uri=CALLBACK), redirect_uri=other), "Invalid redirect URI")


@covers("B16")
def test_an_address_that_was_not_named_must_not_be_named_now(version: str) -> None:
    oro = Oro(version)

    refused_request(oro.redeem(oro.code(), redirect_uri=CALLBACK), "Invalid redirect URI")


@covers("B17")
def test_a_challenge_wants_its_verifier(version: str) -> None:
    oro = Oro(version)
    code = oro.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    refused_request(oro.redeem(code), "Check the `code_verifier` parameter")


@covers("B18")
def test_a_wrong_verifier_is_refused_and_the_code_stays_good(version: str) -> None:
    oro = Oro(version)
    code = oro.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    for malformed in ("", "v" * 42, "v" * 129, "v" * 42 + "+"):
        malformed_hint = "Code Verifier must follow the specifications of RFC-7636."
        refused_request(oro.redeem(code, code_verifier=malformed), malformed_hint)
    refused_grant(oro.redeem(code, code_verifier="w" * 43), "Failed to verify `code_verifier`.")
    assert oro.redeem(code, code_verifier=VERIFIER).status_code == 200


@covers("B19")
def test_a_verifier_that_nobody_asked_for_is_refused(version: str) -> None:
    oro = Oro(version)
    hint = "code_verifier received when no code_challenge is present"

    refused_request(oro.redeem(oro.code(), code_verifier=VERIFIER), hint)


@covers("B21")
@REALMS
def test_a_client_by_itself_has_no_subject_and_nothing_to_refresh(version: str, realm: str) -> None:
    answer = Oro(version).exchange(f"{realm}-service", grant_type="client_credentials", scope="a b")

    assert list(answer.json()) == ["token_type", "expires_in", "access_token"]
    claims = claims_of(answer.json()["access_token"])
    assert claims["sub"] == ""
    assert claims["scopes"] == ["a", "b"]


@covers("B23")
@pytest.mark.parametrize(
    ("client", "name", "password", "subject"),
    [
        ("storefront-app", "ann@example.com", "ann", "ann@example.com"),
        ("storefront-app", "Ann@Example.COM", "ann", "ann@example.com"),
        ("backoffice-app", "admin", "admin", "admin"),
        ("backoffice-app", "admin@example.com", "admin", "admin"),
    ],
)
def test_a_password_brings_tokens(version: str, client: str, name: str, password: str, subject: str) -> None:
    tokens = Oro(version).password(client, name, password).json()

    assert claims_of(tokens["access_token"])["sub"] == subject
    assert tokens["refresh_token"].startswith("def502")


@covers("B24")
@pytest.mark.parametrize(
    ("client", "name", "password"),
    [
        ("storefront-app", "nobody@example.com", "ann"),
        ("storefront-app", "ann@example.com", "Ann"),
        ("storefront-app", "admin", "admin"),
        ("backoffice-app", "ann@example.com", "ann"),
        ("backoffice-app", "admin", "pass\u00e4word"),
    ],
)
def test_wrong_credentials_are_wrong_whatever_is_wrong(version: str, client: str, name: str, password: str) -> None:
    refused_credentials(Oro(version).password(client, name, password))


@covers("B24")
def test_somebody_without_a_mail_address_is_not_found_by_an_empty_name(version: str) -> None:
    fields = {"username": "", "password": "gone"}

    refused_credentials(Oro(version).exchange("backoffice-app", grant_type="password", **fields))


@covers("B25")
@pytest.mark.parametrize(
    ("name", "hint"), [("off@example.com", "Account is disabled."), ("locked@example.com", "Account is locked.")]
)
def test_a_closed_account_is_told_before_the_password_is_looked_at(version: str, name: str, hint: str) -> None:
    refused_grant(Oro(version).password(user=name, password="wrong"), hint)


@covers("B26")
@pytest.mark.parametrize("left_out", ["username", "password"])
def test_a_name_and_a_password_are_needed(version: str, left_out: str) -> None:
    typed = {"username": "ann@example.com", "password": "ann", left_out: None}

    answer = Oro(version).exchange("storefront-app", grant_type="password", **typed)

    refused_request(answer, f"Check the `{left_out}` parameter")


@covers("B27", versions=V50)
def test_each_guest_is_a_new_visitor_with_number_and_session(version: str) -> None:
    subjects = guests(version)

    assert len(subjects) == 3
    for subject in subjects:
        visitor, number, session = subject.split(":")
        assert visitor == "visitor"
        assert number.isdecimal()
        assert session


@covers("B27", versions=FROM_5_1)
def test_each_guest_is_a_new_visitor_with_a_session(version: str) -> None:
    subjects = guests(version)

    assert len(subjects) == 3
    assert all(subject.startswith("visitor:") and subject.count(":") == 1 for subject in subjects)


@covers("B28")
def test_there_are_no_guests_at_the_back_office(version: str) -> None:
    refused_credentials(Oro(version).password("backoffice-app", "guest", "guest"))


@covers("B29", versions=FROM_6_0)
@REALMS
def test_logging_in_by_password_can_be_switched_off_for_each_application(version: str, realm: str) -> None:
    switch: dict[str, Any] = {f"{realm}_password_login": False}
    oro = Oro(version, **switch)
    other = "backoffice" if realm == "storefront" else "storefront"

    refused_credentials(oro.password(f"{realm}-app"))
    refused_credentials(oro.password(f"{realm}-app", "guest", "guest"))
    assert oro.password(f"{other}-app").status_code == 200
    assert oro.redeem(oro.code(f"{realm}-web"), f"{realm}-web").status_code == 200


@pytest.mark.parametrize("version", V5)
def test_earlier_versions_have_no_such_switch(version: str) -> None:
    assert Oro(version, storefront_password_login=False).password().status_code == 200


@covers("B30", versions=V61)
@pytest.mark.parametrize("visitor_token", ["forged", "real"])
def test_a_visitor_token_with_a_password_changes_nothing_that_a_client_sees(version: str, visitor_token: str) -> None:
    oro = Oro(version)
    token = oro.password(user="guest", password="guest").json()["access_token"] if visitor_token == "real" else "x"

    tokens = oro.password(visitor_access_token=token).json()

    assert claims_of(tokens["access_token"])["sub"] == "ann@example.com"


@covers("B31")
def test_refreshing_takes_back_the_pair_before_at_once(version: str) -> None:
    oro = Oro(version)
    first = oro.password(scope="a b").json()

    second = oro.refresh(first["refresh_token"]).json()

    assert list(second) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert oro.is_dead(first["access_token"])
    assert not oro.is_dead(second["access_token"])
    assert claims_of(second["access_token"])["scopes"] == ["a", "b"]
    refused_refresh(oro.refresh(first["refresh_token"]), "Token has been revoked")
    assert oro.refresh(second["refresh_token"]).status_code == 200


@covers("B32")
@pytest.mark.parametrize("token", ["", "x", "def50200" + "f" * 600])
def test_garbage_is_no_refresh_token(version: str, token: str) -> None:
    refused_refresh(Oro(version).refresh(token), "Cannot decrypt the refresh token")


@covers("B32")
def test_there_must_be_a_refresh_token(version: str) -> None:
    answer = Oro(version).exchange("storefront-app", grant_type="refresh_token")

    refused_request(answer, "Check the `refresh_token` parameter")


@covers("B33")
@pytest.mark.parametrize(
    ("owner", "thief"),
    [("storefront-app", "storefront-web"), ("storefront-app", "backoffice-app"), ("backoffice-app", "storefront-app")],
)
def test_a_refresh_token_is_good_for_its_client_only(version: str, owner: str, thief: str) -> None:
    oro = Oro(version)
    tokens = oro.password(owner).json()

    refused_refresh(oro.refresh(tokens["refresh_token"], thief), "Token is not linked to client")
    assert oro.refresh(tokens["refresh_token"], owner).status_code == 200


@covers("B34")
def test_a_refresh_token_lives_as_long_as_the_version_says(version: str) -> None:
    oro = Oro(version)
    in_time, too_late = (oro.password().json()["refresh_token"] for _ in range(2))
    days = 30 if version == "6.1" else 210

    oro.provider.clock.advance(days=days)
    assert oro.refresh(in_time).status_code == 200
    oro.provider.clock.advance(seconds=1)
    refused_refresh(oro.refresh(too_late), "Token has expired")


@covers("B34")
def test_the_lifetime_of_refresh_tokens_is_configurable(version: str) -> None:
    oro = Oro(version, lifetimes=Lifetimes(refresh_token="1m"))
    token = oro.password().json()["refresh_token"]
    oro.provider.clock.advance(seconds=61)

    refused_refresh(oro.refresh(token), "Token has expired")


@covers("B35")
@pytest.mark.parametrize(("status", "hint"), [("disabled", "Account is disabled."), ("locked", "Account is locked.")])
def test_a_closed_account_refreshes_nothing_and_redeems_no_code(version: str, status: str, hint: str) -> None:
    oro = Oro(version)
    tokens, code = oro.password().json(), oro.code()
    assert oro.provider.shop
    oro.provider.shop.accounts.set_user("storefront", "ann@example.com", status)  # type: ignore[arg-type]

    refused_grant(oro.refresh(tokens["refresh_token"]), hint)
    refused_grant(oro.redeem(code), hint)
    oro.provider.shop.accounts.set_user("storefront", "ann@example.com", "enabled")
    assert oro.refresh(tokens["refresh_token"]).status_code == 200


@covers("B36")
def test_refreshing_may_narrow_the_scope_and_not_widen_it(version: str) -> None:
    oro = Oro(version)
    tokens = oro.password(scope="a b").json()

    description = "The requested scope is invalid, unknown, or malformed"
    refused(oro.refresh(tokens["refresh_token"], scope="a c"), 400, "invalid_scope", description, "Check the `c` scope")
    narrowed = oro.refresh(tokens["refresh_token"], scope="b").json()
    assert claims_of(narrowed["access_token"])["scopes"] == ["b"]


@covers("B37")
def test_a_visitor_stays_the_same(version: str) -> None:
    oro = Oro(version)
    first = oro.password(user="guest", password="guest").json()

    second = oro.refresh(first["refresh_token"]).json()

    assert claims_of(second["access_token"])["sub"] == claims_of(first["access_token"])["sub"]


def guests(version: str) -> set[str]:
    oro = Oro(version)
    answers = [oro.password(user="guest", password="guest").json() for _ in range(3)]
    return {claims_of(answer["access_token"])["sub"] for answer in answers}
