"""What a realm asks of tokens that are bound to a key of their client. RFC 9449."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .errors import ConfigurationError
from .jose.algorithms import KEY_OF

PROOF_ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "RS256", "EdDSA", "Ed25519")
MIN_SECRET: Final = 32
BEARER: Final = "bearer"
DPOP: Final = "dpop"
_HEADER_NAME = re.compile(r"(?!(?:authorization|cookie|dpop|host)$)[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class DPoP:
    """How a realm takes tokens that only the holder of a key may use, who proves it with every request. RFC 9449.

    * `required`: tokens that are bound to no such key are refused. Without it they go on as bearer tokens.
    * `window`: how many seconds the ``iat`` of a proof may lie in the past or, as clients' clocks go wrong, in the
      future.
    * `algorithms`: what proofs may be signed with.
    * `nonce`: proofs must hold a nonce of ours, so that none can be made in advance. A nonce is handed out for
      `nonce_lifetime` seconds and good for as long again. It says when the proof was made, so the client's clock does
      not count.
    * `secret`: at least 32 bytes that the nonces are made from. Processes that share the work must share it; without
      one, each makes its own at start-up, which a fork inherits.
    * `replays`: a function that takes a key (a string of 43 characters) and the time until which to remember it, in
      whole seconds since the epoch, and returns whether it was new. At the ASGI door it may return an awaitable.
      Without one, each process remembers for itself.

    Raises `ConfigurationError`, naming the argument.
    """

    required: bool = False
    window: float = 60.0
    algorithms: tuple[str, ...] = PROOF_ALGORITHMS
    nonce: bool = False
    nonce_lifetime: float = 60.0
    secret: bytes | None = field(default=None, repr=False)
    replays: Callable[[str, int], Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be right."""
        for argument in ("window", "nonce_lifetime"):
            if not _is_duration(getattr(self, argument)):
                raise ConfigurationError(f"DPoP({argument}=…): must be a number of seconds above zero")
        if not isinstance(self.required, bool) or not isinstance(self.nonce, bool):
            raise ConfigurationError("DPoP(required=…, nonce=…): each must be True or False")
        given = self.algorithms
        if isinstance(given, str) or not given or not all(name in KEY_OF for name in given):
            raise ConfigurationError(f"DPoP(algorithms=…): must be some of {', '.join(KEY_OF)}, as a tuple")
        if self.secret is not None and (not isinstance(self.secret, bytes) or len(self.secret) < MIN_SECRET):
            raise ConfigurationError(f"DPoP(secret=…): must be bytes, {MIN_SECRET} of them or more")
        if self.replays is not None and not callable(self.replays):
            raise ConfigurationError("DPoP(replays=…): must be a function that takes a key and a time")
        object.__setattr__(self, "algorithms", tuple(given))


def schemes_for(dpop: DPoP | None) -> frozenset[str]:
    """The authentication schemes under which a token may come, in lower case. RFC 9449 §7.1 and §7.2."""
    if dpop is None:
        return frozenset({BEARER})
    return frozenset({DPOP}) if dpop.required else frozenset({BEARER, DPOP})


def check_dpop(value: Any, *, place: str) -> None:
    """Refuse anything but `DPoP`, or nothing."""
    if not isinstance(value, DPoP | None):
        raise ConfigurationError(f"{place}: must be DPoP(), or with arguments like DPoP(required=True)")


def check_certificate_header(name: Any, *, place: str) -> None:
    """Refuse a name that is not a header's in lower case; one with an underscore has a double in WSGI."""
    if name is not None and (not isinstance(name, str) or _HEADER_NAME.fullmatch(name) is None):
        raise ConfigurationError(
            f"{place}: must be a header's name in lower case without '_', set by your proxy, like 'x-client-cert'"
        )


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
