"""What cannot be a source of keys is refused at start-up, by its name."""

import math
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS

from realmgate import ConfigurationError, Discovery, JwksFile, JwksUri, Realm, StaticJwks
from realmgate.keys.sources import source_of


def realm(**differs: Any) -> Realm:
    return Realm("storefront", **{"issuer": ISSUER, "audience": AUDIENCE, **differs})


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({}, "no key that is of use"),
        ({"kty": "oct", "k": "eHh4"}, "Secret"),
        ({**JWKS["keys"][0], "d": "AQAB"}, "private members"),
        ({**JWKS["keys"][0], "use": "enc"}, "not for verifying"),
        ({"keys": [{}, "x", None, 7]}, "no key that is of use"),
        ({"keys": JWKS["keys"][0]}, "must be a JWKS"),
        ({"keys": None}, "must be a JWKS"),
    ],
)
def test_a_set_at_hand_that_could_verify_nothing_is_refused_at_start_up(keys: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        source_of(realm(keys=keys))


def test_a_set_at_hand_may_be_empty_or_hold_odd_keys_beside_good_ones() -> None:
    both: list[dict[str, Any]] = [{"keys": []}, {"keys": [{}, *JWKS["keys"]]}]
    for keys in both:
        assert source_of(realm(keys=keys)) == StaticJwks(keys)


@pytest.mark.parametrize("kind", [JwksUri, Discovery])
@pytest.mark.parametrize("document", ["openid-configuration", "oauth-authorization-server"])
def test_a_discovery_document_is_no_key_set(kind: type[JwksUri], document: str) -> None:
    with pytest.raises(ConfigurationError, match="give the issuer alone"):
        kind(f"{ISSUER}/.well-known/{document}")
    with pytest.raises(ConfigurationError, match="give the issuer alone"):
        source_of(realm(keys=f"{ISSUER}/.well-known/{document}"))
    assert kind(f"{ISSUER}/.well-known/jwks.json").url.endswith("jwks.json")


@pytest.mark.parametrize("argument", ["fresh_for", "cooldown", "max_stale"])
@pytest.mark.parametrize("value", [-1, math.inf, "5", None])
def test_times_of_a_file_are_seconds(argument: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"JwksFile\({argument}=…\)"):
        JwksFile("keys.json", **{argument: value})
