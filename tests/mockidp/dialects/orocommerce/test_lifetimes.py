"""OroCommerce takes a lifetime of zero: a token that is over when it arrives."""

import jwt
import msgspec
import pytest
import requests

from mockidp import Config, ConfigError, Lifetimes, MockIdp

SERVICE = {
    "grant_type": "client_credentials",
    "client_id": "storefront-service",
    "client_secret": "storefront-service-secret",
}


def test_a_token_may_be_over_when_it_arrives() -> None:
    with MockIdp(dialect="orocommerce", access_token_lifetime=0) as idp:
        idp.clock.freeze()
        answer = requests.post(f"{idp.base_url}/oauth2-token", data=SERVICE, timeout=10).json()
        key = jwt.PyJWK(idp.keys_of("storefront")()["keys"][0])

    assert answer["expires_in"] == 0
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(answer["access_token"], key, algorithms=["RS256"], audience="storefront-service")


@pytest.mark.parametrize(
    ("lifetimes", "place"),
    [
        pytest.param(Lifetimes(access_token=0), "lifetimes.access_token", id="access token"),
        pytest.param(Lifetimes(refresh_token="0s"), "lifetimes.refresh_token", id="refresh token"),
    ],
)
def test_the_standard_dialect_takes_no_zero_and_says_where_it_stands(lifetimes: Lifetimes, place: str) -> None:
    with pytest.raises(ConfigError, match=f"{place}: expected a duration of at least one second"):
        Config(lifetimes=lifetimes)
    assert Config(dialect="orocommerce", lifetimes=lifetimes).lifetimes == lifetimes


def test_the_standard_dialect_looks_at_realms_and_clients_too() -> None:
    realm = Config().realms[0]
    client = msgspec.structs.replace(realm.clients[0], lifetimes=Lifetimes(code=0))
    with pytest.raises(ConfigError, match=r"realms\[0\]\.lifetimes\.code: expected"):
        Config(realms=(msgspec.structs.replace(realm, lifetimes=Lifetimes(code=0)),))
    with pytest.raises(ConfigError, match=r"realms\[0\]\.clients\[0\]\.lifetimes\.code: expected"):
        Config(realms=(msgspec.structs.replace(realm, clients=(client,)),))
