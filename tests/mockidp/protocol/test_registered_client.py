from typing import Any

import pytest
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from visitor import new_provider

from mockidp.protocol.registered_client import Registration
from mockidp.settings.config import Client, Config, Realm


def registered(**settings: Any) -> Registration:
    client = Client(client_id="web", client_secret="hunter2", **settings)
    site = new_provider(Config(realms=(Realm(name="shop", clients=(client,)),))).sites.named("shop")
    return Registration(site=site, client=client)


@pytest.mark.parametrize(
    ("named", "granted"),
    [
        (None, "a b"),
        ("", "a b"),
        ("  ", "a b"),
        ("b", "b"),
        ("b  a b", "b a"),
        ("openid a", "openid a"),
    ],
)
def test_a_client_gets_all_it_names_and_its_default_for_naming_nothing(named: str | None, granted: str) -> None:
    assert registered(scope="openid a b").get_allowed_scope(named) == granted


@pytest.mark.parametrize("named", ["c", "a c", "A", "a\u00a0b"])
def test_a_client_that_names_too_much_is_told_what_it_may_name(named: str) -> None:
    with pytest.raises(InvalidScopeError) as caught:
        registered(scope="openid a b").get_allowed_scope(named)
    assert caught.value.description == "This client may ask for: openid a b"


def test_a_client_without_scopes_may_name_nothing() -> None:
    with pytest.raises(InvalidScopeError) as caught:
        registered().get_allowed_scope("a")
    assert caught.value.description == "This client may ask for: nothing"


def test_it_may_ask_for_codes_if_it_has_that_grant() -> None:
    assert registered().check_response_type("code")
    assert not registered().check_response_type("token")
    assert not registered(grant_types=("client_credentials",)).check_response_type("code")


def test_it_has_a_default_address_if_it_has_one_only() -> None:
    assert registered().get_default_redirect_uri() is None
    assert registered(redirect_uris=("https://a.example/",)).get_default_redirect_uri() == "https://a.example/"
    assert registered(redirect_uris=("https://a.example/", "https://b.example/")).get_default_redirect_uri() is None
    assert registered(redirect_uris=("https://a.example/",)).check_redirect_uri("https://a.example/")


def test_its_secret_is_in_no_log_line() -> None:
    assert repr(registered()) == "Client('web')"
