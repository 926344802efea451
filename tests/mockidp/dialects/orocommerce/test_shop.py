"""What the endpoints of an installation share."""

import pytest
from oro import GRANT, Oro, claims_of, config_of, refused
from oro_rows import ALL, OWN_LOGIN

from mockidp.dialects.orocommerce.shop import Shop
from mockidp.provider import Provider
from mockidp.settings.config import Config


@pytest.mark.parametrize("version", OWN_LOGIN)
def test_oauth_has_login_pages_of_its_own(version: str) -> None:
    assert [application.login_path for application in shop_of(version)] == [
        "/oauth2-token/login",
        "/admin/oauth2-token/login",
    ]


def test_later_there_are_only_the_ordinary_ones() -> None:
    assert [application.login_path for application in shop_of("6.1")] == ["/customer/user/login", "/admin/user/login"]


@pytest.mark.parametrize(("version", "login"), [("6.0", "/oauth2-token/login"), ("6.1", "/user/login")])
def test_without_a_storefront_nothing_has_a_prefix(version: str, login: str) -> None:
    (application,) = shop_of(version, single=True)

    assert application.prefix == ""
    assert application.login_path == login
    assert not application.is_storefront


@pytest.mark.parametrize("version", ALL)
def test_a_token_dies_with_its_client_its_user_or_its_refreshing(version: str) -> None:
    oro = Oro(version)
    shop = oro.provider.shop
    assert shop
    token = oro.password().json()["access_token"]
    service = oro.exchange("storefront-service", grant_type="client_credentials").json()["access_token"]
    guest = oro.password(user="guest", password="guest").json()["access_token"]

    shop.accounts.set_user("storefront", "ann@example.com", "locked")
    assert oro.is_dead(token)
    assert oro.is_dead(service), "it acts as its owner"
    assert not oro.is_dead(guest)
    shop.accounts.set_client("storefront-app", active=False)
    assert oro.is_dead(guest)
    shop.reset()
    assert not oro.is_dead(guest)


def test_an_unknown_name_is_a_dead_token() -> None:
    shop = shop_of("6.1")

    assert shop.is_dead("0" * 80)
    assert shop.is_dead("")


def test_a_reset_forgets_tokens_logins_and_accounts() -> None:
    oro = Oro("6.1")
    tokens = oro.password().json()
    oro.log_in()
    oro.provider.reset()

    assert oro.is_dead(tokens["access_token"])
    assert claims_of(tokens["access_token"])["sub"] == "ann@example.com"
    assert oro.ask().status_code == 302


def test_the_standard_dialect_has_no_shop() -> None:
    assert Provider(Config(), base_url="http://127.0.0.1:1").shop is None


def shop_of(version: str, *, single: bool = False) -> Shop:
    shop = Oro(version, config=config_of(version, single=single)).provider.shop
    assert shop
    return shop


def test_a_token_does_not_move_with_its_client_to_the_other_application() -> None:
    oro = Oro("6.1")
    token = oro.password().json()["access_token"]
    assert not oro.is_dead(token)
    gone = oro.provider.clients.remove("storefront", "storefront-app")
    oro.provider.users.add("backoffice", username="ann@example.com", password="other")
    oro.provider.clients.add("backoffice", client_id=gone.client_id, client_secret="new", grant_types=("password",))
    assert oro.is_dead(token)


@pytest.mark.parametrize("version", ALL)
def test_what_a_removed_user_had_is_dead_and_refreshes_no_more(version: str) -> None:
    oro = Oro(version)
    tokens, guest = oro.password().json(), oro.password(user="guest", password="guest").json()
    service = oro.exchange("storefront-service", grant_type="client_credentials").json()["access_token"]
    stranger = oro.provider.token("storefront", subject="never there", client="storefront-app")

    oro.provider.users.remove("storefront", "ann@example.com")

    assert oro.is_dead(tokens["access_token"])
    assert oro.is_dead(service), "it acted as its owner"
    assert not oro.is_dead(guest["access_token"])
    assert not oro.is_dead(stranger)
    refused(oro.refresh(tokens["refresh_token"]), 400, "invalid_grant", GRANT, "")
    refused(
        oro.exchange("storefront-service", grant_type="client_credentials"),
        401,
        "invalid_client",
        "Client authentication failed",
    )


def test_a_client_acts_as_its_owner_by_name_whatever_the_subject_is() -> None:
    oro = Oro("6.1")
    oro.provider.users.add("storefront", username="own", password="x", subject="42")
    secret, grants = "storefront-robot-secret", ("client_credentials",)
    oro.provider.clients.add(
        "storefront", client_id="storefront-robot", client_secret=secret, grant_types=grants, owner="own"
    )
    token = oro.exchange("storefront-robot", grant_type="client_credentials").json()["access_token"]
    assert not oro.is_dead(token)
    assert oro.provider.shop
    oro.provider.shop.accounts.set_user("storefront", "own", "disabled")
    assert oro.is_dead(token)
    refused(
        oro.exchange("storefront-robot", grant_type="client_credentials"),
        401,
        "invalid_client",
        "Client authentication failed",
    )
