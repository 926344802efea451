"""How the API of each version of OroCommerce refuses; the newest patch of each line."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .errors import ConfigurationError

SIDES: Final = ("storefront", "backoffice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What differs between versions.

    * `names_wsse`: a request without a token is told of WSSE, the scheme of old; else of Bearer.
    * `tells_the_refused`: so is one whose token was refused; else it is told nothing.
    * `takes_tokens_from_bodies`: a JSON:API document may hold the token.
    """

    names_wsse: bool
    tells_the_refused: bool
    takes_tokens_from_bodies: bool


MANNERS: Final = MappingProxyType(
    {
        "5.0": Manners(names_wsse=True, tells_the_refused=True, takes_tokens_from_bodies=False),
        "5.1": Manners(names_wsse=True, tells_the_refused=True, takes_tokens_from_bodies=False),
        "6.0": Manners(names_wsse=True, tells_the_refused=False, takes_tokens_from_bodies=True),
        "6.1": Manners(names_wsse=False, tells_the_refused=False, takes_tokens_from_bodies=True),
    }
)

WSSE: Final = MappingProxyType(
    {
        "storefront": 'WSSE realm="Secured Frontend API", profile="UsernameToken"',
        "backoffice": 'WSSE realm="Secured API", profile="UsernameToken"',
    }
)


def check_oro(version: str | None, side: str | None, *, profile: str, name: str) -> None:
    """Refuse a version without its profile, one that is not known, and a side that nobody can guess."""
    if version is None and side is None:
        return
    if profile != "orocommerce" or version not in MANNERS:
        known = ", ".join(MANNERS)
        raise ConfigurationError(f'Realm({name!r}, oro_version=…): one of {known}, with profile="orocommerce"')
    if side_of(side, name) not in SIDES:
        raise ConfigurationError(f'Realm({name!r}, oro_side=…): must be "storefront" or "backoffice"')


def side_of(side: str | None, name: str) -> str:
    """Which of the two APIs a realm guards; its name says it where nothing else does."""
    return name if side is None else side
