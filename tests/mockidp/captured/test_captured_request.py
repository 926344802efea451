import base64
from typing import Any

import pytest

from mockidp.captured.captured_request import Captured

FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json; charset=utf-8")


def captured(*headers: tuple[bytes, bytes], **differs: Any) -> Captured:
    said = {"method": "POST", "raw_path": b"/oauth2-token", "query_string": b"", "raw_headers": headers, "body": b""}
    return Captured(**{**said, **differs})


def test_a_path_is_decoded_and_its_bytes_are_kept() -> None:
    request = captured(raw_path=b"/storefront/caf%C3%A9")
    assert request.path == "/storefront/café"
    assert request.raw_path == b"/storefront/caf%C3%A9"


def test_parameters_keep_their_order_and_come_as_often_as_they_were_sent() -> None:
    request = captured(FORM, query_string=b"b=1&a=2&b=", body=b"scope=x+y&scope=z")
    assert request.query == (("b", "1"), ("a", "2"), ("b", ""))
    assert request.form == (("scope", "x y"), ("scope", "z"))
    assert request.parameters == (*request.query, *request.form)


def test_headers_keep_their_order_and_come_as_often_as_they_were_sent() -> None:
    request = captured((b"X-B", b"1"), (b"x-a", b"2"), (b"x-b", b"3"))
    assert request.headers == (("x-b", "1"), ("x-a", "2"), ("x-b", "3"))
    assert request.header("X-B") == "1"
    assert request.header("x-c") is None


def test_a_json_body_is_read_as_such() -> None:
    request = captured(JSON, body=b'{"grant_type":"client_credentials","n":1}')
    assert request.json == {"grant_type": "client_credentials", "n": 1}
    assert request.parameters == (("grant_type", "client_credentials"), ("n", "1"))
    assert request.form == ()


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000], ids=["cut off", "not UTF-8", "too deep"])
def test_json_that_is_none_is_only_bytes(body: bytes) -> None:
    request = captured(JSON, body=body)
    assert request.json is None
    assert request.body == body


def basic(user: str) -> tuple[bytes, bytes]:
    return b"authorization", b"Basic " + base64.b64encode(user.encode())


@pytest.mark.parametrize(
    ("request_", "client"),
    [
        (captured(FORM, body=b"client_id=storefront-web"), "storefront-web"),
        (captured(JSON, body=b'{"client_id":"storefront-web"}'), "storefront-web"),
        (captured(basic("storefront-web:secret")), "storefront-web"),
        (captured(basic("a%3Ab:secret")), "a:b"),
        (captured((b"authorization", b"Basic !")), None),
        (captured((b"authorization", b"Bearer abc")), None),
        (captured(), None),
    ],
    ids=["form", "json", "basic", "basic, encoded", "broken", "bearer", "nothing"],
)
def test_the_client_is_known_wherever_it_named_itself(request_: Captured, client: str | None) -> None:
    assert request_.client_id == client


SECRET = "s3cret-value"


@pytest.mark.parametrize(
    "request_",
    [
        captured(FORM, body=f"grant_type=password&client_secret={SECRET}&password={SECRET}&code={SECRET}".encode()),
        captured(FORM, body=f"refresh_token={SECRET}&unheard_of={SECRET}".encode()),
        captured(JSON, body=f'{{"client_secret":"{SECRET}","code":{{"deep":"{SECRET}"}}}}'.encode()),
        captured(query_string=f"code={SECRET}&state={SECRET}".encode()),
        captured(basic(SECRET)),
        captured((b"authorization", f"Bearer {SECRET}".encode()), (b"cookie", f"a=b; c={SECRET}".encode())),
        captured((b"dpop", SECRET.encode())),
        captured((b"content-type", b"text/plain"), body=SECRET.encode()),
    ],
    ids=["form", "refresh", "json", "query", "basic", "bearer", "proof", "other body"],
)
def test_what_is_printed_holds_no_secret(request_: Captured) -> None:
    for printed in (str(request_), repr(request_)):
        assert SECRET not in printed
        assert base64.b64encode(SECRET.encode()).decode() not in printed


def test_what_a_request_consists_of_holds_secrets_and_shows_none() -> None:
    request = captured(
        FORM,
        (b"Authorization", f"Bearer {SECRET}".encode()),
        query_string=f"code={SECRET}&scope=a".encode(),
        body=f"client_secret={SECRET}&grant_type=password&unheard_of={SECRET}".encode(),
    )
    assert dict(request.form) == {"client_secret": SECRET, "grant_type": "password", "unheard_of": SECRET}
    assert request.query == (("code", SECRET), ("scope", "a"))
    assert request.header("authorization") == f"Bearer {SECRET}"
    parts = (request.query, request.headers, request.form, dict(request.form), request.parameters)
    for part in (*parts, request.header("authorization")):
        assert SECRET not in repr(part)
    assert repr(request.form) == ("(('client_secret', [hidden]), ('grant_type', 'password'), ('unheard_of', [hidden]))")


def test_json_holds_secrets_and_shows_none() -> None:
    body = f'{{"grant_type":"password","client_secret":"{SECRET}","more":[{{"code":"{SECRET}"}}]}}'
    request = captured(JSON, body=body.encode())
    assert request.json == {"grant_type": "password", "client_secret": SECRET, "more": [{"code": SECRET}]}
    assert repr(request.json) == ("{'grant_type': 'password', 'client_secret': [hidden], 'more': [{'code': [hidden]}]}")
    assert request.parameters[2] == ("more", f"[{{'code': '{SECRET}'}}]")
    assert SECRET not in repr(request.parameters)
    assert repr(captured(JSON, body=f'["{SECRET}"]'.encode()).json) == "[[hidden]]"


def test_two_requests_are_the_same_if_all_of_them_is() -> None:
    first, second = captured(FORM, body=b"a=1", at=5), captured(FORM, body=b"a=1", at=5)
    assert first == second
    assert {first: 1} == {second: 1}
    for differs in (captured(FORM, body=b"a=2", at=5), captured(FORM, body=b"a=1", at=6), "a=1"):
        assert first != differs


def test_what_is_printed_helps_to_find_the_mistake() -> None:
    request = captured(
        FORM,
        (b"authorization", b"Basic abc"),
        query_string=b"client_id=storefront-web&state=1",
        body=b"grant_type=authorization_code&code=1",
    )
    assert str(request).splitlines() == [
        "POST /oauth2-token?client_id=storefront-web&state=[hidden]",
        "content-type: application/x-www-form-urlencoded",
        "authorization: Basic [hidden]",
        "",
        "grant_type=authorization_code&code=[hidden]",
    ]
    assert repr(request) == "<Captured POST /oauth2-token>"


def test_nobody_writes_to_the_terminal_through_a_header() -> None:
    assert "\x1b" not in str(captured((b"x-evil", b"\x1b[31m")))
