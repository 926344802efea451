import pytest

from mockidp.captured.captured_request import Captured
from mockidp.captured.request_inbox import Inbox, NoSuchRequest


def posted(body: str) -> Captured:
    return Captured(
        method="POST",
        raw_path=b"/oauth2-token",
        query_string=b"",
        raw_headers=(
            (b"Content-Type", b"application/x-www-form-urlencoded"),
            (b"Authorization", b"Bearer secret-token"),
        ),
        body=body.encode(),
    )


def test_what_is_as_expected_passes_and_other_parameters_may_be_there() -> None:
    request = posted("grant_type=refresh_token&scope=a+b&client_secret=s3cret")
    request.assert_form(scope="a b", client_secret="s3cret")
    request.assert_header("content-TYPE", "application/x-www-form-urlencoded")


def test_a_failure_says_what_differs_and_no_secret() -> None:
    request = posted("scope=a&scope=b&client_secret=s3cret&code=c0de")
    with pytest.raises(AssertionError) as failed:
        request.assert_form(scope="a", client_secret="0ther", code_verifier="v3rifier", grant_type="password")
    assert str(failed.value).splitlines() == [
        "POST /oauth2-token is not as expected:",
        "  scope: expected 'a', got 'a', 'b'",
        "  client_secret: expected [hidden], got [hidden], which is something else",
        "  code_verifier: expected [hidden], and it is not there",
        "  grant_type: expected 'password', and it is not there",
    ]
    with pytest.raises(AssertionError, match=r"authorization: expected \[hidden\], got \[hidden\]"):
        request.assert_header("Authorization", "Bearer other-token")


def test_an_inbox_waits_for_parameters_headers_and_clients() -> None:
    inbox = Inbox()
    for body in ("scope=a&client_id=one", "scope=b&client_id=one", "scope=b&client_id=two"):
        inbox.put(posted(body))
    found = inbox.wait_for(
        client="two", form={"scope": "b"}, header={"Authorization": "Bearer secret-token"}, timeout=0
    )
    assert found.client_id == "two"
    with pytest.raises(NoSuchRequest, match="no POST of one with code") as complaint:
        inbox.wait_for(method="POST", client="one", form={"code": "c0de"}, timeout=0)
    assert "c0de" not in str(complaint.value)
    assert inbox.wait_for(form={"scope": "b"}, timeout=0).client_id == "one"
