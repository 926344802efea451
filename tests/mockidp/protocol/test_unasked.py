from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from visitor import Visitor, answer_in, new_provider

from mockidp import Config, ConfigError
from mockidp.settings.realm import Realm

ASK = {"response_type": "code", "client_id": "storefront-web"}
BUYER = "buyer@example.com"
CUSTOMER = "customer@example.com"


def configured(*, realm: Any = None, **client: Any) -> Config:
    """The demo with these settings of its storefront and of its website."""
    shop, office = Config().realms
    web, *others = shop.clients
    changed = msgspec.structs.replace(web, **client)
    return Config(realms=(msgspec.structs.replace(shop, clients=(changed, *others), **(realm or {})), office))


def visitor(**settings: Any) -> Visitor:
    return Visitor(new_provider(configured(**settings)))


def went(guest: Visitor, **asked: str) -> tuple[list[str], Any]:
    """The paths that a browser was sent to, and the page or the client's address where that ended."""
    response, paths = guest.ask(**{**ASK, **asked}), []
    while response.is_redirect and response.headers["location"].startswith("/"):
        paths.append(urlsplit(response.headers["location"]).path.rsplit("/", 1)[1])
        response = guest.http.get(response.headers["location"])
    return paths, response


def who(guest: Visitor, response: Any) -> str:
    approval = guest.provider.store.codes.find(answer_in(response)["code"])
    assert approval is not None
    return approval.approval.username


def test_by_default_a_hint_only_fills_in_the_name() -> None:
    paths, page = went(Visitor(), login_hint=BUYER)
    assert paths == ["login"]
    assert f'value="{BUYER}"' in page.text


@pytest.mark.parametrize("hint", [BUYER, f"{BUYER}!expired"])
def test_a_trusted_hint_logs_in_whom_it_names_without_a_page(hint: str) -> None:
    guest = visitor(trust_login_hint=True)
    paths, response = went(guest, login_hint=hint)
    assert paths == ["login", "authorize"]
    assert who(guest, response) == BUYER


def test_a_trusted_hint_may_be_an_email_address() -> None:
    provider = new_provider(
        configured(
            realm={
                "users": tuple(
                    msgspec.structs.replace(user, username=user.email.split("@")[0], subject=user.email.split("@")[0])
                    for user in Config().realms[0].users
                )
            },
            trust_login_hint=True,
        )
    )
    guest = Visitor(provider)
    assert who(guest, went(guest, login_hint=BUYER)[1]) == "buyer"


@pytest.mark.parametrize("hint", ["nobody", "", "admin"])
def test_a_hint_at_nobody_shows_the_login_page(hint: str) -> None:
    paths, page = went(visitor(trust_login_hint=True), login_hint=hint)
    assert paths == ["login"]
    assert "Log in" in page.text


def test_a_trusted_hint_goes_before_who_is_logged_in() -> None:
    guest = visitor(trust_login_hint=True)
    went(guest, login_hint=CUSTOMER)
    paths, response = went(guest, login_hint=BUYER)
    assert paths == ["login", "authorize"]
    assert who(guest, response) == BUYER
    assert went(guest, login_hint=BUYER)[0] == [], "they are logged in already"


def test_the_hint_of_one_client_is_not_trusted_because_another_ones_is() -> None:
    paths, _ = went(
        visitor(trust_login_hint=True),
        client_id="storefront-spa",
        login_hint=BUYER,
        code_challenge="c" * 43,
        code_challenge_method="S256",
    )
    assert paths == ["login"]


@pytest.mark.parametrize("settings", [{"auto_login": BUYER}, {"realm": {"auto_login": BUYER}}])
@pytest.mark.parametrize(
    "asked", [{}, {"prompt": "login"}, {"max_age": "0"}, {"prompt": "none"}, {"prompt": "consent"}]
)
def test_auto_login_shows_no_page_at_all(settings: dict[str, Any], asked: dict[str, str]) -> None:
    guest = visitor(**settings)
    paths, response = went(guest, **asked)
    assert paths == ["login", "authorize"]
    assert who(guest, response) == BUYER


def test_what_the_client_says_goes_before_what_the_realm_says() -> None:
    guest = visitor(auto_login=CUSTOMER, realm={"auto_login": BUYER})
    assert who(guest, went(guest)[1]) == CUSTOMER


def test_auto_login_leaves_alone_who_is_logged_in() -> None:
    guest = visitor(auto_login=CUSTOMER, trust_login_hint=True)
    assert who(guest, went(guest, login_hint=BUYER)[1]) == BUYER, "the hint goes first"
    assert went(guest)[1].status_code == 200, "she is asked: nobody approves for her"
    answer = answer_in(went(guest, prompt="none", scope="orders:read")[1])
    assert "code" in answer, "it was approved before"


def test_nobody_approves_for_somebody_else() -> None:
    guest = visitor(auto_login=CUSTOMER)
    pkce = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
    guest.consent(BUYER, response_type="code", client_id="storefront-spa", **pkce)
    assert went(guest, prompt="consent")[1].status_code == 200
    assert answer_in(went(guest, prompt="none")[1])["error"] == "consent_required"


def test_a_trusted_hint_needs_no_page_at_all() -> None:
    guest = visitor(trust_login_hint=True)
    assert who(guest, went(guest, login_hint=BUYER, prompt="none")[1]) == BUYER


def test_a_hint_of_a_fault_alone_names_nobody() -> None:
    nameless = msgspec.structs.replace(Config().realms[0].users[0], username="root", subject="root", email="")
    users = (*Config().realms[0].users, nameless)
    paths, page = went(visitor(trust_login_hint=True, realm={"users": users}), login_hint="!expired")
    assert (paths, page.status_code) == (["login"], 200)


def test_a_pushed_request_goes_through_as_well() -> None:
    guest = visitor(auto_login=BUYER)
    form = {**ASK, "client_secret": "storefront-web-secret"}
    pushed = guest.http.post("/storefront/par", data=form).json()["request_uri"]
    _, response = went(guest, request_uri=pushed)
    assert who(guest, response) == BUYER


def test_somebody_who_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match=r"^auto_login: expected the username of a user of the realm"):
        Realm(name="storefront", auto_login="nobody")
    with pytest.raises(ConfigError, match=r"^clients\[0\]\.auto_login: expected the username"):
        configured(auto_login="admin")
