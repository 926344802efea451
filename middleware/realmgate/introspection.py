"""Asking the issuer about a token that only it can read. RFC 7662."""

import logging
import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from .errors import ConfigurationError, KeysUnavailable, TokenRejected
from .flow import Fetch, Fetched, FetchFailed, Flow
from .introspection_auth import Authentication, ClientSecretBasic
from .jose.compact import MAX_TOKEN
from .jose.strict_json import NotStrictJson, parse_object
from .reasons import Reason

log = logging.getLogger("realmgate")

MAX_ANSWER = 64 * 1024
SIGNED = "application/token-introspection+jwt"


@dataclass(frozen=True, slots=True)
class Introspection:
    """Where to ask about tokens, and as whom; all times in seconds.

    * `url` is the introspection endpoint. `client_id` and `client_secret` authenticate us there with HTTP Basic; for
      every other way give `auth` instead: `ClientSecretPost`, `PrivateKeyJwt`, `BearerToken` or `ClientCertificate`.
    * `jwts` says what happens to a token that looks like a JWT: ``"ask"`` (the default) asks about every token, so
      that a revocation counts for all of them; ``"verify"`` verifies JWTs with the realm's keys and asks only about
      the others.
    * `cache_for` bounds for how long a good answer is believed without asking again: so long a revoked token goes on
      working. Never beyond ``exp``, and 0 asks every time. A bad answer is never kept.
    * `signed`: takes only answers that the issuer has signed (RFC 9701), with a key that the realm would take for its
      tokens, too. `audience` is what their ``aud`` must name: our client id, unless told otherwise.
    * `timeout` bounds one question, `connections` how many are under way at once, in each process.

    Raises `ConfigurationError`.
    """

    url: str
    _: KW_ONLY
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    auth: Authentication | None = None
    signed: bool = False
    audience: str | None = None
    jwts: Literal["ask", "verify"] = "ask"
    cache_for: float = 30.0
    timeout: float = 5.0
    connections: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be right; the address is looked at by the realm, which knows whether a mock is trusted."""
        if self.auth is None and not self.client_id:
            raise ConfigurationError(
                "Introspection(…): must say as whom to ask: client_id= and client_secret=, or auth= with one of "
                "ClientSecretPost, PrivateKeyJwt, BearerToken, ClientCertificate"
            )
        if self.auth is None:
            object.__setattr__(self, "auth", ClientSecretBasic(self.client_id, self.client_secret))
        elif self.client_id or self.client_secret or not hasattr(self.auth, "credentials"):
            raise ConfigurationError(
                "Introspection(auth=…): give either client_id= and client_secret=, or auth= with one of "
                "ClientSecretPost, PrivateKeyJwt, BearerToken, ClientCertificate"
            )
        if self.signed and not self.answers_to:
            raise ConfigurationError(
                "Introspection(audience=…): must say to whom signed answers are, as no client_id does"
            )
        if self.jwts not in ("ask", "verify"):
            raise ConfigurationError('Introspection(jwts=…): must be "ask" or "verify"')
        for name, least in (("cache_for", 0), ("timeout", 0.001)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or value < least:
                raise ConfigurationError(f"Introspection({name}=…): must be a number of seconds")
        if not isinstance(self.connections, int) or self.connections < 1:
            raise ConfigurationError("Introspection(connections=…): must be a whole number, one or more")

    @property
    def answers_to(self) -> str:
        """Who a signed answer must be for."""
        return self.audience or (self.auth.client_id if self.auth else "")

    def asks_about(self, token: str) -> bool:
        """Whether this token is asked about, or verified with keys."""
        return self.jwts == "ask" or token.count(".") != 2  # noqa: PLR2004 - a JWS is written so


def ask(
    introspection: Introspection, token: str, read: Callable[[Fetched], Flow[dict[str, Any]]] | None = None
) -> Flow[dict[str, Any]]:
    """Return what the issuer says of an active token; raises `TokenRejected` or `KeysUnavailable`.

    `read` makes sense of an answer; left out, it is taken for plain JSON.
    """
    if len(token) > MAX_TOKEN:
        raise TokenRejected(Reason.MALFORMED)
    try:
        fetched: Fetched = yield question(introspection, token)
        answer = parse(fetched) if read is None else (yield from read(fetched))
    except FetchFailed as failure:
        log.warning("introspection at %s failed: %s", introspection.url, failure.reason)
        raise KeysUnavailable(Reason.INTROSPECTION_UNAVAILABLE) from None
    if answer["active"] is False:
        raise TokenRejected(Reason.NOT_ACTIVE)
    return answer


def question(introspection: Introspection, token: str) -> Fetch:
    """The request, but for who we are, which is added where it is sent. RFC 7662 §2.1, RFC 9701 §4."""
    return Fetch(
        url=introspection.url,
        method="POST",
        body=urlencode({"token": token, "token_type_hint": "access_token"}).encode(),
        headers=(
            ("Accept", SIGNED if introspection.signed else "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ),
        timeout=introspection.timeout,
        limit=MAX_ANSWER,
    )


def parse(fetched: Fetched) -> dict[str, Any]:
    """Read the answer strictly; whether the token is good here is not yet said. RFC 7662 §2.2."""
    check_status(fetched)
    try:
        answer = parse_object(fetched.body)
    except NotStrictJson:
        raise FetchFailed("the answer is not a JSON object") from None
    return check_active(answer)


def check_status(fetched: Fetched) -> None:
    """Raise `FetchFailed` for anything but 200."""
    if fetched.status in (401, 403):
        raise FetchFailed("the endpoint refused our credentials")
    if fetched.status != 200:  # noqa: PLR2004 - the one good status
        raise FetchFailed(f"the endpoint answered with status {fetched.status}, not with 200")


def check_active(answer: dict[str, Any]) -> dict[str, Any]:
    """True or false itself: a server that says "true" or 1 has not said yes."""
    if not isinstance(answer.get("active"), bool):
        raise FetchFailed("the answer does not say whether the token is active")
    return answer
