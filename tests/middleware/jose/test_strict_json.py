import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.jose.strict_json import MAX_DEPTH, NotStrictJson, parse_object

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), plain, max_size=4), st.booleans())
def test_an_object_comes_back_as_it_was(value: dict[str, Any], ascii_only: bool) -> None:
    assert parse_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"alg":"RS256","alg":"none"}', id="side by side"),
        pytest.param(b'{"a":1,"a":1}', id="the same value twice"),
        pytest.param(b'{"alg":"RS256","\\u0061lg":"none"}', id="the second one escaped"),
        pytest.param(b'{"\\u0061lg":"RS256","alg":"none"}', id="the first one escaped"),
        pytest.param(b'{"\\/a":1,"/a":2}', id="an escaped slash"),
        pytest.param('{"é":1,"\\u00e9":2}'.encode(), id="an escaped letter"),
        pytest.param(b'{"a":{"b":1,"b":2}}', id="one level down"),
        pytest.param(b'{"a":[{"b":1,"b":2}]}', id="inside an array"),
        pytest.param(b'{"":1,"":2}', id="nameless"),
    ],
)
def test_a_name_that_stands_twice_is_refused(text: bytes) -> None:
    with pytest.raises(NotStrictJson):
        parse_object(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b'"text"', id="a string"),
        pytest.param(b"null", id="null"),
        pytest.param(b"1", id="a number"),
        pytest.param(b"{}{}", id="two objects"),
        pytest.param(b'{"a":1,}', id="a comma too many"),
        pytest.param(b"{'a':1}", id="single quotes"),
        pytest.param(b'{"a":NaN}', id="NaN"),
        pytest.param(b'{"a":Infinity}', id="Infinity"),
        pytest.param(b'{"a":-Infinity}', id="minus Infinity"),
        pytest.param(b'{"a":1e400}', id="a float beyond all floats"),
        pytest.param(b'{"a":' + b"9" * 5000 + b"}", id="an integer of five thousand digits"),
        pytest.param(b'{"a":01}', id="a leading zero"),
        pytest.param(b'{"a":+1}', id="a plus sign"),
        pytest.param(b'{"a":0x1}', id="hexadecimal"),
        pytest.param(b'{"a":"\x01"}', id="a raw control character"),
        pytest.param(b'{"a":"\\x41"}', id="an escape that JSON does not know"),
        pytest.param(b'{"a":1}//', id="a comment"),
        pytest.param(b'\xef\xbb\xbf{"a":1}', id="a byte order mark"),
        pytest.param('{"a":1}'.encode("utf-16"), id="UTF-16"),
        pytest.param('{"a":1}'.encode("utf-32-le"), id="UTF-32"),
        pytest.param(b'{"a":"\xff"}', id="invalid UTF-8 in a value"),
        pytest.param(b'{"\xff":1}', id="invalid UTF-8 in a name"),
        pytest.param(b'{"a":"\xc0\xaf"}', id="overlong UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b'{"a":"\\ud800"}', id="a lone high surrogate"),
        pytest.param(b'{"a":"\\udc00"}', id="a lone low surrogate"),
        pytest.param(b'{"a":"\\ud800\\u0041"}', id="half a pair"),
        pytest.param(b'{"\\ud800":1}', id="a lone surrogate in a name"),
        pytest.param(b'{"a":1', id="cut short"),
        pytest.param(b"\x00", id="NUL"),
        pytest.param(b'{"a":1}\x00', id="NUL at the end"),
    ],
)
def test_anything_but_one_object_is_refused(text: bytes) -> None:
    with pytest.raises(NotStrictJson):
        parse_object(text)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]:,"\\u0de18-. ', max_size=60).map(str.encode))
def test_no_text_causes_any_other_exception(text: bytes) -> None:
    try:
        value = parse_object(text)
    except NotStrictJson:
        return
    assert value == json.loads(text)


def nested(depth: int) -> bytes:
    """An object that lies `depth` levels deep, itself counted."""
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_depth_ends_where_it_is_said_to_end() -> None:
    assert parse_object(nested(MAX_DEPTH))
    with pytest.raises(NotStrictJson):
        parse_object(nested(MAX_DEPTH + 1))
    with pytest.raises(NotStrictJson):
        parse_object(b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")


def test_much_deeper_nesting_is_refused_before_it_is_parsed() -> None:
    for text in (b'{"a":' * 100_000, b"[" * 500_000, b'{"a":' + b"[" * 500_000):
        with pytest.raises(NotStrictJson):
            parse_object(text)


def test_many_values_side_by_side_are_not_deep() -> None:
    value = {f"claim-{number}": {"roles": ["reader"]} for number in range(100)}
    assert parse_object(json.dumps(value).encode()) == value


def test_brackets_inside_strings_are_not_deep() -> None:
    value = {"a": "[" * 100, "b": '"[{' * 50, "c": "\\" * 7 + '"' + "{" * 40}
    assert parse_object(json.dumps(value).encode()) == value


def test_brackets_after_an_escaped_quote_are_still_counted() -> None:
    with pytest.raises(NotStrictJson):
        parse_object(b'{"a":"\\"","b":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")


def test_a_text_made_of_escaped_quotes_costs_no_more_than_its_length() -> None:
    # One search per quote would take minutes here, and the suite would notice.
    with pytest.raises(NotStrictJson):
        parse_object(b"[" * 40 + b'"' + b'\\"' * 250_000)
