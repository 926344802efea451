"""How PHP writes and reads."""

from typing import Any

import pytest

from mockidp.dialects.orocommerce.php import (
    htmlspecialchars,
    http_build_query,
    json_decode,
    json_encode,
    parse_str,
    with_query,
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=&b", {"a": "", "b": ""}),
        (b"a%20b=c+d%2B", {"a b": "c d+"}),
        (b"a[]=1", {"a": ["1"]}),
        (b"a[b]=1&a=2", {"a": "2"}),
        (b"a=%ff", {"a": "\ufffd"}),
        (b"a=%c3%bc", {"a": "ü"}),
        ("a=ü".encode(), {"a": "ü"}),
        (b"a=\xff", {"a": "\ufffd"}),
    ],
)
def test_a_query_is_read_as_parse_str_does(text: bytes, values: dict[str, Any]) -> None:
    assert parse_str(text) == values


def test_no_more_than_a_thousand_parameters_are_read() -> None:
    assert len(parse_str(b"&".join(b"p%d=1" % number for number in range(2000)))) == 1000


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"1", b"{", b"\xff", b"null", b'{"a": "\\ud800"}', b'{"a": NaN}', b'{"a": -Infinity}']
)
def test_only_an_object_is_read(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever is wrong, it is the caller's page that says so
        json_decode(text)


def test_json_is_written_without_spaces_and_with_escapes() -> None:
    assert json_encode({"a": "ü/😀", "b": 1, "c": ["`"]}) == b'{"a":"\\u00fc\\/\\ud83d\\ude00","b":1,"c":["`"]}'


def test_a_query_is_written_as_http_build_query_does() -> None:
    assert http_build_query({"a": "b c~/ü", "none": None, "empty": ""}) == "a=b+c%7E%2F%C3%BC&empty="


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a/b", "https://a/b?c=d"),
        ("https://a/b?e=f", "https://a/b?e=f&c=d"),
        ("https://a/b?", "https://a/b?&c=d"),
    ],
)
def test_a_query_is_added_to_an_address(uri: str, expected: str) -> None:
    assert with_query(uri, {"c": "d"}) == expected


def test_nothing_to_add_still_leaves_a_separator() -> None:
    assert with_query("https://a/b", {"state": None}) == "https://a/b?"


def test_special_characters_are_entities() -> None:
    assert htmlspecialchars("""<a href="x">&'""") == "&lt;a href=&quot;x&quot;&gt;&amp;&#039;"
