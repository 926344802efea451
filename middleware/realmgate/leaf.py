"""A place in an app where requests end up: who guards it, and whether somebody has named it public."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from .guard import Guard
from .guarded import GuardedRealm

# What a request passes on its way, and the path at which each of them stands.
Guards: TypeAlias = tuple[tuple[Guard, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A place where requests end up, and the guards they pass on the way; `sight` says what was found there.

    What is `endless` answers for all that lies below its path, too.
    """

    path: str
    guards: Guards
    sight: str
    must_be_public: bool = False
    endless: bool = False

    @property
    def name(self) -> str:
        """What names it in `public`: below the root lies everything, which the root's own page is not."""
        return self.path or ("/*" if self.endless else "/")

    def realms(self, path: str | None = None) -> list[GuardedRealm] | None:
        """Those whose gates a request passes to get here, or to a `path` below; None if it cannot get there at all."""
        path = self.path if path is None else path
        seen = [(guard, path.removeprefix(base) or "/") for guard, base in self.guards]
        if not all(guard.reaches(behind) for guard, behind in seen):
            return None
        return [realm for guard, behind in seen if (realm := guard.guards(behind)) is not None]

    def is_among(self, public: Iterable[str]) -> bool:
        """Whether one of these names is its own, or covers it."""
        return any(_covers(name, self.name) for name in public)

    def answers_for(self, name: str) -> bool:
        """Whether it is where requests for a path below end up."""
        return self.endless and name.startswith(f"{self.path}/")


def idle_names(public: Iterable[str], leaves: list[Leaf]) -> Iterator[str]:
    """A line for each name in `public` that opens nothing: where nothing is, or nothing that is open."""
    paths = list(dict.fromkeys(path for leaf in leaves for path in _and_above(leaf.name)))
    for name in public:
        found = [leaf.realms() for leaf in leaves if leaf.is_among((name,))]
        found += [leaf.realms(name) for leaf in leaves if leaf.answers_for(name)]
        if not found:
            near = get_close_matches(name, paths, n=1)
            yield f"names {name!r}, and nothing is there{f'; the nearest path is {near[0]!r}' if near else ''}"
        elif [] not in found:
            yield f"names {name!r}, and what is there is not open: it lies behind a gate, which public=(…) leaves shut"


def _covers(name: str, path: str) -> bool:
    name, path = name.rstrip("/") or "/", path.rstrip("/") or "/"
    return path == name or (name != "/" and path.startswith(name + "/"))


def _and_above(path: str) -> Iterator[str]:
    """A path, and those that it lies below, but for the root."""
    segments = path.rstrip("/").split("/")
    return ("/".join(segments[:end]) for end in range(2, len(segments) + 1))
