"""The address of an API as its clients know it, and whether a URL names the same place. RFC 3986 §6.2, RFC 9728 §3."""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from .addresses import check_address
from .errors import ConfigurationError
from .paths import without_dots

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"
_PORTS: Final = {"https": 443, "http": 80}
# RFC 3986 §2. Checked first, because urlsplit passes over control characters in silence.
_URI = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


class Origin(NamedTuple):
    """Scheme, host and port, in the one form that compares."""

    scheme: str
    host: str
    port: int


class NoPlace(ValueError):
    """Not an http or https URL of a place."""


def place_of(url: str) -> tuple[Origin, str]:
    """The origin and the path that a URL names, query and fragment left aside; raises `NoPlace`.

    The path is decoded once, which is how servers hand it on, so ``%2F`` and ``/`` are one here.
    """
    if _URI.fullmatch(url) is None:
        raise NoPlace
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        path = unquote_to_bytes(parts.path).decode()
    except ValueError:
        raise NoPlace from None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        raise NoPlace
    return Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port), normal_path(path)


def normal_path(path: str) -> str:
    """A decoded path without dot segments; no path at all is the root."""
    return without_dots(path) or "/"


def check_resource(url: str | None, *, trust_mock: bool, place: str) -> None:
    """Refuse an address that is not an https URL without a fragment, unless a mock is trusted. RFC 9728 §1.2."""
    if url is None:
        return
    check_address(url, trust_mock=trust_mock, place=place)
    try:
        place_of(url)
    except NoPlace:
        raise ConfigurationError(f"{place}: {url!r} is not a URL in plain characters") from None


def address_among(audience: tuple[str, ...]) -> str | None:
    """The one audience, if it can be the address of a resource too. RFC 9728 §1.2."""
    try:
        good = len(audience) == 1 and not {"?", "#"} & {*audience[0]} and place_of(audience[0])[0].scheme == "https"
    except NoPlace:
        return None
    return audience[0] if good else None


def metadata_path(resource: str) -> str:
    """Where on its host the metadata of a resource lies: the well-known part goes before the path. RFC 9728 §3.1."""
    path = urlsplit(resource).path
    return WELL_KNOWN + (path if path != "/" else "")


def metadata_address(resource: str) -> str:
    """The whole URL of the metadata of a resource. RFC 9728 §3.1."""
    parts = urlsplit(resource)
    return urlunsplit((parts.scheme, parts.netloc, metadata_path(resource), "", ""))
