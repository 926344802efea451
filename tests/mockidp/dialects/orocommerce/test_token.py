"""The token endpoint as such: bodies, credentials, answers, refusals, and where it is not."""

from typing import Any

import pytest
from httpx2 import Response
from oro import (
    NOON,
    Oro,
    claims_of,
    config_of,
    header_of,
    is_page,
    refused_client,
    refused_keys,
    refused_request,
    refused_unsupported,
)
from oro_rows import FROM_5_1, V50, covers

from mockidp.settings.config import Lifetimes

FORM = "application/x-www-form-urlencoded"


@covers("B1")
@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8"])
def test_a_json_body_will_do(version: str, media_type: str) -> None:
    oro = Oro(version)
    body = (
        '{"grant_type": "password", "client_id": "storefront-app", "client_secret": "storefront-app-secret",'
        ' "username": "ann@example.com", "password": "ann"}'
    )

    answer = oro.http.post("/oauth2-token", content=body, headers={"Content-Type": media_type})

    assert answer.status_code == 200
    assert claims_of(answer.json()["access_token"])["sub"] == "ann@example.com"


@covers("B1")
def test_a_form_will_do_and_the_last_of_two_values_counts(version: str) -> None:
    oro = Oro(version)
    body = (
        "grant_type=none&grant_type=client_credentials&client_id=storefront-service"
        "&client_secret=storefront-service-secret"
    )

    assert oro.http.post("/oauth2-token", content=body, headers={"Content-Type": FORM}).status_code == 200


@covers("B1")
@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"client_secret": 7}, "Check the `client_secret` parameter"),
        ({"username": ["ann@example.com"]}, "Check the `username` parameter"),
        ({"password": {"a": "b"}}, "Check the `password` parameter"),
        ({"scope": {"a": "b"}}, "Check the `scope` parameter"),
        ({"scope": 1}, "Check the `scope` parameter"),
        ({"redirect_uri": 1}, "Check the `redirect_uri` parameter"),
        ({"client_id": None}, "Check the `client_id` parameter"),
    ],
)
def test_what_must_be_text_must_be_text(version: str, changed: dict[str, Any], hint: str) -> None:
    good = {
        "grant_type": "password",
        "client_id": "storefront-app",
        "client_secret": "storefront-app-secret",
        "username": "ann@example.com",
        "password": "ann",
    }

    refused_request(Oro(version).http.post("/oauth2-token", json={**good, **changed}), hint)


@covers("B2", versions=FROM_5_1)
def test_the_client_may_prove_itself_by_http_basic_and_the_body_goes_first(version: str) -> None:
    oro = Oro(version)
    basic = ("storefront-service", "storefront-service-secret")

    assert by_basic(oro, basic).status_code == 200
    refused_client(by_basic(oro, ("storefront-service", "wrong")), 'Basic realm="OAuth"')
    assert by_basic(oro, ("nobody", "x"), client_id=basic[0], client_secret=basic[1]).status_code == 200
    refused_client(by_basic(oro, basic, client_secret="wrong"), 'Basic realm="OAuth"')


@covers("B2", versions=V50)
def test_http_basic_alone_ends_in_a_server_error(version: str) -> None:
    oro = Oro(version)
    basic = ("storefront-service", "storefront-service-secret")

    assert is_page(by_basic(oro, basic), 500)
    assert by_basic(oro, basic, client_id=basic[0]).status_code == 200
    refused_client(by_basic(oro, ("storefront-service", "wrong")), 'Basic realm="OAuth"')


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic eA==", "Basic \u00fc", "basic eDp5", "Bearer x"])
def test_what_is_not_basic_names_no_client(header: str) -> None:
    answer = Oro("6.1").http.post(
        "/oauth2-token", data={"grant_type": "client_credentials"}, headers={b"Authorization": header.encode("latin-1")}
    )

    refused_request(answer, "Check the `client_id` parameter")


@covers("B3")
def test_an_answer_has_its_members_and_headers_in_order(version: str) -> None:
    answer = Oro(version).password()

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["cache-control"] == "no-store, private"
    assert list(answer.json()) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert answer.text.startswith(
        '{"token_type":"Bearer","expires_in":3600,"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.'
    )


@covers("B3")
@pytest.mark.parametrize("lifetime", ["1s", "5m"])
def test_the_lifetime_is_configurable_and_holds_for_refreshed_tokens_too(version: str, lifetime: str) -> None:
    oro = Oro(version, lifetimes=Lifetimes(access_token=lifetime))
    first = oro.password().json()
    second = oro.refresh(first["refresh_token"]).json()

    for answer in (first, second):
        assert answer["expires_in"] == {"1s": 1, "5m": 300}[lifetime]
        assert claims_of(answer["access_token"])["exp"] == NOON + answer["expires_in"]


@covers("B4")
def test_a_refusal_is_written_as_php_writes_it(version: str) -> None:
    tokens = Oro(version)
    first = tokens.password(scope="a").json()
    refused = tokens.refresh(first["refresh_token"], scope='ü/"<')

    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/json"
    assert "cache-control" not in refused.headers
    assert refused.content == (
        b'{"error":"invalid_scope","error_description":"The requested scope is invalid, unknown, or malformed",'
        b'"hint":"Check the `\\u00fc\\/&quot;&lt;` scope",'
        b'"message":"The requested scope is invalid, unknown, or malformed"}'
    )


@covers("B5")
@pytest.mark.parametrize("grant", [None, "", "implicit", "session_transfer", "PASSWORD"])
def test_an_unknown_grant_is_refused_before_the_client_is_looked_at(version: str, grant: str | None) -> None:
    refused_unsupported(Oro(version).exchange("nobody", grant_type=grant))


@covers("B5", "B39")
def test_where_refreshing_is_off_there_is_no_such_grant_but_still_a_refresh_token(version: str) -> None:
    oro = Oro(version, refresh_token=False)
    tokens = oro.password().json()

    assert tokens["refresh_token"].startswith("def502")
    refused_unsupported(oro.refresh(tokens["refresh_token"]))


@covers("B40")
def test_without_keys_nothing_is_looked_at(version: str) -> None:
    oro = Oro(version, keys=False)

    refused_keys(oro.password())
    refused_keys(oro.http.post("/oauth2-token"))


@covers("B41")
@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 60_000])
def test_malformed_json_is_a_matter_of_the_framework(version: str, body: bytes) -> None:
    answer = Oro(version).http.post("/oauth2-token", content=body, headers={"Content-Type": "application/json"})

    assert is_page(answer, 400)


@covers("B42")
@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_type_is_not_looked_at(version: str, media_type: str) -> None:
    body = '{"grant_type": "client_credentials"}'

    refused_unsupported(Oro(version).http.post("/oauth2-token", content=body, headers={"Content-Type": media_type}))


@covers("B43")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_there_is_only_post(version: str, method: str) -> None:
    answer = Oro(version).http.request(method, "/oauth2-token")

    assert is_page(answer, 405)
    assert answer.headers["allow"] == "POST, OPTIONS"


@covers("B44")
def test_there_is_no_token_endpoint_below_the_prefix(version: str) -> None:
    assert is_page(Oro(version).http.post("/admin/oauth2-token", data={"grant_type": "password"}), 404)


def test_too_large_a_body_is_refused() -> None:
    answer = Oro("6.1").http.post("/oauth2-token", content=b"x" * 100_000, headers={"Content-Type": FORM})

    assert is_page(answer, 413)


@pytest.mark.parametrize("version", ["5.0", "6.1"])
def test_without_a_storefront_everything_is_the_back_offices_and_unprefixed(version: str) -> None:
    oro = Oro(version, config=config_of(version, single=True))

    tokens = oro.redeem(oro.code("backoffice-web"), "backoffice-web").json()

    assert claims_of(tokens["access_token"])["sub"] == "admin"
    refused_client(oro.exchange("storefront-service", grant_type="client_credentials"))
    guest = oro.password("backoffice-app", user="guest", password="guest")
    assert guest.json()["error"] == "invalid_grant"
    assert is_page(oro.http.get("/admin/oauth2-token/authorize"), 404)


def test_a_token_names_no_key() -> None:
    assert header_of(Oro("6.1").password().json()["access_token"]) == {"typ": "JWT", "alg": "RS256"}


def by_basic(oro: Oro, basic: tuple[str, str], **fields: str) -> Response:
    return oro.http.post("/oauth2-token", data={"grant_type": "client_credentials", **fields}, auth=basic)
