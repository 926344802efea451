"""What may be the cure of a refusal, for the log only: constants of ours, whatever the token says."""

from collections.abc import Iterable, Mapping
from typing import Any

SLASH = "the token's differs by a slash at its end only"
SCHEME = "the token's differs by http or https only"
LOOPBACK = "the token's differs by localhost or 127.0.0.1 only"


def hint_of_issuer(claims: Mapping[str, Any], expected: str | None) -> str:
    """How the value of ``iss`` nearly is the one that was expected; empty where it is another altogether."""
    if "iss" not in claims:
        return "the token has none"
    found = claims["iss"]
    if not isinstance(found, str) or expected is None:
        return ""
    if found.rstrip("/") == expected.rstrip("/"):
        return SLASH
    if _without_scheme(found) == _without_scheme(expected):
        return SCHEME
    return LOOPBACK if _by_number(found) == _by_number(expected) else ""


def hint_of_audience(named: Iterable[str], expected: Iterable[str]) -> str:
    """The same for ``aud``, where one that nearly fits is enough."""
    plain = {one.rstrip("/") for one in expected}
    return SLASH if any(one.rstrip("/") in plain for one in named) else ""


def _without_scheme(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")


def _by_number(address: str) -> str:
    return _without_scheme(address).replace("localhost", "127.0.0.1", 1)
