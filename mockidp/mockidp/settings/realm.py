"""Who there is: realms with their users and clients, as the operator describes them. Frozen, checked when built."""

import re
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from .claims_rules import ClaimsRule, expect_claims
from .durations import Duration
from .expectations import default, expect, expect_base_url, expect_duration, expect_redirect_uri, expect_unique

Algorithm = Literal["RS256", "ES256", "EdDSA"]
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
]

SecretMethod = Literal["client_secret_basic", "client_secret_post"]
# How a client shows who it is; those without a secret by their name alone. RFC 7591 §2.
SECRET_METHODS: Final[tuple[str, ...]] = get_args(SecretMethod)
ALL_METHODS: Final = (*SECRET_METHODS, "none")

DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
# What a client may have that registers itself (RFC 7591).
RegistrableGrant = Literal[
    "authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"
]
REGISTRABLE: Final[tuple[RegistrableGrant, ...]] = get_args(RegistrableGrant)

STOREFRONT: Final = "storefront"
BACKOFFICE: Final = "backoffice"
IDENTITY_SCOPES: Final = frozenset({"openid", "profile", "email", "offline_access"})

_DEFAULT_AUDIENCES: Final = {STOREFRONT: "https://shop.example/api", BACKOFFICE: "https://shop.example/admin/api"}
_USER: Final = "the username of a user of the realm"
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_REACHABLE: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[^%/]*)*")  # clients rewrite other paths before they ask
_SCOPE: Final = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")


class Lifetimes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long things live; None means: as the next wider level says (client, realm, server, default)."""

    code: Duration | None = None
    access_token: Duration | None = None
    id_token: Duration | None = None
    refresh_token: Duration | None = None
    device_code: Duration | None = None
    request_uri: Duration | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            # Zero means something to OroCommerce; the dialects say whether it may stand here.
            expect_duration(name, getattr(self, name), least=0)


class User(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who can log in at one realm; `subject` is the `sub` of their tokens and defaults to the username.

    `claims` go into their access tokens and ID tokens and to userinfo; texts in them may have places to fill in.
    Accounts that are not `enabled`, or `locked`, are there in the dialect of OroCommerce only.
    """

    username: str
    password: str
    subject: str = ""
    name: str = ""
    email: str = ""
    claims: dict[str, Any] = msgspec.field(default_factory=dict)
    enabled: bool = True
    locked: bool = False

    def __post_init__(self) -> None:
        expect(bool(self.username) and self.username.isprintable(), "username", "at least one printable character")
        expect(bool(self.password), "password", "at least one character")
        expect("sub" not in self.claims, "claims.sub", "no such claim here: the user's `subject` decides it")
        expect("aud" not in self.claims, "claims.aud", "no such claim here: the realm's `audience` decides it")
        expect_claims("claims", self.claims)
        default(self, "subject", self.username)
        default(self, "name", self.username)

    def __repr__(self) -> str:
        return f"User({self.username!r})"


class Client(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application that asks for tokens; without a secret it is a public one (RFC 6749 §2.1).

    `token_endpoint_auth_method` is the one way by which it may show its secret; None leaves the choice to it.
    `scope` lists all that it may ask for. `require_pkce` None means: only public clients must.

    `trust_login_hint` logs in whom its `login_hint` names, and `auto_login` a user of the realm; both also approve.

    In the dialect of OroCommerce only: a client that is not `active`, one that may `skip_consent`, and the `owner`, the
    username as whom a client acts by itself.
    """

    client_id: str
    client_secret: str | None = None
    token_endpoint_auth_method: SecretMethod | None = None
    name: str = ""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: tuple[GrantType, ...] = ("authorization_code", "refresh_token")
    scope: str = ""
    lifetimes: Lifetimes = Lifetimes()
    allow_plain_pkce: bool = False
    require_pkce: bool | None = None
    require_par: bool = False
    localhost_any_port: bool = False
    trust_login_hint: bool = False
    auto_login: str = ""
    active: bool = True
    skip_consent: bool = False
    owner: str = ""

    def __post_init__(self) -> None:
        expect(bool(_VISIBLE.fullmatch(self.client_id)), "client_id", "visible ASCII characters")
        expect(self.client_secret != "", "client_secret", "at least one character, or none at all for a public client")
        shown = self.client_secret is not None or self.token_endpoint_auth_method is None
        expect(shown, "token_endpoint_auth_method", "none of it without a client_secret, which it would show")
        expect(bool(_SCOPE.fullmatch(self.scope)), "scope", "scope names with one space between them")
        for name in ("redirect_uris", "post_logout_redirect_uris"):
            for at, redirect_uri in enumerate(getattr(self, name)):
                expect_redirect_uri(f"{name}[{at}]", redirect_uri)
            expect_unique(name, getattr(self, name))
        expect_unique("grant_types", self.grant_types)
        secret_kept = not (self.public and "client_credentials" in self.grant_types)
        expect(secret_kept, "grant_types", "no client_credentials without a client_secret (RFC 6749 §4.4)")
        default(self, "name", self.client_id)

    def __repr__(self) -> str:
        return f"Client({self.client_id!r})"

    @property
    def public(self) -> bool:
        """Has it no secret to keep?"""
        return self.client_secret is None

    @property
    def auth_methods(self) -> tuple[str, ...]:
        """How it may be authenticated, by the registered names (RFC 7591 §2)."""
        if self.public:
            return ("none",)
        chosen = self.token_endpoint_auth_method
        return get_args(SecretMethod) if chosen is None else (chosen,)

    @property
    def needs_pkce(self) -> bool:
        """Must its authorization requests carry a code challenge (RFC 7636)?"""
        return self.public if self.require_pkce is None else self.require_pkce

    @property
    def default_scope(self) -> str:
        """What it gets when it names no scope: all it may ask for, except what goes with `openid` (RFC 6749 §3.3)."""
        return " ".join(name for name in self.scope.split() if name not in IDENTITY_SCOPES)


class Realm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A protection space with its own issuer, audience, users and clients.

    `claims` are rules that add claims to its tokens, in this order.
    `issuer` replaces the default `{base_url}/{name}`; the realm's documents are then served under the path of that URL.
    `auto_login` is for all of its clients that name nobody themselves.
    """

    name: str
    title: str = ""
    audience: str = ""
    users: tuple[User, ...] = ()
    clients: tuple[Client, ...] = ()
    claims: tuple[ClaimsRule, ...] = ()
    lifetimes: Lifetimes = Lifetimes()
    algorithm: Algorithm = "RS256"
    issuer: str | None = None
    auto_login: str = ""

    def __post_init__(self) -> None:
        expect(bool(_NAME.fullmatch(self.name)), "name", "lower-case letters, digits, - and _")
        if self.issuer is not None:
            expect_base_url("issuer", self.issuer)
            path = "an address whose path has no % and no step of dots, as nobody could ask for what is there"
            expect(bool(_REACHABLE.fullmatch(urlsplit(self.issuer).path)), "issuer", path)
        expect_unique("users", (user.username for user in self.users))
        expect_unique("users", (user.subject for user in self.users))
        names = {"", *(user.username for user in self.users)}
        expect(self.auto_login in names, "auto_login", _USER)
        for at, client in enumerate(self.clients):
            expect(client.auto_login in names, f"clients[{at}].auto_login", _USER)
        default(self, "title", self.name.replace("-", " ").replace("_", " ").capitalize())
        default(self, "audience", _DEFAULT_AUDIENCES.get(self.name, f"https://shop.example/{self.name}/api"))
