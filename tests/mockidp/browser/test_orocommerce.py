"""OroCommerce's login and consent pages in a real browser, with a script switched off and on a phone."""

import re
from collections.abc import Iterator

import pytest
from oro_rows import ALL
from playwright.sync_api import Browser, Page

from mockidp import MockIdp

pytestmark = pytest.mark.browser

CALLBACK = "http://127.0.0.1:8900/callback/storefront"


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    size = {"width": request.param, "height": 800}
    context = chromium.new_context(viewport=size, java_script_enabled=False)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.route(f"{CALLBACK}**", lambda route: route.fulfill(body="back at the shop"))
    yield opened
    context.close()


@pytest.fixture(params=ALL)
def idp(request: pytest.FixtureRequest) -> Iterator[MockIdp]:
    with MockIdp(dialect="orocommerce", oro_version=request.param) as provider:
        yield provider


def ask(page: Page, idp: MockIdp) -> None:
    page.goto(f"{idp.base_url}/oauth2-token/authorize?response_type=code&client_id=storefront-web&state=s")


def test_a_login_and_a_grant_lead_back_to_the_client(page: Page, idp: MockIdp) -> None:
    ask(page, idp)
    page.fill("#login-form [name=_username]", "customer@example.com")
    page.fill("#login-form [name=_password]", "wrong")
    page.click("#_submit")
    page.wait_for_selector(".alert.alert-error")
    assert page.inner_text(".alert.alert-error") == "Invalid credentials."
    assert page.input_value("#login-form [name=_username]") == "customer@example.com"

    page.fill("#login-form [name=_password]", "customer")
    page.keyboard.press("Enter")
    page.wait_for_selector("#grantBtn")
    assert page.inner_text("h1") == '"Storefront website" wants to access your account.'

    page.click("#grantBtn")
    page.wait_for_url(f"{CALLBACK}**")
    assert re.fullmatch(rf"{re.escape(CALLBACK)}\?code=def502[0-9a-f]+&state=s", page.url)


def test_one_click_and_a_cancel_lead_back_with_a_denial(page: Page, idp: MockIdp) -> None:
    ask(page, idp)
    page.click("button.person >> nth=0")
    page.click("#cancelBtn")
    page.wait_for_url(f"{CALLBACK}**")

    assert page.url.startswith(f"{CALLBACK}?state=s&error=access_denied&")


def test_nothing_sticks_out_of_the_window(page: Page, idp: MockIdp) -> None:
    ask(page, idp)
    for button in ("button.person >> nth=0", "#grantBtn"):
        assert page.locator(".card").bounding_box()["width"] <= page.viewport_size["width"]  # type: ignore[index]
        page.click(button)
