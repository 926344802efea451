"""One row of the table: a dotted name, what the operation takes and gives, a sentence about it, and what does it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, Struct

from ..errors import ConfigError

if TYPE_CHECKING:
    from ..provider import Provider

PREFIX: Final = "/_mockidp/"
LONGEST_WAIT: Final = 60  # seconds

Wait = Annotated[float, Meta(ge=0, le=LONGEST_WAIT, description="Seconds to wait.")]


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No arguments."""


class NothingYet(Exception):
    """What is waited for is not there; when the time is over, the text says so, or `instead` is given."""

    def __init__(self, problem: str, *, instead: Struct | None = None) -> None:
        super().__init__(problem)
        self.instead = instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`act` is given the provider and a `takes`, and gives a `gives`.

    One that `reads` changes nothing and is asked for with GET. One that waits says how many seconds by `waits`; its
    `act` never does, but raises NothingYet. `positional` are the fields that need no name on the command line.
    """

    name: str
    says: str
    takes: type[Struct] = Nothing
    gives: type[Struct]
    act: "Callable[[Provider, Any], Any]" = field(repr=False)
    reads: bool = False
    waits: Callable[[Any], float] | None = field(default=None, repr=False)
    positional: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return PREFIX + self.name.replace(".", "/")

    @property
    def method(self) -> str:
        """How it is asked for."""
        return "GET" if self.reads else "POST"


def expect_realm(provider: "Provider", realm: str | None) -> None:
    """Refuse the name of a realm that is not there; None is all of them."""
    if realm is not None and realm not in provider.sites.by_name:
        there = ", ".join(provider.sites.by_name)
        raise ConfigError(f"there is no realm {realm!r}; there are {there}", place="realm")
