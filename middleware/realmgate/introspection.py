"""Asking the issuer about a token that only it can read. RFC 7662."""

import base64
import logging
import math
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal
from urllib.parse import quote_plus, urlencode

from .errors import ConfigurationError, KeysUnavailable, TokenRejected
from .flow import Fetch, Fetched, FetchFailed, Flow
from .jose.compact import MAX_TOKEN
from .jose.strict_json import NotStrictJson, parse_object
from .reasons import Reason

log = logging.getLogger("realmgate")

MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Introspection:
    """Where to ask about tokens, and as whom; all times in seconds.

    * `url` is the introspection endpoint; `client_id` and `client_secret` authenticate us there, with HTTP Basic.
    * `jwts` says what happens to a token that looks like a JWT: ``"ask"`` (the default) asks about every token, so
      that a revocation counts for all of them; ``"verify"`` verifies JWTs with the realm's keys and asks only about
      the others.
    * `cache_for` bounds for how long a good answer is believed without asking again: so long a revoked token goes on
      working. Never beyond ``exp``, and 0 asks every time. A bad answer is never kept.
    * `timeout` bounds one question, `connections` how many are under way at once, in each process.

    Raises `ConfigurationError`.
    """

    url: str
    _: KW_ONLY
    client_id: str
    client_secret: str = field(repr=False)
    jwts: Literal["ask", "verify"] = "ask"
    cache_for: float = 30.0
    timeout: float = 5.0
    connections: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be right; the address is looked at by the realm, which knows whether a mock is trusted."""
        for name in ("client_id", "client_secret"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise ConfigurationError(f"Introspection({name}=…): must be a string that is not empty")
        if self.jwts not in ("ask", "verify"):
            raise ConfigurationError('Introspection(jwts=…): must be "ask" or "verify"')
        for name, least in (("cache_for", 0), ("timeout", 0.001)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not math.isfinite(value) or value < least:
                raise ConfigurationError(f"Introspection({name}=…): must be a number of seconds")
        if not isinstance(self.connections, int) or self.connections < 1:
            raise ConfigurationError("Introspection(connections=…): must be a whole number, one or more")

    def asks_about(self, token: str) -> bool:
        """Whether this token is asked about, or verified with keys."""
        return self.jwts == "ask" or token.count(".") != 2  # noqa: PLR2004 - a JWS is written so


def ask(introspection: Introspection, token: str) -> Flow[dict[str, Any]]:
    """Return what the issuer says of an active token; raises `TokenRejected` or `KeysUnavailable`."""
    if len(token) > MAX_TOKEN:
        raise TokenRejected(Reason.MALFORMED)
    try:
        fetched: Fetched = yield question(introspection, token)
        answer = parse(fetched)
    except FetchFailed as failure:
        log.warning("introspection at %s failed: %s", introspection.url, failure.reason)
        raise KeysUnavailable(Reason.INTROSPECTION_UNAVAILABLE) from None
    if answer["active"] is False:
        raise TokenRejected(Reason.NOT_ACTIVE)
    return answer


def question(introspection: Introspection, token: str) -> Fetch:
    """The request. RFC 7662 §2.1, with the client authentication of RFC 6749 §2.3.1."""
    # Both halves are form-encoded before they are joined, so that a colon in either one does no harm.
    credentials = f"{quote_plus(introspection.client_id)}:{quote_plus(introspection.client_secret)}"
    return Fetch(
        url=introspection.url,
        method="POST",
        body=urlencode({"token": token, "token_type_hint": "access_token"}).encode(),
        headers=(
            ("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ),
        timeout=introspection.timeout,
        limit=MAX_ANSWER,
    )


def parse(fetched: Fetched) -> dict[str, Any]:
    """Read the answer strictly; whether the token is good here is not yet said. RFC 7662 §2.2."""
    if fetched.status in (401, 403):
        raise FetchFailed("the endpoint refused our client_id and client_secret")
    if fetched.status != 200:  # noqa: PLR2004 - the one good status
        raise FetchFailed("the endpoint answered with another status than 200")
    try:
        answer = parse_object(fetched.body)
    except NotStrictJson:
        raise FetchFailed("the answer is not a JSON object") from None
    # True itself: a server that says "true" or 1 has not said yes.
    if not isinstance(answer.get("active"), bool):
        raise FetchFailed("the answer does not say whether the token is active")
    return answer
