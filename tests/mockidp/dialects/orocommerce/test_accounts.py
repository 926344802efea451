"""Accounts and clients that are closed while the provider runs."""

import pytest
from oro import claims_of

from mockidp import Client, MockIdp, User
from mockidp.dialects.orocommerce.accounts import Accounts, Status

ANN = User(username="ann", password="ann")


@pytest.mark.parametrize(
    ("status", "trouble"), [("enabled", None), ("disabled", "Account is disabled."), ("locked", "Account is locked.")]
)
def test_an_account_can_be_closed_and_opened(status: Status, trouble: str | None) -> None:
    accounts = Accounts()
    accounts.set_user("storefront", "ann", status)

    assert accounts.trouble_of("storefront", ANN) == trouble
    assert accounts.trouble_of("backoffice", ANN) is None
    accounts.reset()
    assert accounts.trouble_of("storefront", ANN) is None


def test_what_is_configured_holds_until_it_is_changed() -> None:
    accounts = Accounts()
    off, locked = User(username="a", password="a", enabled=False), User(username="b", password="b", locked=True)

    assert accounts.trouble_of("storefront", off) == "Account is disabled."
    assert accounts.trouble_of("storefront", locked) == "Account is locked."
    accounts.set_user("storefront", "a", "enabled")
    assert accounts.trouble_of("storefront", off) is None


def test_a_status_that_is_none_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="expected enabled, disabled, locked, not 'disable'"):
        Accounts().set_user("storefront", "ann", "disable")  # type: ignore[arg-type]  # which left the account open


def test_a_client_can_be_switched_off_and_on() -> None:
    accounts, client = Accounts(), Client(client_id="web", active=False)

    assert not accounts.is_active(client)
    accounts.set_client("web", active=True)
    assert accounts.is_active(client)


def test_a_running_mock_gives_its_accounts_and_forgets_the_changes_with_a_reset() -> None:
    with MockIdp(dialect="orocommerce") as idp:
        gone = idp.revoked("storefront")
        token = idp.token("storefront", subject="customer@example.com")
        jti = claims_of(token)["jti"]
        idp.accounts.set_user("storefront", "customer@example.com", "disabled")
        assert gone(jti)
        idp.accounts.set_user("storefront", "customer@example.com", "enabled")
        assert not gone(jti)
        idp.accounts.set_client("storefront-web", active=False)
        assert gone(jti)
        idp.reset()
        assert gone(jti)


def test_the_standard_dialect_has_no_accounts_to_change() -> None:
    with pytest.raises(RuntimeError, match="orocommerce"):
        _ = MockIdp().accounts
