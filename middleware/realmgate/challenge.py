"""How a refusal looks on the wire: constants of ours, and never a byte of a token. RFC 6750 §3, RFC 9457."""

import json
import math
from dataclasses import dataclass
from typing import Final

from .errors import KeysUnavailable, Refused, ScopeInsufficient

PROBLEM: Final = "application/problem+json"
JSON_API: Final = "application/vnd.api+json"
TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A whole answer as a value; either door only sends it. A HEAD request gets no body, but its headers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def refuse(error: Refused, realm: str, *, method: str, accept: str) -> Refusal:
    """Turn an error into the answer of a realm, in the form that an Accept header asks for."""
    if isinstance(error, KeysUnavailable):
        extra = ("retry-after", str(max(1, math.ceil(error.retry_after))))
    else:
        extra = ("www-authenticate", challenge(error, realm))
    return _answer(error.status, error.description, (extra,), method=method, accept=accept)


def not_found(*, method: str, accept: str) -> Refusal:
    """The answer outside of all realms: no challenge, since there is nothing to log in to."""
    return _answer(404, "Nothing is served at this address", (), method=method, accept=accept)


def bad_path(*, method: str, accept: str) -> Refusal:
    """The answer to a path that two readers could take for two realms."""
    return _answer(400, "The path is ambiguous", (), method=method, accept=accept)


def challenge(error: Refused, realm: str) -> str:
    """The WWW-Authenticate value. `realm` needs no escaping, as `Realm` refuses names that would. RFC 6750 §3."""
    parts = [f'realm="{realm}"']
    if error.error is not None:
        parts += [f'error="{error.error}"', f'error_description="{error.description}"']
    if isinstance(error, ScopeInsufficient) and error.scope:
        parts.append(f'scope="{error.scope}"')
    return "Bearer " + ", ".join(parts)


def wants_json_api(accept: str) -> bool:
    """Whether an Accept header names JSON:API and does not refuse it (``q=0``)."""
    for one in accept.lower().split(","):
        media_type, *parameters = [part.strip() for part in one.split(";")]
        if media_type == JSON_API and not any(_is_zero(parameter) for parameter in parameters):
            return True
    return False


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and value.strip() != "" and value.strip().strip("0.") == ""


def _answer(status: int, detail: str, extra: tuple[tuple[str, str], ...], *, method: str, accept: str) -> Refusal:
    if wants_json_api(accept):
        media_type = JSON_API
        document: dict[str, object] = {"errors": [{"status": str(status), "title": TITLES[status], "detail": detail}]}
    else:
        media_type = PROBLEM
        document = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    body = json.dumps(document, separators=(",", ":")).encode()
    headers = (("content-type", media_type), ("content-length", str(len(body))), ("cache-control", "no-store"), *extra)
    return Refusal(status=status, headers=headers, body=b"" if method == "HEAD" else body)
