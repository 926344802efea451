"""Answers that say the wrong thing, over real sockets, and clients that are not ours where they take notice."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749.errors import MismatchingStateException
from person import CALLBACKS
from visitor import quick

from mockidp import MockIdp
from mockidp.faults.answer_faults import HUGE

ASKED = {"response_type": "code", "client_id": "storefront-web", "state": "my-state", "scope": "openid orders:read"}


@pytest.fixture(scope="module")
def server() -> Iterator[MockIdp]:
    with MockIdp(quick()) as idp:
        yield idp


@pytest.fixture
def idp(server: MockIdp) -> MockIdp:
    server.reset()
    return server


def came_back_with(idp: MockIdp, **asked: str) -> dict[str, list[str]]:
    address = requests.Request("GET", f"{idp.base_url}/oauth2-token/authorize", params={**ASKED, **asked}).prepare().url
    return parse_qs(urlsplit(idp.authorize(str(address), user="customer@example.com")).query)


def tokens(idp: MockIdp) -> dict[str, Any]:
    (code,) = came_back_with(idp)["code"]
    form = {"grant_type": "authorization_code", "code": code}
    basic = ("storefront-web", "storefront-web-secret")
    said: dict[str, Any] = requests.post(f"{idp.base_url}/oauth2-token", data=form, auth=basic, timeout=30).json()
    return said


@pytest.mark.parametrize(
    ("fault", "name", "said"),
    [
        ("redirect-wrong-state", "state", ["another-state"]),
        ("redirect-missing-state", "state", None),
        ("redirect-wrong-iss", "iss", ["https://issuer.invalid"]),
        ("redirect-missing-iss", "iss", None),
    ],
)
def test_the_redirect_says_something_else_and_brings_its_code_all_the_same(
    idp: MockIdp, fault: str, name: str, said: list[str] | None
) -> None:
    good = came_back_with(idp)
    idp.faults.next(fault, client="storefront-web")  # pages come before it, and leave it for the redirect

    lying = came_back_with(idp)

    assert not idp.faults.pending
    assert lying.get(name) == said
    assert good[name] != said
    assert lying["code"]
    assert lying.keys() | {name} == good.keys()


def test_an_error_comes_back_to_another_question_too(idp: MockIdp) -> None:
    idp.faults.always("redirect-wrong-state")
    assert came_back_with(idp, scope="unheard-of") == {
        **came_back_with(idp, scope="unheard-of"),
        "error": ["invalid_scope"],
        "state": ["another-state"],
    }


def test_authlib_does_not_use_an_answer_to_another_question(idp: MockIdp) -> None:
    app = OAuth2Session("storefront-web", "storefront-web-secret", redirect_uri=CALLBACKS["storefront"])
    address, state = app.create_authorization_url(f"{idp.base_url}/oauth2-token/authorize")
    idp.faults.next("redirect-wrong-state", realm="storefront")
    answer = idp.authorize(address, user="customer@example.com")

    with pytest.raises(MismatchingStateException):
        app.fetch_token(f"{idp.base_url}/oauth2-token", authorization_response=answer, state=state)


@pytest.mark.parametrize(
    ("fault", "name", "said"),
    [
        ("token-missing-access-token", "access_token", None),
        ("token-missing-type", "token_type", None),
        ("token-unknown-type", "token_type", "mac"),
        ("token-missing-id-token", "id_token", None),
        ("token-expires-as-string", "expires_in", "soon"),
    ],
)
def test_one_member_of_the_answer_to_a_code_is_not_what_it_was(
    idp: MockIdp, fault: str, name: str, said: object
) -> None:
    good = tokens(idp)
    idp.faults.next(fault, client="storefront-web")

    lying = tokens(idp)

    assert lying.get(name) == said
    assert name in good
    assert lying.keys() | {name} == good.keys()


def test_an_odd_key_comes_before_the_others_and_pyjwt_passes_over_it(idp: MockIdp) -> None:
    idp.faults.always("jwks-odd-key")
    address = f"{idp.issuer('storefront')}/jwks"
    assert [key["kty"] for key in requests.get(address, timeout=30).json()["keys"]] == ["AKP", "EC"]

    key = jwt.PyJWKClient(address).get_signing_key_from_jwt(idp.token("storefront", subject="somebody"))

    assert key.key_id == idp.keys["storefront"].current.kid


@pytest.mark.parametrize(
    ("fault", "path", "name"),
    [
        ("jwks-without-keys", "jwks", "keys"),
        ("discovery-missing-jwks-uri", ".well-known/openid-configuration", "jwks_uri"),
        ("userinfo-missing-sub", "userinfo", "sub"),
    ],
)
def test_one_member_is_missing(idp: MockIdp, fault: str, path: str, name: str) -> None:
    token = idp.token("storefront", subject="customer@example.com", scope="openid email")
    address, bearer = f"{idp.issuer('storefront')}/{path}", {"Authorization": f"Bearer {token}"}
    idp.faults.next(fault)

    lying, good = (requests.get(address, headers=bearer, timeout=30).json() for _ in range(2))

    assert good.keys() - lying.keys() == {name}


@pytest.mark.parametrize(
    ("fault", "path", "asked"),
    [
        pytest.param("token-missing-id-token", "oauth2-token", {"grant_type": "client_credentials"}, id="no person"),
        pytest.param("token-unknown-type", "oauth2-token", {"grant_type": "unheard-of"}, id="a refusal"),
        pytest.param("userinfo-wrong-sub", "storefront/userinfo", {}, id="nobody's claims"),
        pytest.param("userinfo-missing-sub", "storefront/userinfo", {}, id="nobody's claims either"),
        pytest.param("jwks-odd-key", "storefront/jwks", {}, id="a method that keys have not"),
        pytest.param("jwks-empty", "storefront/jwks", {}, id="the same"),
    ],
)
def test_an_answer_that_has_not_what_is_lied_about_is_true_and_leaves_the_lie_for_the_next(
    idp: MockIdp, fault: str, path: str, asked: dict[str, str]
) -> None:
    def ask() -> tuple[int, set[str]]:
        basic = ("storefront-service", "storefront-service-secret")
        answer = requests.post(f"{idp.base_url}/{path}", data=asked, auth=basic, timeout=30)
        return answer.status_code, set(answer.json()) if "json" in answer.headers.get("content-type", "") else set()

    good = ask()
    idp.faults.next(fault)

    assert ask() == good
    assert [due.fault for due in idp.faults.pending] == [fault]


def test_a_device_that_still_waits_uses_up_no_lie_about_its_tokens(idp: MockIdp) -> None:
    device = {"client_id": "storefront-tv"}
    codes = requests.post(f"{idp.issuer('storefront')}/device", device, timeout=30).json()
    ask = {**device, "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"]}
    idp.faults.next("token-missing-access-token")
    assert requests.post(f"{idp.base_url}/oauth2-token", ask, timeout=30).json() == {"error": "authorization_pending"}
    assert "access_token" not in tokens(idp)
    assert not idp.faults.pending


def test_a_set_may_be_too_long_to_read(idp: MockIdp) -> None:
    idp.faults.next("jwks-huge")
    answer = requests.get(f"{idp.issuer('storefront')}/jwks", timeout=30)
    assert len(answer.content) > HUGE
    assert answer.json()["keys"]
