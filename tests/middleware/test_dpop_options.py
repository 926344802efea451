"""What a realm asks of bound tokens, as configured; what cannot be right is refused at start-up."""

from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS

from realmgate import ConfigurationError, DPoP, Realm
from realmgate.dpop_options import schemes_for
from realmgate.jose.algorithms import KEY_OF


def test_proofs_need_the_address_of_the_api() -> None:
    with pytest.raises(ConfigurationError, match=r"resource=…\): DPoP needs the address"):
        Realm("storefront", issuer=ISSUER, audience="storefront-api", keys=JWKS, dpop=DPoP())
    with pytest.raises(ConfigurationError, match="DPoP needs the address"):
        Realm("storefront", issuer=ISSUER, audience=(AUDIENCE, "https://other.example"), keys=JWKS, dpop=DPoP())
    realm = Realm("storefront", issuer=ISSUER, audience="storefront-api", resource=AUDIENCE, keys=JWKS, dpop=DPoP())
    assert realm.address == AUDIENCE


@pytest.mark.parametrize(
    "arguments",
    [
        {"window": 0},
        {"window": -1},
        {"window": True},
        {"window": float("inf")},
        {"nonce_lifetime": 0},
        {"algorithms": ()},
        {"algorithms": "ES256"},
        {"algorithms": ("HS256",)},
        {"algorithms": ("none",)},
        {"secret": b"short"},
        {"secret": "a" * 32},
        {"replays": "redis"},
    ],
)
def test_what_cannot_be_right_is_refused_at_start_up(arguments: Any) -> None:
    with pytest.raises(ConfigurationError, match=rf"DPoP\({next(iter(arguments))}=…\)"):
        DPoP(**arguments)


def test_the_option_is_not_a_switch() -> None:
    with pytest.raises(ConfigurationError, match=r"dpop=…\): must be DPoP\(\)"):
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=True)  # type: ignore[arg-type]


def test_without_arguments_everything_usual_is_taken() -> None:
    usual = DPoP()
    assert usual.required is usual.nonce is False
    assert set(usual.algorithms) < set(KEY_OF)
    assert not any(name.startswith("HS") or name == "none" for name in usual.algorithms)


def test_the_schemes_follow_from_the_option() -> None:
    assert schemes_for(None) == {"bearer"}
    assert schemes_for(DPoP()) == {"bearer", "dpop"}
    assert schemes_for(DPoP(required=True)) == {"dpop"}


def test_a_realm_with_the_option_can_be_hashed_and_compared() -> None:
    def realm() -> Realm:
        return Realm("a", issuer=ISSUER, audience=AUDIENCE, dpop=DPoP(algorithms=["ES256"]))  # type: ignore[arg-type]

    assert realm() == realm()
    assert hash(realm()) == hash(realm())


@pytest.mark.parametrize(
    ("options", "bindings"),
    [
        ({}, set()),
        ({"dpop": DPoP()}, {"jkt"}),
        ({"certificate_header": "x-client-cert"}, {"x5t#S256"}),
        ({"dpop": DPoP(), "certificate_header": "x-client-cert"}, {"jkt", "x5t#S256"}),
    ],
)
def test_a_realm_knows_which_bindings_it_can_check(options: Any, bindings: set[str]) -> None:
    assert Realm("a", issuer=ISSUER, audience=AUDIENCE, **options).bindings == bindings
