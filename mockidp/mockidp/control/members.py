"""Operations on users and clients: who there is, and who comes and goes while the provider runs."""

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from ..settings.realm import Client, User
from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider


class UsersState(Struct, frozen=True, kw_only=True):
    """The users of each realm."""

    realms: dict[str, tuple[User, ...]]


class ClientsState(Struct, frozen=True, kw_only=True):
    """The clients of each realm."""

    realms: dict[str, tuple[Client, ...]]


class RemoveUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody of a realm."""

    realm: str
    username: str


class RemoveClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client of a realm."""

    realm: str
    client_id: str


def _with_realm(member: type[Struct], name: str, says: str) -> type[Struct]:
    """The same fields, and the realm."""
    fields = [(field.name, field.type, _default(field)) for field in msgspec.structs.fields(member)]
    return msgspec.defstruct(
        name,
        [("realm", str), *fields],
        namespace={"__doc__": says},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field(default=field.default)


AddUser: Final = _with_realm(User, "AddUser", "A realm, and somebody who can log in there.")
AddClient: Final = _with_realm(Client, "AddClient", "A realm, and an application that asks for tokens there.")


def _users(provider: "Provider", _: object) -> UsersState:
    return UsersState(realms=dict(provider.users))


def _add_user(provider: "Provider", asked: Any) -> User:
    return provider.users.add(**msgspec.structs.asdict(asked))


def _remove_user(provider: "Provider", asked: RemoveUser) -> User:
    return provider.users.remove(asked.realm, asked.username)


def _clients(provider: "Provider", _: object) -> ClientsState:
    return ClientsState(realms=dict(provider.clients))


def _add_client(provider: "Provider", asked: Any) -> Client:
    return provider.clients.add(**msgspec.structs.asdict(asked))


def _remove_client(provider: "Provider", asked: RemoveClient) -> Client:
    return provider.clients.remove(asked.realm, asked.client_id)


OPERATIONS: Final = (
    Operation(name="users", says="The users of each realm.", gives=UsersState, act=_users, reads=True),
    Operation(
        name="users.add",
        says="Let somebody log in, until they are removed or all is reset.",
        takes=AddUser,
        gives=User,
        act=_add_user,
        positional=("realm", "username"),
    ),
    Operation(
        name="users.remove",
        says="Let somebody go, until all is reset if they are configured.",
        takes=RemoveUser,
        gives=User,
        act=_remove_user,
        positional=("realm", "username"),
    ),
    Operation(name="clients", says="The clients of each realm.", gives=ClientsState, act=_clients, reads=True),
    Operation(
        name="clients.add",
        says="Let a client ask for tokens, until it is removed or all is reset.",
        takes=AddClient,
        gives=Client,
        act=_add_client,
        positional=("realm", "client_id"),
    ),
    Operation(
        name="clients.remove",
        says="Let a client go, until all is reset if it is configured.",
        takes=RemoveClient,
        gives=Client,
        act=_remove_client,
        positional=("realm", "client_id"),
    ),
)
