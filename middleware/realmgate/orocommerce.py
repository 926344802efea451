"""A gate with the manners of OroCommerce's API: how it finds a token, and how it refuses."""

import re
from typing import Any, Final

from .challenge import JSON_API, Refusal, wants_json_api
from .errors import BodyTooLarge, Refused, RequestMalformed, TokenMissing, TokenRejected
from .flow import Flow
from .gate import Gate
from .guarded import GuardedRealm
from .incoming import Incoming
from .oro_version import MANNERS, WSSE, side_of
from .principal import Principal, anonymous

# Case matters: any other spelling is no token at all.
_BEARER: Final = re.compile(r"\s*Bearer\s+(?P<token>\S.*)", re.DOTALL)


class OroGate(Gate):
    """Decides as every gate does, on what OroCommerce would see of a request; `OPTIONS` is never authenticated."""

    is_plain = False

    def __init__(self, guarded: GuardedRealm, **options: Any) -> None:
        """Take what every gate takes."""
        super().__init__(guarded, **options)
        self._manners = MANNERS[self.realm.oro_version or ""]
        self.reads_bodies = self._manners.takes_tokens_from_bodies

    def admit(self, incoming: Incoming) -> Principal | Flow[Principal]:
        """Decide on a request."""
        if incoming.method == "OPTIONS" and self.realm.passes_preflights:
            return anonymous(self.realm.name)
        return super().admit(self.look_at(incoming))

    def look_at(self, incoming: Incoming) -> Incoming:
        """What OroCommerce sees of it."""
        return Glimpse(incoming)

    def refuse(self, error: Refused, incoming: Incoming) -> Refusal:
        """Nothing but a status and perhaps a header, for whoever is not let in; whatever else as every gate does."""
        usual = super().refuse(error, incoming)
        if isinstance(error, BodyTooLarge):
            return Refusal(status=error.status, headers=(("content-length", "0"), *error.headers), body=b"")
        if not isinstance(error, TokenMissing | TokenRejected | RequestMalformed):
            return usual
        told = self._manners.tells_the_refused or isinstance(error, TokenMissing)
        challenge = (("www-authenticate", self._scheme()),) if told else ()
        headers = (("content-type", _media_type(incoming)), ("content-length", "0"), ("cache-control", "no-store"))
        return Refusal(status=401, headers=(*headers, *challenge), body=b"")

    def _scheme(self) -> str:
        return WSSE[side_of(self.realm.oro_side, self.realm.name)] if self._manners.names_wsse else "Bearer"


class Glimpse:
    """A request as OroCommerce reads it: whatever comes after `Bearer` is a token, anything else is none."""

    __slots__ = ("_incoming",)

    def __init__(self, incoming: Incoming) -> None:
        """Look at a request."""
        self._incoming = incoming

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._incoming.method

    @property
    def path(self) -> str:
        """The whole path."""
        return self._incoming.path

    def shown(self) -> list[str]:
        """Only a bearer token, and as text."""
        return self.header("authorization")

    def has_alias(self, name: str) -> bool:
        """Whether a header came under a name that differs only by ``_``."""
        return self._incoming.has_alias(name)

    def header(self, name: str) -> list[str]:
        """Every value of a header; of ``Authorization``, only a bearer token."""
        values = self._incoming.header(name)
        if name != "authorization":
            return values
        found = _BEARER.fullmatch(",".join(values))
        return [] if found is None else [f"Bearer {found['token'].strip()}"]


def _media_type(incoming: Incoming) -> str:
    """An answer to JSON:API is JSON:API, even an empty one."""
    sent = ",".join(incoming.header("content-type")).partition(";")[0].strip().lower()
    asked = wants_json_api(",".join(incoming.header("accept")))
    return JSON_API if asked or sent == JSON_API else "application/json"
