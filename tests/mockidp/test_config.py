from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mockidp.config import Client, Config, Lifetimes, Realm, User, default_config, load
from mockidp.errors import ConfigError


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "mockidp.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


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


def test_a_file_that_names_nothing_is_the_demo(written: Callable[[str], str]) -> None:
    assert load(written("")) == Config()


def test_a_file_changes_what_it_names_and_keeps_the_rest(written: Callable[[str], str]) -> None:
    config = load(
        written("""
            backend_prefix = "/office"
            [lifetimes]
            access_token = "30s"
            [[realms]]
            name = "backoffice"
            title = "Office"
            [[realms.users]]
            username = "ann"
            password = "secret"
            [[realms]]
            name = "garage"
        """)
    )
    assert (config.backend_prefix, config.lifetimes.access_token) == ("/office", "30s")
    assert names(config) == ["backoffice", "garage", "storefront"]
    backoffice, demo = config.realm("backoffice"), Config().realm("backoffice")
    assert (backoffice.title, backoffice.users) == ("Office", (User(username="ann", password="secret"),))
    assert backoffice.clients == demo.clients
    assert config.realm("storefront") == Config().realm("storefront")
    assert config.realm("garage") == Realm(name="garage")


def test_a_file_can_do_without_the_demo(written: Callable[[str], str]) -> None:
    config = load(written('demo = false\n[[realms]]\nname = "storefront"'))
    assert config.realms == (Realm(name="storefront"),)


CLIENTS = '[[realms]]\nname = "storefront"\n[[realms.clients]]\nclient_id = "a"\n[[realms.clients]]\nclient_id = "b"\n'


@pytest.mark.parametrize(
    ("text", "place", "expectation"),
    [
        ("colour = 1", "", "unknown field `colour`"),
        ("[lifetimes]\naccess = 1", "lifetimes", "unknown field `access`"),
        ('[[realms]]\nname = "a"\nsecret = 1', "realms[0]", "unknown field `secret`"),
        ('[[realms]]\nname = "a"\n[[realms.users]]\nuser = 1', "realms[0].users[0]", "unknown field `user`"),
        ("[[realms]]\ntitle = 'A'", "realms[0]", "missing required field `name`"),
        (
            f'{CLIENTS}[realms.clients.lifetimes]\naccess_token = "0s"',
            "realms[0].clients[1].lifetimes.access_token",
            "dur",
        ),
        (
            f"{CLIENTS}[realms.clients.lifetimes]\naccess_token = -1",
            "realms[0].clients[1].lifetimes.access_token",
            "dur",
        ),
        (f'{CLIENTS}redirect_uris = ["http://a/", "/b"]', "realms[0].clients[1].redirect_uris[1]", "absolute address"),
        (
            f'{CLIENTS}grant_types = ["implicit"]',
            "realms[0].clients[1].grant_types[0]",
            "Invalid enum value 'implicit'",
        ),
        ('[[realms]]\nname = "a"\nalgorithm = "none"', "realms[0].algorithm", "Invalid enum value 'none'"),
        ("backend_prefix = 3", "backend_prefix", "Expected `str`"),
        ('backend_prefix = "/a/"', "backend_prefix", "does not end with /"),
        ("single = 1", "single", "Expected `bool`"),
        ("demo = 1", "demo", "Expected `bool`"),
        ("demo = false", "realms", "at least one realm"),
        ("realms = 1", "realms", "Expected `array`"),
        ("realms = [1]", "realms[0]", "Expected `object`"),
        ("[[realms]]\nname = [1]", "realms[0].name", "Expected `str`"),
        ("session_lifetime = 1.5", "session_lifetime", "Expected `int | str`"),
    ],
)
def test_an_error_names_file_place_and_expectation(
    written: Callable[[str], str], text: str, place: str, expectation: str
) -> None:
    file = written(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: {place}: " if place else f"{file}: ")
    assert (caught.value.file, caught.value.place) == (file, place)
    assert expectation in caught.value.problem


def test_a_file_that_is_not_there_or_not_toml_says_so(written: Callable[[str], str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="is not TOML"):
        load(written("a = "))
    (tmp_path / "latin.toml").write_bytes(b'base_url = "\xff"')
    with pytest.raises(ConfigError, match="is not TOML"):
        load(tmp_path / "latin.toml")


def test_configurations_are_values_that_nobody_changes() -> None:
    with pytest.raises(AttributeError):
        Config().single = True  # type: ignore[misc]
    assert msgspec.structs.replace(Config(), single=False) == Config()
