from typing import Any

import pytest

from mockidp.faults.order import order

EXPIRED: dict[str, Any] = {"realm": "storefront", "client": "web", "users": ("casey", "subject-1")}


@pytest.mark.parametrize(
    "whom",
    [
        {},
        {"realm": "storefront"},
        {"client": "web"},
        {"user": "casey"},
        {"user": "subject-1"},
        {"endpoint": "token"},
        {"realm": "storefront", "client": "web", "user": "casey", "token": "access_token"},
        {"realm": None},
    ],
)
def test_a_token_lies_where_all_that_was_said_fits(whom: Any) -> None:
    assert order("expired", 1, whom).lies_about("access_token", **EXPIRED)


@pytest.mark.parametrize(
    "whom",
    [
        {"realm": "backoffice"},
        {"client": "spa"},
        {"user": "billie"},
        {"token": "id_token"},
        {"realm": "storefront", "user": "x"},
    ],
)
def test_a_token_tells_the_truth_where_one_thing_does_not(whom: Any) -> None:
    assert not order("expired", 1, whom).lies_about("access_token", **EXPIRED)


def test_what_both_kinds_of_tokens_can_be_is_meant_for_the_access_token() -> None:
    assert not order("expired", 1, {}).lies_about("id_token", **EXPIRED)
    assert order("wrong-nonce", 1, {}).lies_about("id_token", **EXPIRED)


@pytest.mark.parametrize(
    ("fault", "whom", "fits"),
    [
        ("drop", {}, True),
        ("drop", {"endpoint": "jwks"}, True),
        ("drop", {"endpoint": "token"}, False),
        ("drop", {"realm": "backoffice"}, False),
        ("drop", {"client": "web"}, False),
        ("jwks-down", {}, True),
        ("discovery-wrong-issuer", {}, False),
        ("expired", {}, False),
    ],
)
def test_an_endpoint_goes_wrong_where_all_that_was_said_fits(fault: str, whom: Any, *, fits: bool) -> None:
    assert order(fault, 1, whom).interferes_at("jwks", realm="storefront", client=None) is fits


def test_an_order_is_carried_out_as_often_as_it_says() -> None:
    [left] = order("drop", 2, {}).once_less()
    assert left.once_less() == ()
    always = order("drop", None, {})
    assert always.once_less() == (always,)


@pytest.mark.parametrize(
    ("fault", "times", "whom", "problem"),
    [
        ("drop", 0, {}, "at least once, not 0"),
        ("drop", 1, {"user": "casey"}, "knows neither token nor user"),
        ("drop", 1, {"token": "id_token"}, "knows neither token nor user"),
        ("drop", 1, {"endpoint": "tokens"}, "there is no endpoint 'tokens'; there are authorize, .*, userinfo"),
        ("jwks-down", 1, {"endpoint": "token"}, "of the endpoint 'jwks', not of 'token'"),
        ("expired", 1, {"endpoint": "jwks"}, "they come from the endpoint 'token'"),
        ("wrong-nonce", 1, {"token": "access_token"}, "is a fault of id_token, not of 'access_token'"),
        ("expired", 1, {"token": "refresh_token"}, "access_token and id_token, not of 'refresh_token'"),
        ("no-such", 1, {}, "there is no fault"),
    ],
)
def test_what_does_not_go_together_is_refused(fault: str, times: int, whom: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        order(fault, times, whom)
