"""Everything that can go wrong at a gate, and who has to answer for it.

::

    RealmgateError
    ├── ConfigurationError (ValueError)     you: raised at start-up, names the place and the cure
    │   ├── RealmOverlap                    two realms that one token could satisfy
    │   └── AuditFailed                     a route that no gate guards, or two do
    ├── NoGate (RuntimeError)               you: a handler asks for a principal where no gate stands
    └── Refused                             a request; becomes an answer, never a traceback
        ├── RequestMalformed    400         the caller: not one well-formed credential
        ├── BodyTooLarge        413         the caller: too much to look for a token in
        ├── TokenMissing        401         the caller: no token at all
        ├── TokenRejected       401         the caller: a token that is not good here
        ├── ProofRejected       401         the caller: a DPoP proof that proves nothing here
        ├── NonceWanted         401         the caller: a DPoP proof without the nonce of the moment
        ├── StepUpWanted        401         the caller: a good token of too weak or too old a login
        ├── ScopeInsufficient   403         the caller: a good token that may not do this
        └── KeysUnavailable     503         the issuer: nobody can tell good from bad right now

`Refused.reason` is for the operator and comes from a closed set. No error holds a byte of a token.
"""

import math
from typing import ClassVar

from .reasons import Reason


class RealmgateError(Exception):
    """The root of these; an argument of the wrong kind is a plain `TypeError`."""


class ConfigurationError(RealmgateError, ValueError):
    """A realm, a gate or a mount that cannot be right; raised at start-up."""


class RealmOverlap(ConfigurationError):
    """Two realms of one `Realms` that a single token could satisfy."""


class AuditFailed(ConfigurationError):
    """Routes that do not lie behind exactly one gate, one line each in `findings`."""

    def __init__(self, findings: tuple[str, ...]) -> None:
        """Keep the findings for whoever wants more than the text."""
        super().__init__("the audit found routes without exactly one gate:\n  " + "\n  ".join(findings))
        self.findings = findings


class NoGate(RealmgateError, RuntimeError):
    """A principal was asked for where no gate stands; wrap the app in a `RealmGate`."""


class Refused(RealmgateError):
    """A request that does not get through; `reason` says why, to the operator only."""

    status: ClassVar[int]
    error: ClassVar[str | None] = None
    description: ClassVar[str]

    def __init__(self, reason: Reason, *, hint: str = "", scope: str = "") -> None:
        """Take the reason, and for the log what may be the cure: constants of ours, never text from a request.

        `scope` is what another token would have to hold, as far as whoever refuses asks for more than the realm does.
        """
        super().__init__(f"{reason}; {hint}" if hint else str(reason))
        self.reason = reason
        self.scope = scope

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """What the challenge says beyond the error; values that need no escaping."""
        return ()

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What the answer carries beside the challenge."""
        return ()


class RequestMalformed(Refused):
    """Credentials that are not exactly one well-formed access token. RFC 6750 §3.1."""

    status = 400
    error = "invalid_request"
    description = "The request must carry exactly one well-formed access token"


class BodyTooLarge(Refused):
    """A body that may hold the token and is too large to be read for it; in OroCommerce's manners only.

    With `retry_after` it is too large for the moment, in seconds. RFC 9110 §15.5.14.
    """

    status = 413
    description = "The body is too large"

    def __init__(self, reason: Reason, *, retry_after: int = 0) -> None:
        """Take the reason, and whether it goes away."""
        super().__init__(reason)
        self._retry_after = retry_after

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """When to try again, if ever."""
        return (("retry-after", str(self._retry_after)),) if self._retry_after else ()


class TokenMissing(Refused):
    """No bearer token; the challenge then carries no error code. RFC 6750 §3.1."""

    status = 401
    description = "This resource needs an access token"


class TokenRejected(Refused):
    """A token that is expired, forged, of another realm, or otherwise not good here. RFC 6750 §3.1."""

    status = 401
    error = "invalid_token"
    description = "The access token is not valid in this realm"


class ProofRejected(Refused):
    """A missing, doubled, forged, late or replayed DPoP proof, or one of another request. RFC 9449 §7.1."""

    status = 401
    error = "invalid_dpop_proof"
    description = "The DPoP proof does not prove that this request is yours"


class NonceWanted(Refused):
    """A DPoP proof without the current `nonce`, which the answer brings along. RFC 9449 §9."""

    status = 401
    error = "use_dpop_nonce"
    description = "This resource needs a nonce in the DPoP proof"

    def __init__(self, reason: Reason, *, nonce: str) -> None:
        """Take the nonce to use from now on."""
        super().__init__(reason)
        self.nonce = nonce

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The nonce."""
        return (("dpop-nonce", self.nonce),)


class StepUpWanted(Refused):
    """A login that was too weak, or too long ago, for what is asked. RFC 9470 §3."""

    status = 401
    error = "insufficient_user_authentication"
    description = "A stronger or more recent login is needed"

    def __init__(
        self, reason: Reason, *, acr: tuple[str, ...] = (), max_age: int | None = None, scope: str = ""
    ) -> None:
        """Take what would do: one of the classes in `acr`, a login at most `max_age` seconds ago, and the scope."""
        super().__init__(reason, scope=scope)
        self.acr = acr
        self.max_age = max_age

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """What to ask the issuer for."""
        acr = (("acr_values", " ".join(self.acr)),) if self.acr else ()
        return (*acr, ("max_age", str(self.max_age))) if self.max_age is not None else acr


class ScopeInsufficient(Refused):
    """A good token without the scope that is asked for, named in `scope`; that is empty where a role is missing.

    RFC 6750 §3.1.
    """

    status = 403
    error = "insufficient_scope"
    description = "The access token does not allow this"


class KeysUnavailable(Refused):
    """No usable keys of the issuer, so neither yes nor no can be said; try again in `retry_after` seconds."""

    status = 503
    description = "The keys to verify access tokens are not available right now"

    def __init__(self, reason: Reason, *, retry_after: float = 1.0) -> None:
        """Take the seconds after which another try makes sense."""
        super().__init__(reason)
        self.retry_after = retry_after

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Whole seconds, rounded up. RFC 9110 §10.2.3."""
        return (("retry-after", str(max(1, math.ceil(self.retry_after)))),)
