"""What the two doors share: from a request's credentials to a principal or a refusal."""

import inspect
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from .asking import Asker
from .challenge import Refusal, refuse
from .credentials import bearer_token
from .errors import Refused, TokenMissing
from .fetching import Fetcher
from .flow import Denied, Effect, EffectFailed, Fetch, Flow
from .introspection import Introspection
from .keyring import NEVER, Keyring
from .opaque import verify_opaque
from .principal import Principal, anonymous
from .profiles import Expected
from .remembered import Remembered, RememberedTokens
from .verify import check_not_denied, verify

log = logging.getLogger("realmgate")

# Where a door leaves the principal (scope and environ alike), and the gate that vouches for it.
PRINCIPAL_KEY: Final = "realmgate.principal"
GATE_KEY: Final = "realmgate.gate"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GuardedRealm:
    """A realm that knows its siblings and its keys; only `Realms` makes one, and gates take nothing else."""

    expected: Expected
    keyring: Keyring = field(repr=False)
    fetcher: Fetcher = field(repr=False)
    asker: Asker | None = field(repr=False)
    owner: Any = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the realm."""
        return self.expected.realm.name


class Incoming(Protocol):
    """A request as a gate needs to see it; each door has one of its own."""

    @property
    def method(self) -> str:
        """The HTTP method, ``GET`` for a WebSocket handshake."""
        ...

    def header(self, name: str) -> list[str]:
        """Every value of a header, by its lower-case name; WSGI servers may have joined several with a comma."""
        ...


class Gate:
    """One realm's decision, the same through both doors; `clock` gives seconds since the epoch."""

    def __init__(
        self, guarded: GuardedRealm, *, clock: Callable[[], float] = time.time, remember: int = 10_000
    ) -> None:
        """Take a realm out of a `Realms`; `remember` bounds how many verified tokens are kept in memory."""
        if not isinstance(guarded, GuardedRealm):
            raise TypeError(
                f"a gate takes a realm out of a Realms, which knows its siblings, not a {type(guarded).__name__}: "
                'write shop = Realms(Realm("storefront", …)) and then realm=shop["storefront"]'
            )
        self.guarded = guarded
        self.realm = guarded.expected.realm
        self.clock = clock
        self._keyring = guarded.keyring
        self._tokens = RememberedTokens(remember)

    def admit(self, incoming: Incoming) -> Principal | Flow[Principal]:
        """Decide on a request: at once where nothing need be asked, else by a flow to drive. Raises `Refused`."""
        now, credentials = self.clock(), incoming.header("authorization")
        if len(credentials) == 1:
            found = self._tokens.recall(credentials[0])
            if found is not None and self._still_good(found, now):
                return found.principal if self.realm.deny_list is None else self._recheck(found.principal)
        try:
            token = bearer_token(credentials)
        except TokenMissing:
            if self.realm.anonymous:
                return anonymous(self.realm.name)
            raise
        introspection = self.realm.introspection
        if introspection is not None and introspection.asks_about(token):
            return self._introspect(token, introspection, credentials[0], now)
        return self._verify(token, credentials[0], now)

    def _verify(self, token: str, credentials: str, now: float) -> Flow[Principal]:
        generation, tick = self._keyring.generation, time.monotonic()
        principal = yield from verify(token, self.guarded.expected, self._keyring, now, tick)
        self._tokens.keep(credentials, self._to_remember(principal, generation))
        self._refresh_ahead(tick)
        return principal

    def _introspect(self, token: str, introspection: Introspection, credentials: str, now: float) -> Flow[Principal]:
        principal = yield from verify_opaque(token, self.guarded.expected, introspection, now)
        self._tokens.keep(credentials, self._to_remember(principal, None, now + introspection.cache_for))
        return principal

    def _recheck(self, principal: Principal) -> Flow[Principal]:
        yield from check_not_denied(principal, self.realm)
        return principal

    def _to_remember(self, principal: Principal, generation: int | None, at_most: float = math.inf) -> Remembered:
        claims = principal.claims
        issued = claims.get("iat", NEVER)
        return Remembered(
            principal=principal,
            good_from=max(issued, claims.get("nbf", issued)) - self.realm.future_leeway,
            good_until=min(claims["exp"] + self.realm.leeway, at_most),
            generation=generation,
        )

    def _still_good(self, found: Remembered, now: float) -> bool:
        """Whether time and the key set say the same as when the token was verified."""
        if not found.good_from <= now < found.good_until:
            return False
        if found.generation != self._keyring.generation:
            return found.generation is None
        return self._refresh_ahead(time.monotonic())

    def _refresh_ahead(self, tick: float) -> bool:
        """Have stale keys refreshed beside the requests; False where they must not be used before that."""
        if tick < self._keyring.refresh_at:
            return True
        if self._keyring.source.inline or self._keyring.useless(tick):
            return False
        self.guarded.fetcher.refresh_beside(self._keyring)
        return True

    def answer(self, effect: Effect) -> Any:
        """Answer an effect with blocking; for the WSGI door."""
        if isinstance(effect, Fetch):
            return self._who_fetches(effect).fetch(effect)
        return self._ask(effect)

    async def answer_async(self, effect: Effect) -> Any:
        """Answer an effect without blocking; for the ASGI door."""
        if isinstance(effect, Fetch):
            return await self._who_fetches(effect).fetch_async(effect)
        answer = self._ask(effect)
        if not inspect.isawaitable(answer):
            return answer
        try:
            return await answer
        except Exception as error:  # noqa: BLE001 - the function is the user's
            raise _failed(error) from None

    def _who_fetches(self, effect: Fetch) -> Asker | Fetcher:
        """Questions go another way than keys, so that neither waits for the other."""
        return self.guarded.asker if self.guarded.asker and effect.method == "POST" else self.guarded.fetcher

    def _ask(self, effect: Effect) -> Any:
        if not isinstance(effect, Denied) or self.realm.deny_list is None:
            raise EffectFailed("nobody here answers that")
        try:
            return self.realm.deny_list(effect.jti)
        except Exception as error:  # noqa: BLE001 - the function is the user's
            raise _failed(error) from None

    def refuse(self, error: Refused, incoming: Incoming) -> Refusal:
        """The answer to a refused request, and a line for the operator."""
        log.info("refused at realm %s: %s", self.realm.name, error)
        return refuse(error, self.realm.name, method=incoming.method, accept=",".join(incoming.header("accept")))


def _failed(error: Exception) -> EffectFailed:
    log.warning("the deny-list failed: %s", type(error).__name__)
    return EffectFailed("the deny-list failed")
