"""A realm as a gate takes it: with its siblings, its keys, and whoever fetches them."""

from dataclasses import dataclass, field
from typing import Any

from .expected import Expected
from .introspection_client import Asker
from .keys.fetching import Fetcher
from .keys.keyring import Keyring
from .possession.nonces import Nonces
from .possession.replays import Replays


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GuardedRealm:
    """A realm that knows its siblings and its keys; only `Realms` makes one, and gates take nothing else."""

    expected: Expected
    keyring: Keyring = field(repr=False)
    fetcher: Fetcher = field(repr=False)
    asker: Asker | None = field(repr=False)
    owner: Any = field(repr=False)
    nonces: Nonces | None = field(default=None, repr=False)
    replays: Replays = field(default_factory=Replays, repr=False)

    @property
    def name(self) -> str:
        """The name of the realm."""
        return self.expected.realm.name
