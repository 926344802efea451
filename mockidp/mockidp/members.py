"""The users and clients of each realm, which a test may add and remove while the provider runs."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from msgspec.structs import replace

from .captured.journal import Journal
from .errors import ConfigError
from .memory.store import Store
from .settings.realm import Client, Realm, User
from .site import Site, Sites

logger: Final = logging.getLogger("mockidp")

Fields: TypeAlias = Any  # those of `User` or `Client`, by name
Named = TypeVar("Named", Client, Realm)


class Users(Mapping[str, tuple[User, ...]]):
    """The users of every realm, by its name."""

    def __init__(self, sites: Sites, journal: Journal) -> None:
        """Be those of these sites; the journal is told when somebody comes or goes."""
        self._sites = sites
        self._journal = journal

    def __getitem__(self, realm: str) -> tuple[User, ...]:
        return self._sites.by_name[realm].users

    def __iter__(self) -> Iterator[str]:
        return iter(self._sites.by_name)

    def __len__(self) -> int:
        return len(self._sites.by_name)

    def add(self, realm: str, **user: Fields) -> User:
        """Let somebody log in at the realm, until they are removed or all is reset; ConfigError says what is wrong."""
        site, added = _site(self._sites, realm), User(**user)
        _expect_new("username", added.username, (one.username for one in site.users), realm)
        _expect_new("subject", added.subject, (one.subject for one in site.users), realm)
        _expect_sound(self._sites, site, users=(*site.users, added))
        site.store.roster.add_user(realm, added)
        self._journal.happened()
        return added

    def remove(self, realm: str, username: str) -> User:
        """Let somebody go, until all is reset if they are configured; ConfigError names those there are."""
        site = _site(self._sites, realm)
        user = site.user(username)
        if user is None:
            there = ", ".join(one.username for one in site.users) or "nobody"
            raise ConfigError(f"there is no user {username!r} in realm {realm}; there is {there}", place="username")
        site.store.roster.remove_user(site.realm, username)
        self._journal.happened()
        return user


class Clients(Mapping[str, tuple[Client, ...]]):
    """The clients of every realm, by its name, those that registered themselves too."""

    def __init__(self, sites: Sites, journal: Journal) -> None:
        """Be those of these sites; the journal is told when somebody comes or goes."""
        self._sites = sites
        self._journal = journal

    def __getitem__(self, realm: str) -> tuple[Client, ...]:
        return self._sites.by_name[realm].clients

    def __iter__(self) -> Iterator[str]:
        return iter(self._sites.by_name)

    def __len__(self) -> int:
        return len(self._sites.by_name)

    def add(self, realm: str, **client: Fields) -> Client:
        """Let a client ask for tokens, until it is removed or all is reset; ConfigError says what is wrong.

        Its id has to be one that no client of any realm has: at the token endpoint it tells which realm is meant.
        """
        site, added = _site(self._sites, realm), Client(**client)
        if found := self._sites.of_client(added.client_id):
            _expect_new("client_id", added.client_id, (added.client_id,), found[0].realm.name)
        _expect_sound(self._sites, site, clients=(*site.own_clients, added))
        site.store.roster.add_client(realm, added)
        self._journal.happened()
        return added

    def remove(self, realm: str, client_id: str) -> Client:
        """Let a client go, until all is reset if it is configured; ConfigError names those there are."""
        site = _site(self._sites, realm)
        client = site.client(client_id)
        if client is None:
            there = ", ".join(one.client_id for one in site.clients) or "none"
            raise ConfigError(f"there is no client {client_id!r} in realm {realm}; there is {there}", place="client_id")
        site.store.unregister(realm, client_id)
        site.store.roster.remove_client(site.realm, client_id)
        self._journal.happened()
        return client


def give_way(store: Store, realms: tuple[Realm, ...]) -> None:
    """Let those go who were added, or registered themselves, and have the name of somebody who is configured now."""
    configured = store.roster.give_way(realms)
    for realm in realms:
        for client_id in configured & {client.client_id for client in store.registered(realm.name)}:
            store.unregister(realm.name, client_id)
            logger.warning(
                "client %r, which registered itself at realm %s, gives way to the configured one of the same id",
                client_id,
                realm.name,
            )


def _site(sites: Sites, realm: str) -> Site:
    try:
        return sites.named(realm)
    except LookupError as unknown:
        raise ConfigError(str(unknown), place="realm") from None


def _expect_new(place: str, name: str, taken: Iterator[str] | tuple[str, ...], realm: str) -> None:
    if name in set(taken):
        raise ConfigError(f"{name!r} is taken in realm {realm}: remove that one first, or take another", place=place)


def _expect_sound(sites: Sites, site: Site, **members: Any) -> None:
    """Refuse what could not stand in the configuration either, by the rules of the dialect."""
    config, changed = site.config, {"users": site.users, "clients": site.own_clients, **members}
    there = {user.username for user in changed["users"]}
    clients = tuple(_of_these(there, one) if one in site.own_clients else one for one in changed["clients"])
    realm = _of_these(there, site.realm)
    try:
        now = replace(realm, users=changed["users"], clients=clients)
        others = tuple(now if one is site else _without_removed(one) for one in sites)
        replace(config, realms=others)
    except ConfigError as refused:
        raise ConfigError(refused.problem, place=refused.place.rpartition("].")[2]) from None


def _of_these(usernames: set[str], named: Named) -> Named:
    """The same without those whom it names and who have been removed since: that is no mistake of whoever comes."""
    left = {name: "" for name in ("auto_login", "owner") if getattr(named, name, "") not in {"", *usernames}}
    return replace(named, **left)


def _without_removed(site: Site) -> Realm:
    return replace(site.realm, clients=tuple(one for one in site.realm.clients if one in site.own_clients))
