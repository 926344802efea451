"""The start page as it lives, in a real Chromium: what comes in is seen, and every button does what it says."""

import base64
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockidp import MockIdp

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "npm/node_modules/axe-core/axe.min.js"
TABS = ("Realms", "Tokens", "Requests", "Clock, keys and faults")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, idp: MockIdp) -> Iterator[Page]:
    """The start page; whatever it asks elsewhere or complains about is a failure."""
    opened = context.new_page()
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "422" not in message.text:  # a form that was filled in wrongly
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((idp.base_url, "data:")):
            complaints.append(f"asked {request.url}")

    opened.on("console", complain)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", asked)
    opened.goto(f"{idp.base_url}/")
    expect(opened.get_by_role("tablist")).to_be_visible()
    yield opened
    assert complaints == []


def get_token(idp: MockIdp) -> str:
    answer = requests.post(
        f"{idp.base_url}/oauth2-token",
        data={
            "grant_type": "client_credentials",
            "client_id": "storefront-service",
            "client_secret": "storefront-service-secret",
        },
        timeout=10,
    )
    token: str = answer.json()["access_token"]
    return token


def posted(page: Page) -> Locator:
    return page.locator("#requests tbody tr").filter(has_text="POST /oauth2-token")


def test_arrow_keys_go_along_the_tabs(page: Page) -> None:
    page.get_by_role("tab", name="Realms").focus()
    for name in (*TABS[1:], TABS[0]):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()
        assert page.get_by_role("tabpanel").count() == 1


def test_a_request_is_shown_as_it_comes_in_without_its_secret(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Requests").click()
    get_token(idp)
    row = posted(page)
    expect(row).to_contain_text("storefront-service")
    expect(row).to_contain_text("200")
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("client_secret=[hidden]")
    assert "storefront-service-secret" not in page.get_by_role("tabpanel").inner_text()


def test_a_paused_list_waits_and_then_catches_up(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Requests").click()
    get_token(idp)
    expect(posted(page)).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    get_token(idp)
    page.get_by_role("tab", name="Tokens").click()
    expect(page.locator(".issued li")).to_have_count(2)
    page.get_by_role("tab", name="Requests").click()
    expect(posted(page)).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(posted(page)).to_have_count(2)


def test_what_strangers_send_is_text(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Requests").click()
    requests.get(f"{idp.base_url}/{HOSTILE}", headers={"X-Note": HOSTILE}, timeout=10)
    expect(page.locator("#requests tbody tr").filter(has_text="onerror")).to_have_count(1)
    assert page.locator("#requests img").count() == 0


def test_an_issued_token_is_taken_apart(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Tokens").click()
    get_token(idp)
    page.get_by_role("button", name="Access token of storefront").click()
    apart = page.locator(".decoded")
    expect(apart.get_by_role("row", name=re.compile("^iss"))).to_contain_text(f'"{idp.issuer("storefront")}"')
    expect(apart.get_by_role("row", name=re.compile("^iss"))).to_contain_text("RFC 7519")
    expect(apart).to_contain_text("Good for another 59 minutes")
    expect(apart).to_contain_text("Good: made by a key that storefront publishes.")


def test_a_token_is_made_by_the_form_and_can_lie(page: Page) -> None:
    page.get_by_role("tab", name="Tokens").click()
    form = page.locator("#tokens form")
    form.get_by_label("Realm").select_option("backoffice")
    form.get_by_label("Scope").fill("users:read")
    form.get_by_label("Fault").select_option("wrong-signature")
    page.get_by_label("More claims, as JSON").fill('{"colour": "blue"}')
    page.get_by_role("button", name="Make it").click()
    apart = page.locator(".decoded")
    expect(apart.get_by_role("row", name="colour")).to_contain_text('"blue"')
    expect(apart.get_by_role("row", name="sub")).to_contain_text('"admin"')
    expect(apart).to_contain_text("Wrong: the key of this name did not make it.")
    expect(page.locator("#said")).to_have_text("Made a token that lies (wrong-signature).")


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(page: Page) -> None:
    page.get_by_role("tab", name="Tokens").click()
    page.get_by_label("Expires in").fill("soon")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#said")).to_contain_text("duration")
    expect(page.get_by_label("Expires in")).to_have_value("soon")


def test_an_expired_token_and_no_token_at_all_are_told_apart(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Tokens").click()
    pasted = page.get_by_label("Token", exact=True)
    pasted.fill(idp.token("storefront", subject="somebody", expires_in=-60))
    expect(page.locator(".decoded")).to_contain_text("Expired 1 minute ago.")
    idp.clock.advance(minutes=9)
    expect(page.locator(".decoded")).to_contain_text("Expired 10 minutes ago.")
    pasted.fill(HOSTILE)
    expect(page.locator(".decoded .alert")).to_contain_text("three parts")


@pytest.mark.parametrize("alg", ["constructor", "__proto__", "toString", "none"])
def test_a_token_of_any_algorithm_gets_a_verdict(page: Page, alg: str) -> None:
    page.get_by_role("tab", name="Tokens").click()
    parts = ({"alg": alg}, {"constructor": 1})
    header, claims = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    page.get_by_label("Token", exact=True).fill(f"{header}.{claims}.AAAA")
    expect(page.locator(".decoded")).to_contain_text("is no algorithm that a realm here signs with")
    expect(page.locator(".decoded")).to_contain_text("A claim of its own")


def test_the_buttons_of_the_clock_move_it(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name=TABS[3]).click()
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator("#live-clock")).to_contain_text("(frozen)")
    assert idp.clock.frozen
    before = idp.clock()
    page.get_by_role("button", name="+ 1 hour").click()
    expect(page.locator("#said")).to_have_text("The clock went ahead by 1 hour.")
    assert idp.clock() == pytest.approx(before + 3600)
    page.get_by_label("Set it to (UTC)").fill("2030-01-02T03:04:05")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#live-clock")).to_contain_text("2030-01-02 03:04:05 UTC")
    page.get_by_role("button", name="Real time again").click()
    expect(page.locator("#live-clock")).not_to_contain_text("(")
    assert abs(idp.clock() - time.time()) < 60


def test_a_clock_that_a_test_moves_is_seen(page: Page, idp: MockIdp) -> None:
    idp.clock.freeze(0)
    expect(page.locator("#live-clock")).to_contain_text("1970-01-01 00:00:00 UTC (frozen)")


def test_the_buttons_of_the_keys_do_what_they_say(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name=TABS[3]).click()
    first = idp.keys["backoffice"].current.kid
    page.get_by_role("button", name="Rotate keys of Back-office").click()
    expect(page.get_by_text(f"{first} RS256 signed before")).to_be_visible()
    assert list(idp.keys["backoffice"].phases.values()) == ["current", "former"]
    page.get_by_role("button", name="Retire keys of Back-office").click()
    expect(page.get_by_text(first)).to_have_count(0)
    assert list(idp.keys["storefront"].phases.values()) == ["current"], "the other realm's are left alone"


def test_faults_are_ordered_seen_and_cleared(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name=TABS[3]).click()
    faults = page.locator("#controls")
    faults.get_by_label("Fault").select_option("delay")
    faults.get_by_label("For").select_option("always")
    faults.get_by_label("Endpoint").select_option("jwks")
    faults.get_by_label("Number").fill("0.25")
    page.get_by_role("button", name="Let it go wrong").click()
    expect(page.get_by_text("delay=0.25 until cleared, endpoint jwks")).to_be_visible()
    [pending] = idp.faults.pending
    assert (pending.fault, pending.endpoint, pending.times) == ("delay=0.25", "jwks", None)
    page.get_by_role("button", name="Back to the truth").click()
    expect(page.get_by_text("Nothing.", exact=True)).to_be_visible()
    assert idp.faults.pending == ()


def test_a_fault_for_nobody_is_shown_with_a_warning_that_is_text(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name=TABS[3]).click()
    page.locator("#controls").get_by_label("Client").fill(HOSTILE)
    page.get_by_role("button", name="Let it go wrong").click()
    expect(page.get_by_text(f"there is no client '{HOSTILE}' yet")).to_be_visible()
    [pending] = idp.faults.pending
    assert pending.client == HOSTILE


def test_addresses_are_copied(context: BrowserContext, page: Page, idp: MockIdp) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the issuer of Storefront").click()
    expect(page.locator("#said")).to_have_text("Copied the issuer of Storefront.")
    assert page.evaluate("navigator.clipboard.readText()") == idp.issuer("storefront")


def test_a_command_is_selected_whole_and_without_its_button(page: Page) -> None:
    page.locator("pre.copy").first.click()
    selected = page.evaluate("getSelection().toString()")
    assert selected.startswith("curl ")
    assert "Copy" not in selected


def test_the_page_leaves_no_trace_in_the_inbox_of_a_test(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name="Tokens").click()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".decoded")).to_be_visible()
    assert {request.path for request in idp.requests} <= {"/", "/mockidp.css"}


def test_it_says_so_when_the_provider_is_gone_and_when_it_is_back(chromium: Browser, idp: MockIdp) -> None:
    page = chromium.new_context().new_page()
    page.goto(f"{idp.base_url}/")
    expect(page.get_by_role("tablist")).to_be_visible()
    idp.stop()
    expect(page.locator("#said")).to_contain_text("does not answer")
    idp.start()
    expect(page.locator("#said")).to_have_text("The provider answers again.", timeout=10_000)
    page.context.close()


@pytest.mark.parametrize("noticed", [True, False], ids=["after an outage", "at once"])
def test_another_provider_at_the_same_address_is_shown_from_its_beginning(chromium: Browser, noticed: bool) -> None:
    before = MockIdp()
    after = MockIdp(port=None, base_url=before.base_url)
    apps: list[ASGIApp] = [before.app]

    async def last(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[-1](scope, receive, send)

    before.app = last  # one socket for both: an address that was let go might be somebody else's
    with before:
        page = chromium.new_page()
        page.goto(f"{before.base_url}/")
        page.get_by_role("tab", name="Requests").click()
        for _ in range(3):
            get_token(before)
        expect(posted(page)).to_have_count(3)
        if noticed:
            apps.append(PlainTextResponse("gone", 503))
            before.clock.freeze()  # ends the wait
            expect(page.locator("#said")).to_contain_text("does not answer")
        apps.append(after.app)
        before.clock.resume()
        expect(posted(page)).to_have_count(0)
        requests.get(f"{after.issuer('backoffice')}/jwks", timeout=10)
        expect(page.locator("#requests tbody tr")).to_have_count(1)
        expect(page.locator("#requests tbody tr")).to_contain_text("GET /backoffice/jwks")
        page.close()


def test_with_a_control_token_it_asks_for_that(chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    with MockIdp(control_token="open-sesame") as idp:
        page.goto(f"{idp.base_url}/")
        page.get_by_label("Control token").fill("open-sesame")
        page.get_by_role("button", name="Show it").click()
        expect(page.get_by_role("tablist")).to_be_visible()
        page.context.close()


def test_without_scripts_there_are_still_the_realms(chromium: Browser, idp: MockIdp) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{idp.base_url}/")
    expect(page.get_by_text(idp.issuer("storefront"), exact=True)).to_be_visible()
    expect(page.get_by_role("tablist")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(chromium: Browser, idp: MockIdp, scheme: str, width: int) -> None:
    if not AXE.exists():
        give_up = pytest.fail if os.environ.get("NPM_TESTS") == "required" else pytest.skip
        give_up("axe-core is not installed (make npm)")
    page = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()  # type: ignore[arg-type]
    page.goto(f"{idp.base_url}/")
    idp.faults.always("delay", endpoint="jwks")
    idp.keys.rotate()
    get_token(idp)
    page.get_by_role("tab", name="Tokens").click()
    page.get_by_role("button", name="Access token of storefront").click()
    page.evaluate(AXE.read_text("utf-8"))
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        found = page.evaluate("axe.run()")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        assert found["passes"], "it looked at something"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_a_fault_is_for_one_user_and_its_text_shows_code_as_code(page: Page, idp: MockIdp) -> None:
    page.get_by_role("tab", name=TABS[3]).click()
    faults = page.locator("#controls")
    faults.get_by_label("Fault").select_option("expired")
    faults.get_by_label("User").fill("buyer@example.com")
    faults.get_by_role("button", name="Let it go wrong").click()
    expect(page.get_by_text("user buyer@example.com")).to_be_visible()
    assert [one.user for one in idp.faults.pending] == ["buyer@example.com"]
    told = idp.faults.catalogue.items()
    name, code = next((name, row.lies.split("`")[1]) for name, row in told if row.lies.count("`") > 1)
    faults.get_by_label("Fault").select_option(name)
    about = faults.get_by_role("note").first
    assert about.locator("code").first.text_content() == code
    assert "`" not in (about.text_content() or "")
