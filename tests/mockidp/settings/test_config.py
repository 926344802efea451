import msgspec
import pytest

from mockidp.errors import ConfigError
from mockidp.settings.config import Client, Config, Lifetimes, Realm, default_config


def names(config: Config) -> list[str]:
    return [realm.name for realm in config.realms]


def test_without_arguments_it_is_the_demo() -> None:
    config = default_config()
    assert config == Config()
    assert names(config) == ["storefront", "backoffice"]
    assert config.realm("backoffice").users[0].username == "admin"
    with pytest.raises(KeyError):
        config.realm("garage")


def test_every_realm_has_its_paths() -> None:
    config = Config(realms=(*Config().realms, Realm(name="garage")), backend_prefix="/back/office")
    storefront, backoffice, garage = map(config.paths, config.realms)
    assert (storefront.issuer, storefront.authorize) == ("/storefront", "/oauth2-token/authorize")
    assert (backoffice.issuer, backoffice.authorize) == ("/backoffice", "/back/office/oauth2-token/authorize")
    assert (garage.issuer, garage.authorize) == ("/garage", "/garage/oauth2-token/authorize")
    assert (storefront.login, garage.login) == ("/oauth2-token/login", "/garage/oauth2-token/login")


def test_single_keeps_only_the_backoffice_without_a_prefix() -> None:
    config = Config(single=True)
    assert names(config) == ["backoffice"]
    paths = config.paths(config.realms[0])
    assert (paths.issuer, paths.authorize, paths.login) == (
        "/backoffice",
        "/oauth2-token/authorize",
        "/oauth2-token/login",
    )
    with pytest.raises(ConfigError, match=r"^realms: expected a realm named backoffice"):
        Config(single=True, realms=(Realm(name="storefront"),))


@pytest.mark.parametrize(
    "prefix", ["", "/", "admin", "/admin/", "//", "/a//b", "/a/../b", "/.", "/a b", "/{x}", "/a?b", "/ä"]
)
def test_the_prefix_is_not_empty_starts_with_a_slash_and_does_not_end_with_one(prefix: str) -> None:
    with pytest.raises(
        ConfigError, match=r"^backend_prefix: expected a path that is not empty, starts with / and does not"
    ):
        Config(backend_prefix=prefix)


@pytest.mark.parametrize("prefix", ["/_mockidp", "/_mockidp/x", "/mockidp.page", "/healthz", "/readyz/x"])
def test_no_realm_is_where_the_provider_itself_is(prefix: str) -> None:
    with pytest.raises(ConfigError, match=r"^realms\[1\]: expected paths of its own, but .* is already served"):
        Config(backend_prefix=prefix)
    with pytest.raises(ConfigError, match=r"is already served"):
        Config(realms=(Realm(name="a", issuer=f"https://id.example{prefix}"),))


def test_a_client_id_belongs_to_one_client_of_all_realms() -> None:
    realms = (Realm(name="a", clients=(Client(client_id="web"),)), Realm(name="b", clients=(Client(client_id="web"),)))
    with pytest.raises(ConfigError, match=r"^realms\[1\]\.clients\[0\]\.client_id: expected a client_id that no other"):
        Config(realms=realms)


@pytest.mark.parametrize(
    "realms",
    [
        pytest.param((Realm(name="a"), Realm(name="a")), id="same name"),
        pytest.param((Realm(name="backoffice"), Realm(name="admin")), id="name that is the prefix"),
        pytest.param((Realm(name="a"), Realm(name="b", issuer="https://id.example/a")), id="same issuer path"),
        pytest.param((), id="none"),
    ],
)
def test_realms_never_stand_in_each_others_way(realms: tuple[Realm, ...]) -> None:
    with pytest.raises(ConfigError, match=r"^realms"):
        Config(realms=realms)


def test_an_issuer_of_ones_own_decides_where_the_documents_are_served() -> None:
    def path(issuer: str) -> str:
        config = Config(realms=(Realm(name="a", issuer=issuer),))
        return config.paths(config.realms[0]).issuer

    assert path("https://id.example/tenant/1/") == "/tenant/1"
    assert path("https://id.example") == ""


def test_shared_keys_need_one_algorithm() -> None:
    realms = (Realm(name="a"), Realm(name="b", algorithm="ES256"))
    with pytest.raises(ConfigError, match=r"^shared_keys: "):
        Config(realms=realms, shared_keys=True)
    assert not Config(realms=realms).shared_keys


@pytest.mark.parametrize(
    "base_url", ["id.example", "ftp://id.example", "http://id.example/?x", "http://id.example:x", ""]
)
def test_a_base_url_is_an_address_without_query_and_fragment(base_url: str) -> None:
    with pytest.raises(ConfigError, match=r"^base_url: expected an http or https address"):
        Config(base_url=base_url)
    assert Config(base_url="https://id.example/auth").base_url == "https://id.example/auth"


def test_the_narrowest_level_decides_how_long_something_lives() -> None:
    client = Client(client_id="web", lifetimes=Lifetimes(access_token="1m"))
    other = Client(client_id="app")
    realm = Realm(name="a", clients=(client, other), lifetimes=Lifetimes(access_token="2m", code=7))
    config = Config(realms=(realm,), lifetimes=Lifetimes(access_token="3m", refresh_token="1d"))
    assert config.lifetime("access_token", realm, client) == 60
    assert config.lifetime("access_token", realm, other) == 120
    assert config.lifetime("access_token", Realm(name="b")) == 180
    assert config.lifetime("code", realm, client) == 7
    assert config.lifetime("refresh_token", realm, client) == 86400
    assert config.lifetime("id_token", realm, client) == 3600
    assert Config().lifetime("access_token", Config().realms[0]) == 3600


def test_single_lifetimes_can_be_changed() -> None:
    config = Config(lifetimes=Lifetimes(code="5s")).with_lifetimes(access_token="2s", refresh_token=None)
    assert config.lifetimes == Lifetimes(code="5s", access_token="2s")
    with pytest.raises(ConfigError):
        config.with_lifetimes(access_token="0s")


def test_configurations_are_values_that_nobody_changes() -> None:
    with pytest.raises(AttributeError):
        Config().single = True  # type: ignore[misc]
    assert msgspec.structs.replace(Config(), single=False) == Config()
