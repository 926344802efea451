import base64
import json
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from visitor import Visitor

SERVICE = {
    "grant_type": "client_credentials",
    "client_id": "storefront-service",
    "client_secret": "storefront-service-secret",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def post(visitor: Visitor, content: bytes, content_type: str = FORM, **headers: str) -> Response:
    return visitor.http.post("/oauth2-token", content=content, headers={"content-type": content_type, **headers})


def changed(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in {**SERVICE, **members}.items() if value is not None}


def test_a_form_and_a_json_body_work_alike(visitor: Visitor) -> None:
    assert post(visitor, urlencode(SERVICE).encode()).status_code == 200
    for content_type in (JSON, "application/json; charset=utf-8", "Application/JSON"):
        assert post(visitor, json.dumps(SERVICE).encode(), content_type).status_code == 200


def test_http_basic_works_with_both_kinds_of_body(visitor: Visitor) -> None:
    auth = (SERVICE["client_id"], SERVICE["client_secret"])
    grant = {"grant_type": "client_credentials"}
    assert visitor.http.post("/oauth2-token", data=grant, auth=auth).status_code == 200
    assert visitor.http.post("/oauth2-token", json=grant, auth=auth).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        pytest.param({}, 400, "invalid_request", id="nothing"),
        pytest.param(changed(grant_type=None), 400, "invalid_request", id="no grant type"),
        pytest.param(changed(grant_type=""), 400, "invalid_request", id="empty grant type"),
        pytest.param(changed(grant_type="password"), 400, "unsupported_grant_type", id="password"),
        pytest.param(changed(grant_type='"\\<b>ü'), 400, "unsupported_grant_type", id="nonsense"),
        pytest.param(changed(client_id=None), 401, "invalid_client", id="no client"),
        pytest.param(changed(client_id="nobody"), 401, "invalid_client", id="unknown client"),
        pytest.param(changed(client_id="ü\u2028"), 401, "invalid_client", id="nonsense client"),
        pytest.param(changed(client_secret=None), 401, "invalid_client", id="no secret"),
        pytest.param(changed(client_secret=""), 401, "invalid_client", id="empty secret"),
        pytest.param(changed(client_secret="wrong"), 401, "invalid_client", id="wrong secret"),
        pytest.param(changed(client_secret="ü"), 401, "invalid_client", id="secret that is not ASCII"),
        pytest.param(changed(scope="nonsense"), 400, "invalid_scope", id="unknown scope"),
    ],
)
def test_bad_fields_get_the_right_error_in_either_body(
    visitor: Visitor, fields: dict[str, str], status: int, error: str
) -> None:
    for response in (visitor.http.post("/oauth2-token", data=fields), visitor.http.post("/oauth2-token", json=fields)):
        if not fields and response.request.headers.get("content-type") is None:
            continue
        assert (response.status_code, response.json()["error"]) == (status, error)
        assert response.headers["cache-control"] == "no-store"
        assert response.json().keys() <= {"error", "error_description"}
        assert response.headers.get("www-authenticate", "").startswith("Basic realm=") == (status == 401)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        pytest.param(urlencode(SERVICE).encode() + b"&scope=orders:read&scope=", FORM, 400, id="doubled"),
        pytest.param(urlencode(SERVICE).encode() + b"&client_id=storefront-service", FORM, 400, id="client twice"),
        pytest.param(json.dumps(SERVICE)[:-1].encode() + b',"scope":"a","scope":"b"}', JSON, 400, id="doubled member"),
        pytest.param(urlencode(SERVICE).encode(), JSON, 400, id="form called JSON"),
        pytest.param(json.dumps(SERVICE).encode(), FORM, 400, id="JSON called form"),
        pytest.param(urlencode(SERVICE).encode(), "text/plain", 400, id="text"),
        pytest.param(urlencode(SERVICE).encode(), "multipart/form-data; boundary=x", 400, id="multipart"),
        pytest.param(b"", FORM, 400, id="empty form"),
        pytest.param(b"{}", JSON, 400, id="empty object"),
        pytest.param(b"{", JSON, 400, id="broken JSON"),
        pytest.param(b"[]", JSON, 400, id="array"),
        pytest.param(json.dumps({**SERVICE, "scope": 1}).encode(), JSON, 400, id="number"),
        pytest.param(json.dumps({**SERVICE, "scope": None}).encode(), JSON, 400, id="null"),
        pytest.param(json.dumps({**SERVICE, "client_id": ["storefront-service"]}).encode(), JSON, 400, id="list"),
        pytest.param(b'{"grant_type": "\\ud800"}', JSON, 400, id="half a surrogate pair"),
        pytest.param(b"grant_type=%ff", FORM, 400, id="not UTF-8"),
        pytest.param(b"grant_type=client_credentials%00", FORM, 400, id="NUL"),
        pytest.param(b"[" * 65_000, JSON, 400, id="deep"),
        pytest.param(b"a=" + b"x" * 65_536, FORM, 413, id="oversized"),
        pytest.param(b'{"a": "' + b"x" * 65_536 + b'"}', JSON, 413, id="oversized JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_an_invalid_request(
    visitor: Visitor, content: bytes, content_type: str, status: int
) -> None:
    response = post(visitor, content, content_type)
    assert (response.status_code, response.json()["error"]) == (status, "invalid_request")
    assert "storefront" not in response.text


def test_two_ways_of_authenticating_are_refused(visitor: Visitor) -> None:
    response = visitor.http.post("/oauth2-token", data=SERVICE, auth=("storefront-service", SERVICE["client_secret"]))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("authorization", ["Basic", "Basic !", "Bearer x", "Basic " + base64.b64encode(b"x").decode()])
def test_a_bad_authorization_header_is_an_invalid_client_even_beside_a_good_body(
    visitor: Visitor, authorization: str
) -> None:
    fields = changed(client_secret=None)
    response = post(visitor, urlencode(fields).encode(), Authorization=authorization)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic realm=")


def test_credentials_in_the_address_do_not_count(visitor: Visitor) -> None:
    response = visitor.http.post("/oauth2-token", params=SERVICE, data={"grant_type": "client_credentials"})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_brings_tokens(visitor: Visitor, method: str) -> None:
    response = visitor.http.request(method, "/oauth2-token", params=SERVICE)
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]
    assert "access_token" not in response.text


SECRETS = ["hunter2-secret", "hunter2-code", "hunter2-refresh", "hunter2-verifier", "hunter2-id"]


@pytest.mark.parametrize("grant_type", ["authorization_code", "refresh_token", "client_credentials", "hunter2-grant"])
@pytest.mark.parametrize("client_id", ["hunter2-id", "storefront-web", "storefront-spa"])
def test_nothing_that_was_sent_comes_back_or_is_logged(
    visitor: Visitor, grant_type: str, client_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    fields = {
        "grant_type": grant_type,
        "client_id": client_id,
        "client_secret": "hunter2-secret",
        "code": "hunter2-code",
        "refresh_token": "hunter2-refresh",
        "code_verifier": "hunter2-verifier",
        "redirect_uri": "https://hunter2.example/",
        "scope": "hunter2-scope",
    }
    public = {name: value for name, value in fields.items() if name != "client_secret"}
    proved = {**fields, "client_secret": "storefront-web-secret"}
    for sent in (fields, public, proved):
        response = visitor.exchange(**sent)
        assert 400 <= response.status_code < 500
        assert "hunter2" not in response.text
        assert "hunter2" not in str(response.headers)
    assert "hunter2" not in caplog.text
    assert "storefront-web-secret" not in caplog.text


NAMES = ["grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token", "scope"]
VALUES = st.sampled_from([*SERVICE.values(), "authorization_code", "refresh_token", "storefront-spa"]) | st.text(
    max_size=9
)
WANDERER = Visitor()


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=9), VALUES))
def test_no_fields_are_answered_with_anything_but_tokens_or_an_oauth_error(fields: dict[str, str]) -> None:
    response = WANDERER.http.post("/oauth2-token", content=json.dumps(fields), headers={"content-type": JSON})
    body = response.json()
    assert response.status_code in {200, 400, 401}
    assert ("access_token" in body) == (response.status_code == 200)
    assert response.status_code == 200 or body["error"].isascii()


@given(st.binary(max_size=200), st.sampled_from([FORM, JSON, "", "text/html"]), st.binary(max_size=30))
def test_no_bytes_at_all_make_it_stumble(content: bytes, content_type: str, authorization: bytes) -> None:
    headers = {"content-type": content_type, "authorization": f"Basic {base64.b64encode(authorization).decode()}"}
    response = WANDERER.http.post("/oauth2-token", content=content, headers=headers)
    assert response.status_code in {400, 401}
    assert response.json()["error"] in {"invalid_request", "invalid_client", "unsupported_grant_type"}
