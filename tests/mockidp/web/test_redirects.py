from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockidp.settings.realm import Client
from mockidp.web.redirects import answered, is_registered


def client(*redirect_uris: str, localhost_any_port: bool = False) -> Client:
    return Client(client_id="web", redirect_uris=redirect_uris, localhost_any_port=localhost_any_port)


SHOP = client(
    "https://shop.example/callback?from=idp", "http://127.0.0.1/cb", "http://[::1]:1/cb", "http://localhost/cb"
)


@pytest.mark.parametrize(
    "asked",
    [
        "https://shop.example/callback?from=idp",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:51004/cb",
        "http://[::1]:51004/cb",
        "http://[::1]/cb",
        "http://localhost/cb",
    ],
)
def test_a_registered_address_is_accepted_and_a_loopback_one_with_any_port(asked: str) -> None:
    assert is_registered(asked, SHOP)


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "https://shop.example/callback",
        "https://shop.example/callback?from=idp&x=1",
        "https://shop.example/callback?from=idp#x",
        "https://shop.example/callback?from=IDP",
        "https://SHOP.example/callback?from=idp",
        "https://shop.example:443/callback?from=idp",
        "http://shop.example/callback?from=idp",
        "https://shop.example/callback/?from=idp",
        "https://shop.example/%63allback?from=idp",
        "https://shop.example/x/../callback?from=idp",
        "https://shop.example@evil.example/callback?from=idp",
        "https://evil.example/callback?from=idp",
        " https://shop.example/callback?from=idp",
        "https://127.0.0.1:51004/cb",
        "HTTP://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:51004/cb#x",
        "http://127.0.0.1:51004",
        "http://127.0.0.1:51004@evil.example/cb",
        "http://127.0.0.1:@evil.example/cb",
        "http://127.0.0.1:port/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:123456/cb",
        "http://127.0.0.1:5\uff11/cb",
        "http://user@127.0.0.1:51004/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.2:51004/cb",
        "http://0177.0.0.1:51004/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://localhost:51004/cb",
        "http://localhost.:51004/cb",
    ],
)
def test_any_other_address_is_foreign(asked: str) -> None:
    assert not is_registered(asked, SHOP)


def test_loopback_addresses_do_not_stand_for_each_other() -> None:
    assert not is_registered("http://[::1]:5/cb", client("http://127.0.0.1/cb"))
    assert not is_registered("http://127.0.0.1:5/cb", client("http://localhost/cb", localhost_any_port=True))


def test_localhost_takes_any_port_by_a_switch() -> None:
    assert is_registered("http://localhost:51004/cb", client("http://localhost/cb", localhost_any_port=True))


def test_a_client_without_addresses_has_none() -> None:
    assert not is_registered("http://127.0.0.1/", client())


@given(st.text())
def test_only_loopback_addresses_have_more_than_one_spelling(asked: str) -> None:
    assert is_registered(asked, SHOP) == (asked in SHOP.redirect_uris)


def test_an_answer_leaves_the_query_as_it_was() -> None:
    assert answered("https://a.example/?x=%7e&y", code="1 2", state=None) == "https://a.example/?x=%7e&y&code=1+2"
    assert answered("com.example.app:/cb", error="x") == "com.example.app:/cb?error=x"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_answer_carries_any_state_unharmed(state: str) -> None:
    location = answered("https://a.example/cb", state=state)
    assert location.isascii()
    assert parse_qs(urlsplit(location).query) == {"state": [state]}
