"""Everything about one provider, from Python or from a file. Frozen, checked when built.

What a file leaves out stays as in the demo, by these rules:

* A setting at the top that is not named keeps its default.
* Realms are matched by name. A demo realm (`storefront`, `backoffice`) that the file does not name stays as it is; in
  one that it names, each key that is left out (`title`, `users`, `clients`, …) keeps its demo value.
* A key that is named replaces the demo's value whole: `users` and `clients` are lists, and the file's list is the list.
* With `demo = false` nothing comes from the demo: what the file does not name is not there.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, Self, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from .demo import DEMO_REALMS, ORO_DEMO_REALMS
from .dialect_rules import expect_orocommerce, expect_standard
from .durations import Duration, seconds
from .expectations import expect, expect_base_url, expect_duration, expect_unique
from .fault_settings import PlannedFault
from .oro_settings import OroSettings, OroVersion, ProtectedResource
from .realm import BACKOFFICE, STOREFRONT, Algorithm, Client, GrantType, Lifetimes, Realm, User

__all__ = [
    "Algorithm",
    "Client",
    "Config",
    "Dialect",
    "GrantType",
    "Lifetime",
    "Lifetimes",
    "OroSettings",
    "OroVersion",
    "Paths",
    "PlannedFault",
    "ProtectedResource",
    "Realm",
    "User",
    "default_config",
]

Dialect = Literal["standard", "orocommerce"]
Lifetime = Literal["code", "access_token", "id_token", "refresh_token", "device_code", "request_uri"]

_DEFAULT_SECONDS: Final[dict[Lifetime, int]] = {
    "code": 600,
    "access_token": 3600,
    "id_token": 3600,
    "refresh_token": 30 * 86400,
    "device_code": 600,
    "request_uri": 60,
}
# Where the provider itself is: what controls it, its start page's scripts, its health.
_RESERVED: Final = re.compile(r"/(_mockidp|mockidp\.page|healthz|readyz)(/.*)?")
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_DISCOVERY: Final = "/.well-known/openid-configuration"
_LEAVES: Final = ("/jwks", "/userinfo", "/introspect", "/revoke", "/logout", "/device", "/par", "/register", _DISCOVERY)


class Paths(Struct, frozen=True, kw_only=True):
    """Where a realm is served, as paths on this server."""

    issuer: str
    authorize: str
    login: str
    logout: str
    device: str


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about one provider; without arguments, the demo.

    `single` keeps only the back-office and serves its authorize and login pages unprefixed.
    `base_url` is how clients and browsers reach the server, where that is not simply its host and port;
    `browser_base_url` is how browsers do, where they have to come another way than clients.
    `registration` lets clients register themselves. `faults_by_request` lets a request ask for a fault of its own.
    `faults` are in force from the start. `keys_dir` is a directory for signing keys that outlive the process.
    `tls` serves https, by an authority of its own.
    `dialect` is how it talks; with `orocommerce`, `oro_version` (6.1 where it is not said) and `oro` tell which one.
    """

    realms: tuple[Realm, ...] = DEMO_REALMS
    backend_prefix: str = "/admin"
    single: bool = False
    base_url: str | None = None
    browser_base_url: str | None = None
    lifetimes: Lifetimes = Lifetimes()
    session_lifetime: Duration = "8h"
    device_interval: Duration = "5s"
    registration: bool = False
    faults_by_request: bool = True
    faults: tuple[PlannedFault, ...] = ()
    shared_keys: bool = False
    keys_dir: str | None = None
    tls: bool = False
    dialect: Dialect = "standard"
    oro_version: OroVersion | None = None
    oro: OroSettings = OroSettings()

    def __post_init__(self) -> None:
        expect(self.dialect in get_args(Dialect), "dialect", f"one of {', '.join(get_args(Dialect))}")
        if self.dialect == "orocommerce":
            self._become_orocommerce()
        prefix = "a path that is not empty, starts with / and does not end with /, such as /admin"
        expect(bool(_PREFIX.fullmatch(self.backend_prefix)), "backend_prefix", prefix)
        for name in ("base_url", "browser_base_url"):
            if getattr(self, name) is not None:
                expect_base_url(name, getattr(self, name))
        expect(
            self.keys_dir != "", "keys_dir", "a directory, or nothing at all for keys that live as long as the server"
        )
        expect_duration("session_lifetime", self.session_lifetime)
        expect_duration("device_interval", self.device_interval)
        if self.single:
            force_setattr(self, "realms", tuple(realm for realm in self.realms if realm.name == BACKOFFICE))
        expect(bool(self.realms), "realms", f"a realm named {BACKOFFICE}" if self.single else "at least one realm")
        expect_unique("realms", (realm.name for realm in self.realms))
        (expect_orocommerce if self.dialect == "orocommerce" else expect_standard)(self)
        self._expect_unique_clients()
        self._expect_unique_paths()
        alike = len({realm.algorithm for realm in self.realms}) == 1
        expect(alike or not self.shared_keys, "shared_keys", "one algorithm in all realms that share their keys")

    def realm(self, name: str) -> Realm:
        """The realm of this name; KeyError where there is none."""
        return {realm.name: realm for realm in self.realms}[name]

    def paths(self, realm: Realm) -> Paths:
        """Where the realm is served."""
        prefix = self._prefix(realm)
        return Paths(
            issuer=self._issuer_path(realm, prefix),
            authorize=f"{prefix}/oauth2-token/authorize",
            login=f"{prefix}/oauth2-token/login",
            logout=f"{prefix}/oauth2-token/logout",
            device=f"{prefix}/oauth2-token/device",
        )

    def lifetime(self, of: Lifetime, realm: Realm, client: Client | None = None, *, default: int | None = None) -> int:
        """Seconds that it lives: the client's word, else the realm's, else the server's, else the default."""
        levels = (client.lifetimes if client else None, realm.lifetimes, self.lifetimes)
        said = (getattr(level, of) for level in levels if level is not None)
        usual = _DEFAULT_SECONDS[of] if default is None else default
        return next((seconds(duration, least=0) for duration in said if duration is not None), usual)

    def with_lifetimes(self, **durations: Duration | None) -> Self:
        """The same with other server-wide lifetimes, such as `access_token="30s"`; None changes nothing."""
        changed = {name: duration for name, duration in durations.items() if duration is not None}
        return msgspec.structs.replace(self, lifetimes=msgspec.structs.replace(self.lifetimes, **changed))

    def _become_orocommerce(self) -> None:
        """One pair of keys for both applications, and a demo that also has what only OroCommerce has."""
        force_setattr(self, "shared_keys", True)  # noqa: FBT003  # msgspec takes it by position
        if self.realms is DEMO_REALMS:
            force_setattr(self, "realms", ORO_DEMO_REALMS)
        if self.oro_version is None:
            force_setattr(self, "oro_version", "6.1")

    def _issuer_path(self, realm: Realm, prefix: str) -> str:
        if self.dialect == "orocommerce":
            return f"{prefix}/oauth2-server"
        if realm.issuer is None:
            return f"/{realm.name}"
        # A proxy that takes the path of our base address away takes it from the issuer's, too.
        before = next((base for base in self._bases() if f"{realm.issuer}/".startswith(f"{base}/")), "")
        return urlsplit(realm.issuer.removeprefix(before)).path.rstrip("/")

    def _bases(self) -> Iterator[str]:
        return (base.rstrip("/") for base in (self.base_url, self.browser_base_url) if base)

    def _prefix(self, realm: Realm) -> str:
        if realm.name == STOREFRONT or self.single:
            return ""
        return self.backend_prefix if realm.name == BACKOFFICE else f"/{realm.name}"

    def _expect_unique_clients(self) -> None:
        seen: set[str] = set()
        for at, realm in enumerate(self.realms):
            for index, client in enumerate(realm.clients):
                place = f"realms[{at}].clients[{index}].client_id"
                expect(client.client_id not in seen, place, "a client_id that no other client of any realm has")
                seen.add(client.client_id)

    def _expect_unique_paths(self) -> None:
        seen = {"/oauth2-token", "/mockidp.css"}
        for at, realm in enumerate(self.realms):
            for path in self._served(realm):
                free = path not in seen and not _RESERVED.fullmatch(path)
                expect(free, f"realms[{at}]", f"paths of its own, but {path} is already served")
                seen.add(path)

    def _served(self, realm: Realm) -> Iterator[str]:
        paths = self.paths(realm)
        yield from (paths.authorize, paths.login, paths.logout, paths.device)
        yield from (paths.issuer + leaf for leaf in _LEAVES)


def default_config() -> Config:
    """The demo: realms storefront and backoffice with the people and clients of `demo.py`."""
    return Config()
