"""The way of a person through login and consent, in a real Chromium: by mouse and by keyboard, at both doors."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import ConsoleMessage, Page, Request, expect

from mockidp import MockIdp

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Door:
    realm: str
    title: str
    client_id: str
    username: str
    password: str
    name: str


DOORS = [
    Door("storefront", "Storefront", "storefront-web", "customer@example.com", "customer", "Casey Customer"),
    Door("backoffice", "Back-office", "backoffice-web", "admin", "admin", "Alex Admin"),
]

FOCUSED = "(({id, value, textContent}) => id || value || textContent.trim())(document.activeElement)"


@pytest.fixture(params=DOORS, ids=lambda door: door.realm)
def door(request: pytest.FixtureRequest) -> Door:
    return cast("Door", request.param)


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[str]:
    """The address of a client's web server, where codes arrive."""

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b'<link rel="icon" href="data:,"><h1>Welcome back</h1>')

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Callback) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def complaints(page: Page, idp: MockIdp, client: str) -> Iterator[list[str]]:
    """What the browser complained about or asked strangers for; nothing, unless a test takes it out."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        found.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith((idp.base_url, client, "data:")):
            found.append(f"asked for {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", see)
    yield found
    assert found == []


@pytest.fixture
def login(page: Page, idp: MockIdp, client: str, door: Door, complaints: list[str]) -> Page:
    """The login page, as the client sends a person there."""
    discovered = requests.get(f"{idp.issuer(door.realm)}/.well-known/openid-configuration", timeout=10).json()
    asked = {
        "response_type": "code",
        "client_id": door.client_id,
        "redirect_uri": f"{client}/callback/{door.realm}",
        "scope": "openid profile",
        "state": "st&te",
        "nonce": "n0nce",
    }
    page.goto(f"{discovered['authorization_endpoint']}?{urlencode(asked)}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Log in to {door.title}")
    return page


def arrived(page: Page, client: str, door: Door) -> dict[str, str]:
    """The parameters with which the browser came back to the client."""
    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    assert page.url.startswith(f"{client}/callback/{door.realm}?")
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}


def redeem(idp: MockIdp, client: str, door: Door, code: str) -> requests.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{client}/callback/{door.realm}"}
    return requests.post(
        f"{idp.base_url}/oauth2-token",
        data={**fields, "client_id": door.client_id, "client_secret": f"{door.client_id}-secret"},
        timeout=10,
    )


def test_typed_credentials_and_enter_then_approval_bring_a_code_to_the_client(
    login: Page, idp: MockIdp, client: str, door: Door
) -> None:
    login.get_by_label("User name").fill(door.username)
    login.get_by_label("Password").fill(door.password)
    login.get_by_label("Password").press("Enter")
    expect(login.get_by_text(f"You are logged in to {door.title} as {door.name}")).to_be_visible()
    login.get_by_role("button", name="Approve").click()
    came = arrived(login, client, door)
    assert came["state"] == "st&te"
    assert redeem(idp, client, door, came["code"]).json()["token_type"] == "Bearer"


def test_enter_in_the_user_name_does_not_press_a_one_click_button(login: Page, door: Door) -> None:
    login.get_by_label("User name").fill(door.username)
    login.get_by_label("User name").press("Enter")
    assert login.evaluate("document.querySelector('#password').validity.valueMissing")
    expect(login.get_by_role("heading", level=1)).to_have_text(f"Log in to {door.title}")


def test_one_click_is_enough_to_log_in(login: Page, client: str, door: Door) -> None:
    login.get_by_role("button", name=f"Continue as {door.name}").click()
    login.get_by_role("button", name="Approve").click()
    assert arrived(login, client, door).keys() >= {"code", "state"}


def test_denying_tells_the_client_and_gives_no_code(login: Page, client: str, door: Door) -> None:
    login.get_by_role("button", name=f"Continue as {door.name}").click()
    login.get_by_role("button", name="Deny").click()
    came = arrived(login, client, door)
    assert (came["error"], came["state"]) == ("access_denied", "st&te")
    assert "code" not in came


def test_a_wrong_password_is_announced_and_the_user_name_stays(login: Page, door: Door, complaints: list[str]) -> None:
    login.get_by_label("User name").fill(door.username)
    login.get_by_label("Password").fill("wrong")
    login.get_by_role("button", name="Log in").click()
    expect(login.get_by_role("alert")).to_be_visible()
    expect(login.get_by_label("User name")).to_have_value(door.username)
    expect(login.get_by_label("Password")).to_have_value("")
    expect(login.get_by_label("Password")).to_be_focused()
    expect(login.get_by_label("Password")).to_have_accessible_description(login.get_by_role("alert").inner_text())
    # Chromium reports every page with an error status; there is nothing else to report.
    assert [text for text in complaints if "status of 40" not in text] == []
    complaints.clear()


def test_a_person_of_the_other_realm_is_nobody_here(login: Page, door: Door, complaints: list[str]) -> None:
    stranger = next(other for other in DOORS if other is not door)
    login.get_by_label("User name").fill(stranger.username)
    login.get_by_label("Password").fill(stranger.password)
    login.get_by_label("Password").press("Enter")
    expect(login.get_by_role("alert")).to_be_visible()
    complaints.clear()


def test_the_keyboard_alone_leads_through_login_and_consent(login: Page, client: str, door: Door) -> None:
    assert login.evaluate(FOCUSED) == "username", "one can type at once"
    login.keyboard.type(door.username)
    assert press_tab(login) == "password"
    login.keyboard.type(door.password)
    assert press_tab(login) == "Log in"
    login.keyboard.press("Enter")
    expect(login.get_by_role("button", name="Approve")).to_be_visible()
    assert [press_tab(login), press_tab(login)] == ["approve", "deny"]
    login.keyboard.press("Shift+Tab")
    login.keyboard.press("Enter")
    assert "code" in arrived(login, client, door)


def test_the_keyboard_reaches_the_one_click_buttons_after_the_form_and_shows_where_it_is(
    login: Page, idp: MockIdp, door: Door
) -> None:
    people = [user.username for user in idp.config.realm(door.realm).users]
    for expected in ("password", "Log in", *people, "What it offers"):
        assert press_tab(login) == expected
        assert login.evaluate("getComputedStyle(document.activeElement).outline").endswith("solid 3px")
    for _ in people:
        login.keyboard.press("Shift+Tab")
    login.keyboard.press("Space")
    expect(login.get_by_text(f"You are logged in to {door.title} as {door.name}")).to_be_visible()


def test_every_page_fits_a_narrow_phone(login: Page, idp: MockIdp, door: Door) -> None:
    login.set_viewport_size({"width": 360, "height": 640})
    for leave in (lambda: login.get_by_role("button", name=door.name).click(), lambda: login.goto(idp.base_url), None):
        assert login.evaluate("document.documentElement.scrollWidth") <= 360
        if leave:
            leave()


def press_tab(page: Page) -> str:
    page.keyboard.press("Tab")
    return str(page.evaluate(FOCUSED))


POST = """([action, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  form.submit();
}"""


def test_a_request_that_another_site_posts_finds_who_is_logged_in(page: Page, idp: MockIdp, client: str) -> None:
    address, back = f"{idp.base_url}/oauth2-token/authorize", f"{client}/callback/storefront"
    asked = {"response_type": "code", "client_id": "storefront-web", "scope": "openid", "redirect_uri": back}
    page.goto(f"{address}?{urlencode(asked)}")
    page.get_by_role("button", name="Casey Customer").click()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url(f"{back}?code=*")
    page.goto(client.replace("127.0.0.1", "localhost"))  # for a browser another site, whatever it leads to
    page.evaluate(POST, [address, {**asked, "prompt": "none"}])
    page.wait_for_url(f"{back}?*")
    assert "code" in parse_qs(urlsplit(page.url).query), page.url
