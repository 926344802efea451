"""The example shop with a provider that talks like OroCommerce, as a browser without JavaScript meets it."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from mockidp import MockIdp
from shop.app import create_app

Serve = Callable[[Callable[[str], Any]], AbstractContextManager[str]]


@pytest.fixture
def idp() -> Iterator[MockIdp]:
    """The demo's clients are answered at the port of the demo, so their addresses fit any port of this machine."""
    with MockIdp(dialect="orocommerce") as provider:
        yield provider


@pytest.fixture
def shop(idp: MockIdp, serve: Serve) -> Iterator[str]:
    with serve(lambda address: create_app(shop=address, provider=idp.base_url, dialect="orocommerce")) as address:
        yield address


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def field(page: requests.Response, pattern: str) -> str:
    found = re.search(pattern, page.text)
    assert found, page.text
    return html.unescape(found[1])


def log_in(browser: requests.Session, shop: str, realm: str, username: str, password: str) -> requests.Response:
    page = browser.get(f"{shop}/login/{realm}", timeout=30)
    typed = {
        "_username": username,
        "_password": password,
        "_csrf_token": field(page, r'name="_csrf_token" value="([^"]+)'),
    }
    action = urljoin(page.url, field(page, r'<form id="login-form" method="post" action="([^"]+)"'))
    page = browser.post(action, typed, timeout=30)
    granted = {"grantAccess": "true", "_csrf_token": field(page, r'name="_csrf_token" value="([^"]+)"')}
    return browser.post(page.url, granted, timeout=30)


def verdicts(page: requests.Response) -> list[str]:
    return re.findall(r'class="verdict (\w+)"', page.text)


def test_two_logins_fill_the_table_with_two_let_in_and_two_kept_out(shop: str, browser: requests.Session) -> None:
    log_in(browser, shop, "storefront", "customer@example.com", "customer")
    page = log_in(browser, shop, "backoffice", "admin", "admin")

    assert page.url == f"{shop}/"
    assert verdicts(page) == ["in", "out", "out", "in"]
    assert "Bearer realm=" not in page.text


def test_a_token_can_be_renewed(shop: str, browser: requests.Session) -> None:
    before = log_in(browser, shop, "storefront", "customer@example.com", "customer")
    after = browser.post(f"{shop}/renew/storefront", timeout=30)

    jti = r"&#34;jti&#34;: &#34;(\w+)&#34;"
    assert field(before, jti) != field(after, jti)
    assert verdicts(after) == ["in", "out", "none", "none"]


def test_a_handler_sees_who_it_is(shop: str, idp: MockIdp) -> None:
    token = idp.token("storefront", subject="customer@example.com", scope="orders:read")

    answer = requests.get(f"{shop}/api/orders", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    assert [order["id"] for order in answer.json()] == ["1001", "1003"]
