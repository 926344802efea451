"""Which versions of OroCommerce there are manners for, and what a realm must say."""

from typing import Any

import pytest
from both_doors import JWKS

from realmgate import Realm
from realmgate.errors import ConfigurationError
from realmgate.oro_version import MANNERS, WSSE, side_of

ORO: dict[str, Any] = {"profile": "orocommerce", "clients": {"web"}, "keys": JWKS}


@pytest.mark.parametrize("version", MANNERS)
def test_each_version_is_taken(version: str) -> None:
    assert Realm("storefront", **ORO, oro_version=version).oro_version == version


@pytest.mark.parametrize(
    ("wrong", "argument"),
    [
        ({**ORO, "oro_version": "4.2"}, "oro_version"),
        ({**ORO, "oro_version": 6.1}, "oro_version"),
        ({**ORO, "oro_side": "storefront"}, "oro_version"),
        ({**ORO, "oro_version": "6.1", "oro_side": "front"}, "oro_side"),
        ({"issuer": "https://id.example", "audience": "a", "oro_version": "6.1"}, "oro_version"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], argument: str) -> None:
    with pytest.raises(ConfigurationError, match=argument):
        Realm("storefront", **wrong)


def test_a_realm_whose_name_says_nothing_must_say_its_side() -> None:
    with pytest.raises(ConfigurationError, match="oro_side"):
        Realm("shop", **ORO, oro_version="6.1")
    assert Realm("shop", **ORO, oro_version="6.1", oro_side="backoffice")


def test_what_is_said_goes_before_the_name() -> None:
    assert side_of("backoffice", "storefront") == "backoffice"
    assert side_of(None, "storefront") == "storefront"
    assert set(WSSE) == {"storefront", "backoffice"}
