import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from mockidp.errors import RequestRefused
from mockidp.web.parameters import BODY_LIMIT, QUERY_LIMIT, body_pairs, form_pairs, once, query_pairs

FORM = "application/x-www-form-urlencoded"


def request(body: bytes = b"", content_type: str = FORM, query: bytes = b"", chunk: int = 1000) -> Request:
    pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    headers = [(b"content-type", content_type.encode())] if content_type else []
    return Request({"type": "http", "method": "POST", "headers": headers, "query_string": query}, receive)


def body(raw: bytes, content_type: str = FORM) -> list[tuple[str, str]]:
    return asyncio.run(body_pairs(request(raw, content_type)))


def test_a_form_and_a_json_object_say_the_same() -> None:
    expected = [("a", "1 2"), ("b", "ü")]
    assert body(b"a=1+2&b=%C3%BC") == expected
    assert body('{"a": "1 2", "b": "ü"}'.encode(), "application/json") == expected
    assert body(b'{"a": "1 2", "b": "\\u00fc"}', "Application/JSON; charset=utf-8") == expected
    assert query_pairs(request(query=b"a=1%202&b=%C3%BC")) == expected


def test_doubled_parameters_stay_doubled_until_each_is_wanted_once() -> None:
    assert body(b"a=1&a=2") == [("a", "1"), ("a", "2")]
    assert body(b'{"a": "1", "a": "2"}', "application/json") == [("a", "1"), ("a", "2")]
    for pairs in ([("a", "1"), ("a", "2")], [("a", "1"), ("a", "1")], [("a", ""), ("a", "1")], [("a", "1"), ("a", "")]):
        with pytest.raises(RequestRefused, match="more than once"):
            once(pairs)


def test_an_empty_parameter_counts_as_left_out() -> None:
    assert once(body(b"a=&b=1&c")) == {"b": "1"}


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        pytest.param(b"a=%ff", FORM, id="not UTF-8"),
        pytest.param(b"a=\xff", FORM, id="raw byte"),
        pytest.param(b"a=%00", FORM, id="NUL"),
        pytest.param(b"a%0d%0a=1", FORM, id="line break in a name"),
        pytest.param(b"a=%7f", FORM, id="DEL"),
        pytest.param(b"&".join([b"a=1"] * 65), FORM, id="too many"),
        pytest.param(b"", "application/json", id="no JSON"),
        pytest.param(b"{", "application/json", id="half JSON"),
        pytest.param(b"[]", "application/json", id="array"),
        pytest.param(b'"a"', "application/json", id="string"),
        pytest.param(b"null", "application/json", id="null"),
        pytest.param(b"[" * 60_000, "application/json", id="deep array"),
        pytest.param(b'{"a":' * 12_000, "application/json", id="deep object"),
        pytest.param(b'{"a": 1}', "application/json", id="number"),
        pytest.param(b'{"a": null}', "application/json", id="null member"),
        pytest.param(b'{"a": {"b": "c"}}', "application/json", id="object member"),
        pytest.param(b'{"a": ["b"]}', "application/json", id="array member"),
        pytest.param(b'{"a": "\\ud800"}', "application/json", id="half a surrogate pair"),
        pytest.param(b'{"a": "\\u0000"}', "application/json", id="NUL in JSON"),
        pytest.param(b'{"a": "\xff"}', "application/json", id="JSON that is not UTF-8"),
        pytest.param('{"a": "b"}'.encode("utf-16"), "application/json", id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"a": "b"}', "application/json", id="byte order mark"),
        pytest.param(json.dumps({str(n): "" for n in range(65)}).encode(), "application/json", id="too many members"),
        pytest.param(b"a=1", "text/plain", id="text"),
        pytest.param(b"a=1", "multipart/form-data; boundary=x", id="multipart"),
        pytest.param(b"a=1", "", id="no content type"),
    ],
)
def test_a_body_that_cannot_be_read_strictly_is_refused(raw: bytes, content_type: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        body(raw, content_type)
    assert caught.value.status == 400


def test_a_form_is_not_json() -> None:
    with pytest.raises(RequestRefused, match="must be a form"):
        asyncio.run(form_pairs(request(b"{}", "application/json")))
    assert asyncio.run(form_pairs(request(b"a=1"))) == [("a", "1")]


def test_a_body_has_a_limit_however_it_is_cut() -> None:
    raw = b"a=" + b"1" * BODY_LIMIT
    assert len(body(raw[:BODY_LIMIT])[0][1]) == BODY_LIMIT - 2
    for chunk in (len(raw), 1000):
        with pytest.raises(RequestRefused) as caught:
            asyncio.run(body_pairs(request(raw, chunk=chunk)))
        assert caught.value.status == 413


def test_a_body_that_never_ends_is_not_read_to_its_end() -> None:
    reads: list[int] = []

    async def receive() -> dict[str, Any]:
        reads.append(1)
        return {"type": "http.request", "body": b"1" * 1000, "more_body": True}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", FORM.encode())], "query_string": b""}
    with pytest.raises(RequestRefused):
        asyncio.run(body_pairs(Request(scope, receive)))
    assert len(reads) == BODY_LIMIT // 1000 + 1


@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_a_client_that_goes_away_within_the_body_is_refused_like_any_other(content_type: str) -> None:
    came: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{}", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return came.pop(0)

    gone = Request({"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode())]}, receive)
    with pytest.raises(RequestRefused):
        asyncio.run(body_pairs(gone))


def test_a_query_has_a_limit() -> None:
    with pytest.raises(RequestRefused) as caught:
        query_pairs(request(query=b"a=" + b"1" * QUERY_LIMIT))
    assert caught.value.status == 414


@given(st.binary(max_size=300))
def test_any_bytes_are_pairs_of_text_or_refused(raw: bytes) -> None:
    for content_type in (FORM, "application/json"):
        pairs: list[tuple[str, str]] = []
        with suppress(RequestRefused):
            pairs = body(raw, content_type)
        assert not [part for pair in pairs for part in pair if min(part, default=" ") < " "]


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@given(st.dictionaries(TEXT, TEXT))
def test_whatever_another_library_writes_as_json_is_read_back(members: dict[str, str]) -> None:
    assert dict(body(json.dumps(members).encode(), "application/json")) == members
