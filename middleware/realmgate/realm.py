"""What a realm asks of a token: one protection space, as configured."""

import math
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from .addresses import check_address
from .bound import DPoP, check_certificate_header, check_dpop
from .errors import ConfigurationError
from .introspection import Introspection
from .oro_version import check_oro
from .resource import Origin, address_among, check_resource, place_of

# RFC 9110 §11.5 allows any quoted-string; without quote and backslash nothing ever needs escaping.
NAME = re.compile(r"[!#-\[\]-~]([ !#-\[\]-~]*[!#-\[\]-~])?")

ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    *("EdDSA", "Ed25519"),
)
OPT_IN_ALGORITHMS = ("ES256K",)
PROFILE_NAMES = ("rfc9068", "jwt", "orocommerce")

ClaimReader: TypeAlias = str | Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Realm:
    """A protection space in the sense of RFC 9110 §11.5, and what makes a token good in it.

    * `name` is shown in every challenge.
    * `issuer` is compared whole with ``iss``; without `keys` it is also where the keys are discovered.
    * `audience` is what ``aud`` must name, one value or several of which one is enough.
    * `profile` is the kind of token: ``"rfc9068"`` (the default), ``"jwt"`` for what Keycloak, Auth0, Entra ID, Okta
      and Cognito issue, or ``"orocommerce"``, whose tokens have no issuer and name their client as the audience.
    * `keys` says where the keys come from if not from the issuer's discovery document: a JWKS URL, a JWKS or one JWK as
      a mapping, a function that returns a JWKS, or `JwksUri`, `JwksFile`, `Pem` or `Secret`.
    * `introspection`: where to ask about tokens that only the issuer can read; see `Introspection`. Then `issuer` may
      be left out, for servers whose answers do not name it.
    * `algorithms` narrows the signature algorithms (or adds ``ES256K``); a key still decides which of them are its own.
    * `leeway` and `future_leeway`, in seconds: how long a token is still good after ``exp`` (0), and how far ``nbf``
      and ``iat`` may lie in the future (5). `max_lifetime` bounds ``exp - iat``.
    * `clients`: if given, the token's client must be one of them.
    * `client_id`, `scopes` and `roles`: where a provider keeps them elsewhere, the name of the claim, or a function
      that takes all claims and returns a string (`client_id`) or a list of strings.
    * `require`: claims that must have exactly these scalar values.
    * `anonymous`: requests without credentials get through as nobody. An invalid token never does.
    * `preflight`: ``"refuse"`` (the default) answers CORS preflights like any request without a token; put a
      ``CORSMiddleware`` outside the gate. With ``"pass"`` they get through as nobody, so that a handler which does not
      look at the method runs unauthenticated. The profile ``"orocommerce"`` lets them pass unless told otherwise.
    * `deny_list`: called with the ``jti`` of every otherwise good token, says whether it has been revoked.
    * `resource` is the address of the API as its clients know it, without which there is no DPoP and no metadata; left
      out, it is the audience where that is one https URL. `resource_name` and `scopes_supported` stand in the metadata.
    * `dpop`: tokens that are bound to a key are taken with a proof; see `DPoP`.
    * `certificate_header`: tokens that are bound to a client certificate are taken with the certificate in this header,
      which a proxy must set on every request, or remove. RFC 8705.
    * `oro_version`: with the profile ``"orocommerce"``, refuse as the API of that version does (``"5.0"``, ``"5.1"``,
      ``"6.0"``, ``"6.1"``). `oro_side` is ``"storefront"`` or ``"backoffice"``, where the name does not say it.
    * `trust_mock`: for development only. Accepts http addresses and the keys of a mock identity provider.

    What is *not* checked here: whether the addresses answer. The first request, or nobody, finds out.

    Raises `ConfigurationError`, naming the realm and the argument.
    """

    name: str
    _: KW_ONLY
    issuer: str | None = None
    audience: str | tuple[str, ...] = ()
    profile: str = "rfc9068"
    keys: Any = field(default=None, repr=False)
    introspection: Introspection | None = None
    algorithms: tuple[str, ...] = ALGORITHMS
    leeway: float = 0.0
    future_leeway: float = 5.0
    max_lifetime: float | None = None
    clients: AbstractSet[str] | None = None
    require: Mapping[str, str | int | bool] = field(default_factory=dict, hash=False)
    client_id: ClaimReader | None = None
    scopes: ClaimReader | None = None
    roles: ClaimReader | None = None
    anonymous: bool = False
    preflight: Literal["refuse", "pass"] | None = None
    deny_list: Callable[[str], Any] | None = None
    resource: str | None = None
    resource_name: str = ""
    scopes_supported: tuple[str, ...] = ()
    dpop: DPoP | None = None
    certificate_header: str | None = None
    oro_version: str | None = None
    oro_side: str | None = None
    trust_mock: bool = False
    address: str | None = field(init=False, compare=False, repr=False)
    origin: Origin | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be right, and freeze what was given as list, set or dict."""
        for check in CHECKS:
            check(self)
        audience = (self.audience,) if isinstance(self.audience, str) else tuple(self.audience)
        object.__setattr__(self, "audience", audience)
        usual = _own_algorithms(self) if self.algorithms is ALGORITHMS else self.algorithms
        object.__setattr__(self, "algorithms", tuple(usual))
        object.__setattr__(self, "require", MappingProxyType(dict(self.require)))
        object.__setattr__(self, "scopes_supported", tuple(self.scopes_supported))
        object.__setattr__(self, "address", self.resource or address_among(audience))
        object.__setattr__(self, "origin", place_of(self.address)[0] if self.address else None)
        if self.dpop is not None and self.address is None:
            raise _refuse(self, "resource", "DPoP needs the address of the API, like 'https://shop.example/api'")
        if self.clients is not None:
            object.__setattr__(self, "clients", frozenset(self.clients))

    @property
    def passes_preflights(self) -> bool:
        """Whether CORS preflights get through without a token."""
        return (self.preflight or ("pass" if self.profile == "orocommerce" else "refuse")) == "pass"

    @property
    def audiences(self) -> frozenset[str]:
        """Every value of ``aud`` that is good here; in the profile ``orocommerce`` that is every client."""
        if self.profile == "orocommerce":
            return frozenset(self.clients or ())
        return frozenset((self.audience,) if isinstance(self.audience, str) else self.audience)

    @property
    def bindings(self) -> frozenset[str]:
        """The ways of binding a token to its client that can be checked here. RFC 7800 §3.1."""
        known = {"jkt": self.dpop, "x5t#S256": self.certificate_header}
        return frozenset(name for name, option in known.items() if option is not None)

    @property
    def always_asks(self) -> bool:
        """Whether every token is asked about, so that no keys are needed."""
        return self.introspection is not None and self.introspection.jwts == "ask"


def _refuse(realm: Realm, argument: str, expectation: str) -> ConfigurationError:
    return ConfigurationError(f"Realm({realm.name!r}, {argument}=…): {expectation}")


def _is_some(given: Any) -> bool:
    return isinstance(given, tuple | list | set | frozenset) and len(given) > 0


def _check_name(realm: Realm) -> None:
    if not isinstance(realm.name, str) or NAME.fullmatch(realm.name) is None:
        raise ConfigurationError(
            f"Realm({realm.name!r}): the name must be printable ASCII without quotes or backslashes, like 'storefront'"
        )


def _check_profile(realm: Realm) -> None:
    if realm.profile not in PROFILE_NAMES:
        raise _refuse(realm, "profile", f"must be one of {', '.join(PROFILE_NAMES)}")
    if realm.profile == "orocommerce" and (realm.issuer is not None or realm.audience or not realm.clients):
        raise _refuse(
            realm, "clients", "these tokens have no issuer and no audience but their client: give clients= only"
        )
    if realm.profile == "orocommerce" and realm.keys is None:
        raise _refuse(realm, "keys", "these tokens name no issuer to discover keys from: say where the keys are")


def _check_issuer(realm: Realm) -> None:
    if realm.profile == "orocommerce" or (realm.issuer is None and realm.always_asks):
        return
    if not isinstance(realm.issuer, str) or not realm.issuer:
        raise _refuse(realm, "issuer", "must be the exact value of the tokens' iss claim, like 'https://id.example'")
    if realm.keys is None and not realm.always_asks:
        check_address(realm.issuer, trust_mock=realm.trust_mock, place=f"Realm({realm.name!r}, issuer=…)")


def _check_introspection(realm: Realm) -> None:
    if realm.introspection is None:
        return
    if not isinstance(realm.introspection, Introspection):
        raise _refuse(realm, "introspection", "must be an Introspection('https://…', client_id=…, client_secret=…)")
    if realm.profile == "orocommerce":
        raise _refuse(realm, "introspection", "OroCommerce has no introspection endpoint")
    if realm.always_asks and realm.keys is not None:
        raise _refuse(realm, "keys", 'are of no use where every token is asked about; say Introspection(jwts="verify")')
    check_address(
        realm.introspection.url,
        trust_mock=realm.trust_mock,
        place=f"Realm({realm.name!r}, introspection=…)",
        query=True,
    )


def _check_audience(realm: Realm) -> None:
    # Cognito's access tokens name no audience, nor do many servers' answers; there the client set takes its place.
    by_client = realm.profile == "jwt" or realm.always_asks
    if realm.profile == "orocommerce" or (by_client and not realm.audience and realm.clients):
        return
    given = (realm.audience,) if isinstance(realm.audience, str) else realm.audience
    if not _is_some(given) or not all(isinstance(one, str) and one for one in given):
        raise _refuse(realm, "audience", "must be what the tokens' aud claim names, like 'https://shop.example/api'")


def _own_algorithms(realm: Realm) -> tuple[str, ...]:
    """A secret says which algorithm it is for; no other source of keys does."""
    return tuple(getattr(realm.keys, "algorithms", ALGORITHMS))


def _check_algorithms(realm: Realm) -> None:
    known: tuple[str, ...] = (*ALGORITHMS, *OPT_IN_ALGORITHMS)
    given = realm.algorithms
    if hasattr(realm.keys, "algorithms"):
        known = _own_algorithms(realm)
        given = known if given is ALGORITHMS else given
    if not _is_some(given) or not all(name in known for name in given):
        raise _refuse(realm, "algorithms", f"must be some of {', '.join(known)}, as a tuple")


def _check_seconds(realm: Realm) -> None:
    for argument in ("leeway", "future_leeway", "max_lifetime"):
        value = getattr(realm, argument)
        if argument == "max_lifetime" and value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise _refuse(realm, argument, "must be a number of seconds, zero or more")


def _check_clients(realm: Realm) -> None:
    given = realm.clients
    if given is not None and (not _is_some(given) or not all(isinstance(one, str) for one in given)):
        raise _refuse(realm, "clients", "must be a set of client ids, like {'storefront-web'}")


def _check_require(realm: Realm) -> None:
    given = realm.require
    good = isinstance(given, Mapping) and all(isinstance(name, str) for name in given)
    if not good or not all(isinstance(value, str | int) for value in given.values()):
        raise _refuse(realm, "require", "must map claim names to scalar values, like {'tenant': 'acme'}")


def _check_preflight(realm: Realm) -> None:
    if realm.preflight not in (None, "refuse", "pass"):
        raise _refuse(realm, "preflight", 'must be "refuse" or "pass"')


def _check_deny_list(realm: Realm) -> None:
    if realm.deny_list is not None and not callable(realm.deny_list):
        raise _refuse(realm, "deny_list", "must be a function that takes a jti and says whether it is revoked")


def _check_resource(realm: Realm) -> None:
    check_resource(realm.resource, trust_mock=realm.trust_mock, place=f"Realm({realm.name!r}, resource=…)")
    scopes = realm.scopes_supported
    if isinstance(scopes, str) or not all(isinstance(one, str) and one for one in scopes):
        raise _refuse(realm, "scopes_supported", "must be a tuple of scopes, like ('orders:read', 'orders:write')")
    if not isinstance(realm.resource_name, str):
        raise _refuse(realm, "resource_name", "must be a text for people, like 'Storefront API'")


def _check_oro(realm: Realm) -> None:
    check_oro(realm.oro_version, realm.oro_side, profile=realm.profile, name=realm.name)


def _check_bindings(realm: Realm) -> None:
    check_dpop(realm.dpop, place=f"Realm({realm.name!r}, dpop=…)")
    check_certificate_header(realm.certificate_header, place=f"Realm({realm.name!r}, certificate_header=…)")


CHECKS = (
    _check_name,
    _check_profile,
    _check_introspection,
    _check_issuer,
    _check_audience,
    _check_algorithms,
    _check_seconds,
    _check_clients,
    _check_require,
    _check_preflight,
    _check_deny_list,
    _check_resource,
    _check_bindings,
    _check_oro,
)
