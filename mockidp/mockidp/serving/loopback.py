"""Which addresses only this machine reaches, and which host a request can have been led to by its name."""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(:[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Is this an address that only this machine reaches?"""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_address(host: str) -> bool:
    """Is this an IP address? No page of another site can have led a browser here by such a name (DNS rebinding)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_in(header: str) -> str | None:
    """The host that a Host header names, in lower case and without port and brackets; None for no such header."""
    found = _HOST.fullmatch(header.lower())
    return found["name"].strip("[]") if found else None


def hosts_of(addresses: Iterable[str]) -> frozenset[str]:
    """The hosts of some URLs, in lower case and without brackets."""
    return frozenset((urlsplit(address).hostname or "").lower() for address in addresses)
