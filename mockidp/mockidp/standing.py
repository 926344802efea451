"""What a configuration makes of a provider: its realms' keys, addresses and sites; made anew when it changes.

What only some configurations ask for, such as the other dialect, is loaded by the first one that does.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .captured.journal import Journal
from .clock import Clock
from .faults.order import Order
from .faults.plan import Faults
from .faults.planned import planned
from .faults.row import Foreign
from .memory.store import Store
from .passing_lifetimes import PassingLifetimes
from .settings.config import Algorithm, Config, Realm
from .settings.durations import seconds
from .signing.keys import RealmKeys
from .signing.mint import Mint
from .site import Site, Sites
from .web.session import Sessions

if TYPE_CHECKING:
    from .dialects.orocommerce.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """What stays as it is, whatever the configuration becomes."""

    base_url: str
    clock: Clock
    store: Store
    faults: Faults
    lifetimes: PassingLifetimes
    journal: Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is by one configuration; `former` are keys of realms that were there, should they come back."""

    config: Config
    browser_base_url: str
    keys: Mapping[str, RealmKeys] = field(repr=False)
    former: Mapping[str, RealmKeys] = field(repr=False)
    foreign: Mapping[str, Foreign] = field(repr=False)
    planned: tuple[Order, ...]
    sites: Sites = field(repr=False)
    shop: "Shop | None" = field(repr=False)


def stand(config: Config, lasting: Lasting, before: Standing | None = None) -> Standing:
    """What there is by this configuration; keys of the realms that were ever there, and logins of the last, go on.

    Changes nothing of what lasts; ConfigError where a key cannot be read, or a fault is none.
    """
    browser_base_url = (config.browser_base_url or lasting.base_url).rstrip("/")
    known = {**before.former, **before.keys} if before else {}
    keys = _keys(config, known)
    orders = planned(config)
    sites = Sites(tuple(_site(realm, config, keys, lasting, browser_base_url) for realm in config.realms))
    shop = _shop(config, sites) if config.dialect == "orocommerce" else None
    if before is not None:
        _carry_on(sites, shop, before)
    return Standing(
        config=config,
        browser_base_url=browser_base_url,
        keys=keys,
        former=known,
        foreign={realm.name: _foreign(realm, config, keys, lasting) for realm in config.realms},
        planned=orders,
        sites=sites,
        shop=shop,
    )


def _shop(config: Config, sites: Sites) -> "Shop":
    from .dialects.orocommerce.shop import Shop  # noqa: PLC0415  # see the docstring of this file

    return Shop(config, sites)


def _carry_on(sites: Sites, shop: "Shop | None", before: Standing) -> None:
    for site in sites:
        if site.realm.name in before.sites.by_name:
            site.sessions.carry_on(before.sites.named(site.realm.name).sessions)
    if shop is not None and before.shop is not None:
        shop.carry_on(before.shop)


def _keys(config: Config, known: Mapping[str, RealmKeys]) -> dict[str, RealmKeys]:
    if config.shared_keys:
        shared = next(iter(known.values()), None) or _keys_named("shared", config.realms[0].algorithm, config)
        return {realm.name: shared for realm in config.realms}
    return {realm.name: _keys_of(realm, config, known) for realm in config.realms}


def _keys_of(realm: Realm, config: Config, known: Mapping[str, RealmKeys]) -> RealmKeys:
    keys = known.get(realm.name)
    return keys if keys and keys.usual == realm.algorithm else _keys_named(realm.name, realm.algorithm, config)


def _keys_named(name: str, algorithm: Algorithm, config: Config) -> RealmKeys:
    if not config.keys_dir:
        return RealmKeys(algorithm)
    from .signing.key_files import kept_key  # noqa: PLC0415  # see the docstring of this file

    return RealmKeys(algorithm, first=kept_key(config.keys_dir, name, algorithm))


def _issuer(realm: Realm, config: Config, lasting: Lasting) -> str:
    return realm.issuer or lasting.base_url + config.paths(realm).issuer


def _foreign(realm: Realm, config: Config, keys: Mapping[str, RealmKeys], lasting: Lasting) -> Foreign:
    """The realm after this one; for the only one, one that does not exist."""
    at = config.realms.index(realm)
    other = (*config.realms[at + 1 :], *config.realms[:at])[:1]
    if not other:
        return Foreign(
            issuer=f"{_issuer(realm, config, lasting)}-of-another",
            audience="https://another.invalid/api",
            keys=RealmKeys(realm.algorithm),
        )
    [another] = other
    return Foreign(issuer=_issuer(another, config, lasting), audience=another.audience, keys=keys[another.name])


def _site(realm: Realm, config: Config, keys: Mapping[str, RealmKeys], lasting: Lasting, browser_base_url: str) -> Site:
    paths, issuer = config.paths(realm), _issuer(realm, config, lasting)
    base = urlsplit(browser_base_url)
    sessions = Sessions(
        realm=realm.name,
        instance=hashlib.sha256(lasting.base_url.encode()).hexdigest()[:8],
        path=base.path + paths.authorize.removesuffix("/authorize"),
        secure=base.scheme == "https",
        clock=lasting.clock,
        lifetime=seconds(config.session_lifetime),
    )
    return Site(
        config=config,
        realm=realm,
        base_url=lasting.base_url,
        browser_base_url=browser_base_url,
        base_path=base.path,
        issuer=issuer,
        paths=paths,
        mint=_mint(realm, issuer, config, keys, lasting),
        sessions=sessions,
        store=lasting.store,
        clock=lasting.clock,
        faults=lasting.faults,
        passing=lasting.lifetimes,
    )


def _mint(realm: Realm, issuer: str, config: Config, keys: Mapping[str, RealmKeys], lasting: Lasting) -> Mint:
    common: dict[str, Any] = {
        "realm": realm.name,
        "issuer": issuer,
        "audience": realm.audience,
        "keys": keys[realm.name],
        "clock": lasting.clock,
        "note": lasting.journal.note_token,
    }
    if config.dialect == "standard":
        return Mint(**common)
    from .dialects.orocommerce.mint import OroMint  # noqa: PLC0415  # see the docstring of this file

    return OroMint(store=lasting.store, **common)
