"""What a realm asks of a token: one protection space, as configured."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import KW_ONLY, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from .dpop_options import DPoP
from .introspection import Introspection
from .jose.algorithms import ALGORITHMS
from .realm_checks import CHECKS, own_algorithms
from .resource import Origin, address_among, place_of

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
    * `required_scopes`: scopes that a token must hold, all of them, whatever is asked for; without, the answer is 403.
      Every 401 names them, so that clients know what to ask for.
    * `require`: claims that must have exactly these scalar values.
    * `checks`: plain functions that take the `Principal` of an otherwise good token and return True, or it is refused.
      They are asked once for as long as a token is remembered, so they must look at nothing but the token.
    * `anonymous`: requests without credentials get through as nobody. An invalid token never does.
    * `preflight`: ``"refuse"`` (the default) answers CORS preflights like any request without a token; put a
      ``CORSMiddleware`` outside the gate. With ``"pass"`` they get through as nobody, so that a handler which does not
      look at the method runs unauthenticated. The profile ``"orocommerce"`` lets them pass unless told otherwise.
    * `deny_list`: called with the ``jti`` of every otherwise good token, says whether it has been revoked. At the ASGI
      door it may be ``async``; a plain function is called in the event loop there, so it must not block.
    * `recheck_every`: seconds after which the deny-list and the introspection endpoint, where there are any, are asked
      again about the token of an open WebSocket, each time.
    * `resource` is the address of the API as its clients know it, without which there is no DPoP and no metadata; left
      out, it is the audience where that is one https URL. `resource_name` and `scopes_supported` stand in the metadata.
    * `dpop`: tokens that are bound to a key are taken with a proof; see `DPoP`.
    * `certificate_header`: tokens that are bound to a client certificate are taken with the certificate in this header,
      which a proxy must set on every request, or remove. RFC 8705.
    * `sender_constrained`: takes no token but one that is bound in a way that is checked here, by `dpop` or
      `certificate_header`. With the header alone that is "only certificate-bound tokens".
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
    required_scopes: tuple[str, ...] = ()
    require: Mapping[str, str | int | bool] = field(default_factory=dict, hash=False)
    checks: tuple[Callable[[Any], Any], ...] = ()
    client_id: ClaimReader | None = None
    scopes: ClaimReader | None = None
    roles: ClaimReader | None = None
    anonymous: bool = False
    preflight: Literal["refuse", "pass"] | None = None
    deny_list: Callable[[str], Any] | None = None
    recheck_every: float = 30.0
    resource: str | None = None
    resource_name: str = ""
    scopes_supported: tuple[str, ...] = ()
    dpop: DPoP | None = None
    certificate_header: str | None = None
    sender_constrained: bool = False
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
        usual = own_algorithms(self) if self.algorithms is ALGORITHMS else self.algorithms
        object.__setattr__(self, "algorithms", tuple(usual))
        object.__setattr__(self, "require", MappingProxyType(dict(self.require)))
        object.__setattr__(self, "checks", tuple(self.checks))
        object.__setattr__(self, "required_scopes", tuple(self.required_scopes))
        object.__setattr__(self, "scopes_supported", tuple(self.scopes_supported))
        object.__setattr__(self, "address", self.resource or address_among(audience))
        object.__setattr__(self, "origin", place_of(self.address)[0] if self.address else None)
        if self.clients is not None:
            object.__setattr__(self, "clients", frozenset(self.clients))
        if self.sender_constrained and self.dpop and self.certificate_header is None:
            # No token is good under the scheme Bearer then, so no challenge names it.
            object.__setattr__(self, "dpop", replace(self.dpop, required=True))

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
    def may_revoke(self) -> bool:
        """Whether anybody can say of a token that was good that it is so no more."""
        return self.deny_list is not None or self.introspection is not None

    @property
    def always_asks(self) -> bool:
        """Whether every token is asked about."""
        return self.introspection is not None and self.introspection.jwts == "ask"

    @property
    def needs_keys(self) -> bool:
        """Whether anything is verified with keys: tokens, or what the issuer says of them."""
        return not self.always_asks or (self.introspection is not None and self.introspection.signed)
