"""The page in a real browser: log in, ask both APIs, let time pass, log out."""

import pytest
from playwright.sync_api import expect

from .api import create_api, realms
from .page import NODE_MODULES, create_page

pytestmark = pytest.mark.skipif(
    not (NODE_MODULES / "oidc-client-ts").exists(),
    reason=f"oidc-client-ts is not there: npm install for {NODE_MODULES}",
)


@pytest.fixture
def address(serve, mock_idp):
    """Where the page is: an address that the API and the provider have to know, so it comes first."""
    apps = []

    async def whatever_comes(scope, receive, send):
        await apps[0](scope, receive, send)

    page = serve(whatever_comes)
    api = serve(create_api(realms(mock_idp.base_url, trust_mock=True), page=page, clock=mock_idp.clock))
    apps.append(create_page(api=api, issuer=mock_idp.issuer("storefront")))
    mock_idp.clients.add(
        "storefront",
        client_id="shop-page",
        redirect_uris=(f"{page}/",),
        post_logout_redirect_uris=(f"{page}/",),
        scope="openid profile orders:read",
    )
    return page


def log_in(page, address, decision="Approve"):
    page.goto(address)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Casey Customer").click()
    page.get_by_role("button", name=decision).click()


@pytest.fixture
def shop(page, address):
    """The page, with Casey logged in."""
    log_in(page, address)
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    return page


def test_whoever_logs_in_comes_back_with_a_name_and_without_a_code(shop, address):
    expect(shop.locator(".who")).to_contain_text("Casey Customer")
    assert shop.url == f"{address}/"


def test_customers_see_their_own_orders(shop):
    shop.get_by_role("button", name="My orders").click()
    expect(shop.locator("#answer")).to_contain_text("Let in: 200")
    expect(shop.locator("#answer tbody tr")).to_contain_text(["Enamel mug", "Walnut spoon"])


def test_the_other_realms_api_keeps_them_out(shop):
    shop.get_by_role("button", name="Everybody's orders").click()
    expect(shop.locator("#answer")).to_contain_text("Kept out: 401")
    expect(shop.locator("#answer")).to_contain_text('Bearer realm="backoffice", error="invalid_token"')


def test_a_token_that_has_ended_is_renewed_when_the_api_says_so(shop, mock_idp):
    mock_idp.clock.advance(hours=2)
    shop.get_by_role("button", name="My orders").click()
    expect(shop.locator("#answer")).to_contain_text("Let in: 200")
    assert grants(mock_idp) == ["authorization_code", "refresh_token"]


def test_a_token_is_renewed_before_it_ends_without_anybody_asking(page, address, mock_idp):
    page.clock.install()
    log_in(page, address)
    until = page.locator("#until")
    expect(until).to_be_visible()
    before = until.get_attribute("datetime")
    mock_idp.clock.advance(minutes=59, seconds=30)
    page.clock.fast_forward("59:30")
    expect(until).not_to_have_attribute("datetime", before)
    assert grants(mock_idp) == ["authorization_code", "refresh_token"]


def test_whoever_logs_out_is_logged_out_everywhere(shop, mock_idp, address):
    shop.get_by_role("button", name="Log out").click()
    expect(shop.get_by_role("button", name="Log in")).to_be_visible()
    assert shop.url == f"{address}/"
    assert [seen.path for seen in mock_idp.requests if seen.path.endswith("/revoke")]

    shop.get_by_role("button", name="Log in").click()
    expect(shop.get_by_role("heading", name="Log in to Storefront")).to_be_visible()


def test_whoever_denies_is_told_what_happened_and_can_try_again(page, address):
    log_in(page, address, decision="Deny")
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def grants(idp):
    asked = [dict(seen.form).get("grant_type") for seen in idp.requests if seen.path == "/oauth2-token"]
    return [grant for grant in asked if grant]  # a preflight names none
