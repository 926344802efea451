import threading

import pytest

from mockidp.memory.approval import Approval
from mockidp.memory.store import AuthorizationCode, MemoryStore, RefreshToken

APPROVAL = Approval(
    approval_id="a1",
    realm="storefront",
    client_id="web",
    username="ann",
    subject="ann",
    scope="",
    scope_named=False,
    auth_time=0,
    nonce="nonce-of-the-client",
)


def token(value: str) -> RefreshToken:
    return RefreshToken(value=value, approval=APPROVAL, issued_at=8, expires_at=9)


def test_a_value_is_found_spent_or_not_and_unknown_ones_are_not() -> None:
    drawer = MemoryStore().refresh_tokens
    drawer.put(token("x"))
    assert drawer.find("x") == token("x")
    assert not drawer.is_spent("x")
    assert drawer.spend("x")
    assert drawer.find("x") == token("x")
    assert drawer.is_spent("x")
    assert drawer.find("y") is None


def test_a_value_is_spent_once_and_one_never_issued_not_at_all() -> None:
    drawer = MemoryStore().codes
    assert not drawer.spend("x")
    code = AuthorizationCode(
        value="x",
        approval=APPROVAL,
        redirect_uri="https://a.example/",
        redirect_uri_named=False,
        code_challenge=None,
        code_challenge_method=None,
        expires_at=9,
    )
    drawer.put(code)
    assert [drawer.spend("x"), drawer.spend("x"), drawer.spend("x")] == [True, False, False]


def test_of_many_who_spend_a_value_at_once_exactly_one_succeeds() -> None:
    drawer = MemoryStore().refresh_tokens
    rounds, workers = 200, 8
    for number in range(rounds):
        drawer.put(token(str(number)))
    together = threading.Barrier(workers)
    won: list[str] = []

    def rush() -> None:
        for number in range(rounds):
            together.wait(10)
            if drawer.spend(str(number)):
                won.append(str(number))

    threads = [threading.Thread(target=rush) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won, key=int) == [str(number) for number in range(rounds)]


def test_a_full_drawer_forgets_the_oldest_and_its_tombstone() -> None:
    store = MemoryStore(capacity=3)
    for value in "abcd":
        store.refresh_tokens.put(token(value))
        store.refresh_tokens.spend(value)
    assert [bool(store.refresh_tokens.find(value)) for value in "abcd"] == [False, True, True, True]
    assert not store.refresh_tokens.is_spent("a")
    assert store.refresh_tokens.is_spent("b")


def test_a_revoked_approval_stays_revoked_until_the_oldest_has_to_go() -> None:
    store = MemoryStore(capacity=2)
    for approval_id in "abc":
        store.revoke(approval_id)
    assert [store.is_revoked(approval_id) for approval_id in "abcd"] == [False, True, True, False]


def test_the_drawers_do_not_mix_codes_and_refresh_tokens() -> None:
    store = MemoryStore()
    store.refresh_tokens.put(token("x"))
    assert store.codes.find("x") is None
    assert not store.codes.spend("x")


def test_a_cleared_store_knows_nothing() -> None:
    store = MemoryStore()
    store.refresh_tokens.put(token("x"))
    store.refresh_tokens.spend("x")
    store.revoke("a1")
    store.clear()
    assert (store.refresh_tokens.find("x"), store.refresh_tokens.is_spent("x"), store.is_revoked("a1")) == (
        None,
        False,
        False,
    )


@pytest.mark.parametrize("secret", ["value-of-the-token", "nonce-of-the-client"])
def test_no_secret_shows_in_a_representation(secret: str) -> None:
    assert secret not in repr(token("value-of-the-token"))
