import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockidp.config_sources.config_files import LARGEST, load_config
from mockidp.errors import ConfigError
from mockidp.settings.config import Config, Realm, User


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "mockidp.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def names(config: Config) -> list[str]:
    return [realm.name for realm in config.realms]


def test_a_file_that_names_nothing_is_the_demo(written: Callable[[str], str]) -> None:
    assert load_config(written("")) == Config()


def test_a_file_changes_what_it_names_and_keeps_the_rest(written: Callable[[str], str]) -> None:
    config = load_config(
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
    config = load_config(written('demo = false\n[[realms]]\nname = "storefront"'))
    assert config.realms == (Realm(name="storefront"),)


RULE = '[[realms]]\nname = "a"\n[[realms.claims]]\nset.a = 1\n'
CLIENTS = '[[realms]]\nname = "storefront"\n[[realms.clients]]\nclient_id = "a"\n[[realms.clients]]\nclient_id = "b"\n'


@pytest.mark.parametrize(
    ("text", "place", "expectation"),
    [
        ("colour = 1", "", "unknown field `colour`"),
        (
            '[[realms]]\nname = "a"\nalgoritm = "ES256"',
            "realms[0]",
            "unknown field `algoritm`; did you mean `algorithm`?",
        ),
        ("dialekt = 1", "", "unknown field `dialekt`; did you mean `dialect`?"),
        ("demmo = true", "", "unknown field `demmo`; did you mean `demo`?"),
        (f"{RULE}token = 1", "realms[0].claims[0]", "unknown field `token`; did you mean `tokens`?"),
        (f"{RULE}when.clinet = 1", "realms[0].claims[0].when", "unknown field `clinet`; did you mean `client`?"),
        ("[[faults]]\nfalt = 1", "faults[0]", "unknown field `falt`; did you mean `fault`?"),
        (
            '[[faults]]\nfault = "expird"',
            "faults[0].fault",
            "there is no fault 'expird'; did you mean expired or expired-now?",
        ),
        ("[oro]\ncors_origin = 1", "oro", "unknown field `cors_origin`; did you mean `cors_origins`?"),
        ("[[oro.protected_resources]]\npaht = 1", "oro.protected_resources[0]", "did you mean `path`?"),
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
        load_config(file)
    where = f"{file}:{caught.value.line}" if caught.value.line else file
    assert str(caught.value).startswith(f"{where}: {place}: " if place else f"{where}: ")
    assert (caught.value.file, caught.value.place) == (file, place)
    assert expectation in caught.value.problem


def test_a_file_that_is_not_there_or_not_toml_says_so(written: Callable[[str], str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_config(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config(written("a = "))
    (tmp_path / "latin.toml").write_bytes(b'base_url = "\xff"')
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config(tmp_path / "latin.toml")


SETTINGS: list[dict[str, Any]] = [
    {},
    {"backend_prefix": "/office", "single": False, "lifetimes": {"access_token": "5m", "code": 7}},
    {"demo": False, "realms": [{"name": "warehouse", "algorithm": "ES256"}]},
    {
        "realms": [
            {"name": "storefront", "users": [{"username": "Käthe", "password": "ß {x} #1", "email": "k@e.example"}]}
        ]
    },
    {"dialect": "orocommerce", "oro_version": "5.1", "oro": {"cors_origins": ["*"], "cors_max_age": 0}},
    {"realms": [{"name": "a", "clients": [{"client_id": "no", "scope": "on off", "lifetimes": {"code": "1h"}}]}]},
]


def in_toml(settings: dict[str, Any], above: str = "") -> str:
    """Tables and arrays of tables, written out: another writer than the one that `mockidp init` uses."""
    plain = {name: value for name, value in settings.items() if not _is_table(value)}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in plain.items()]
    for name, value in settings.items():
        for table in value if isinstance(value, list) and _is_table(value) else [value] if _is_table(value) else []:
            header = f"{above}{name}"
            lines += [f"[[{header}]]" if isinstance(value, list) else f"[{header}]", in_toml(table, f"{header}.")]
    return "\n".join(lines)


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_same_settings_in_three_formats_are_the_same_configuration(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    texts = {
        "toml": in_toml(settings),
        "json": json.dumps(settings, indent=2),
        "yaml": yaml.safe_dump(settings, allow_unicode=True),
        "yml": json.dumps(settings),
    }
    loaded = []
    for suffix, text in texts.items():
        (tmp_path / f"mockidp.{suffix}").write_text(text, "utf-8")
        loaded.append(load_config(tmp_path / f"mockidp.{suffix}"))
    assert loaded == [loaded[0]] * 4
    assert (loaded[0] == Config()) == (settings == {})


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.toml", 'single = true\n\n[[realms]]\n# x\nname = "A"\n', ":5: realms[0].name: expected lower-case"),
        ("a.toml", '[[realms]]\nname = "a"\n\n[[realms]]\ntitle = ""\n', ":4: realms[1]: Object missing required"),
        ("a.toml", 'demo = false\nrealms = [\n  {name = "a"},\n  {name = "a"},\n]', ":2: realms: expected each only"),
        ("a.toml", '[[faults]]\nfault = "expired"\n[[faults]]\nfault = "x"', ":4: faults[1].fault: there is no fault"),
        *(
            (name, text, ":3: realms[0]: Object contains unknown field `algoritm`; did you mean `algorithm`?")
            for name, text in {
                "a.toml": '[[realms]]\nname = "a"\nalgoritm = "ES256"\n',
                "a.yaml": "realms:\n- name: a\n  algoritm: ES256\n",
                "a.json": '{"realms":\n [{"name": "a",\n "algoritm": "ES256"}]}',
            }.items()
        ),
        ("a.toml", "single = true\ndialekt = 1", ":2: Object contains unknown field `dialekt`; did you mean"),
        ("a.yaml", "single: true\noro.keys: 1\noro:\n  keys: true\n", ":2: Object contains unknown field `oro.keys`"),
        (
            "a.yaml",
            "realms:\n- name: a\n  claims:\n  - set:\n      https://a.example/x: 1\n      https://a.example/y: '{z}'\n",
            ":6: realms[0].claims[0].set.https://a.example/y: expected a place to fill in",
        ),
        (
            "a.yaml",
            "demo: true\nrealms:\n- name: a\n  algorithm: none\n",
            ":4: realms[0].algorithm: Invalid enum value",
        ),
        ("a.yml", "single: 1\n", ":1: single: Expected `bool`"),
        ("a.json", '{\n\t"realms": [\n\t\t{"name": "A"}]}', ":3: realms[0].name: expected lower-case"),
        ("a.json", '{"realms":\n [{"name": "a"},\n {"name": "a"}]}', ":1: realms: expected each only once"),
        ("a.json", '{\n"single": flase}', ":2: is not JSON: Expecting value"),
        ("a.yaml", "a: [1\nb: 2", ":2: is not YAML: expected ',' or ']'"),
        ("a.toml", "a = 1\nb", ": is not TOML: Expected '=' after a key in a key/value pair (at "),
        ("a.ini", "", ": is of a format that is not known: expected a name that ends with .toml, .yaml, .yml, .json"),
        ("a", "", ": is of a format that is not known"),
    ],
)
def test_a_refusal_names_the_line_where_the_format_can_tell(
    name: str, text: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}{complaint}")


def test_a_file_too_large_to_be_one_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(" " * (LARGEST + 1))
    with pytest.raises(ConfigError, match=r"is too large: expected at most 256 KiB$"):
        load_config(tmp_path / "a.json")


def test_a_mark_at_the_beginning_that_windows_writes_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("single = true", "utf-8-sig")
    assert load_config(tmp_path / "a.toml").single


@pytest.mark.parametrize("suffix", ["toml", "yaml", "json"])
def test_nesting_without_end_is_refused_in_every_format(suffix: str, tmp_path: Path) -> None:
    opened = "[" * 20_000
    (tmp_path / f"a.{suffix}").write_text({"toml": f"a = {opened}", "yaml": opened, "json": opened}[suffix])
    with pytest.raises(ConfigError):
        load_config(tmp_path / f"a.{suffix}")


def test_a_name_that_is_a_number_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"realms:\n- name: 0x{'f' * 20_000}\n")
    with pytest.raises(ConfigError, match="Expected `str`"):
        load_config(tmp_path / "a.yaml")
