"""Where the keys of an issuer come from."""

import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from ..addresses import check_address
from ..errors import ConfigurationError
from ..flow import Fetch, Fetched, FetchFailed, Flow
from ..jose.keys import VerifyingKey
from ..jose.strict_json import NotStrictJson, parse_object
from ..plain_function import must_be_awaited
from ..realm import Realm
from .discovery import discover
from .freshness import stated_age
from .source_checks import check_no_document, check_some_use, check_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A key set as the source gave it, or keys that are made already, and for how many seconds they are fresh."""

    jwks: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[VerifyingKey, ...] = ()
    fresh_for: float


class KeySource(Protocol):
    """Anything that can load a JWKS; `attempt` numbers the tries.

    `cooldown` is the least time in seconds between two looks for a key that the set does not hold. Known keys are
    served for `max_stale` seconds past their freshness while the source does not answer. An `inline` source answers at
    once, so that stale keys are never served while it is asked.
    """

    @property
    def inline(self) -> bool:
        """Whether loading takes no waiting."""
        ...

    @property
    def cooldown(self) -> float:
        """Seconds between two looks for an unknown key."""
        ...

    @property
    def max_stale(self) -> float:
        """Seconds for which known keys outlive their freshness in an outage."""
        ...

    def load(self, attempt: int) -> Flow[Loaded]:
        """Load the key set, or raise `FetchFailed`."""
        ...


@dataclass(frozen=True, slots=True)
class JwksUri:
    """A JWKS at an address. Cache-Control is honoured between `min_age` and `max_age`; all times in seconds."""

    # Entra ID's has one; an issuer has none (RFC 8414 §2).
    may_have_query: ClassVar[bool] = True

    url: str
    _: KW_ONLY
    trust_mock: bool = False
    timeout: float = 5.0
    cooldown: float = 10.0
    min_age: float = 60.0
    max_age: float = 86400.0
    default_age: float = 600.0
    max_stale: float = 86400.0
    inline: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Refuse addresses and times that cannot be right."""
        check_address(
            self.url, trust_mock=self.trust_mock, place=f"{type(self).__name__}(…)", query=self.may_have_query
        )
        check_no_document(self.url, place=f"{type(self).__name__}(…)")
        check_times(self, "timeout", "cooldown", "min_age", "max_age", "default_age", "max_stale")
        if not isinstance(self.trust_mock, bool):
            raise ConfigurationError(f"{type(self).__name__}(trust_mock=…): must be True or False itself")

    def load(self, attempt: int) -> Flow[Loaded]:
        """Download the key set."""
        return (yield from self._load_from(self.url, attempt))

    def _load_from(self, url: str, attempt: int) -> Flow[Loaded]:
        fetched: Fetched = yield Fetch(url=url, timeout=self.timeout, attempt=attempt)
        if fetched.status != 200:  # noqa: PLR2004 - the one good status
            raise FetchFailed(f"the JWKS address answered with status {fetched.status}, not with 200")
        age = stated_age(fetched.header("cache-control"), fetched.header("age"))
        fresh_for = self.default_age if age is None else min(max(age, self.min_age), self.max_age)
        return Loaded(jwks=_parse(fetched.body), fresh_for=fresh_for)


@dataclass(frozen=True, slots=True)
class Discovery(JwksUri):
    """The JWKS that an issuer's discovery document names; `url` is the issuer."""

    may_have_query: ClassVar[bool] = False

    def load(self, attempt: int) -> Flow[Loaded]:
        """Ask the issuer where its keys are, then download them."""
        uri = yield from discover(self.url, trust_mock=self.trust_mock, timeout=self.timeout, attempt=attempt)
        return (yield from self._load_from(uri, attempt))


@dataclass(frozen=True, slots=True)
class JwksFile:
    """A JWKS in a file, read again every `fresh_for` seconds and when a key is missing."""

    path: str | Path
    _: KW_ONLY
    fresh_for: float = 5.0
    cooldown: float = 1.0
    max_stale: float = 86400.0
    inline: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Refuse what is no path; whether the file is there, the first request finds out."""
        if not isinstance(self.path, str | Path) or not str(self.path):
            raise ConfigurationError("JwksFile(…): must be the path of a file, as text or as pathlib.Path")
        check_times(self, "fresh_for", "cooldown", "max_stale")

    def load(self, attempt: int) -> Flow[Loaded]:
        """Read the file."""
        fetched: Fetched = yield Fetch(url=Path(self.path).absolute().as_uri(), attempt=attempt)
        return Loaded(jwks=_parse(fetched.body), fresh_for=self.fresh_for)


@dataclass(frozen=True, slots=True)
class StaticJwks:
    """A JWKS that is at hand and never changes."""

    jwks: Mapping[str, Any] = field(hash=False)
    cooldown: float = field(default=math.inf, init=False)
    max_stale: float = field(default=math.inf, init=False)
    inline: bool = field(default=True, init=False)

    def load(self, attempt: int) -> Flow[Loaded]:
        """Give the set as it is."""
        del attempt
        return Loaded(jwks=self.jwks, fresh_for=math.inf)
        yield  # makes this a flow like the others


@dataclass(frozen=True, slots=True)
class CallableKeys:
    """A function that returns a JWKS, asked for every token, so that a rotation shows at once.

    It runs in the thread or event loop of the request, so it must not block.
    """

    function: Callable[[], Mapping[str, Any]]
    cooldown: float = field(default=0.0, init=False)
    max_stale: float = field(default=math.inf, init=False)
    inline: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be called."""
        if not callable(self.function):
            raise ConfigurationError("CallableKeys(…): must be a function that returns a JWKS")
        if must_be_awaited(self.function):
            raise ConfigurationError(
                "CallableKeys(…): must be a plain function, as nobody awaits what it returns; "
                "what is far away has an address, as in keys='https://id.example/jwks'"
            )

    def load(self, attempt: int) -> Flow[Loaded]:
        """Call the function."""
        del attempt
        try:
            jwks = self.function()
        except Exception as error:
            raise FetchFailed("the function that gives the keys failed") from error
        return Loaded(jwks=jwks, fresh_for=0.0)
        yield  # makes this a flow like the others


@dataclass(frozen=True, slots=True)
class NoKeys:
    """None at all, for a realm that asks its issuer about every token."""

    cooldown: float = field(default=math.inf, init=False)
    max_stale: float = field(default=0.0, init=False)
    inline: bool = field(default=True, init=False)

    def load(self, attempt: int) -> Flow[Loaded]:
        """Nobody should want them."""
        raise FetchFailed("there are no keys here")
        yield Fetch(url=str(attempt))  # makes this a flow like the others


def source_of(realm: Realm) -> KeySource:
    """The source a realm's `keys` stand for; without any, the discovery of its issuer."""
    keys: Any = realm.keys
    if getattr(keys, "trust_mock", False) and not realm.trust_mock:
        raise ConfigurationError(f"Realm({realm.name!r}, keys=…): only Realm(…, trust_mock=True) trusts a mock")
    if not realm.needs_keys:
        return NoKeys()
    if keys is None:
        return Discovery(realm.issuer or "", trust_mock=realm.trust_mock)
    if isinstance(keys, str) and "://" in keys:
        return JwksUri(keys, trust_mock=realm.trust_mock)
    if isinstance(keys, Mapping):
        jwks = keys if "keys" in keys else {"keys": [keys]}
        check_some_use(jwks["keys"], place=f"Realm({realm.name!r}, keys=…)")
        return StaticJwks(jwks)
    if hasattr(keys, "load"):
        return cast(KeySource, keys)
    if callable(keys):
        return CallableKeys(cast(Callable[[], Mapping[str, Any]], keys))
    raise ConfigurationError(
        f"Realm({realm.name!r}, keys=…): must be the https URL of a JWKS, a JWKS, a JWK, a function that returns a "
        "JWKS, or a source like JwksFile('keys.json'), Pem(Path('key.pem')), Pem('-----BEGIN …') or Secret(b'…')"
    )


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        return parse_object(body)
    except NotStrictJson:
        raise FetchFailed("the answer is not a JWKS") from None
