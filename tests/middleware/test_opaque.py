"""The story of an opaque token without a server: what is asked, in which order, and what is made of it."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, NOW

from realmgate import Introspection, Principal, Realm
from realmgate.errors import KeysUnavailable, ScopeInsufficient, TokenRejected
from realmgate.expected import Expected
from realmgate.flow import Denied, Effect, EffectFailed, Fetch, Fetched, FetchFailed, run
from realmgate.keys.keyring import Keyring
from realmgate.keys.sources import NoKeys
from realmgate.opaque import check_no_less, verify_opaque

ASKING = Introspection("https://id.example/introspect", client_id="shop", client_secret="s3cret")
GOOD = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": "storefront-web",
    "jti": "opaque-1",
    "exp": NOW + 60,
    "permissions": {"orders": ["read"]},
}


def told(effect: Effect, **differs: Any) -> Any:
    if isinstance(effect, Fetch):
        return Fetched(status=200, headers=(), body=json.dumps({**GOOD, **differs}).encode(), at=0.0)
    return effect == Denied(jti="revoked")


def judge(answer: Any = told, **differs: Any) -> Principal:
    settings = {"issuer": ISSUER, "audience": AUDIENCE, "introspection": ASKING, **differs}
    realm = Realm("storefront", **settings)
    return run(
        verify_opaque("opaque", Expected(realm=realm, audiences=realm.audiences), Keyring(NoKeys()), NOW, 0.0), answer
    )


def test_a_token_for_somebody_else_is_not_looked_up_in_the_deny_list() -> None:
    asked: list[Effect] = []

    def answer(effect: Effect) -> Any:
        asked.append(effect)
        return told(effect, aud="https://other.example")

    with pytest.raises(TokenRejected):
        judge(answer, deny_list=bool)
    assert [type(effect) for effect in asked] == [Fetch]


def test_a_revoked_token_is_refused() -> None:
    assert judge(deny_list=bool).subject == "customer@example.com"
    with pytest.raises(TokenRejected, match="revoked"):
        judge(lambda effect: told(effect, jti="revoked"), deny_list=bool)


@pytest.mark.parametrize("silent", [Fetch, Denied])
def test_who_does_not_answer_says_neither_yes_nor_no(silent: type) -> None:
    def answer(effect: Effect) -> Any:
        if isinstance(effect, silent):
            raise FetchFailed("no answer in time") if silent is Fetch else EffectFailed("the deny-list failed")
        return told(effect)

    with pytest.raises(KeysUnavailable):
        judge(answer, deny_list=bool)


def test_nothing_a_handler_does_can_change_what_the_issuer_said() -> None:
    principal = judge()
    with pytest.raises(TypeError):
        principal.claims["sub"] = "admin"  # type: ignore[index]
    assert principal.claims["permissions"]["orders"] == ("read",)
    assert principal.expires_at == NOW + 60


def test_a_realms_own_readings_of_a_claim_count_here_too() -> None:
    def orders(claims: Any) -> list[str]:
        return [f"orders:{action}" for action in claims["permissions"]["orders"]]

    principal = judge(scopes=orders, client_id="sub", roles=lambda _: ["customer"])
    assert principal.scopes == {"orders:read"}
    assert principal.client_id == "customer@example.com"
    assert principal.roles == {"customer"}


@pytest.mark.parametrize(
    ("scope", "roles", "less"),
    [
        ("b a", ["clerk"], False),
        ("a b c", ["clerk", "admin"], False),
        ("a", ["clerk"], True),
        ("a c", ["clerk"], True),
        ("a b", [], True),
        ("a b", ["admin"], True),
    ],
)
def test_who_has_lost_what_the_issuer_said_before_has_less(scope: str, roles: list[str], *, less: bool) -> None:
    before = judge(lambda effect: told(effect, scope="a b", roles=["clerk"]))
    found = judge(lambda effect: told(effect, scope=scope, roles=roles))
    with pytest.raises(ScopeInsufficient) if less else nullcontext():
        check_no_less(found, before)
