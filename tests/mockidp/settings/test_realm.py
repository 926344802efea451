from typing import Any

import pytest

from mockidp.errors import ConfigError
from mockidp.settings.realm import Client, Lifetimes, Realm, User


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param("/callback", id="relative"),
        pytest.param("//shop.example/callback", id="no scheme"),
        pytest.param("https:///callback", id="no host"),
        pytest.param("https://shop.example/callback#there", id="fragment"),
        pytest.param("https://shop.example/#", id="empty fragment"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("JAVASCRIPT:alert(1)", id="script in capitals"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("https://shop.example\\@evil.example/", id="backslash"),
        pytest.param("https://shop.example/a b", id="space"),
        pytest.param("https://shop.example/\n", id="line break"),
        pytest.param("https://shöp.example/", id="not ASCII"),
        pytest.param("https://shop.example:port/", id="no port number"),
        pytest.param("https://[::1/", id="broken IPv6"),
        pytest.param("", id="empty"),
    ],
)
def test_a_client_cannot_register_an_address_that_is_none(redirect_uri: str) -> None:
    with pytest.raises(ConfigError, match=r"^redirect_uris\[1\]: expected an absolute address without a fragment"):
        Client(client_id="shop", redirect_uris=("https://shop.example/", redirect_uri))


@pytest.mark.parametrize(
    "redirect_uri", ["com.example.app:/callback", "http://[::1]/cb", "https://shop.example/cb?a=b"]
)
def test_a_client_can_register_apps_loopback_and_queries(redirect_uri: str) -> None:
    assert Client(client_id="shop", redirect_uris=(redirect_uri,)).redirect_uris == (redirect_uri,)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "a b"}, "client_id"),
        ({"client_id": "a\n"}, "client_id"),
        ({"client_id": "a", "client_secret": ""}, "client_secret"),
        ({"client_id": "a", "scope": "a  b"}, "scope"),
        ({"client_id": "a", "scope": 'a"'}, "scope"),
        ({"client_id": "a", "redirect_uris": ("https://a.example/",) * 2}, "redirect_uris"),
        ({"client_id": "a", "grant_types": ("refresh_token",) * 2}, "grant_types"),
        ({"client_id": "a", "grant_types": ("client_credentials",)}, "grant_types"),
    ],
)
def test_a_client_says_which_setting_is_wrong(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(**wrong)
    assert caught.value.place == place


@pytest.mark.parametrize("name", ["", "Shop", "a/b", "a.b", "-a", "a-", "{a}", "a b"])
def test_a_realm_has_a_name_that_can_stand_in_an_address(name: str) -> None:
    with pytest.raises(ConfigError, match=r"^name: "):
        Realm(name=name)


@pytest.mark.parametrize(
    "issuer", ["ftp://a.example", "https://", "a.example", "https://a.example/?b", "https://a/#", "https://u@a/"]
)
def test_an_issuer_is_an_address_without_query_and_fragment(issuer: str) -> None:
    with pytest.raises(ConfigError, match=r"^issuer: expected an http or https address"):
        Realm(name="shop", issuer=issuer)


def test_two_users_of_a_realm_never_share_a_name_or_a_subject() -> None:
    with pytest.raises(ConfigError, match="'ann' again"):
        Realm(name="shop", users=(User(username="ann", password="1"), User(username="ann", password="2")))
    with pytest.raises(ConfigError, match="'ann' again"):
        Realm(name="shop", users=(User(username="ann", password="1"), User(username="a", password="2", subject="ann")))


def test_what_is_left_out_has_a_default() -> None:
    user, client, realm = User(username="ann", password="x"), Client(client_id="web"), Realm(name="point-of-sale")
    assert (user.subject, user.name, user.email) == ("ann", "ann", "")
    assert (client.name, client.public, client.needs_pkce) == ("web", True, True)
    assert (realm.title, realm.audience) == ("Point of sale", "https://shop.example/point-of-sale/api")
    assert Realm(name="backoffice").audience == "https://shop.example/admin/api"


def test_pkce_is_for_public_clients_unless_the_client_says_otherwise() -> None:
    assert not Client(client_id="a", client_secret="x").needs_pkce
    assert Client(client_id="a", client_secret="x", require_pkce=True).needs_pkce
    assert not Client(client_id="a", require_pkce=False).needs_pkce


def test_the_default_scope_leaves_out_what_goes_with_openid() -> None:
    assert (
        Client(client_id="a", scope="openid orders:read profile email offline_access b").default_scope
        == "orders:read b"
    )


def test_no_password_and_no_secret_shows_in_a_representation() -> None:
    realm = Realm(
        name="shop",
        users=(User(username="ann", password="hunter2"),),
        clients=(Client(client_id="web", client_secret="hunter3"),),
    )
    assert "hunter" not in repr(realm)


def test_a_lifetime_is_checked_when_it_is_given() -> None:
    with pytest.raises(ConfigError, match=r"^refresh_token: expected a duration"):
        Lifetimes(refresh_token="soon")


@pytest.mark.parametrize("path", ["/%5Fx", "/a/../b", "/..", "/a/.", "/./a", "/a%2Fb"])
def test_an_issuer_whose_documents_nobody_could_ask_for_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match=r"^issuer: expected an address whose path has no % and no step of dots"):
        Realm(name="shop", issuer=f"https://id.example{path}")


@pytest.mark.parametrize("path", ["", "/", "/a/", "/a.b/..c", "/a//b", "/.well/v2.0"])
def test_other_issuers_are_fine(path: str) -> None:
    assert Realm(name="shop", issuer=f"https://id.example{path}").issuer == f"https://id.example{path}"
