"""What can be right in a realm's configuration: one check each, run before anything believes a type."""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from .addresses import check_address
from .dpop_options import check_certificate_header, check_dpop
from .errors import ConfigurationError
from .introspection import Introspection
from .jose.algorithms import ALGORITHMS, OPT_IN_ALGORITHMS
from .oro_version import check_oro
from .own_checks import check_own_checks
from .plain_function import must_be_awaited
from .resource import address_among, check_resource

# A `Realm` whose values may still be anything.
Unchecked: TypeAlias = Any

# RFC 9110 §11.5 allows any quoted-string; without quote and backslash nothing ever needs escaping.
NAME = re.compile(r"[!#-\[\]-~]([ !#-\[\]-~]*[!#-\[\]-~])?")

# Seconds. Each open connection asks so often.
LEAST_RECHECK = 0.1

# RFC 6749 §3.3.
SCOPE = re.compile(r"[!#-\[\]-~]+")

PROFILE_NAMES = ("rfc9068", "jwt", "orocommerce")


def _refuse(realm: Unchecked, argument: str, expectation: str) -> ConfigurationError:
    return ConfigurationError(f"Realm({realm.name!r}, {argument}=…): {expectation}")


def _is_some(given: Any) -> bool:
    return isinstance(given, tuple | list | set | frozenset) and len(given) > 0


def _check_name(realm: Unchecked) -> None:
    if not isinstance(realm.name, str) or NAME.fullmatch(realm.name) is None:
        raise ConfigurationError(
            f"Realm({realm.name!r}): the name must be printable ASCII without quotes or backslashes, like 'storefront'"
        )


def _check_switches(realm: Unchecked) -> None:
    """A text is true even where it says "false", as out of the environment it may."""
    for argument in ("anonymous", "sender_constrained", "trust_mock"):
        if not isinstance(getattr(realm, argument), bool):
            raise _refuse(realm, argument, "must be True or False itself, no text or number that stands for one")


def _check_profile(realm: Unchecked) -> None:
    if realm.profile not in PROFILE_NAMES:
        raise _refuse(realm, "profile", f"must be one of {', '.join(PROFILE_NAMES)}")
    if realm.profile == "orocommerce" and (realm.issuer is not None or realm.audience or not realm.clients):
        raise _refuse(
            realm, "clients", "these tokens have no issuer and no audience but their client: give clients= only"
        )
    if realm.profile == "orocommerce" and realm.keys is None:
        raise _refuse(realm, "keys", "these tokens name no issuer to discover keys from: say where the keys are")


def _check_issuer(realm: Unchecked) -> None:
    if realm.profile == "orocommerce" or (realm.issuer is None and not realm.needs_keys):
        return
    if not isinstance(realm.issuer, str) or not realm.issuer:
        raise _refuse(realm, "issuer", "must be the exact value of the tokens' iss claim, like 'https://id.example'")
    if realm.keys is None and realm.needs_keys:
        if "/.well-known/" in realm.issuer:
            raise _refuse(realm, "issuer", "must be the iss claim of the tokens alone; its documents are found by it")
        check_address(realm.issuer, trust_mock=realm.trust_mock, place=f"Realm({realm.name!r}, issuer=…)")


def _check_introspection(realm: Unchecked) -> None:
    if realm.introspection is None:
        return
    if not isinstance(realm.introspection, Introspection):
        raise _refuse(realm, "introspection", "must be an Introspection('https://…', client_id=…, client_secret=…)")
    if realm.profile == "orocommerce":
        raise _refuse(realm, "introspection", "OroCommerce has no introspection endpoint")
    if not realm.needs_keys and realm.keys is not None:
        raise _refuse(realm, "keys", 'are of no use where every token is asked about; say Introspection(jwts="verify")')
    check_address(
        realm.introspection.url,
        trust_mock=realm.trust_mock,
        place=f"Realm({realm.name!r}, introspection=…)",
        query=True,
    )


def _check_audience(realm: Unchecked) -> None:
    # Cognito's access tokens name no audience, nor do many servers' answers; there the client set takes its place.
    by_client = realm.profile == "jwt" or realm.always_asks
    if realm.profile == "orocommerce" or (by_client and not realm.audience and realm.clients):
        return
    given = (realm.audience,) if isinstance(realm.audience, str) else realm.audience
    if not _is_some(given) or not all(isinstance(one, str) and one for one in given):
        raise _refuse(realm, "audience", "must be what the tokens' aud claim names, like 'https://shop.example/api'")


def own_algorithms(realm: Unchecked) -> tuple[str, ...]:
    """A secret says which algorithm it is for; no other source of keys does."""
    return tuple(getattr(realm.keys, "algorithms", ALGORITHMS))


def _check_algorithms(realm: Unchecked) -> None:
    known: tuple[str, ...] = (*ALGORITHMS, *OPT_IN_ALGORITHMS)
    given = realm.algorithms
    if hasattr(realm.keys, "algorithms"):
        known = own_algorithms(realm)
        given = known if given is ALGORITHMS else given
    if not _is_some(given) or not all(name in known for name in given):
        raise _refuse(realm, "algorithms", f"must be some of {', '.join(known)}, as a tuple{_hmac(given)}")


def _hmac(given: Any) -> str:
    asked = _is_some(given) and any(isinstance(name, str) and name.startswith("HS") for name in given)
    return "; HMAC only with keys=Secret(…), which says which one" if asked else ""


def _check_seconds(realm: Unchecked) -> None:
    for argument in ("leeway", "future_leeway", "max_lifetime"):
        value = getattr(realm, argument)
        if argument == "max_lifetime" and value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise _refuse(realm, argument, "must be a number of seconds, zero or more")
    every = realm.recheck_every
    if isinstance(every, bool) or not isinstance(every, int | float) or not LEAST_RECHECK <= every < math.inf:
        raise _refuse(realm, "recheck_every", f"must be a number of seconds, {LEAST_RECHECK} or more")


def _check_clients(realm: Unchecked) -> None:
    given = realm.clients
    # A token that names no client has the empty one.
    if given is not None and (not _is_some(given) or not all(isinstance(one, str) and one for one in given)):
        raise _refuse(realm, "clients", "must be a set of client ids, like {'storefront-web'}")


def _check_readings(realm: Unchecked) -> None:
    for argument in ("client_id", "scopes", "roles"):
        given = getattr(realm, argument)
        if given is not None and not callable(given) and (not isinstance(given, str) or not given):
            raise _refuse(realm, argument, "must be the name of the claim that holds it, or a function of all claims")
        if must_be_awaited(given):
            raise _refuse(realm, argument, "must be a plain function of all claims, as nobody awaits what it returns")


def _check_require(realm: Unchecked) -> None:
    given = realm.require
    good = isinstance(given, Mapping) and all(isinstance(name, str) for name in given)
    if not good or not all(isinstance(value, str | int) for value in given.values()):
        raise _refuse(realm, "require", "must map claim names to scalar values, like {'tenant': 'acme'}")


def _check_own_checks(realm: Unchecked) -> None:
    check_own_checks(realm.checks, place=f"Realm({realm.name!r}, checks=…)")


def _check_preflight(realm: Unchecked) -> None:
    if realm.preflight not in (None, "refuse", "pass"):
        raise _refuse(realm, "preflight", 'must be "refuse" or "pass"')


def _check_deny_list(realm: Unchecked) -> None:
    if realm.deny_list is not None and not callable(realm.deny_list):
        raise _refuse(realm, "deny_list", "must be a function that takes a jti and says whether it is revoked")


def _check_resource(realm: Unchecked) -> None:
    check_resource(realm.resource, trust_mock=realm.trust_mock, place=f"Realm({realm.name!r}, resource=…)")
    if not isinstance(realm.resource_name, str):
        raise _refuse(realm, "resource_name", "must be a text for people, like 'Storefront API'")


def _check_scopes(realm: Unchecked) -> None:
    for argument in ("scopes_supported", "required_scopes"):
        scopes = getattr(realm, argument)
        if not isinstance(scopes, tuple | list | set | frozenset) or not all(
            isinstance(one, str) and SCOPE.fullmatch(one) for one in scopes
        ):
            raise _refuse(realm, argument, "must be a tuple of scopes, like ('orders:read', 'orders:write')")


def _check_oro(realm: Unchecked) -> None:
    check_oro(realm.oro_version, realm.oro_side, profile=realm.profile, name=realm.name)


def _check_bindings(realm: Unchecked) -> None:
    check_dpop(realm.dpop, place=f"Realm({realm.name!r}, dpop=…)")
    audience = (realm.audience,) if isinstance(realm.audience, str) else tuple(realm.audience)
    if realm.dpop is not None and realm.resource is None and address_among(audience) is None:
        raise _refuse(realm, "resource", "DPoP needs the address of the API, like 'https://shop.example/api'")
    check_certificate_header(realm.certificate_header, place=f"Realm({realm.name!r}, certificate_header=…)")
    if realm.sender_constrained and realm.dpop is None and realm.certificate_header is None:
        raise _refuse(realm, "sender_constrained", "no token could be good: give dpop=DPoP() or certificate_header=")


CHECKS = (
    _check_name,
    _check_switches,
    _check_profile,
    _check_introspection,
    _check_issuer,
    _check_audience,
    _check_algorithms,
    _check_seconds,
    _check_clients,
    _check_readings,
    _check_require,
    _check_own_checks,
    _check_preflight,
    _check_deny_list,
    _check_resource,
    _check_scopes,
    _check_bindings,
    _check_oro,
)
