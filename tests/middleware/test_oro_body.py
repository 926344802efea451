"""A token in a JSON:API document, taken out of it; the doors themselves are tried in tests/together."""

import io
from bisect import bisect_left
from typing import Any

import pytest

from realmgate.challenge import JSON_API
from realmgate.errors import BodyTooLarge
from realmgate.oro_body import LIMIT, NEVER_GOOD, through_wsgi, token_in, without_token


@pytest.mark.parametrize(
    ("body", "token", "left"),
    [
        (b'{"access_token":"x"}', "x", b"{}"),
        (b'{"a":1.0,"access_token":"x"}', "x", b'{"a":1.0}'),
        (b'{"access_token":"x","access_token":"y","a":[1, 2]}', "y", b'{"a":[1, 2]}'),
        (b'{"access_token":null}', NEVER_GOOD, b"{}"),
        (b'{"access_token":["x"]}', NEVER_GOOD, b"{}"),
        (b'{"access_token":""}', NEVER_GOOD, b"{}"),
        (b'{"a":{"access_token":"x"}}', None, b'{"a":{"access_token":"x"}}'),
        (b"[1]", None, b"[1]"),
        (b"", None, b""),
        (b'{"access_token":"x"} ,', None, b'{"access_token":"x"} ,'),
    ],
)
def test_only_the_top_level_member_is_taken(body: bytes, token: str | None, left: bytes) -> None:
    assert token_in(body) == token
    if token is not None:
        assert without_token(body) == left


def test_a_document_that_cannot_be_put_together_again_is_not_handed_on() -> None:
    body = b'{"\xff":1,"access_token":"x"}'
    assert (token_in(body), without_token(body)) == ("x", b"")


def nested(depth: int) -> bytes:
    return b'{"access_token":"x","a":' + b"[" * depth + b"]" * depth + b"}"


def further_down(steps: int, body: bytes) -> bytes:
    """Read the document where less of the stack is left, as behind a gate there is."""
    return further_down(steps - 1, body) if steps else without_token(body)


def test_a_document_that_lies_too_deep_by_then_is_not_handed_on() -> None:
    depths = range(100_000)
    deepest = bisect_left(depths, True, key=lambda depth: token_in(nested(depth)) is None) - 1
    assert token_in(nested(deepest)) == "x"
    assert further_down(50, nested(deepest)) in (b"", nested(deepest).replace(b'"access_token":"x",', b""))
    assert further_down(50, nested(10)) == nested(10).replace(b'"access_token":"x",', b"")


@pytest.mark.parametrize(
    ("length", "terminated", "read"),
    [("4", False, b"{}xx"), ("", False, b""), ("x", False, b""), (None, True, b"{}xxyy")],
)
def test_a_body_ends_where_the_wsgi_server_says(length: str | None, terminated: bool, read: bytes) -> None:
    environ: dict[str, Any] = {"CONTENT_TYPE": JSON_API, "wsgi.input": io.BytesIO(b"{}xxyy")}
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    if terminated:
        environ["wsgi.input_terminated"] = True

    _, behind = through_wsgi(lambda seen, _: seen, environ)
    seen = behind(environ, None)

    assert seen["wsgi.input"].read() == read
    assert seen["CONTENT_LENGTH"] == str(len(read))


@pytest.mark.parametrize("length", [str(LIMIT + 1), "9" * 18])
def test_a_body_that_is_announced_too_large_is_refused(length: str) -> None:
    with pytest.raises(BodyTooLarge):
        through_wsgi(None, {"CONTENT_TYPE": JSON_API, "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"")})


def test_another_type_of_body_is_left_alone() -> None:
    environ: dict[str, Any] = {"CONTENT_TYPE": "application/json", "wsgi.input": None}

    assert through_wsgi(len, environ) == (environ, len)
