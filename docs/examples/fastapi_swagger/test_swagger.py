"""The Swagger page in a real browser: Authorize, log in at the provider, come back, and try the API."""

import pytest
from playwright.sync_api import expect

from .app import SWAGGER_UI, create_app, realms

pytestmark = pytest.mark.skipif(not SWAGGER_UI.exists(), reason=f"Swagger UI is not there: npm install in {SWAGGER_UI}")


@pytest.fixture
def docs(serve, mock_idp, page):
    shop = serve(create_app(realms(mock_idp.base_url, trust_mock=True), clock=mock_idp.clock))
    page.goto(f"{shop}/docs")
    return page


def authorize(docs, realm, person, client_id=None):
    docs.get_by_role("button", name="Authorize").first.click()
    form = docs.locator(".auth-container", has_text=f"{realm} (OAuth2, authorization_code with PKCE)")
    if client_id:  # Swagger UI knows one for all realms, which init_oauth tells it
        form.locator("[data-name=clientId]").fill(client_id)
    form.get_by_label("orders:read").check()
    with docs.expect_popup() as popup:
        form.get_by_role("button", name="Apply given OAuth2 credentials").click()
    login = popup.value
    login.get_by_role("button", name=person).click()
    with login.expect_event("close"):
        login.get_by_role("button", name="Approve").click()
    expect(form.get_by_role("button", name="Remove authorization")).to_be_visible()
    docs.get_by_role("button", name="Close").first.click()


def try_out(docs, path):
    """What Swagger shows as the server's answer: status and body."""
    operation = docs.locator(".opblock", has=docs.locator(f'[data-path="{path}"]'))
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response")
    return answer.locator(".response-col_status").inner_text(), answer.locator(".response-col_description").inner_text()


def test_without_a_login_the_api_refuses(docs):
    status, body = try_out(docs, "/api/orders")
    assert status.startswith("401")
    assert 'Bearer realm="storefront"' in body


def test_authorize_logs_in_at_the_provider_and_opens_one_door(docs):
    authorize(docs, "storefront", "Casey Customer")

    status, body = try_out(docs, "/api/orders")
    assert status.startswith("200")
    assert "customer@example.com" in body
    assert "buyer@example.com" not in body

    status, _ = try_out(docs, "/admin/api/orders")
    assert status.startswith("401")


def test_both_doors_can_be_opened_on_one_page(docs):
    authorize(docs, "storefront", "Casey Customer")
    authorize(docs, "backoffice", "Alex Admin", client_id="backoffice-docs")
    for path in ("/api/orders", "/admin/api/orders"):
        status, _ = try_out(docs, path)
        assert status.startswith("200")


def test_the_login_is_a_code_with_a_proof_and_no_secret(docs, mock_idp):
    authorize(docs, "storefront", "Casey Customer")
    asked = mock_idp.requests.wait_for(path="/oauth2-token/authorize")
    assert dict(asked.query)["code_challenge_method"] == "S256"
    exchanged = dict(mock_idp.requests.wait_for(path="/oauth2-token", method="POST").form)
    assert exchanged["grant_type"] == "authorization_code"
    assert exchanged["code_verifier"]
    assert not exchanged.get("client_secret")
