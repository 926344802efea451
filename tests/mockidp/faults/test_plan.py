import threading
from dataclasses import replace
from typing import Any

import pytest

from mockidp.errors import CannotLie
from mockidp.faults.catalogue import CATALOGUE
from mockidp.faults.plan import ASKED_FOR, Faults, hinted
from mockidp.faults.row import Foreign, TokenFault
from mockidp.signing.token_draft import Draft, seal

WEB: dict[str, Any] = {"realm": "storefront", "client": "web"}


@pytest.fixture
def faults(foreign: Foreign) -> Faults:
    return Faults({"storefront": foreign, "backoffice": foreign})


def test_the_next_token_lies_and_the_one_after_it_does_not(faults: Faults, draft: Draft) -> None:
    faults.next("alg-none")
    assert faults.sealed("access_token", **WEB)(draft).endswith(".")
    assert faults.sealed("access_token", **WEB) is seal


def test_of_two_that_fit_the_oldest_comes_first(faults: Faults, draft: Draft) -> None:
    faults.next("empty-signature", client="spa")
    faults.next("alg-none")
    faults.next("not-a-token", times=2)
    made = [faults.sealed("access_token", **WEB)(draft) for _ in range(3)]
    assert made[0].endswith(".")
    assert made[1:] == ["not-a-token", "not-a-token"]
    assert [one.fault for one in faults.pending] == ["empty-signature"]


def test_always_is_until_it_is_cleared(faults: Faults, draft: Draft) -> None:
    faults.always("not-a-token")
    assert {faults.sealed("access_token", **WEB)(draft) for _ in range(3)} == {"not-a-token"}
    faults.clear()
    assert faults.sealed("access_token", **WEB) is seal
    assert faults.pending == ()


def test_what_is_pending_is_plain_to_see(faults: Faults) -> None:
    faults.next("status=500", endpoint="jwks", realm="storefront", times=3)
    [order] = faults.pending
    assert (order.fault, order.endpoint, order.realm, order.times) == ("status=500", "jwks", "storefront", 3)
    assert "chosen" not in repr(order)


def test_a_realm_that_is_none_is_named(faults: Faults) -> None:
    with pytest.raises(ValueError, match="there is no realm 'garage'; there are storefront, backoffice"):
        faults.next("expired", realm="garage")


def test_an_endpoint_goes_wrong_once_with_its_number(faults: Faults) -> None:
    faults.next("delay=2", endpoint="jwks")
    assert faults.interfering("token", realm=None, client=None) is None
    due = faults.interfering("jwks", realm="storefront", client=None)
    assert due is not None
    assert due.chosen.value == 2
    assert faults.interfering("jwks", realm="storefront", client=None) is None


@pytest.mark.parametrize("times", [1, 2])
def test_what_is_postponed_happens_as_often_all_the_same(faults: Faults, times: int) -> None:
    faults.next("drop", times=times)
    faults.next("delay")
    due = faults.interfering("jwks", realm=None, client=None)
    assert due is not None

    faults.postpone(due)

    met = [faults.interfering("jwks", realm=None, client=None) for _ in range(times + 2)]
    assert [one and one.fault for one in met] == [*["drop"] * times, "delay", None]


@pytest.mark.parametrize("forget", ["clear", "reset"])
def test_what_is_postponed_when_all_is_cleared_meanwhile_is_nobody_elses(faults: Faults, forget: str) -> None:
    faults.next("redirect-wrong-state")
    due = faults.interfering("authorize", realm="storefront", client=None)
    assert due
    getattr(faults, forget)()  # a test has ended, and its browser has not heard the answer yet
    faults.postpone(due)
    assert not faults.pending


def test_what_happens_always_is_not_there_twice_for_being_postponed(faults: Faults) -> None:
    faults.always("drop")
    due = faults.interfering("jwks", realm=None, client=None)
    assert due is not None
    faults.postpone(due)
    assert len(faults.pending) == 1


def test_a_request_that_asks_for_a_fault_of_its_own_uses_up_nobody_elses(faults: Faults, draft: Draft) -> None:
    faults.next("alg-none")
    row = CATALOGUE["not-a-token"]
    assert isinstance(row, TokenFault)
    before = ASKED_FOR.set(row)
    assert faults.sealed("access_token", **WEB)(draft) == "not-a-token"
    assert faults.sealed("id_token", **WEB) is seal
    ASKED_FOR.reset(before)
    assert len(faults.pending) == 1


def test_an_approval_may_ask_for_a_fault(faults: Faults, draft: Draft) -> None:
    assert faults.sealed("access_token", **WEB, asked="not-a-token")(draft) == "not-a-token"
    assert faults.sealed("access_token", **WEB, asked="wrong-nonce") is seal


@pytest.mark.parametrize(
    ("hint", "found"),
    [
        ("customer@example.com!expired", ("customer@example.com", "expired")),
        ("customer@example.com", ("customer@example.com", "")),
        ("who!me", ("who!me", "")),
        ("who!me!alg-none", ("who!me", "alg-none")),
        ("customer!drop", ("customer!drop", "")),
        ("!expired", ("", "expired")),
        ("", ("", "")),
    ],
)
def test_a_login_hint_names_a_user_and_perhaps_a_fault(hint: str, found: tuple[str, str]) -> None:
    assert hinted(hint) == found


def test_a_token_can_lie_without_any_ceremony(faults: Faults, draft: Draft) -> None:
    assert faults.lie("not-a-token", "storefront")(draft) == "not-a-token"


@pytest.mark.parametrize(
    ("fault", "problem"), [("wrong-nonce", "not of 'access_token'"), ("drop", "of an endpoint"), ("x", "no fault 'x'")]
)
def test_only_faults_of_access_tokens_are_for_them(faults: Faults, fault: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        faults.lie(fault, "storefront")


def test_tokens_of_another_dialect_do_not_lie(foreign: Foreign) -> None:
    faults = Faults({"storefront": foreign}, lying_tokens=False)
    with pytest.raises(ValueError, match="standard dialect only"):
        faults.next("expired")
    with pytest.raises(ValueError, match="standard dialect only"):
        faults.lie("expired", "storefront")
    faults.next("drop")
    assert len(faults.pending) == 1


def test_of_many_at_once_each_order_meets_one(faults: Faults) -> None:
    faults.next("drop", times=50)
    met: list[object] = []

    def ask() -> None:
        met.extend(faults.interfering("jwks", realm=None, client=None) for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in met if one]) == 50


def test_what_cannot_be_lied_about_is_said_and_nothing_of_the_token(faults: Faults, draft: Draft) -> None:
    faults.next("expired")
    strange = replace(draft, claims={**draft.claims, "iat": "s3cret"})
    with pytest.raises(CannotLie, match=r"^expired needs claims of the usual kinds to lie about") as caught:
        faults.sealed("access_token", realm="storefront", client="x")(strange)
    assert "s3cret" not in str(caught.value)
