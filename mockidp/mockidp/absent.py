"""Whom a fault is for and who is not there yet: no mistake, since they may come later, but worth a word."""

from difflib import get_close_matches

from .faults.order import Order
from .site import Sites


def absent(sites: Sites, due: Order) -> str | None:
    """A sentence without a full stop about the client or user that nobody is; None where all are there."""
    there = [site for site in sites if due.realm in {None, site.realm.name}]
    clients = [client.client_id for site in there for client in site.clients]
    users = [name for site in there for user in site.users for name in (user.username, user.subject)]
    where = f" in realm {due.realm}" if due.realm else ""
    return _nobody("client", due.client, clients, where) or _nobody("user", due.user, users, where)


def _nobody(kind: str, name: str | None, names: list[str], where: str) -> str | None:
    if name is None or name in names:
        return None
    near = get_close_matches(name, names, 1)
    return f"there is no {kind} {name!r}{where} yet{f'; did you mean {near[0]!r}?' if near else ''}"
