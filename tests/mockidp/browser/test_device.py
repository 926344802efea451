"""Letting a device in, in a real Chromium, by keyboard alone and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from person import discover
from playwright.sync_api import Page, expect

from mockidp import MockIdp

pytestmark = pytest.mark.browser

TV = {"client_id": "storefront-tv"}
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


@pytest.fixture
def about(idp: MockIdp) -> Any:
    """What the device has in its hands."""
    address = discover(idp.issuer("storefront"))["device_authorization_endpoint"]
    return requests.post(address, data={**TV, "scope": "openid orders:read"}, timeout=9).json()


def ask(idp: MockIdp, about: Any) -> Any:
    fields = {**TV, "grant_type": GRANT, "device_code": about["device_code"]}
    return requests.post(f"{idp.base_url}/oauth2-token", data=fields, timeout=9).json()


def test_the_keyboard_alone_lets_a_device_in(page: Page, idp: MockIdp, about: Any) -> None:
    page.goto(about["verification_uri"])
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(about["user_code"].lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in to Storefront")
    page.keyboard.type("customer@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("customer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Allow Storefront on the television?")
    expect(page.get_by_text(about["user_code"])).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your device is connected")
    assert ask(idp, about)["id_token"]


def test_a_code_that_is_wrong_is_announced_and_can_be_typed_again(page: Page, idp: MockIdp, about: Any) -> None:
    page.goto(about["verification_uri"])
    page.keyboard.type("XXXX-XXXX")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    expect(page.get_by_label("Code")).to_have_accessible_description(page.get_by_role("alert").inner_text())
    page.get_by_label("Code").fill(about["user_code"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Billie Buyer").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your device is refused")
    assert ask(idp, about)["error"] == "access_denied"


def test_the_pages_fit_a_narrow_phone(page: Page, about: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    for address in (about["verification_uri"], about["verification_uri_complete"]):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Casey Customer").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Approve").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
