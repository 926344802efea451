import pytest

from mockidp import Config, ConfigError, Lifetimes
from mockidp.config_sources.overrides import Overrides, overridden

CONFIG = Config(backend_prefix="/office", lifetimes=Lifetimes(code="1m", access_token="5m"))


def test_settings_given_replace_those_of_the_configuration_and_leave_the_rest() -> None:
    result = overridden(CONFIG, {"access_token_lifetime": "2s", "shared_keys": True})
    assert result.lifetimes == Lifetimes(code="1m", access_token="2s")
    assert (result.backend_prefix, result.shared_keys) == ("/office", True)


def test_none_leaves_everything_as_it_is() -> None:
    assert overridden(CONFIG, {"code_lifetime": None, "single": None, "base_url": None}) == CONFIG


def test_single_drops_the_storefront() -> None:
    assert [realm.name for realm in overridden(CONFIG, {"single": True}).realms] == ["backoffice"]


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"backend_prefix": "admin"}, "backend_prefix"),
        ({"base_url": "x"}, "base_url"),
        ({"code_lifetime": "1y"}, "code"),
    ],
)
def test_a_setting_is_checked_like_in_a_file(settings: Overrides, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        overridden(CONFIG, settings)
    assert caught.value.place == place


def test_a_setting_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(
        TypeError, match=r"unknown setting 'acess_token_lifetime'; there are access_token_lifetime, back"
    ):
        overridden(CONFIG, {"acess_token_lifetime": "2s"})  # type: ignore[typeddict-unknown-key]
