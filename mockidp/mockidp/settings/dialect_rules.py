"""Which settings belong to which dialect: one that would change nothing is refused, so that nobody relies on it."""

from collections.abc import Iterator
from typing import Final, Protocol, get_args

from .expectations import expect, expect_duration
from .oro_settings import OroSettings, OroVersion
from .realm import BACKOFFICE, DEVICE_CODE, STOREFRONT, Client, Lifetimes, Realm, User

_ONLY_ORO: Final = 'to be left out: it is there with dialect = "orocommerce" only'
_NOT_ORO: Final = 'to be left out: OroCommerce knows nothing of the kind (dialect = "orocommerce")'


class Settings(Protocol):
    """What of a configuration the rules look at."""

    @property
    def realms(self) -> tuple[Realm, ...]:
        """Who there is."""
        ...

    @property
    def lifetimes(self) -> Lifetimes:
        """How long things live, where nobody says otherwise."""
        ...

    @property
    def oro_version(self) -> OroVersion | None:
        """Which OroCommerce, if any."""
        ...

    @property
    def oro(self) -> OroSettings:
        """How that one is set up."""
        ...

    @property
    def registration(self) -> bool:
        """May clients register themselves?"""
        ...


def expect_standard(settings: Settings) -> None:
    """Refuse what only OroCommerce has."""
    expect(settings.oro_version is None, "oro_version", _ONLY_ORO)
    expect(settings.oro == OroSettings(), "oro", _ONLY_ORO)
    for place, lifetimes in _lifetimes(settings):
        for name in lifetimes.__struct_fields__:
            expect_duration(f"{place}.{name}", getattr(lifetimes, name))
    for place, user in _users(settings):
        expect(user.enabled, f"{place}.enabled", _ONLY_ORO)
        expect(not user.locked, f"{place}.locked", _ONLY_ORO)
    for place, client in _clients(settings):
        expect("password" not in client.grant_types, f"{place}.grant_types", f"`password` {_ONLY_ORO}")
        expect(client.active, f"{place}.active", _ONLY_ORO)
        expect(not client.skip_consent, f"{place}.skip_consent", _ONLY_ORO)
        expect(not client.owner, f"{place}.owner", _ONLY_ORO)


def expect_orocommerce(settings: Settings) -> None:
    """Refuse what OroCommerce has not: further realms, other algorithms, rules of our own for clients."""
    versions = get_args(OroVersion)
    expect(settings.oro_version in versions, "oro_version", f"one of {', '.join(versions)}")
    expect(not settings.registration, "registration", _NOT_ORO)
    for at, realm in enumerate(settings.realms):
        known = realm.name in {STOREFRONT, BACKOFFICE}
        expect(known, f"realms[{at}].name", f"{STOREFRONT} or {BACKOFFICE}: OroCommerce has no other applications")
        expect(realm.algorithm == "RS256", f"realms[{at}].algorithm", "RS256, which is all that OroCommerce signs with")
        expect(realm.issuer is None, f"realms[{at}].issuer", _NOT_ORO)
        expect(not realm.auto_login, f"realms[{at}].auto_login", _NOT_ORO)
        expect(not realm.claims, f"realms[{at}].claims", _NOT_ORO)
    for place, user in _users(settings):
        expect(not user.claims, f"{place}.claims", _NOT_ORO)
    for place, client in _clients(settings):
        expect(DEVICE_CODE not in client.grant_types, f"{place}.grant_types", f"the device code grant {_NOT_ORO}")
        expect(not client.post_logout_redirect_uris, f"{place}.post_logout_redirect_uris", _NOT_ORO)
        expect(not client.require_par, f"{place}.require_par", _NOT_ORO)
        expect(client.token_endpoint_auth_method is None, f"{place}.token_endpoint_auth_method", _NOT_ORO)
        expect(client.require_pkce is None, f"{place}.require_pkce", _NOT_ORO)
        expect(not client.trust_login_hint, f"{place}.trust_login_hint", _NOT_ORO)
        expect(not client.auto_login, f"{place}.auto_login", _NOT_ORO)
        expect(not client.localhost_any_port, f"{place}.localhost_any_port", _NOT_ORO)
    _expect_owners(settings)


def _expect_owners(settings: Settings) -> None:
    for at, realm in enumerate(settings.realms):
        names = {"", *(user.username for user in realm.users)}
        for index, client in enumerate(realm.clients):
            expect(client.owner in names, f"realms[{at}].clients[{index}].owner", "the username of a user of the realm")


def _lifetimes(settings: Settings) -> Iterator[tuple[str, Lifetimes]]:
    yield "lifetimes", settings.lifetimes
    yield from ((f"realms[{at}].lifetimes", realm.lifetimes) for at, realm in enumerate(settings.realms))
    yield from ((f"{place}.lifetimes", client.lifetimes) for place, client in _clients(settings))


def _users(settings: Settings) -> Iterator[tuple[str, User]]:
    for at, realm in enumerate(settings.realms):
        yield from ((f"realms[{at}].users[{index}]", user) for index, user in enumerate(realm.users))


def _clients(settings: Settings) -> Iterator[tuple[str, Client]]:
    for at, realm in enumerate(settings.realms):
        yield from ((f"realms[{at}].clients[{index}]", client) for index, client in enumerate(realm.clients))
