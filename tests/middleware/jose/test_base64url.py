import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.jose.base64url import NotBase64Url, decode


@given(st.binary(max_size=100))
def test_what_was_encoded_comes_back(data: bytes) -> None:
    assert decode(base64.urlsafe_b64encode(data).rstrip(b"=")) == data


@given(st.text(alphabet="AQgwBYZaz09-_", max_size=12))
def test_a_value_has_exactly_one_spelling(text: str) -> None:
    spelling = text.encode()
    try:
        data = decode(spelling)
    except NotBase64Url:
        return
    assert base64.urlsafe_b64encode(data).rstrip(b"=") == spelling


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"QQ==", id="padding"),
        pytest.param(b"QQ=", id="half a padding"),
        pytest.param(b"Q", id="a length that no bytes have"),
        pytest.param(b"QUFBQ", id="a longer length that no bytes have"),
        pytest.param(b"QR", id="unused bits set in two"),
        pytest.param(b"QUF", id="unused bits set in three"),
        pytest.param(b"Q+E", id="plus"),
        pytest.param(b"Q/E", id="slash"),
        pytest.param(b"Q?E", id="question mark"),
        pytest.param(b"QU E", id="space"),
        pytest.param(b"QUE\n", id="newline"),
        pytest.param(b"QU\x00E", id="NUL"),
        pytest.param(rb"\u0041\u0041\u0041\u0041", id="letters as JSON escapes"),
        pytest.param(rb"\u0041\u0041\u0041\u0041QUE", id="letters, some of them as JSON escapes"),
        pytest.param(b'QUFB","QUFB', id="a quotation mark"),
        pytest.param("QUÉ".encode(), id="a letter of another alphabet"),
    ],
)
def test_another_spelling_is_refused(text: bytes) -> None:
    with pytest.raises(NotBase64Url):
        decode(text)


def test_nothing_is_nothing() -> None:
    assert decode(b"") == b""
