"""Google's ID tokens for service accounts: anybody can have one for your audience, so the account must be named."""

from collections.abc import Callable
from typing import Any

import pytest
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realms

ACCOUNT = "nightly-export@shop-project.iam.gserviceaccount.com"
GOOGLE = Provider(
    issuer="https://accounts.google.com",
    jwks_uri="https://www.googleapis.com/oauth2/v3/certs",
    jwk={"alg": "RS256"},
    claims={
        "aud": "https://shop.example/admin/api",
        "azp": "104029292853099978293",
        "email": ACCOUNT,
        "email_verified": True,
        "sub": "104029292853099978293",
    },
)
PERSON = {
    "aud": "123-abc.apps.googleusercontent.com",
    "azp": "123-abc.apps.googleusercontent.com",
    "email": "casey@gmail.com",
    "at_hash": "x",
    "nonce": "n",
}


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(GOOGLE)
    realms: Realms = snippets("google")["shop"]
    return realms


def test_the_service_account_that_is_named_gets_in(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool]
) -> None:
    assert not refused(shop, GOOGLE.token(), "backoffice")
    principal = whom(shop, GOOGLE.token(), "backoffice")
    assert (principal.subject, principal.client_id) == ("104029292853099978293", ACCOUNT)
    assert not principal.scopes


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"email": "me@my-own-project.iam.gserviceaccount.com"}, id="of a stranger's service account"),
        pytest.param({"email": ...}, id="without an address"),
        pytest.param({"email": [ACCOUNT]}, id="with addresses in an array"),
        pytest.param({"email_verified": "true"}, id="with an address that is not verified"),
        pytest.param({"email_verified": False}, id="with an address that is not verified at all"),
        pytest.param({"aud": "https://shop.example/api"}, id="for another audience"),
        pytest.param(PERSON, id="an ID token of a person"),
        pytest.param({"at_hash": "x"}, id="an ID token that came with an access token"),
        pytest.param({"iss": "accounts.google.com"}, id="of the issuer as Google once wrote it"),
        pytest.param({"iss": "https://securetoken.google.com/shop"}, id="of Firebase"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, GOOGLE.token(**differs), "backoffice")


def test_an_access_token_is_refused(shop: Realms, refused: Callable[..., bool]) -> None:
    assert refused(shop, "ya29.a0AfH6SMBx-" + "x" * 150, "backoffice")
