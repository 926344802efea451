"""Which prefix of a table a path lies under, and whether everybody would read the path alike.

Paths here are decoded once, as the server hands them to the router. A prefix counts whole segments only, and the
longest one wins.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeVar
from unicodedata import normalize
from urllib.parse import unquote

from .errors import ConfigurationError

Value = TypeVar("Value")

# More spellings than this, or more characters in all of them, mean that somebody nested escapes for fun, or to keep us
# busy. What is read in one way only may be as long as it likes.
MAX_SPELLINGS: Final = 64
MAX_CHARACTERS: Final = 16 * 1024
# Marks on a letter are put in order in the square of their number, so there must be an end (Unicode's UAX #15 has 30).
# None of them is a letter itself but two of Japan's, and what stands for bytes that are no UTF-8 is none.
MAX_MARKS: Final = 64
_MARKS = re.compile(r"(?:[^\x00-\x7f\w\ufffd]|[\uff9e\uff9f])+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")
# What a glob, a route or a regular expression is known by.
_PATTERN: Final = re.compile(r"[*<>{}^|$\[\]]|/:")
# Nearly every path: nothing in it that anybody reads in two ways.
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_-]+)+/?|/")


class AmbiguousPath(ValueError):
    """A path that two readers could take for two places."""


class PrefixTable(Generic[Value]):
    """Prefixes like ``/api`` and what lies under them."""

    def __init__(self, table: Mapping[str, Value]) -> None:
        """Raise `ConfigurationError` for a prefix that no path, or every path, would lie under, and for a pattern."""
        if not table:
            raise ConfigurationError("RealmMap(app, {…}): the table names no prefix")
        for prefix in table:
            if isinstance(prefix, str) and _PATTERN.search(prefix):
                # Nobody's paths begin so: with elsewhere="open" what it was meant to guard would be open.
                raise ConfigurationError(
                    f"RealmMap(app, {{{prefix!r}: …}}): a prefix is no pattern, and covers all that lies below it; "
                    "write the part before the pattern, like '/api'"
                )
            if not isinstance(prefix, str) or not _is_plain(prefix):
                raise ConfigurationError(
                    f"RealmMap(app, {{{prefix!r}: …}}): a prefix starts with a slash, does not end with one, and is "
                    "written plainly, like '/api'; to guard everything, use RealmGate"
                )
        self._by_length = sorted(table.items(), key=lambda item: -len(item[0]))
        self._by_length_folded = [(prefix.casefold(), value) for prefix, value in self._by_length]
        if len(dict(self._by_length_folded)) != len(table):
            raise ConfigurationError(
                "RealmMap(app, {…}): two prefixes differ by case only, so some paths lie under both"
            )

    def find(self, readings: Iterable[str]) -> Value | None:
        """What the path lies under, None for elsewhere; raises `AmbiguousPath`.

        `readings` are the paths a router may see (with and without the part of a mount). They must not point to two
        entries; where one points to an entry and another elsewhere, the entry counts, as guarding is the safe side.
        Other spellings of one path (escapes, dots, slashes, case) must all lie where the path itself lies.
        """
        found: dict[int, Value] = {}
        for path in readings:
            if path not in ("", "*") and not path.startswith("/"):
                # Some apps put the slash there themselves, others read a whole address.
                raise AmbiguousPath
            places = {id(place): place for spelling in spellings(path) for place in self._places(spelling)}
            if len(places) > 1:
                raise AmbiguousPath
            found.update((key, place) for key, place in places.items() if place is not None)
        if len(found) > 1:
            raise AmbiguousPath
        return next(iter(found.values()), None)

    def place(self, path: str) -> Value | None:
        """What one spelling lies under, taken as it is."""
        return _first_above(path, self._by_length)

    def _places(self, path: str) -> tuple[Value | None, Value | None]:
        """What it lies under for those who look at case, and for those who do not."""
        return self.place(path), _first_above(path.casefold(), self._by_length_folded)


def _first_above(path: str, prefixes: Iterable[tuple[str, Value]]) -> Value | None:
    for prefix, value in prefixes:
        if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
            return value
    return None


def route_path(path: str, root_path: str) -> str:
    """The part of a path behind the mount, as Starlette's router sees it: cut at a segment's end only."""
    if root_path and (path == root_path or path.startswith(root_path + "/")):
        return path[len(root_path) :]
    return path


def readings(path: str, root_path: str) -> set[str]:
    """The paths that routers and servers may mean: behind the mount, and from the root of the host.

    A server that holds to the ASGI specification puts the mount in front of the path; some others leave it out. Some
    routers cut the mount off wherever it ends, also within a segment: so does a2wsgi, and for a path that ends with a
    line feed Starlette's `Mount` says ``/shop/`` where it should say ``/shop``. And Litestar goes on behind a mount
    that stands in the middle of a path, with whatever stands before it.
    """
    if not root_path:
        return {path}
    cut_off = "/" + path.split(root_path, 1)[-1].lstrip("/")
    if not root_path.startswith("/"):
        return {path, cut_off}
    behind = route_path(path, root_path)
    return {path, behind, root_path + behind, cut_off}


def spellings(path: str) -> set[str]:
    """A path and everything that servers, proxies and apps might make of it; raises `AmbiguousPath` for too many."""
    known: set[str] = {path}
    fresh = [] if _PLAIN.fullmatch(path) else [path]
    room = MAX_CHARACTERS
    while fresh:
        current = fresh.pop()
        if any(len(marks) > MAX_MARKS for marks in _MARKS.findall(current)):
            raise AmbiguousPath
        others = {respell(current) for respell in RESPELLINGS} - known
        known |= others
        fresh += others
        room -= sum(map(len, others))
        if len(known) > MAX_SPELLINGS or room < 0:
            raise AmbiguousPath
    return known


def _is_plain(prefix: str) -> bool:
    try:
        return prefix.startswith("/") and not prefix.endswith("/") and spellings(prefix) == {prefix}
    except AmbiguousPath:
        return False


def without_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            # The first one is the empty segment before the leading slash, which nothing climbs over.
            del kept[max(len(kept) - 1, 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def _without_trailing(path: str) -> str:
    """Some file systems drop dots and spaces at the end of a name."""
    return "/".join(segment.rstrip(". ") if segment.strip(".") else segment for segment in path.split("/"))


RESPELLINGS: Final = (
    unquote,
    lambda path: path.replace("\\", "/"),
    lambda path: _PARAMETERS.sub("", path),
    lambda path: _SLASHES.sub("/", path),
    lambda path: _CONTROL.sub("", path),
    lambda path: _CONTROL.split(path, maxsplit=1)[0],
    # What stands for bytes that are no UTF-8, which some readers leave out.
    lambda path: path.replace("\ufffd", ""),
    # Letters that only look another way, which some file systems and stores take for the same.
    lambda path: normalize("NFKC", path),
    lambda path: path.split("?", 1)[0].split("#", 1)[0],
    without_dots,
    _without_trailing,
)
