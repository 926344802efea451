"""The demo as a person meets it: a real browser, both logins, consent, the two-by-two table."""

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def log_in(page: Page, invitation: str, person: str) -> None:
    page.get_by_role("link", name=invitation).click()
    page.get_by_role("button", name=person).click()
    page.get_by_role("button", name="Approve").click()


def expect_two_let_in_and_two_kept_out(page: Page) -> None:
    cells = page.get_by_role("table").locator("tbody td")
    expect(cells).to_contain_text(["Let in 200", "Kept out 401", "Kept out 401", "Let in 200"])


def test_both_logins_end_in_a_table_with_two_let_in_and_two_kept_out(page: Page, shop: str) -> None:
    page.goto(shop)
    log_in(page, "Log in as a customer", "Casey Customer")
    log_in(page, "Log in to the back-office", "Alex Admin")

    expect_two_let_in_and_two_kept_out(page)
    expect(page.get_by_text("Logged in as")).to_have_text(["Logged in as customer@example.com.", "Logged in as admin."])


def test_the_raw_answers_and_the_claims_unfold(page: Page, shop: str) -> None:
    page.goto(shop)
    log_in(page, "Log in as a customer", "Casey Customer")

    foreign = page.get_by_role("cell").filter(has_text="Kept out")
    challenge = foreign.get_by_text('Bearer realm="backoffice", error="invalid_token"')
    expect(challenge).to_be_hidden()
    foreign.get_by_text("Look at the answer").click()
    expect(challenge).to_be_visible()

    page.get_by_text("What the token says").click()
    expect(page.get_by_text('"aud": "https://shop.example/api"')).to_be_visible()


def test_a_name_and_a_password_do_as_well_as_one_click(page: Page, shop: str) -> None:
    page.goto(shop)
    page.get_by_role("link", name="Log in to the back-office").click()
    page.get_by_role("textbox", name="User name").fill("clerk")
    page.get_by_role("textbox", name="Password").fill("clerk")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Logged in as clerk.")).to_be_visible()


def test_the_keyboard_alone_is_enough(page: Page, shop: str) -> None:
    def tab_to(name: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if name in page.evaluate("document.activeElement.innerText || ''"):
                return
        pytest.fail(f"30 times Tab, and no {name!r} on {page.url}")

    page.goto(shop)
    for steps in (
        ("Log in as a customer", "Casey Customer", "Approve"),
        ("Log in to the back-office", "Alex Admin", "Approve"),
    ):
        for name in steps:
            tab_to(name)
            with page.expect_navigation():
                page.keyboard.press("Enter")
    expect_two_let_in_and_two_kept_out(page)

    tab_to("Look at the answer")
    page.keyboard.press("Enter")
    expect(page.get_by_text("200 OK").first).to_be_visible()


def test_whoever_denies_is_led_back_to_the_shop(page: Page, shop: str) -> None:
    page.goto(shop)
    page.get_by_role("link", name="Log in as a customer").click()
    page.get_by_role("button", name="Casey Customer").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.get_by_text("No token yet")).to_have_count(4)


def test_starting_over_and_renewing_are_one_press_each(page: Page, shop: str) -> None:
    page.goto(shop)
    log_in(page, "Log in as a customer", "Casey Customer")
    page.get_by_role("button", name="Renew the token").click()
    expect(page.get_by_text("Logged in as customer@example.com.")).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_text("No token yet")).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_without_javascript_shows_everything_without_scrolling_sideways(
    chromium: Browser, shop: str, scheme: str
) -> None:
    with chromium.new_context(viewport=PHONE, color_scheme=scheme, java_script_enabled=False) as context:  # type: ignore[arg-type]  # the two words it takes
        page = context.new_page()
        page.goto(shop)
        log_in(page, "Log in as a customer", "Casey Customer")
        log_in(page, "Log in to the back-office", "Alex Admin")
        expect_two_let_in_and_two_kept_out(page)
        for summary in page.locator("summary").all():
            summary.click()
        furthest = max(box["x"] + box["width"] for part in page.locator("body *").all() if (box := part.bounding_box()))
        assert furthest <= PHONE["width"]


def test_the_browser_has_nothing_to_complain_about(page: Page, shop: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(shop)
    log_in(page, "Log in as a customer", "Casey Customer")
    expect(page.get_by_text("Logged in as")).to_be_visible()
    assert complaints == []
