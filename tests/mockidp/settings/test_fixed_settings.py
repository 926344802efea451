from typing import Any

import pytest
from msgspec.structs import replace

from mockidp import Config, Realm
from mockidp.settings.fixed_settings import with_fixed


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "https://other.example"},
        {"browser_base_url": "https://other.example"},
        {"keys_dir": "elsewhere"},
        {"shared_keys": True},
        {"base_url": "https://other.example", "keys_dir": "elsewhere"},
    ],
)
def test_what_others_rely_on_stays_and_is_named(settings: dict[str, Any]) -> None:
    assert with_fixed(Config(**settings), Config()) == (Config(), tuple(settings))


def test_the_dialect_stays() -> None:
    oro = Config(dialect="orocommerce", oro_version="5.0", realms=(Realm(name="storefront"),))
    kept, stays = with_fixed(replace(oro, oro_version="6.1"), oro)
    assert (kept, stays) == (oro, ("oro_version",))
    kept, stays = with_fixed(Config(dialect="orocommerce", realms=(Realm(name="storefront"),)), Config())
    assert (kept.dialect, kept.oro_version) == ("standard", None)
    assert {"dialect", "oro_version"} <= set(stays)


def test_a_realm_signs_as_it_began_and_a_new_one_as_it_says() -> None:
    wanted = Config(realms=(Realm(name="a", algorithm="ES256"), Realm(name="b", algorithm="EdDSA")))
    kept, stays = with_fixed(wanted, Config(realms=(Realm(name="a"),)))
    assert [realm.algorithm for realm in kept.realms] == ["RS256", "EdDSA"]
    assert stays == ("realms[0].algorithm",)


def test_everything_else_is_as_wanted() -> None:
    wanted = Config(backend_prefix="/x", single=True, registration=True, session_lifetime="1h")
    assert with_fixed(wanted, Config()) == (wanted, ())
