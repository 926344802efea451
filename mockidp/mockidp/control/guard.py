"""Who may control the provider: programs and pages of this machine, and who knows the control token.

A page of another origin in somebody's browser is on this machine, too. It is kept out by what it cannot change: the
Host that it used (DNS rebinding), the Origin and Sec-Fetch-Site that browsers add (CSRF), and a JSON body, which it may
not send without asking first; that question is never answered with yes.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..serving.loopback import host_in, hosts_of, is_loopback
from .problems import Refused

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # what can stand behind Bearer (RFC 6750 §2.1)
_PROXIED: Final = ("forwarded", "via", "x-real-ip", "x-forwarded-")
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="mockidp control"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A request, as far as it tells who asks; header names are in lower case, `peer` is an IP address or nobody."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    scheme: str
    peer: str | None
    reads: bool

    def all(self, name: str) -> list[str]:
        """The values of every header of this name."""
        return [value for header, value in self.headers if header == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`addresses` are the base addresses of the provider; with a `token`, everybody needs it."""

    addresses: tuple[str, ...]
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            raise ConfigError(
                "expected letters, digits and . _ ~ + / -, at least one, or no token at all", place="control_token"
            )

    def check(self, asking: Asking) -> None:
        """Let them pass, or raise Refused with the reason and the cure."""
        host = self._check_host(asking)
        self._check_page(asking, host)
        self._check_who(asking)

    def _check_host(self, asking: Asking) -> str:
        hosts = asking.all("host")
        found = host_in(hosts[0]) if len(hosts) == 1 else None
        if found is None or not (is_loopback(found) or found in hosts_of(self.addresses)):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "the control addresses are reached as 127.0.0.1 or localhost, or as the host of base_url",
                "Host",
            )
        return hosts[0].lower()

    def _check_page(self, asking: Asking, host: str) -> None:
        """Pages of other origins, other ports of this machine among them, are not welcome."""
        allowed = {"same-origin", "none"} if asking.reads else {"same-origin"}
        own = {f"{asking.scheme}://{host}", *map(_origin_of, self.addresses)}
        if not set(asking.all("sec-fetch-site")) <= allowed or not set(asking.all("origin")) <= own:
            raise Refused(HTTPStatus.FORBIDDEN, "only pages of the provider itself may do this", "Origin")

    def _check_who(self, asking: Asking) -> None:
        if self.token is None:
            self._check_near(asking)
        elif not self._is_token(asking.all("authorization")):
            raise Refused(HTTPStatus.UNAUTHORIZED, "expected the control token", "Authorization", headers=_CHALLENGE)

    def _check_near(self, asking: Asking) -> None:
        proxied = any(name.startswith(_PROXIED) for name, _ in asking.headers)
        if proxied or asking.peer is None or not is_loopback(asking.peer):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "from other machines and through a proxy this needs a control token: start with --control-token",
                "Authorization",
            )

    def _is_token(self, authorizations: Iterable[str]) -> bool:
        """Compared in constant time, whatever comes."""
        given = list(authorizations)
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        right = hmac.compare_digest(token.strip(" ").encode(), (self.token or "").encode())
        return right and scheme.lower() == "bearer"


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()
