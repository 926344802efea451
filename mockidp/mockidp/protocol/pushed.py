"""Authorization requests that a client pushed beforehand, so that the browser carries only a name for them (RFC 9126).

The client's name for one opens it once, in one browser. From then on the browser carries another name, by which the
person can log in and decide in their own time, and which is good for one answer.
"""

import secrets
from typing import Final
from urllib.parse import urlencode

from ..errors import PageError
from ..memory.store import PushedRequest
from ..settings.durations import seconds
from ..site import Site
from .authorization_request import Pairs

PREFIX: Final = "urn:ietf:params:oauth:request_uri:"

_NOT_GOOD: Final = (
    400,
    "This request is no longer good",
    "The application's request has been used already, has expired, or never was one.",
    "request_uri works once, for a short time, and for the client that pushed the request.",
)


def push(client_id: str, asked: Pairs, site: Site, *, lifetime: int, opened: bool = False) -> PushedRequest:
    """Remember a request for so many seconds."""
    pushed = PushedRequest(
        value=PREFIX + secrets.token_urlsafe(32),
        realm=site.realm.name,
        client_id=client_id,
        asked=tuple(asked),
        opened=opened,
        expires_at=site.clock() + lifetime,
    )
    site.store.pushed_requests.put(pushed)
    return pushed


def find_pushed(query: Pairs, site: Site) -> PushedRequest | None:
    """The request that the query only names, if it does; raises PageError for one that is not good (any more)."""
    names = [value for name, value in query if name == "request_uri" and value.startswith(PREFIX)]
    if not names:
        return None
    found = site.store.pushed_requests.find(names[0])
    clients = [value for name, value in query if name == "client_id"]
    if found is None or (found.realm, [found.client_id]) != (site.realm.name, clients) or len(names) > 1:
        raise PageError(*_NOT_GOOD)
    if site.store.pushed_requests.is_spent(found.value) or site.clock() >= found.expires_at:
        raise PageError(*_NOT_GOOD)
    return found


def reopened(pushed: PushedRequest, asked: Pairs, site: Site) -> str:
    """The query that the browser goes on with; the one it came with is spent."""
    if not site.store.pushed_requests.spend(pushed.value):
        raise PageError(*_NOT_GOOD)
    lifetime = seconds(site.config.session_lifetime)
    again = push(pushed.client_id, asked, site, lifetime=lifetime, opened=True)
    return urlencode({"client_id": pushed.client_id, "request_uri": again.value})
