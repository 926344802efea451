import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realmgate.credentials import check_b64token, credentials_of, split_credentials
from realmgate.errors import RequestMalformed, TokenMissing
from realmgate.jose.compact import NotCompactJws, parse

BEARER_ONLY = frozenset({"bearer"})
TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"


def token_of(headers: list[str]) -> str:
    scheme, token = credentials_of(headers, BEARER_ONLY)
    assert scheme == "bearer"
    return token


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(f"Bearer {TOKEN}", id="as everybody writes it"),
        pytest.param(f"bearer {TOKEN}", id="lower case"),
        pytest.param(f"BEARER {TOKEN}", id="upper case"),
        pytest.param(f"bEaReR {TOKEN}", id="mixed case"),
        pytest.param(f"Bearer    {TOKEN}", id="many spaces between"),
        pytest.param(f"  Bearer {TOKEN}", id="spaces before"),
        pytest.param(f"Bearer {TOKEN} \t", id="spaces and a tab behind"),
        pytest.param(f"\tBearer {TOKEN}", id="a tab before"),
    ],
)
def test_one_token_is_found(header: str) -> None:
    assert token_of([header]) == TOKEN


@pytest.mark.parametrize("token", ["a", "A-._~+/z", "0=", "abc===", "Bearer", "x" * 100_000])
def test_any_b64token_is_a_token(token: str) -> None:
    assert token_of([f"Bearer {token}"]) == token


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no header"),
        pytest.param([""], id="an empty header"),
        pytest.param(["   "], id="only spaces"),
        pytest.param(["Bearer"], id="a scheme alone"),
        pytest.param(["Bearer "], id="a scheme and a space"),
        pytest.param(["Bearer   \t"], id="a scheme and blanks"),
        pytest.param(["Basic dXNlcjpwYXNz"], id="Basic"),
        pytest.param(["DPoP eyJ"], id="DPoP"),
        pytest.param(["Negotiate"], id="Negotiate"),
        pytest.param(['Digest username="x"'], id="Digest"),
        pytest.param(["Bearers eyJ"], id="a longer scheme"),
        pytest.param(["Bear eyJ"], id="a shorter scheme"),
        pytest.param([TOKEN], id="a token without a scheme, which has the form of one"),
    ],
)
def test_no_bearer_token_is_none(headers: list[str]) -> None:
    with pytest.raises(TokenMissing):
        token_of(headers)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([f"Bearer {TOKEN}", f"Bearer {TOKEN}"], id="two headers alike"),
        pytest.param([f"Bearer {TOKEN}", "Basic dXNlcjpwYXNz"], id="two headers of two schemes"),
        pytest.param(["", f"Bearer {TOKEN}"], id="an empty header and a good one"),
        pytest.param(["", ""], id="two empty headers"),
        pytest.param([f"Bearer {TOKEN},Bearer {TOKEN}"], id="two headers joined by a server"),
        pytest.param([f"Bearer {TOKEN}, Basic dXNlcjpwYXNz"], id="two schemes joined by a server"),
        pytest.param([f"Basic dXNlcjpwYXNz,Bearer {TOKEN}"], id="Basic first"),
        pytest.param([","], id="a comma alone"),
        pytest.param([f",Bearer {TOKEN}"], id="an empty header joined with a good one"),
        pytest.param([f"Bearer {TOKEN} {TOKEN}"], id="two tokens"),
        pytest.param(["Bearer token=abc"], id="a parameter"),
        pytest.param([f'Bearer "{TOKEN}"'], id="quotes"),
        pytest.param(["Bearer =abc"], id="padding first"),
        pytest.param(["Bearer a=b"], id="padding inside"),
        pytest.param(["Bearer ="], id="only padding"),
        pytest.param(["Bearer a b"], id="a space inside"),
        pytest.param(["Bearer a\tb"], id="a tab inside"),
        pytest.param([f"Bearer\t{TOKEN}"], id="a tab for a space"),
        pytest.param([f"Bearer \t{TOKEN}"], id="a tab after the space"),
        pytest.param([f"Bearer:{TOKEN}"], id="a colon for a space"),
        pytest.param([f"Bearer: {TOKEN}"], id="a colon after the scheme"),
        pytest.param([f"Bearer\xa0{TOKEN}"], id="a no-break space"),
        pytest.param([f"Bearer {TOKEN}\xa0"], id="a no-break space behind"),
        pytest.param([f"Bearer {TOKEN}\x00"], id="NUL behind"),
        pytest.param([f"Bearer {TOKEN}\n"], id="a newline behind"),
        pytest.param([f"Bearer {TOKEN}\r\nX-Admin: 1"], id="another header inside"),
        pytest.param(["Bearer é"], id="a letter beyond ASCII"),
        pytest.param(["Bearer \xff"], id="a byte that is no letter"),
        pytest.param([f"é {TOKEN}"], id="a scheme beyond ASCII"),
        pytest.param([f"(Bearer) {TOKEN}"], id="a scheme that is none"),
        pytest.param(["@"], id="no scheme at all"),
    ],
)
def test_anything_but_one_b64token_is_malformed(headers: list[str]) -> None:
    with pytest.raises(RequestMalformed):
        token_of(headers)


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), min_size=2, max_size=3))
def test_more_than_one_header_is_malformed_whatever_they_say(headers: list[str]) -> None:
    with pytest.raises(RequestMalformed):
        token_of(headers)


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_what_comes_out_is_always_one_b64token(rest: str) -> None:
    try:
        token = token_of([f"Bearer {rest}"])
    except (RequestMalformed, TokenMissing):
        return
    assert token
    assert token in rest
    assert set(token) <= set(string.ascii_letters + string.digits + "-._~+/=")


@pytest.mark.parametrize("header", [f"Basic {TOKEN}", f"{TOKEN}é x", f"Bearer {TOKEN},", f"Bearer {TOKEN}é"])
def test_no_error_holds_a_byte_of_the_credentials(header: str) -> None:
    with pytest.raises((RequestMalformed, TokenMissing)) as caught:
        token_of([header])
    assert not any(word in str(caught.value) for word in (TOKEN, "Basic", "é"))


@given(st.text(max_size=40))
def test_what_is_split_unseen_is_what_is_found(text: str) -> None:
    try:
        found = credentials_of([text], BEARER_ONLY)
    except (RequestMalformed, TokenMissing):
        return
    assert split_credentials([text], BEARER_ONLY) == found


@given(st.text(alphabet=string.printable + "\u00e9\u2028", max_size=60))
def test_what_can_be_taken_apart_is_a_b64token_whoever_looks(text: str) -> None:
    for token in (text, f"eyJhbGciOiJSUzI1NiJ9.{text}.c2ln", f"eyJhbGciOiJSUzI1NiJ9.e30.{text}", f"{text}.e30.c2ln"):
        try:
            parse(token)
        except NotCompactJws:
            continue
        check_b64token(token)
