from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS

from realmgate import ConfigurationError, JwksUri, Realm, Realms


def realm(**differs: Any) -> Realm:
    """A good realm that differs where told; `...` leaves an argument out."""
    settings = {"issuer": ISSUER, "audience": AUDIENCE, **differs}
    return Realm("storefront", **{name: value for name, value in settings.items() if value is not ...})


@pytest.mark.parametrize("keys", ["http://id.example/jwks", "file:///jwks", "jwks.json", ""])
def test_the_address_of_a_key_set_is_held_to_the_same_rules(keys: str) -> None:
    with pytest.raises(ConfigurationError):
        Realms(realm(keys=keys))


@pytest.mark.parametrize("keys", [1, ["key"], object()])
def test_keys_of_no_known_kind_are_refused(keys: Any) -> None:
    with pytest.raises(ConfigurationError, match="keys=…"):
        Realms(realm(keys=keys))


def test_a_mock_is_trusted_only_by_name() -> None:
    assert realm(issuer="http://127.0.0.1:8800/storefront", trust_mock=True).trust_mock
    Realms(realm(keys="http://127.0.0.1:8800/storefront/jwks", trust_mock=True))
    with pytest.raises(ConfigurationError, match="trust_mock"):
        Realms(realm(keys=JwksUri("http://127.0.0.1:8800/storefront/jwks", trust_mock=True)))


def test_trust_in_a_mock_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Realms(realm(issuer="http://127.0.0.1:8800/storefront", trust_mock=True))
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "storefront" in record.getMessage()
    assert "trust_mock" in record.getMessage()


def test_without_a_mock_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Realms(realm())
    assert not caplog.records


def test_what_was_given_is_frozen() -> None:
    audiences, clients, require = [AUDIENCE, "b"], {"web"}, {"tenant": "acme"}
    given = realm(audience=audiences, clients=clients, require=require)
    audiences.append("evil")
    clients.add("evil")
    require["tenant"] = "evil"
    assert given.audience == (AUDIENCE, "b")
    assert given.clients == frozenset({"web"})
    assert given.require == {"tenant": "acme"}
    with pytest.raises(TypeError):
        given.require["tenant"] = "evil"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        given.issuer = "evil"  # type: ignore[misc]


def test_a_realm_keeps_its_keys_out_of_logs() -> None:
    assert JWKS["keys"][0]["n"] not in repr(realm(keys=JWKS))
