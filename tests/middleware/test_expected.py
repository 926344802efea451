"""What is made ready once for a realm must say of a token what the realm says, and nothing of another realm's."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, KEYS, NOW, Doors, SigningKey, mint
from forged import ATTACKER

from realmgate import CallableKeys, Realm, Realms
from realmgate.errors import TokenRejected
from realmgate.expected import ONLY_WHERE, Expected, accept
from realmgate.jose import compact
from realmgate.profiles import OPAQUE, PROFILES

DoorTo = Callable[..., Doors]
ReasonOf = Callable[[Doors, str], str]
CLAIMS = {"sub": "x", "client_id": "a", "jti": "1", "iat": NOW, "exp": NOW + 60, "scope": "b", "mine": "c"}


def expected(profile: str = "rfc9068", **differs: Any) -> Expected:
    settings: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "profile": profile, **differs}
    if profile == "orocommerce":
        settings = {**settings, "issuer": None, "audience": (), "clients": {"shop"}, "keys": JWKS}
    realm = Realm("storefront", **settings)
    return Expected(realm=realm, audiences=realm.audiences)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_check_is_left_out_where_a_realm_asks_for_all(profile: str) -> None:
    whole = expected(profile, max_lifetime=60, require={"tenant": "acme"})
    assert whole.of_jwt.checks == PROFILES[profile].checks
    assert whole.of_answer.checks == OPAQUE.checks


@pytest.mark.parametrize("profile", PROFILES)
def test_only_checks_that_would_find_nothing_are_left_out(profile: str) -> None:
    bare = expected(profile)
    left_out = [check for check in PROFILES[profile].checks if check not in bare.of_jwt.checks]
    assert left_out == list(ONLY_WHERE)
    for check in left_out:
        check({}, bare.realm, NOW)


def test_a_bound_of_zero_and_one_required_claim_are_asked_for() -> None:
    zero = expected(max_lifetime=0)
    with pytest.raises(TokenRejected, match="lives too long"):
        accept(dict(CLAIMS), zero, zero.of_jwt, NOW)
    tenant = expected(require={"tenant": 0})
    with pytest.raises(TokenRejected, match="required claim differs"):
        accept(dict(CLAIMS), tenant, tenant.of_jwt, NOW)


@pytest.mark.parametrize("own", ["mine", lambda claims: claims["mine"]])
def test_a_realms_own_readings_go_first(own: Any) -> None:
    here = expected(client_id=own, scopes=own, roles=own)
    principal = accept(dict(CLAIMS), here, here.of_jwt, NOW)
    assert (principal.client_id, *principal.scopes, *principal.roles) == ("c", "c", "c")
    other = expected()
    principal = accept(dict(CLAIMS), other, other.of_jwt, NOW)
    assert (principal.client_id, *principal.scopes, *principal.roles) == ("a", "b")


def test_a_reading_that_fails_is_told_by_its_argument_and_its_error(
    doors_to: Callable[..., Doors], reason_of: ReasonOf
) -> None:
    def realm_roles(claims: Mapping[str, Any]) -> Any:
        return claims["realm_access"]["roles"]

    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, roles=realm_roles))
    told = reason_of(doors_to(shop["storefront"]), mint(sub="not to be told"))
    assert told == "the realm's own reading of a claim failed; roles= raised KeyError"


def test_one_header_is_judged_by_each_realm_for_itself(doors_to: Callable[..., Doors], reason_of: ReasonOf) -> None:
    realms = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, algorithms=("ES256",)),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS, algorithms=("RS256",)),
    )
    storefront, backoffice = (doors_to(realms[name]) for name in realms)
    here, there = mint(aud=AUDIENCE), mint(aud=ADMIN_AUDIENCE)
    assert here.split(".")[0] == there.split(".")[0]
    for _ in range(2):
        assert backoffice.bearer(there).status == 200
        assert reason_of(storefront, here) == "algorithm not allowed"


def test_one_header_is_judged_by_each_profile_for_itself(door_to: DoorTo, reason_of: ReasonOf) -> None:
    strict, lax = door_to(), door_to(profile="jwt")
    for typ in ("at+jwt", "AT+JWT", "JWT"):
        token = mint(header={"typ": typ})
        for _ in range(2):
            assert (strict.bearer(token).status == 200) == (typ != "JWT")
            assert (lax.bearer(token).status == 200) == (typ == "JWT")


def test_one_header_speaks_of_whichever_key_bears_its_name_now(door_to: DoorTo, reason_of: ReasonOf) -> None:
    keys = {"keys": [KEYS["RS256"].jwk]}
    doors = door_to(keys=CallableKeys(lambda: keys), remember=0)
    successor = SigningKey(ATTACKER["RS256"].private, "RS256", KEYS["RS256"].kid)
    before, after = mint(), mint(key=successor.private)
    assert before.split(".")[0] == after.split(".")[0]
    assert doors.bearer(before).status == 200
    assert reason_of(doors, after) == "wrong signature"
    keys = {"keys": [successor.jwk]}
    assert doors.bearer(after).status == 200
    assert reason_of(doors, before) == "wrong signature"


def test_a_flood_of_headers_fills_no_memory_and_pushes_no_good_one_out_for_long(doors: Doors) -> None:
    bound = compact._parse_header.cache_info().maxsize
    assert bound is not None
    assert bound <= 256
    for number in range(2 * bound):
        assert doors.bearer(mint(header={"kid": f"unknown-{number}"})).status == 401
    assert compact._parse_header.cache_info().currsize <= bound
    assert doors.bearer(mint()).status == 200
