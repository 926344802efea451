"""The access token, as a careful reader takes it apart."""

import itertools
import re

import jwt
import pytest
from oro import NOON, Oro, claims_of, header_of
from oro_rows import ALL

from mockidp import MockIdp
from mockidp.clock import Clock
from mockidp.dialects.orocommerce.mint import OroMint


@pytest.mark.parametrize("version", ALL)
def test_the_claims_are_these_in_this_order(version: str) -> None:
    token = Oro(version).password(scope="a b").json()["access_token"]

    claims = claims_of(token)
    assert header_of(token) == {"typ": "JWT", "alg": "RS256"}
    assert list(claims) == ["aud", "jti", "iat", "nbf", "exp", "sub", "scopes"]
    assert claims == {
        "aud": "storefront-app",
        "jti": claims["jti"],
        "iat": NOON,
        "nbf": NOON,
        "exp": NOON + 3600,
        "sub": "ann@example.com",
        "scopes": ["a", "b"],
    }
    assert re.fullmatch(r"[0-9a-f]{80}", claims["jti"])


def test_dates_have_microseconds_but_where_there_are_none() -> None:
    oro = Oro("6.1")
    oro.provider.clock.set(1_639_613_073.5522891)
    assert claims_of(oro.password().json()["access_token"])["iat"] == 1639613073.552289

    oro.provider.clock.set(1_639_613_073)
    whole = claims_of(oro.password().json()["access_token"])
    assert all(isinstance(whole[name], int) for name in ("iat", "nbf", "exp"))


def test_by_a_running_clock_the_dates_differ_a_little() -> None:
    oro = Oro("6.1")
    ticks = itertools.count(NOON, 1 / 64)
    oro.provider.clock._source = lambda: next(ticks)
    oro.provider.clock.reset()
    answer = oro.password().json()

    claims = claims_of(answer["access_token"])
    assert claims["nbf"] - claims["iat"] == 1 / 64
    assert claims["exp"] - claims["iat"] == 3600 - 1 / 64
    assert answer["expires_in"] == 3600


@pytest.mark.parametrize("lifetime", [3600, 0])
def test_a_second_that_turns_while_the_token_is_made_is_not_left_any_more(lifetime: int) -> None:
    oro = Oro("6.1")
    ticks = itertools.count(NOON, 0.3)  # four looks at the clock: at .25, .55, .85 and 1.15
    mint = OroMint(
        realm="storefront",
        issuer="",
        audience="",
        keys=oro.provider.keys["storefront"],
        clock=Clock(lambda: next(ticks)),
        store=oro.provider.store,
    )

    issued = mint.issue(subject="ann@example.com", client_id="storefront-app", scope="a", lifetime=lifetime)
    assert issued.expires_in == lifetime - 1


def test_each_token_has_a_name_of_its_own_and_is_noted() -> None:
    oro = Oro("6.1")
    names = {claims_of(oro.password().json()["access_token"])["jti"] for _ in range(3)}

    assert len(names) == 3
    assert all(oro.provider.store.access_tokens.find(name) for name in names)


def test_a_token_without_ceremony_looks_the_same() -> None:
    with MockIdp(dialect="orocommerce") as idp:
        idp.clock.freeze(NOON)
        token = idp.token("storefront", subject="somebody@example.com", scope="a", expires_in=5)

        claims = claims_of(token)
        assert claims["aud"] == "storefront-web"
        assert claims["exp"] == NOON + 5
        assert not idp.revoked("storefront")(claims["jti"])
        assert idp.revoked("storefront")("0" * 80)


def test_pyjwt_takes_a_token_only_with_the_quirks() -> None:
    with MockIdp(dialect="orocommerce") as idp:
        token = idp.token("storefront", subject="ann@example.com")
        key = jwt.PyJWK(idp.keys_of("storefront")()["keys"][0])

        assert jwt.decode(token, key, algorithms=["RS256"], audience="storefront-web")["sub"] == "ann@example.com"
        assert jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})["scopes"] == []
        with pytest.raises(jwt.InvalidAudienceError):
            jwt.decode(token, key, algorithms=["RS256"])
        with pytest.raises(jwt.MissingRequiredClaimError, match="iss"):
            jwt.decode(token, key, algorithms=["RS256"], audience="storefront-web", options={"require": ["iss"]})


def test_both_applications_sign_with_one_key() -> None:
    with MockIdp(dialect="orocommerce") as idp:
        assert idp.keys_of("storefront")() == idp.keys_of("backoffice")()
