"""A short access token, its end, and its successor."""

import time
from collections.abc import Callable

import jwt
import pytest
from both_doors import Doors, ask_wsgi
from person import authlib_tokens, discover

from mockidp import MockIdp
from realmgate import Realms

ShopOf = Callable[..., Realms]
GateAt = Callable[..., Doors]


def lifetime(token: str) -> int:
    claims = jwt.decode(token, options={"verify_signature": False})
    seconds: int = claims["exp"] - claims["iat"]
    return seconds


@pytest.mark.parametrize("realm", ["storefront", "backoffice"])
def test_two_seconds_on_one_frozen_clock(shop_of: ShopOf, gate_at: GateAt, realm: str) -> None:
    with MockIdp(access_token_lifetime="2s") as idp:
        idp.clock.freeze(1_800_000_000)
        doors = gate_at(shop_of(idp), realm, idp.clock)
        client, tokens = authlib_tokens(idp.issuer(realm), realm)

        assert tokens["expires_in"] == 2
        assert doors.bearer(tokens["access_token"]).status == 200

        idp.clock.advance(seconds=1.75)
        assert doors.bearer(tokens["access_token"]).status == 200

        idp.clock.advance(seconds=0.25)
        assert doors.bearer(tokens["access_token"]).status == 401

        renewed = client.refresh_token(discover(idp.issuer(realm))["token_endpoint"])
        assert renewed["expires_in"] == 2
        assert lifetime(renewed["access_token"]) == 2
        assert doors.bearer(renewed["access_token"]).status == 200

        idp.clock.advance(seconds=2)
        assert doors.bearer(renewed["access_token"]).status == 401


def test_two_seconds_in_real_time(shop_of: ShopOf, gate_at: GateAt) -> None:
    with MockIdp(access_token_lifetime="2s") as idp:
        doors = gate_at(shop_of(idp), "storefront", time.time)
        client, tokens = authlib_tokens(idp.issuer("storefront"), "storefront")

        def renewed() -> str:
            answer = client.refresh_token(discover(idp.issuer("storefront"))["token_endpoint"])
            return str(answer["access_token"])

        for _ in range(2):
            young = next(token for token in iter(renewed, "") if is_let_in_while_it_is_young(doors, token))
            assert lifetime(young) == 2
            while time.time() < end(young):
                time.sleep(0.01)
            assert doors.bearer(young).status == 401
        assert lifetime(tokens["access_token"]) == 2


def end(token: str) -> float:
    return float(jwt.decode(token, options={"verify_signature": False})["exp"])


def is_let_in_while_it_is_young(doors: Doors, token: str) -> bool:
    """False where that cannot be told, as the machine took seconds for one request: the next token, then."""
    sent = [("authorization", f"Bearer {token}")]
    status = ask_wsgi(doors.wsgi, sent).status
    young = time.time() < end(token)
    assert status == 200 or not young
    return young
