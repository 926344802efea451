import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.jose.compact import MAX_HEADER, MAX_TOKEN, NotCompactJws, parse


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(header: Any = None, *, raw: bytes | None = None, payload: bytes = b"{}", signature: bytes = b"x") -> str:
    head = json.dumps({"alg": "RS256"} if header is None else header).encode() if raw is None else raw
    return f"{b64(head)}.{b64(payload)}.{b64(signature)}"


def test_the_example_of_rfc_7515_is_taken_apart() -> None:
    # RFC 7515, appendix A.2, with its line breaks inside the JSON.
    header = "eyJhbGciOiJSUzI1NiJ9"
    payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    jws = parse(f"{header}.{payload}.cC4hiUPo")
    assert jws.header.alg == "RS256"
    assert jws.payload == b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
    assert jws.signing_input == f"{header}.{payload}".encode()
    assert jws.signature == base64.b64decode("cC4hiUPo")


def test_an_empty_payload_is_for_others_to_judge() -> None:
    assert parse(token(payload=b"")).payload == b""


def test_the_header_says_what_it_says() -> None:
    header = parse(token({"alg": "ES256", "kid": "one", "typ": "at+jwt", "more": [1]})).header
    assert (header.alg, header.kid, header.typ, header.members["more"]) == ("ES256", "one", "at+jwt", [1])
    bare = parse(token({"alg": "ES256"})).header
    assert (bare.kid, bare.typ) == (None, None)


GOOD = token()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("e30", id="one part"),
        pytest.param("e30.e30", id="two parts"),
        pytest.param(GOOD[: GOOD.rindex(".")], id="no signature and no dot before it"),
        pytest.param(GOOD.replace(".e30.", "."), id="no payload and no dot before it"),
        pytest.param(GOOD.replace(".e30.", ".e30.e30."), id="two payloads"),
        pytest.param(f"{GOOD}.", id="an empty fourth part"),
        pytest.param(f"{GOOD}.e30", id="four parts"),
        pytest.param("e30.e30.e30.e30.e30", id="five parts, as encrypted ones have"),
        pytest.param("." * 15_000, id="only dots"),
        pytest.param("..", id="three empty parts"),
        pytest.param(GOOD[: GOOD.rindex(".") + 1], id="no signature"),
        pytest.param("." + GOOD.split(".", 1)[1], id="no header"),
        pytest.param(GOOD + "=", id="padding at the end"),
        pytest.param(GOOD.replace(".", "=.", 1), id="padding of the header"),
        pytest.param(GOOD + "\n", id="a newline at the end"),
        pytest.param(" " + GOOD, id="a space before"),
        pytest.param(GOOD.replace(".", ". "), id="spaces inside"),
        pytest.param(GOOD.replace(".", ":"), id="colons"),
        pytest.param(GOOD + "+", id="a letter of the other alphabet"),
        pytest.param(GOOD + "é", id="a letter of no alphabet"),
        pytest.param(GOOD[:-2] + "eB", id="unused bits set in the signature"),
        pytest.param(GOOD[:-1], id="a signature of no length"),
        pytest.param("\ud800" + GOOD, id="a lone surrogate"),
        pytest.param('{"payload":"e30","protected":"e30","signature":"e30"}', id="the JSON serialization"),
        pytest.param("A" * (MAX_TOKEN + 1), id="too long without a dot"),
        pytest.param(token(payload=b"x" * MAX_TOKEN), id="too long"),
        pytest.param(token({"alg": "RS256", "kid": "k" * MAX_HEADER}), id="too long a header"),
    ],
)
def test_what_is_not_exactly_three_parts_is_refused(text: str) -> None:
    with pytest.raises(NotCompactJws):
        parse(text)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="no alg"),
        pytest.param({"alg": None}, id="alg null"),
        pytest.param({"alg": 256}, id="alg a number"),
        pytest.param({"alg": ["RS256"]}, id="alg a list"),
        pytest.param({"alg": "RS256", "kid": 1}, id="kid a number"),
        pytest.param({"alg": "RS256", "kid": ["a"]}, id="kid a list"),
        pytest.param({"alg": "RS256", "kid": {}}, id="kid an object"),
        pytest.param({"alg": "RS256", "kid": True}, id="kid a boolean"),
        pytest.param({"alg": "RS256", "typ": 1}, id="typ a number"),
        pytest.param({"alg": "RS256", "typ": ["at+jwt"]}, id="typ a list"),
        pytest.param({"alg": "RS256", "crit": ["exp"]}, id="crit"),
        pytest.param({"alg": "RS256", "crit": []}, id="crit that names nothing"),
        pytest.param({"alg": "RS256", "crit": None}, id="crit null"),
        pytest.param({"alg": "RS256", "crit": ["b64"], "b64": False}, id="an unencoded payload"),
        pytest.param({"alg": "RS256", "b64": False}, id="b64 false without crit"),
        pytest.param({"alg": "RS256", "b64": True}, id="b64 true"),
        pytest.param([], id="a list"),
        pytest.param("RS256", id="a string"),
    ],
)
def test_a_header_of_another_shape_is_refused(header: Any) -> None:
    with pytest.raises(NotCompactJws):
        parse(token(header))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"alg":"RS256","alg":"none"}', id="two algs"),
        pytest.param(b'{"alg":"none","\\u0061lg":"RS256"}', id="two algs, one escaped"),
        pytest.param(b'{"alg":"RS256","kid":"a","kid":"b"}', id="two kids"),
        pytest.param(b'\xef\xbb\xbf{"alg":"RS256"}', id="a byte order mark"),
        pytest.param(b'{"alg":"RS256"', id="cut short"),
        pytest.param(b'{"alg":"RS256","a":' + b"[" * 600 + b"]" * 600 + b"}", id="deep"),
        pytest.param(b'{"alg":"\\ud800"}', id="a lone surrogate"),
        pytest.param(b"\xff", id="no text at all"),
    ],
)
def test_a_header_that_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NotCompactJws):
        parse(token(raw=raw))


def test_a_header_that_was_refused_once_is_refused_again() -> None:
    bad = token({"alg": "RS256", "crit": ["exp"]})
    for _ in range(2):
        with pytest.raises(NotCompactJws):
            parse(bad)


def test_a_token_of_the_greatest_length_is_read() -> None:
    longest = token(payload=b"x" * (MAX_TOKEN * 3 // 4 - 40))
    longest += "A" * ((MAX_TOKEN - len(longest)) // 4 * 4)
    assert MAX_TOKEN - 4 < len(longest) <= MAX_TOKEN
    assert parse(longest).header.alg == "RS256"


@given(st.text(max_size=50) | st.text(alphabet=".eyJA0=-_+/ ", max_size=50))
def test_no_text_causes_any_other_exception(text: str) -> None:
    with pytest.raises(NotCompactJws):
        parse(text)
