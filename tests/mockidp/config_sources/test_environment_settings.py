import json
import tomllib
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from mockidp import Config, ConfigError, Lifetimes, MockIdp, Realm
from mockidp.config_sources.environment_settings import config_from_environment, misspelt, overrides_from, variable
from mockidp.config_sources.overrides import NAMES, Overrides
from mockidp.settings.demo import DEMO_REALMS, ORO_DEMO_REALMS

VALUES: dict[str, tuple[str, Any]] = {
    "bool": ("true", True),
    "int": ("30s", 30),
    "Literal": ("6.0", "6.0"),
    "str": ("/x", "/x"),
}


def kind(name: str) -> str:
    kinds = get_args(get_type_hints(Overrides)[name])
    for one in ("bool", "int"):
        if any(each.__name__ == one for each in kinds if hasattr(each, "__name__")):
            return one
    return "Literal" if any(get_args(each) for each in kinds) else "str"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_setting_has_a_variable(name: str) -> None:
    written, value = VALUES[kind(name)]
    if name == "dialect":
        written = value = "orocommerce"
    assert overrides_from({variable(name): written}) == {name: value}


def test_without_variables_it_is_the_demo() -> None:
    assert config_from_environment({}) == Config()
    assert config_from_environment({variable(name): "" for name in NAMES} | {"MOCKIDP_CONFIG": ""}) == Config()


@pytest.mark.parametrize(
    ("written", "value"), [("1", True), ("TRUE", True), ("on", True), ("no", False), ("0", False), ("off", False)]
)
def test_yes_and_no_may_be_written_in_several_ways(written: str, value: bool) -> None:
    assert overrides_from({"MOCKIDP_REGISTRATION": written}) == {"registration": value}


@pytest.mark.parametrize(
    ("name", "written", "problem"),
    [
        ("MOCKIDP_SINGLE", "maybe", "expected true or false, not 'maybe'"),
        ("MOCKIDP_CODE_LIFETIME", "1y", "expected a duration of at least one second"),
        ("MOCKIDP_CODE_LIFETIME", "0s", "expected a duration of at least one second"),
        ("MOCKIDP_DIALECT", "magento", "expected one of standard, orocommerce, not 'magento'"),
        ("MOCKIDP_BASE_URL", "nowhere", "expected an http or https address"),
        ("MOCKIDP_BACKEND_PREFIX", "admin", "expected a path"),
        ("MOCKIDP_ORO_VERSION", "6.1", "expected to be left out"),
    ],
)
def test_a_value_that_cannot_be_is_named_by_its_variable(name: str, written: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_environment({name: written})
    assert problem in caught.value.problem
    assert name == caught.value.place or (written == "0s" and caught.value.place == "lifetimes.code")


def test_the_environment_goes_before_the_file_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("backend_prefix: /office\nlifetimes: {access_token: 5m, code: 1m}\n")
    config = config_from_environment({"MOCKIDP_CONFIG": str(file), "MOCKIDP_ACCESS_TOKEN_LIFETIME": "2s"})
    assert (config.backend_prefix, config.lifetimes) == ("/office", Lifetimes(access_token=2, code="1m"))


@pytest.mark.parametrize(
    ("written", "variables", "realms"),
    [
        ('backend_prefix = "/x"', {"MOCKIDP_DIALECT": "orocommerce"}, ORO_DEMO_REALMS),
        ('dialect = "orocommerce"', {"MOCKIDP_DIALECT": "standard"}, DEMO_REALMS),
        ("single = true", {"MOCKIDP_SINGLE": "false"}, DEMO_REALMS),
        ('backend_prefix = "/x"', {"MOCKIDP_SINGLE": "true"}, DEMO_REALMS[1:]),
    ],
)
def test_what_decides_which_demo_fills_the_gaps_of_a_file_goes_before_it_too(
    tmp_path: Path, written: str, variables: dict[str, str], realms: tuple[Realm, ...]
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(written)
    config = config_from_environment({"MOCKIDP_CONFIG": str(file), **variables})
    assert config.realms == realms
    as_json = json.dumps(tomllib.loads(written))
    assert config_from_environment({"MOCKIDP_JSON_CONFIG": as_json, **variables}) == config


def test_a_configuration_may_stand_in_a_variable() -> None:
    text = json.dumps({"demo": False, "realms": [{"name": "a"}]})
    assert config_from_environment({"MOCKIDP_JSON_CONFIG": text}) == Config(realms=(Realm(name="a"),))
    with pytest.raises(ConfigError, match=r"^MOCKIDP_JSON_CONFIG:1: single: Expected `bool`"):
        config_from_environment({"MOCKIDP_JSON_CONFIG": '{"single": 1}'})
    with pytest.raises(
        ConfigError, match=r"^MOCKIDP_CONFIG: expected only one of them, but there are MOCKIDP_CONFIG and"
    ):
        config_from_environment({"MOCKIDP_JSON_CONFIG": "{}", "MOCKIDP_CONFIG": "a.toml"})


def test_the_variables_of_mock_oauth2_server_are_read_too(tmp_path: Path) -> None:
    text = json.dumps({"tokenCallbacks": [{"issuerId": "a", "tokenExpiry": 60}]})
    (tmp_path / "a.json").write_text(text)
    for environ in ({"JSON_CONFIG": text}, {"JSON_CONFIG_PATH": str(tmp_path / "a.json")}):
        [realm] = config_from_environment(environ).realms
        assert (realm.name, realm.lifetimes.access_token) == ("a", 60)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MOCKIDP_ACESS_TOKEN_LIFETIME", "MOCKIDP_ACCESS_TOKEN_LIFETIME"),
        ("MOCKIDP_BASEURL", "MOCKIDP_BASE_URL"),
        ("MOCKIDP_CONFG", "MOCKIDP_CONFIG"),
        ("MOCKIDP_PROT", "MOCKIDP_PORT"),
    ],
)
def test_a_misspelt_name_is_told_what_it_may_mean(name: str, meant: str) -> None:
    [sentence] = misspelt({name: "x", meant: "y", "PATH": "/bin"}, known=("port",))
    assert sentence == f"{name} is no setting, and has no effect; did you mean {meant}?"


@pytest.mark.parametrize(
    "name",
    [
        *MockIdp(port=None).env(),
        "MOCKIDP_CA_FILE",
        "MOCKIDP",
        "BASE_URL",
    ],
)
def test_what_a_provider_tells_its_apps_is_no_setting_misspelt(name: str) -> None:
    assert misspelt({name: "x"}, known=("host", "port")) == []
