"""A setting that would change nothing in the chosen dialect is refused, with its place."""

from typing import Any

import pytest

from mockidp.errors import ConfigError
from mockidp.settings.config import Client, Config, OroSettings, Realm, User
from mockidp.settings.demo import DEMO_REALMS
from mockidp.settings.realm import DEVICE_CODE


def config_with(client: dict[str, Any] | None = None, user: dict[str, Any] | None = None, **settings: Any) -> Config:
    realm = Realm(
        name="storefront",
        users=(User(username="ann", password="ann", **(user or {})),),
        clients=(Client(client_id="web", client_secret="web", **(client or {})),),
    )
    return Config(**{"realms": (realm,), **settings})


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"oro_version": "6.1"}, "oro_version"),
        ({"oro": OroSettings(keys=False)}, "oro"),
        ({"user": {"enabled": False}}, "realms[0].users[0].enabled"),
        ({"user": {"locked": True}}, "realms[0].users[0].locked"),
        ({"client": {"grant_types": ("password",)}}, "realms[0].clients[0].grant_types"),
        ({"client": {"active": False}}, "realms[0].clients[0].active"),
        ({"client": {"skip_consent": True}}, "realms[0].clients[0].skip_consent"),
        ({"client": {"owner": "ann"}}, "realms[0].clients[0].owner"),
    ],
)
def test_the_standard_dialect_refuses_what_only_orocommerce_has(given: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError, match="orocommerce") as refused:
        config_with(**given)

    assert refused.value.place == place
    assert config_with(**given, dialect="orocommerce").dialect == "orocommerce"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"oro_version": "4.2"}, "oro_version"),
        ({"realms": (Realm(name="warehouse"),)}, "realms[0].name"),
        ({"realms": (Realm(name="storefront", algorithm="ES256"),)}, "realms[0].algorithm"),
        ({"realms": (Realm(name="storefront", issuer="https://id.example/storefront"),)}, "realms[0].issuer"),
        ({"client": {"require_pkce": True}}, "realms[0].clients[0].require_pkce"),
        (
            {"client": {"post_logout_redirect_uris": ("https://a.example/",)}},
            "realms[0].clients[0].post_logout_redirect_uris",
        ),
        ({"registration": True}, "registration"),
        ({"client": {"require_par": True}}, "realms[0].clients[0].require_par"),
        ({"client": {"grant_types": (DEVICE_CODE,)}}, "realms[0].clients[0].grant_types"),
        (
            {"client": {"token_endpoint_auth_method": "client_secret_basic"}},
            "realms[0].clients[0].token_endpoint_auth_method",
        ),
        ({"client": {"localhost_any_port": True}}, "realms[0].clients[0].localhost_any_port"),
        ({"client": {"trust_login_hint": True}}, "realms[0].clients[0].trust_login_hint"),
        (
            {"realms": (Realm(name="storefront", users=(User(username="a", password="a"),), auto_login="a"),)},
            "realms[0].auto_login",
        ),
        (
            {
                "realms": (
                    Realm(
                        name="storefront",
                        users=(User(username="a", password="a"),),
                        clients=(Client(client_id="c", auto_login="a"),),
                    ),
                )
            },
            "realms[0].clients[0].auto_login",
        ),
        ({"client": {"owner": "nobody"}}, "realms[0].clients[0].owner"),
    ],
)
def test_the_dialect_of_orocommerce_refuses_what_orocommerce_has_not(given: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config_with(**given, dialect="orocommerce")

    assert refused.value.place == place


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ConfigError, match="standard, orocommerce"):
        Config(dialect="magento")  # type: ignore[arg-type]


def test_orocommerce_is_the_newest_version_unless_said_and_has_one_pair_of_keys() -> None:
    config = Config(dialect="orocommerce")

    assert config.oro_version == "6.1"
    assert config.shared_keys


def test_the_demo_of_orocommerce_has_the_same_people_and_also_password_clients() -> None:
    config = Config(dialect="orocommerce")

    assert [realm.users for realm in config.realms] == [realm.users for realm in DEMO_REALMS]
    assert [
        client.client_id for realm in config.realms for client in realm.clients if "password" in client.grant_types
    ] == [
        "storefront-app",
        "backoffice-app",
    ]
