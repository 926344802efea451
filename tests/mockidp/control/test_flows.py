from collections.abc import Iterator
from typing import Any

import pytest
import requests
from visitor import quick

from mockidp import MockIdp

ASKED = "/oauth2-token/authorize?response_type=code&client_id=storefront-web"


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp(quick()) as running:
        yield running


def authorize(idp: MockIdp, url: str, **more: Any) -> requests.Response:
    return requests.post(f"{idp.base_url}/_mockidp/authorize", json={"url": url, **more}, timeout=20)


def test_it_leads_to_a_code_that_can_be_redeemed(idp: MockIdp) -> None:
    url = authorize(idp, f"{idp.base_url}{ASKED}", user="buyer@example.com").json()["url"]
    code = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))["code"]
    form = {"client_id": "storefront-web", "client_secret": "storefront-web-secret", "code": code}
    answer = requests.post(f"{idp.base_url}/oauth2-token", {**form, "grant_type": "authorization_code"}, timeout=10)
    assert answer.status_code == 200
    assert idp.tokens[-1].subject == "buyer@example.com"


def test_or_to_a_denial(idp: MockIdp) -> None:
    assert "error=access_denied" in authorize(idp, ASKED, consent=False).json()["url"]


@pytest.mark.parametrize(
    ("sent", "status", "detail"),
    [
        ({"url": ASKED.replace("web", "wbe")}, 422, "There is no such application"),
        ({"url": ASKED, "user": "nobody"}, 422, "no user 'nobody' can log in here"),
        ({"url": ASKED, "user": "buyer@example.com", "password": "no"}, 422, "The user name or the password is wrong."),
        ({"url": "https://evil.example/"}, 422, "not an address of this provider"),
        ({"url": "http://[::1"}, 422, "not an address of this provider"),
        ({"url": "/" + "a" * 20_000}, 422, "404"),
        ({"url": "/\x00\ud800"}, 400, "expected a JSON object"),
    ],
)
def test_where_it_stops_it_says_what_the_page_says(
    idp: MockIdp, sent: dict[str, str], status: int, detail: str
) -> None:
    answer = authorize(idp, **sent)
    assert answer.status_code == status, answer.text
    assert detail in answer.json()["detail"]


def test_the_requests_of_the_way_are_captured_like_those_of_a_browser(idp: MockIdp) -> None:
    idp.reset()
    authorize(idp, ASKED)
    assert [one.method for one in idp.requests] == ["GET", "GET", "POST", "GET", "POST"]
