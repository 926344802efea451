import pytest
from authlib.oauth2.rfc6749.errors import OAuth2Error

from mockidp.protocol.authorization_request import check_parameters, without_login


def test_parameters_in_order_are_given_by_name() -> None:
    asked = [("client_id", "web"), ("prompt", "login consent"), ("max_age", "60"), ("response_mode", "query")]
    assert check_parameters(asked) == dict(asked)
    assert check_parameters([("a", "")]) == {}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([("a", "1"), ("a", "1")], "invalid_request"),
        ([("request", "x")], "request_not_supported"),
        ([("request_uri", "https://a.example/")], "request_uri_not_supported"),
        ([("registration", "{}")], "registration_not_supported"),
        ([("response_mode", "fragment")], "invalid_request"),
        ([("prompt", "none login")], "invalid_request"),
        ([("prompt", "nonsense")], "invalid_request"),
        ([("max_age", "-1")], "invalid_request"),
        ([("max_age", "1.5")], "invalid_request"),
    ],
)
def test_what_is_not_in_order_is_named(asked: list[tuple[str, str]], error: str) -> None:
    with pytest.raises(OAuth2Error) as caught:
        check_parameters(asked)
    assert caught.value.error == error


@pytest.mark.parametrize(
    ("prompt", "left"),
    [("login", []), ("select_account login", []), ("login consent", [("prompt", "consent")]), ("", [])],
)
def test_after_a_login_nothing_demands_one(prompt: str, left: list[tuple[str, str]]) -> None:
    asked = [("client_id", "web"), ("prompt", prompt), ("max_age", "0")]
    assert without_login(asked) == [("client_id", "web"), *left]
