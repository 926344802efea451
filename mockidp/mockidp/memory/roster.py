"""Users and clients that came or went while the provider runs, beside those that are configured."""

import threading
from dataclasses import dataclass, replace
from typing import Final

from ..settings.realm import Client, Realm, User

REMEMBERED: Final = 1000  # of those who were removed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What is different at one realm."""

    users: tuple[User, ...] = ()
    clients: tuple[Client, ...] = ()
    without_users: frozenset[str] = frozenset()
    without_clients: frozenset[str] = frozenset()
    gone: tuple[User, ...] = ()


_NONE: Final = _Changes()


class Roster:
    """The changes of every realm, until they are forgotten. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: dict[str, _Changes] = {}

    def users(self, realm: Realm) -> tuple[User, ...]:
        """Those of the realm now: the configured ones without those that left, and those that came."""
        changes = self._changes.get(realm.name)
        return realm.users if changes is None else _there(realm, changes)

    def clients(self, realm: Realm) -> tuple[Client, ...]:
        """The same of its clients."""
        changes = self._changes.get(realm.name)
        if changes is None:
            return realm.clients
        return (*(one for one in realm.clients if one.client_id not in changes.without_clients), *changes.clients)

    def gone(self, realm: str) -> tuple[User, ...]:
        """Those who were removed from the realm and did not come again by the same subject; the last few."""
        changes = self._changes.get(realm)
        return changes.gone if changes else ()

    def add_user(self, realm: str, user: User) -> None:
        """Let somebody in."""
        with self._lock:
            changes = self._changes.get(realm, _NONE)
            gone = _but(changes.gone, {user.subject})
            self._changes[realm] = replace(changes, users=(*changes.users, user), gone=gone)

    def remove_user(self, realm: Realm, username: str) -> None:
        """Let somebody go, configured or added."""
        with self._lock:
            changes = self._changes.get(realm.name, _NONE)
            left = tuple(user for user in changes.users if user.username != username)
            without = changes.without_users | ({username} & {user.username for user in realm.users})
            gone = (*changes.gone, *(user for user in _there(realm, changes) if user.username == username))
            gone = gone[-REMEMBERED:]
            self._changes[realm.name] = replace(changes, users=left, without_users=without, gone=gone)

    def add_client(self, realm: str, client: Client) -> None:
        """Let a client in."""
        with self._lock:
            changes = self._changes.get(realm, _NONE)
            self._changes[realm] = replace(changes, clients=(*changes.clients, client))

    def remove_client(self, realm: Realm, client_id: str) -> None:
        """Let a client go, configured or added."""
        with self._lock:
            changes = self._changes.get(realm.name, _NONE)
            left = tuple(client for client in changes.clients if client.client_id != client_id)
            gone = changes.without_clients | ({client_id} & {client.client_id for client in realm.clients})
            self._changes[realm.name] = replace(changes, clients=left, without_clients=gone)

    def give_way(self, realms: tuple[Realm, ...]) -> set[str]:
        """Forget those that came and are configured now (a client: at any realm), and all about realms that are gone.

        Who was removed stays away, and who came in their place stays. Gives the ids of the clients that are configured.
        """
        with self._lock:
            known = {realm.name: self._changes.get(realm.name, _NONE) for realm in realms}
            clients = {
                one.client_id
                for realm in realms
                for one in realm.clients
                if one.client_id not in known[realm.name].without_clients
            }
            self._changes = {realm.name: _left(known[realm.name], realm, clients) for realm in realms}
            return clients

    def clear(self) -> None:
        """As configured again."""
        with self._lock:
            self._changes.clear()


def _left(changes: _Changes, realm: Realm, clients: set[str]) -> _Changes:
    there = [user for user in realm.users if user.username not in changes.without_users]
    taken = ({user.username for user in there}, {user.subject for user in there})
    return replace(
        changes,
        users=tuple(user for user in changes.users if user.username not in taken[0] and user.subject not in taken[1]),
        clients=tuple(one for one in changes.clients if one.client_id not in clients),
        without_users=changes.without_users & {user.username for user in realm.users},
        without_clients=changes.without_clients & {one.client_id for one in realm.clients},
        gone=_but(changes.gone, taken[1]),
    )


def _there(realm: Realm, changes: _Changes) -> tuple[User, ...]:
    return (*(user for user in realm.users if user.username not in changes.without_users), *changes.users)


def _but(users: tuple[User, ...], subjects: set[str]) -> tuple[User, ...]:
    return tuple(user for user in users if user.subject not in subjects)
