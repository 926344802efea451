"""Checks that settings make of themselves; each refusal names the place and what was expected there."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct
from msgspec.structs import force_setattr

from ..errors import ConfigError
from .durations import Duration, seconds

_PLAIN: Final = re.compile(r"[\x21-\x7e]+")
_RUNS_IN_THE_BROWSER: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})


def expect(holds: bool, place: str, expectation: str) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    """Refuse the setting at this place unless the condition holds."""
    if not holds:
        raise ConfigError(f"expected {expectation}", place=place)


def expect_unique(place: str, names: Iterable[str]) -> None:
    """Refuse a name that is given twice."""
    doubled = [name for name, times in Counter(names).items() if times > 1]
    if doubled:
        raise ConfigError(f"expected each only once, but found {doubled[0]!r} again", place=place)


def expect_duration(place: str, duration: Duration | None, *, least: int = 1) -> None:
    """Refuse what is neither left open nor a duration of so many seconds at least."""
    try:
        seconds(1 if duration is None else duration, least=least)
    except ValueError as error:
        raise ConfigError(str(error), place=place) from None


def expect_base_url(place: str, url: str) -> None:
    """Refuse what cannot stand before a path: only http or https, a host, no query, no fragment."""
    parts = _split(url)
    fits = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    expect(bool(fits) and not set(url) & set("?#\\{}"), place, "an http or https address without query and fragment")


def expect_redirect_uri(place: str, uri: str) -> None:
    """Refuse what cannot be a redirection endpoint: relative, with a fragment, or a script (RFC 6749 §3.1.2)."""
    parts = _split(uri)
    web = parts.scheme in {"http", "https"}
    fits = parts.hostname if web else parts.scheme and parts.scheme not in _RUNS_IN_THE_BROWSER
    expect(bool(fits) and not set(uri) & set("#\\"), place, "an absolute address without a fragment")


def default(struct: Struct, name: str, value: object) -> None:
    """Fill in a field that was left empty."""
    if not getattr(struct, name):
        force_setattr(struct, name, value)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url if _PLAIN.fullmatch(url) else "")
        parts.port  # noqa: B018  # urllib reads the port only when asked, and only then finds it wrong
    except ValueError:
        return urlsplit("")
    return parts
