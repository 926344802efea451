"""Which endpoint of which realm an address is, as far as it tells."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from .site import Site, Sites

TOKEN: Final = "/oauth2-token"  # noqa: S105  # a path
METADATA: Final = "/.well-known/oauth-authorization-server"

Place: TypeAlias = tuple[str, str | None]  # an endpoint and its realm
_LEAVES: Final = ("device", "introspect", "jwks", "par", "register", "revoke", "userinfo")


class Places:
    """The addresses of these realms."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._by_path = {path: place for site in sites for path, place in _of(site)}

    def find(self, path: str, client_id: str | None) -> Place:
        """The endpoint, empty where there is none, and its realm; of the token endpoint, the client's realm."""
        endpoint, realm = self._by_path.get(path, ("", None))
        if endpoint == "token" and client_id:
            found = self._sites.of_client(client_id)
            realm = found[0].realm.name if found else None
        return endpoint, realm


def _of(site: Site) -> Iterable[tuple[str, Place]]:
    at, realm = site.paths, site.realm.name
    found: Mapping[str, Place] = {
        TOKEN: ("token", None),
        at.authorize: ("authorize", realm),
        at.login: ("login", realm),
        at.logout: ("logout", realm),
        at.device: ("device", realm),
        f"{METADATA}{at.issuer}": ("discovery", realm),
        f"{at.issuer}/.well-known/openid-configuration": ("discovery", realm),
        f"{at.issuer}/logout": ("logout", realm),
        **{f"{at.issuer}/{name}": (name, realm) for name in _LEAVES},
    }
    return found.items()
