"""The example shop, as a browser without JavaScript and a client of its APIs meet it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from mockidp import MockIdp
from shop.app import create_app

CUSTOMER = "customer@example.com"
JSON_API = "application/vnd.api+json"


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def call(address: str, token: str, **headers: str) -> requests.Response:
    return requests.get(address, headers={"Authorization": f"Bearer {token}", **headers}, timeout=30)


def submit(browser: requests.Session, page: requests.Response, **choice: str) -> requests.Response:
    """Press a button of the first form on the page."""
    csrf_token, action = (
        re.search(pattern, page.text)[1].replace("&amp;", "&")  # type: ignore[index]
        for pattern in (r'name="csrf_token" value="([^"]+)"', r'<form[^>]* action="([^"]+)"')
    )
    return browser.post(urljoin(page.url, action), {"csrf_token": csrf_token, **choice}, timeout=30)


def log_in(
    browser: requests.Session, shop: str, realm: str, username: str, decision: str = "approve"
) -> requests.Response:
    login_page = browser.get(f"{shop}/login/{realm}", timeout=30)
    consent_page = submit(browser, login_page, **{"as": username})
    return submit(browser, consent_page, decision=decision)


def verdicts(page: requests.Response) -> list[str]:
    """The cells of the table, row by row."""
    return re.findall(r'class="verdict (\w+)"', page.text)


def test_customers_see_what_is_for_sale(shop: str, mock_idp: MockIdp) -> None:
    token = mock_idp.token("storefront", subject=CUSTOMER, scope="products:read")
    assert [product["id"] for product in call(f"{shop}/api/products", token).json()] == ["mug", "apron", "spoon"]


def test_customers_see_their_own_orders_only(shop: str, mock_idp: MockIdp) -> None:
    token = mock_idp.token("storefront", subject=CUSTOMER, scope="orders:read")
    assert [order["id"] for order in call(f"{shop}/api/orders", token).json()] == ["1001", "1003"]


def test_the_back_office_sees_everybody_and_every_order(shop: str, mock_idp: MockIdp) -> None:
    token = mock_idp.token("backoffice", subject="admin", scope="users:read orders:read")
    assert [user["name"] for user in call(f"{shop}/admin/api/users", token).json()] == ["Alex Admin", "Chris Clerk"]
    assert len(call(f"{shop}/admin/api/orders", token).json()) == 3


def test_whoever_asks_for_json_api_gets_json_api(shop: str, mock_idp: MockIdp) -> None:
    token = mock_idp.token("backoffice", subject="admin", scope="users:read")
    answer = call(f"{shop}/admin/api/users", token, Accept=f"text/html;q=0.1, {JSON_API}")
    assert answer.headers["content-type"] == JSON_API
    assert answer.json()["data"][0] == {
        "type": "users",
        "id": "1",
        "attributes": {"name": "Alex Admin", "email": "admin@example.com"},
    }


@pytest.mark.parametrize(
    ("path", "realm", "other"),
    [
        pytest.param("/api/orders", "storefront", "backoffice", id="back-office token at the storefront"),
        pytest.param("/admin/api/users", "backoffice", "storefront", id="storefront token at the back-office"),
    ],
)
def test_a_token_of_one_door_does_not_open_the_other(
    shop: str, mock_idp: MockIdp, path: str, realm: str, other: str
) -> None:
    token = mock_idp.token(other, subject=CUSTOMER, scope="users:read orders:read products:read")
    answer = call(f"{shop}{path}", token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith(f'Bearer realm="{realm}", error="invalid_token"')


def test_a_token_without_the_scope_is_told_which_it_takes(shop: str, mock_idp: MockIdp) -> None:
    answer = call(f"{shop}/api/orders", mock_idp.token("storefront", subject=CUSTOMER, scope="products:read"))
    assert answer.status_code == 403
    assert 'scope="orders:read"' in answer.headers["www-authenticate"]


def test_before_any_login_the_page_offers_both_and_the_table_is_empty(shop: str, browser: requests.Session) -> None:
    page = browser.get(shop, timeout=30)
    assert 'href="/login/storefront"' in page.text
    assert 'href="/login/backoffice"' in page.text
    assert verdicts(page) == ["none"] * 4


def test_two_logins_fill_the_table_with_two_let_in_and_two_kept_out(shop: str, browser: requests.Session) -> None:
    after_one = log_in(browser, shop, "storefront", CUSTOMER)
    assert verdicts(after_one) == ["in", "out", "none", "none"]

    after_both = log_in(browser, shop, "backoffice", "admin")
    assert after_both.url == f"{shop}/"
    assert verdicts(after_both) == ["in", "out", "out", "in"]
    assert "Bearer realm=&#34;backoffice&#34;, error=&#34;invalid_token&#34;" in after_both.text
    assert "Bearer realm=&#34;storefront&#34;, error=&#34;invalid_token&#34;" in after_both.text


def test_the_table_can_be_filled_with_json_api(shop: str, browser: requests.Session) -> None:
    log_in(browser, shop, "storefront", CUSTOMER)
    page = browser.get(f"{shop}/?accept=jsonapi", timeout=30)
    assert page.text.count(f"content-type:</i> {JSON_API}") == 2


def test_tokens_stay_on_the_server(shop: str, browser: requests.Session) -> None:
    page = log_in(browser, shop, "storefront", CUSTOMER)
    assert "eyJ" not in page.text
    (cookie,) = [cookie for cookie in browser.cookies if cookie.name == "shop_session"]
    assert "eyJ" not in str(cookie.value)
    assert cookie.has_nonstandard_attr("HttpOnly")


def test_the_shop_asks_with_pkce_and_a_fresh_state(shop: str, browser: requests.Session) -> None:
    asked = [
        parse_qs(
            urlsplit(
                browser.get(f"{shop}/login/storefront", allow_redirects=False, timeout=30).headers["location"]
            ).query
        )
        for _ in range(2)
    ]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["state"] != asked[1]["state"]
    assert asked[0]["code_challenge"] != asked[1]["code_challenge"]


def test_whoever_denies_is_not_logged_in(shop: str, browser: requests.Session) -> None:
    page = log_in(browser, shop, "storefront", CUSTOMER, decision="deny")
    assert page.status_code == 400
    assert "You did not let the shop in" in page.text
    assert verdicts(browser.get(shop, timeout=30)) == ["none"] * 4


def test_an_answer_to_a_login_that_nobody_began_is_refused(shop: str, browser: requests.Session) -> None:
    page = browser.get(f"{shop}/callback/storefront?code=stolen&state=guessed", timeout=30)
    assert page.status_code == 400
    assert "belongs to no login" in page.text


def test_an_answer_in_the_name_of_another_issuer_is_refused(
    shop: str, browser: requests.Session, mock_idp: MockIdp
) -> None:
    begun = browser.get(f"{shop}/login/storefront", allow_redirects=False, timeout=30)
    (state,) = parse_qs(urlsplit(begun.headers["location"]).query)["state"]
    answer = {"code": "mixed-up", "state": state, "iss": mock_idp.issuer("backoffice")}
    page = browser.get(f"{shop}/callback/storefront", params=answer, timeout=30)
    assert page.status_code == 400
    assert "another provider" in page.text


def test_an_answer_counts_once(shop: str, browser: requests.Session) -> None:
    log_in(browser, shop, "storefront", CUSTOMER)
    begun = browser.get(f"{shop}/login/storefront", timeout=30)
    # Still logged in at the provider, so that the consent page comes at once.
    approved = submit(browser, begun, decision="approve")
    (answer,) = [step.headers["location"] for step in approved.history if "code=" in step.headers["location"]]
    assert browser.get(answer, timeout=30).status_code == 400


def test_a_made_up_code_gets_the_providers_refusal(shop: str, browser: requests.Session) -> None:
    begun = browser.get(f"{shop}/login/storefront", allow_redirects=False, timeout=30)
    (state,) = parse_qs(urlsplit(begun.headers["location"]).query)["state"]
    page = browser.get(f"{shop}/callback/storefront", params={"code": "made-up", "state": state}, timeout=30)
    assert page.status_code == 400
    assert "The provider refused" in page.text


def test_a_renewed_token_is_another_one(shop: str, browser: requests.Session) -> None:
    def token_id(page: requests.Response) -> str:
        return str(re.findall(r"&#34;jti&#34;: &#34;(.+?)&#34;", page.text)[0])

    before = log_in(browser, shop, "storefront", CUSTOMER)
    after = browser.post(f"{shop}/renew/storefront", timeout=30)
    assert token_id(before) != token_id(after)
    assert verdicts(after) == ["in", "out", "none", "none"]


def test_there_is_nothing_to_renew_without_a_login(shop: str, browser: requests.Session) -> None:
    page = browser.post(f"{shop}/renew/backoffice", timeout=30)
    assert page.status_code == 400
    assert "nobody is logged in" in page.text


def test_starting_over_forgets_the_tokens(shop: str, browser: requests.Session) -> None:
    log_in(browser, shop, "storefront", CUSTOMER)
    kept = dict(browser.cookies)
    assert verdicts(browser.post(f"{shop}/logout", timeout=30)) == ["none"] * 4
    assert verdicts(requests.get(shop, cookies=kept, timeout=30)) == ["none"] * 4


def test_a_forged_session_is_nobodys(shop: str, browser: requests.Session) -> None:
    log_in(browser, shop, "storefront", CUSTOMER)
    name = browser.cookies["shop_session"].rpartition(".")[0]
    assert verdicts(requests.get(shop, cookies={"shop_session": f"{name}.forged"}, timeout=30)) == ["none"] * 4


def test_a_door_that_does_not_exist_is_not_found(shop: str) -> None:
    assert requests.get(f"{shop}/login/warehouse", timeout=30).status_code == 404


def test_the_pages_load_nothing_from_elsewhere(shop: str, browser: requests.Session) -> None:
    page = browser.get(shop, timeout=30)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert browser.get(f"{shop}/static/shop.css", timeout=30).headers["content-type"].startswith("text/css")


def test_a_provider_that_is_down_is_said_to_be_down(serve: Any, browser: requests.Session) -> None:
    nobody = "http://127.0.0.1:9"  # the discard port: nothing listens there, and no free port is ever given that number
    with serve(lambda address: create_app(shop=address, provider=nobody)) as shop:
        page = browser.get(f"{shop}/login/storefront", timeout=30)
    assert page.status_code == 400
    assert "does not answer" in page.text
