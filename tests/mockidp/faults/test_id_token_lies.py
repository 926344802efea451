"""Every lie that an ID token can tell, told by the token endpoint to a client that looks closely."""

from typing import Any

import pytest
from relying_party import LoginFailed, check_id_token
from visitor import NOON, Visitor

from mockidp.faults.catalogue import CATALOGUE
from mockidp.faults.row import TokenFault

LIES = [name for name, fault in CATALOGUE.items() if isinstance(fault, TokenFault) and "id_token" in fault.tokens]
NONCE = "n-0S6_WzA2Mj"


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor()


def log_in(visitor: Visitor) -> dict[str, Any]:
    tokens = visitor.tokens(scope="openid profile", nonce=NONCE)
    return check_id_token(
        tokens["id_token"],
        keys=visitor.provider.keys["storefront"].jwks()["keys"],
        issuer=visitor.provider.issuer("storefront"),
        client_id="storefront-web",
        nonce=NONCE,
        access_token=tokens["access_token"],
        now=NOON,
        subject="customer@example.com",
        max_age=600,
    )


@pytest.mark.parametrize("fault", LIES)
def test_a_close_look_finds_the_lie_and_believes_the_next_token(visitor: Visitor, fault: str) -> None:
    visitor.provider.faults.next(fault, token="id_token")
    with pytest.raises(LoginFailed):
        log_in(visitor)
    assert log_in(visitor)["sub"] == "customer@example.com"


def test_the_access_token_beside_a_lying_id_token_is_good(visitor: Visitor) -> None:
    visitor.provider.faults.next("wrong-nonce")
    tokens = visitor.tokens(scope="openid", nonce=NONCE)
    assert visitor.provider.sites.named("storefront").claims_of(tokens["access_token"])
    assert not visitor.provider.faults.pending
