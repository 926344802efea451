import json
from typing import Any

import pytest

from mockidp.cli.answer_heard import LONGEST_BODY, AnswerHeard

TOLD = {"error": "invalid_grant", "error_description": "This code has expired."}


def heard(status: int, body: bytes = b"", location: str = "") -> AnswerHeard:
    answer = AnswerHeard()
    headers = [(b"location", location.encode())] if location else []
    answer.hear({"type": "http.response.start", "status": status, "headers": headers})
    answer.hear({"type": "http.response.body", "body": body})
    return answer


def test_the_error_of_a_refusal_is_heard_with_its_text() -> None:
    answer = heard(400, json.dumps(TOLD).encode())
    assert (answer.status, str(answer)) == (400, "invalid_grant: This code has expired.")
    assert str(heard(401, b'{"error": "invalid_client"}')) == "invalid_client"


def test_the_error_that_goes_back_to_a_client_is_heard() -> None:
    location = "http://127.0.0.1:8900/cb?x=1&error=access_denied&error_description=The+user+said+no&state=s3cret#f"
    assert str(heard(303, location=location)) == "access_denied: The user said no"


def test_nothing_is_heard_where_nothing_was_refused() -> None:
    assert str(heard(200, json.dumps(TOLD).encode())) == ""
    assert str(heard(303, location="http://127.0.0.1:8900/cb?code=s3cret&state=x")) == ""
    assert (AnswerHeard().status, str(AnswerHeard())) == (0, "")


def test_a_caller_cannot_have_an_error_of_its_own_told() -> None:
    assert str(heard(302, location="/oauth2-token/login?error=forged&error_description=by+the+caller")) == ""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!doctype html>", id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 4000, id="brackets"),
        pytest.param(b'["error"]', id="a list"),
        pytest.param(b'{"error": 1}', id="a number"),
        pytest.param(b'{"error": "two words"}', id="words"),
        pytest.param(b'{"error": "x\\n12:00:00  forged"}', id="a line break"),
        pytest.param(json.dumps({**TOLD, "more": "x" * LONGEST_BODY}).encode(), id="too much"),
        pytest.param(b'{"error": "\xff"}', id="no UTF-8"),
    ],
)
def test_what_is_no_error_of_ours_is_not_told(body: bytes) -> None:
    assert str(heard(400, body)) == ""


@pytest.mark.parametrize("text", ["x\n12:00:00  forged", "\x1b[31m", "ü", 1, None, ["x"]])
def test_a_text_that_could_write_to_the_terminal_is_left_out(text: Any) -> None:
    assert str(heard(400, json.dumps({**TOLD, "error_description": text}).encode())) == "invalid_grant"


def test_a_long_text_is_cut() -> None:
    assert len(str(heard(400, json.dumps({**TOLD, "error_description": "x" * 3000}).encode()))) < 300
