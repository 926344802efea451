"""Logging out in a real Chromium: the cookie that only its own paths see, a link and a form from another origin."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import requests
from person import authlib_client, discover
from playwright.sync_api import Page, expect

from mockidp import MockIdp
from mockidp.settings.config import Config

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp(Config()) as running:
        yield running


@pytest.fixture
def addresses(idp: MockIdp) -> dict[str, str]:
    return discover(idp.issuer("storefront"))


@pytest.fixture
def logged_in(page: Page, addresses: dict[str, str]) -> Page:
    address, _ = authlib_client("storefront").create_authorization_url(addresses["authorization_endpoint"])
    page.goto(address)
    page.get_by_role("button", name="Casey Customer").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    return page


def is_logged_in(page: Page, addresses: dict[str, str]) -> bool:
    address, _ = authlib_client("storefront").create_authorization_url(addresses["authorization_endpoint"])
    page.goto(address)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    return "Log in" not in heading.inner_text()


def test_a_person_who_is_asked_stays_or_goes(logged_in: Page, addresses: dict[str, str]) -> None:
    ask = f"{addresses['end_session_endpoint']}?{urlencode({'client_id': 'storefront-web'})}"
    logged_in.goto(ask)
    expect(logged_in.get_by_role("heading", level=1)).to_have_text("Log out of Storefront?")
    expect(logged_in.get_by_text("You are logged in as Casey Customer")).to_be_visible()
    logged_in.get_by_role("button", name="Stay").click()
    expect(logged_in.get_by_role("heading", level=1)).to_have_text("You are still logged in")
    assert is_logged_in(logged_in, addresses)

    logged_in.goto(ask)
    logged_in.keyboard.press("Tab")
    logged_in.keyboard.press("Enter")
    expect(logged_in.get_by_role("heading", level=1)).to_have_text("You are logged out")
    assert not is_logged_in(logged_in, addresses)


def test_a_form_that_another_site_posts_sees_the_session_and_still_has_to_ask(
    logged_in: Page, addresses: dict[str, str]
) -> None:
    logged_in.goto("about:blank")
    logged_in.set_content(
        f'<form method="post" action="{addresses["end_session_endpoint"]}"><button>Out</button></form>'
    )
    logged_in.get_by_role("button", name="Out").click()
    expect(logged_in.get_by_role("heading", level=1)).to_have_text("Log out of Storefront?")
    assert is_logged_in(logged_in, addresses)


def test_the_cookie_is_not_for_the_address_that_clients_know(logged_in: Page, idp: MockIdp) -> None:
    sent = {cookie["name"]: cookie["path"] for cookie in logged_in.context.cookies()}
    assert set(sent.values()) == {"/oauth2-token"}
    assert logged_in.context.cookies(idp.issuer("storefront")) == []


def test_the_pages_fit_a_narrow_phone(logged_in: Page, addresses: dict[str, str]) -> None:
    logged_in.set_viewport_size({"width": 360, "height": 640})
    for name in ("Stay", "Log out"):
        logged_in.goto(addresses["end_session_endpoint"])
        assert logged_in.evaluate("document.documentElement.scrollWidth") <= 360
        logged_in.get_by_role("button", name=name).click()
        assert logged_in.evaluate("document.documentElement.scrollWidth") <= 360
    assert requests.get(addresses["end_session_endpoint"], timeout=9).status_code == 200
