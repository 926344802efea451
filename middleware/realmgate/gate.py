"""What the two doors share: from a request's credentials to a principal or a refusal."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from .challenge import Protection, Refusal, refuse
from .claims import check_required_scopes
from .credentials import as_text, check_b64token, credentials_of, split_credentials
from .dpop_options import schemes_for
from .effect_answers import Answers
from .errors import Refused, TokenMissing
from .flow import Flow
from .guarded import GuardedRealm
from .incoming import Incoming, Shown
from .introspection import Introspection
from .keys.keyring import NEVER
from .opaque import check_no_less, verify_opaque
from .possession.check import check_possession
from .possession.dpop import next_nonce
from .preflight import is_preflight
from .principal import Principal, anonymous
from .realm import Realm
from .remembered import Remembered, RememberedTokens
from .resource import metadata_address
from .verify import check_not_denied, verify

log = logging.getLogger("realmgate")

# Where a door leaves the principal (scope and environ alike), and the gate that vouches for it.
PRINCIPAL_KEY: Final = "realmgate.principal"
GATE_KEY: Final = "realmgate.gate"
PLAIN_SCHEME: Final = "Bearer "


class Gate:
    """One realm's decision, the same through both doors; `clock` gives seconds since the epoch."""

    # Whether a token may stand in a body, so that the doors have to read it first.
    reads_bodies: bool = False
    # Whether whoever is remembered may come in without a look at the rest of the request.
    is_plain: bool = True

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
        self.answers = Answers(guarded, clock)
        self.realm = guarded.expected.realm
        self.clock = clock
        # All that stand before one app, of which each request has one.
        self.beside: tuple[Gate, ...] = (self,)
        self.hands_out_nonces = guarded.nonces is not None
        self._keyring = guarded.keyring
        self._tokens = RememberedTokens(remember, self._keyring, clock=clock, tick=time.monotonic)
        self._schemes = schemes_for(self.realm.dpop)
        self._protection = _protection_of(self.realm)
        self._binds = bool(self.realm.bindings)
        self._asks_again = self._binds or self.realm.deny_list is not None
        # The doors' short way in: what is remembered of the one header shown, where that alone decides.
        self.recall = self._tokens.recall if self.is_plain and not self._asks_again else _nothing

    def admit(self, incoming: Incoming) -> Principal | Flow[Principal]:
        """Decide on a request: at once where nothing need be asked, else by a flow to drive. Raises `Refused`."""
        now, shown = self.clock(), incoming.shown()
        found = self.remembered(shown)
        if found is not None:
            return self._recheck(found.principal, incoming) if self._asks_again else found.principal
        try:
            _, token = split_credentials(as_text(shown), self._schemes)
        except TokenMissing:
            if self.realm.anonymous or self._lets_pass(incoming):
                return anonymous(self.realm.name)
            raise
        introspection = self.realm.introspection
        if introspection is not None and introspection.asks_about(token):
            check_b64token(token)
            return self._introspect(token, introspection, shown[0], incoming, now)
        return self._verify(token, shown[0], incoming, now)

    def look_at(self, incoming: Incoming) -> Incoming:
        """The request as this gate reads it."""
        return incoming

    def _lets_pass(self, incoming: Incoming) -> bool:
        return self.realm.passes_preflights and is_preflight(incoming.method, incoming.header)

    def _verify(self, token: str, shown: Shown, incoming: Incoming, now: float) -> Principal | Flow[Principal]:
        generation, tick = self._keyring.generation, time.monotonic()
        found = verify(token, self.guarded.expected, self._keyring, now, tick)
        if self._binds or not isinstance(found, Principal):
            return self._have_verified(found, token, shown, incoming, generation=generation, tick=tick)
        check_required_scopes(found.scopes, self.realm)
        self._keep(found, token, shown, generation)
        self._refresh_ahead(tick)
        return found

    def _have_verified(
        self,
        found: Principal | Flow[Principal],
        token: str,
        shown: Shown,
        incoming: Incoming,
        *,
        generation: int,
        tick: float,
    ) -> Flow[Principal]:
        principal = found if isinstance(found, Principal) else (yield from found)
        if self._binds:
            yield from self._check_possession(principal, incoming)
        check_required_scopes(principal.scopes, self.realm)
        self._keep(principal, token, shown, generation)
        self._refresh_ahead(tick)
        return principal

    def _introspect(
        self, token: str, introspection: Introspection, shown: Shown, incoming: Incoming, now: float
    ) -> Flow[Principal]:
        tick = time.monotonic()
        principal = yield from verify_opaque(token, self.guarded.expected, self._keyring, now, tick)
        if self._binds:
            yield from self._check_possession(principal, incoming)
        check_required_scopes(principal.scopes, self.realm)
        # Not before it was heard, either: after a clock was set back it would be believed so much longer.
        self._keep(principal, token, shown, None, at_least=now, at_most=now + introspection.cache_for)
        if introspection.signed:
            self._refresh_ahead(tick)
        return principal

    def _recheck(self, principal: Principal, incoming: Incoming) -> Flow[Principal]:
        yield from check_not_denied(principal, self.realm)
        if self._binds:
            yield from self._check_possession(principal, incoming)
        return principal

    def remembered(self, shown: Sequence[Shown]) -> Remembered | None:
        """What is remembered of exactly these credentials; whether they get somebody in is for `admit`."""
        return self._tokens.recall(shown[0]) if len(shown) == 1 else None

    def ask_again(self, principal: Principal, incoming: Incoming) -> Flow[None]:
        """Raise `Refused` if a token was revoked or allows less since it was good, for what outlives its request."""
        introspection = self.realm.introspection
        if introspection is not None:
            _, token = credentials_of(incoming.header("authorization"), self._schemes)
            if introspection.asks_about(token):
                now, tick = self.clock(), time.monotonic()
                found = yield from verify_opaque(token, self.guarded.expected, self._keyring, now, tick)
                check_no_less(found, principal)
                return
        yield from check_not_denied(principal, self.realm)

    def _check_possession(self, principal: Principal, incoming: Incoming) -> Flow[None]:
        """Proofs are of one request, so they are checked at every one, whatever is remembered of the token.

        By the time that it is now: a proof that was good before somebody was asked about the token could be shown twice
        where a memory forgets at once what is over.
        """
        now = self.clock()
        scheme, token = credentials_of(incoming.header("authorization"), self._schemes)
        nonces = self.guarded.nonces
        yield from check_possession(
            principal.claims, incoming, scheme=scheme, token=token, realm=self.realm, nonces=nonces, now=now
        )

    def _keep(
        self,
        principal: Principal,
        token: str,
        shown: Shown,
        generation: int | None,
        *,
        at_least: float = NEVER,
        at_most: float = math.inf,
    ) -> None:
        """Only what is written as everybody writes it, or one token with ever more spaces would fill the memory."""
        if len(shown) > len(PLAIN_SCHEME) + len(token):
            return
        claims, realm = principal.claims, self.realm
        issued = claims.get("iat", NEVER)
        starts = max(issued, claims["nbf"]) if "nbf" in claims else issued
        ends = claims["exp"] + realm.leeway
        remembered = Remembered(
            credentials=shown,
            principal=principal,
            good_from=max(starts - realm.future_leeway, at_least),
            good_until=min(ends, at_most),
            generation=generation,
        )
        self._tokens.keep(remembered)

    def _refresh_ahead(self, tick: float) -> None:
        """Have keys that it is time to renew renewed beside the requests, where they may be used until then."""
        keyring = self._keyring
        if tick >= keyring.refresh_at and not keyring.source.inline and not keyring.useless(tick):
            self.guarded.fetcher.refresh_beside(keyring)

    def parting_headers(self, incoming: Incoming) -> tuple[tuple[str, str], ...]:
        """What the app's answer is to carry; nothing but where the realm hands out nonces."""
        if self.guarded.nonces is None:
            return ()
        nonce = next_nonce(incoming, self.guarded.nonces, self.clock())
        return () if nonce is None else (("dpop-nonce", nonce),)

    def forbid(self, error: Refused, incoming: Incoming) -> Refusal:
        """The answer to somebody who was let in, and may still not do this."""
        return self.refuse(error, incoming)

    def refuse(self, error: Refused, incoming: Incoming) -> Refusal:
        """The answer to a refused request, and a line for the operator."""
        log.info("refused at realm %s: %s", self.realm.name, error)
        scheme = " ".join(incoming.header("authorization")).partition(" ")[0]
        accept = ",".join(incoming.header("accept"))
        return refuse(error, self._protection, scheme=scheme, method=incoming.method, accept=accept)


def _nothing(_shown: Shown) -> None:
    """Who is not to come in by the short way is remembered, but asked."""


def _protection_of(realm: Realm) -> Protection:
    schemes = schemes_for(realm.dpop)
    return Protection(
        realm=realm.name,
        schemes=tuple(name for name in ("Bearer", "DPoP") if name.lower() in schemes),
        dpop_algorithms=" ".join(realm.dpop.algorithms) if realm.dpop else "",
        scope=" ".join(realm.required_scopes),
        resource_metadata=metadata_address(realm.resource) if realm.resource else "",
    )
