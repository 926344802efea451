import hashlib
import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from mockidp import Client, User
from mockidp.web import pages

PEOPLE = (
    User(username="customer@example.com", password="customer", name="Casey Customer"),
    User(username="buyer@example.com", password="buyer", name="Billie Buyer"),
)
WEB = Client(
    client_id="shop-web", client_secret="hush", redirect_uris=("http://127.0.0.1:8900/cb",), scope="openid a:read"
)
SERVICE = Client(client_id="shop-job", client_secret="it's", grant_types=("client_credentials",), scope="a:read b:read")
SCRIPT = "/mockidp.page/main.js"
LIVE_STYLE = "/mockidp.page/live.css"
HOSTILE = "<script>alert(1)</script>\"' & co"


def login(**more: Any) -> str:
    given = {"realm_name": "storefront", "realm_title": "Storefront", "client_name": "Website", "users": PEOPLE}
    return pages.login_page(**{**given, "action": "/oauth2-token/login?x=1&y=2", "csrf_token": "c5rf", **more})


def consent(**more: Any) -> str:
    given = {"realm_name": "backoffice", "realm_title": "Back-office", "client_name": "Website", "user_name": "Alex"}
    return pages.consent_page(**{**given, "scopes": ["openid"], "action": "/a", "csrf_token": "c5rf", **more})


def logout(**more: Any) -> str:
    given = {"realm_name": "storefront", "realm_title": "Storefront", "client_name": "Website", "user_name": "Casey"}
    return pages.logout_page(**{**given, "action": "/oauth2-token/logout?x=1&y=2", "csrf_token": "c5rf", **more})


def logged_out(**more: Any) -> str:
    return pages.logged_out_page(**{"realm_name": "storefront", "realm_title": "Storefront", **more})


def card(**more: Any) -> pages.RealmCard:
    given = {"name": "storefront", "title": "Storefront", "issuer": "http://127.0.0.1:1/storefront", "users": PEOPLE}
    addresses = (("Token", "http://127.0.0.1:1/oauth2-token"), ("JWKS", "http://127.0.0.1:1/storefront/jwks"))
    return pages.RealmCard(**{**given, "addresses": addresses, "clients": (WEB, SERVICE), **more})


def start(*realms: pages.RealmCard) -> str:
    return pages.start_page(base_url="http://127.0.0.1:1", realms=realms or (card(),))


EVERY_PAGE = [
    pytest.param(login(), id="login"),
    pytest.param(login(error="No.", username="buyer@example.com"), id="login again"),
    pytest.param(consent(), id="consent"),
    pytest.param(logout(), id="logout"),
    pytest.param(logged_out(), id="logged out"),
    pytest.param(logged_out(user_name="Casey"), id="still logged in"),
    pytest.param(pages.error_page(status=404, title="Nothing", message="Here.", hint="Go."), id="error"),
    pytest.param(start(card(), card(name="backoffice", title="Back-office")), id="start"),
]


class Elements(HTMLParser):
    """The start tags of a page, in their order, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[tuple[str, dict[str, str | None]]]:
        return [(tag, attrs) for tag, attrs in self.found if tag in tags]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_page_can_be_found_around_in_without_seeing_it(page: str) -> None:
    elements = Elements(page)
    assert ("html", {"lang": "en"}) in elements.named("html")
    assert [len(elements.named(tag)) for tag in ("title", "header", "main", "footer", "h1")] == [1] * 5
    levels = [int(tag[1]) for tag, _ in elements.named("h1", "h2", "h3")]
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels)), "no level is left out"
    identifiers = [attrs["id"] for _, attrs in elements.found if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    labelled = {attrs["for"] for _, attrs in elements.named("label")}
    assert labelled == {attrs["id"] for _, attrs in elements.named("input") if attrs.get("type") != "hidden"}
    assert all(attrs["aria-hidden"] == "true" for _, attrs in elements.named("svg")), "drawings only repeat the words"


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_no_page_has_inline_scripts_or_styles_or_other_hosts_and_only_the_start_page_has_scripts(page: str) -> None:
    elements = Elements(page)
    assert not elements.named("style", "img", "iframe", "object")
    assert [attrs["src"] for _, attrs in elements.named("script")] == page.count("<script") * [SCRIPT]
    assert page.count("<script") == (SCRIPT in page)
    assert not [attrs for _, attrs in elements.found if any(name == "style" or name[:2] == "on" for name in attrs)]
    loaded = [str(attrs["href"]) for _, attrs in elements.named("link")]
    own = [address.partition("?")[0] for address in loaded if not address.startswith("data:")]
    assert own[0] == "/mockidp.css"
    assert own[1:] == [LIVE_STYLE] * (SCRIPT in page)
    assert b"url(" not in pages.stylesheet()
    assert b"@import" not in pages.stylesheet()


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_page_says_that_it_is_a_mock(page: str) -> None:
    assert "Mock, for tests only" in words(page)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(login(realm_title=HOSTILE), id="realm"),
        pytest.param(login(client_name=HOSTILE), id="client"),
        pytest.param(login(username=HOSTILE), id="username"),
        pytest.param(login(error=HOSTILE), id="error"),
        pytest.param(login(action=HOSTILE), id="action"),
        pytest.param(login(users=[User(username=HOSTILE, password="x")]), id="user"),
        pytest.param(consent(user_name=HOSTILE), id="person"),
        pytest.param(consent(scopes=[HOSTILE]), id="scope"),
        pytest.param(pages.error_page(status=400, title=HOSTILE, message=HOSTILE, hint=HOSTILE), id="error page"),
        pytest.param(start(card(issuer="http://x/" + HOSTILE, title=HOSTILE)), id="start"),
    ],
)
def test_whatever_stands_on_a_page_is_text(page: str) -> None:
    assert all(attrs.get("src") == SCRIPT for _, attrs in Elements(page).named("script"))
    assert "alert(1)" in page


def test_a_client_that_registered_itself_keeps_its_secret() -> None:
    text = words(start(card(secretive=frozenset({"shop-web"}))))
    assert "Secret its own: it registered itself" in text
    assert "hush" not in text


def test_nor_does_a_command_tell_the_secret_of_one_that_registered_itself() -> None:
    assert f"client_id={SERVICE.client_id}" in start()
    assert "curl" not in start(card(secretive=frozenset({SERVICE.client_id})))


def test_enter_logs_in_with_what_was_typed() -> None:
    typed, _, one_click = login().rpartition("<form")
    first_submit = next(attrs for _, attrs in Elements(typed).named("button"))
    assert "name" not in first_submit, "the browser presses the first submit button of the form"
    assert [attrs["value"] for _, attrs in Elements("<form" + one_click).named("button")] == [
        "customer@example.com",
        "buyer@example.com",
    ]


def test_both_ways_to_log_in_post_the_same_csrf_token_to_the_same_place() -> None:
    forms = Elements(login()).named("form")
    assert [(attrs["method"], attrs["action"]) for _, attrs in forms] == [("post", "/oauth2-token/login?x=1&y=2")] * 2
    assert login().count('name="csrf_token" value="c5rf"') == 2


def test_a_realm_without_users_offers_no_empty_list() -> None:
    assert len(Elements(login(users=())).named("form")) == 1


def test_a_failed_login_is_announced_tied_to_the_fields_and_keeps_the_username() -> None:
    page = login(error="No such pair.", username="buyer@example.com")
    username, password = (attrs for _, attrs in Elements(page).named("input") if attrs.get("type") != "hidden" if attrs)
    assert 'role="alert" id="error">No such pair.<' in page
    assert (username["value"], username["aria-describedby"], password["aria-describedby"]) == (
        "buyer@example.com",
        "error",
        "error",
    )
    assert "autofocus" in password
    assert "autofocus" not in username


def test_without_an_error_nothing_is_announced() -> None:
    assert 'role="alert"' not in login()
    assert "aria-invalid" not in login()


def test_consent_says_who_asks_for_what_as_whom_and_lets_one_refuse() -> None:
    page = consent(client_name="Office website", user_name="Alex Admin", scopes=["openid", "users:read"])
    text = words(page)
    assert "Allow Office website?" in text
    assert "logged in to Back-office as Alex Admin" in text
    assert "Know who you are openid" in text
    assert "Read users users:read" in text
    decisions = [(attrs["name"], attrs["value"]) for _, attrs in Elements(page).named("button")]
    assert decisions == [("decision", "approve"), ("decision", "deny")]


def test_consent_to_nothing_in_particular_says_so() -> None:
    assert "asks for nothing in particular" in words(consent(scopes=[]))


def test_logout_says_who_asks_and_who_is_logged_in_and_lets_one_stay() -> None:
    page = logout()
    assert "You are logged in as Casey" in words(page)
    assert "Website asks whether you want to log out" in words(page)
    assert "Website" not in logout(client_name="")
    ((_, form),) = Elements(page).named("form")
    assert (form["method"], form["action"]) == ("post", "/oauth2-token/logout?x=1&y=2")
    assert [button["value"] for _, button in Elements(page).named("button")] == ["logout", "stay"]


def test_afterwards_it_says_whether_somebody_is_logged_in() -> None:
    assert "Nobody is logged in to Storefront" in words(logged_out())
    assert "at Storefront you are Casey" in words(logged_out(user_name="Casey"))


def test_an_error_page_shows_status_cause_and_cure() -> None:
    text = words(pages.error_page(status=404, title="No such client", message="Nobody of that name.", hint="Look up."))
    assert "404 No such client Nobody of that name. Look up." in text


def test_the_start_page_shows_every_address_password_and_secret() -> None:
    text = words(re.sub("<wbr>", "", start()))
    assert "never use it for real users" in text
    for shown in (
        "http://127.0.0.1:1/storefront",
        "http://127.0.0.1:1/storefront/jwks",
        "User name customer@example.com Password customer",
        "Client id shop-web Secret hush",
        "Redirect http://127.0.0.1:8900/cb",
        "authorization_code, refresh_token",
    ):
        assert shown in text


def test_a_realm_with_a_client_for_it_shows_the_command_to_get_a_token() -> None:
    assert "curl http://127.0.0.1:1/oauth2-token" in start()
    assert "curl" not in start(card(clients=(WEB,)))


def test_the_two_doors_of_the_shop_look_different_and_any_other_keeps_its_look() -> None:
    assert pages.look_of("storefront") == "storefront"
    assert pages.look_of("backoffice") == "backoffice"
    assert {pages.look_of(f"realm-{number}") for number in range(40)} == set(pages.OTHER_LOOKS)
    assert pages.look_of("partners") == pages.look_of("partners")
    assert 'class="look-storefront"' in login()
    assert 'class="look-backoffice"' in consent()


def test_the_stylesheet_may_be_kept_for_ever_because_its_link_names_its_content() -> None:
    assert f'href="/mockidp.css?v={hashlib.sha256(pages.stylesheet()).hexdigest()[:12]}"' in login()


def test_behind_a_path_of_a_proxy_links_lead_there() -> None:
    page = login(base_path="/id")
    assert 'href="/id/mockidp.css?v=' in page
    assert '<a href="/id/">' in page


def luminance(colour: str) -> float:
    digits = colour * 2 if len(colour) == 3 else colour
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def schemes() -> Iterator[Any]:
    """The colours of each look, in light and in dark."""
    light, _, rest = pages.stylesheet().decode().partition("@media (prefers-color-scheme: dark)")
    dark, _, _ = rest.partition("\n}\n")
    for scheme, css in (("light", light), ("dark", dark)):
        named = {
            selector: dict(re.findall(r"--([a-z-]+):\s*#([0-9a-f]+)", block))
            for selector, block in re.findall(r"(:root|\.look-[a-z]+) \{(.*?)\}", css, re.DOTALL)
        }
        for look in ("neutral", *pages.OWN_LOOKS, *pages.OTHER_LOOKS):
            yield pytest.param({**named[":root"], **named[f".look-{look}"]}, id=f"{look} {scheme}")


@pytest.mark.parametrize("colours", list(schemes()))
def test_every_text_stands_out_from_every_ground_it_may_stand_on(colours: dict[str, str]) -> None:
    text = {
        "ink": ("paper", "card", "tint", "well"),
        "soft": ("paper", "card", "tint"),
        "accent": ("card", "tint"),
        "on-accent": ("accent",),
        "bad": ("bad-well",),
        "warn": ("warn-well",),
    }
    for colour, grounds in text.items():
        for ground in grounds:
            assert contrast(colours[colour], colours[ground]) >= 4.5, f"{colour} on {ground} (WCAG 1.4.3)"
    for edge, ground in (("field", "card"), ("accent", "card"), ("accent", "paper"), ("accent", "tint")):
        assert contrast(colours[edge], colours[ground]) >= 3, f"{edge} on {ground} (WCAG 1.4.11)"
