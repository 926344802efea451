"""How a refusal looks on the wire, in the words of `errors` and never a byte of a token. RFC 6750 §3, RFC 9457."""

import json
from dataclasses import dataclass
from typing import Final

from .errors import KeysUnavailable, Refused, TokenMissing

PROBLEM: Final = "application/problem+json"
JSON_API: Final = "application/vnd.api+json"
TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A whole answer as a value; either door only sends it. A HEAD request gets no body, but its headers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def by_name(self) -> dict[str, str]:
        """The headers for whatever takes each name once: a realm of two schemes has two challenges. RFC 9110 §5.3."""
        headers: dict[str, str] = {}
        for name, value in self.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers

    @property
    def without_body(self) -> dict[str, str]:
        """The headers for where somebody else words the body, each name once."""
        return {name: value for name, value in self.by_name.items() if not name.startswith("content-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How a realm introduces itself to those it refuses; nothing in here needs escaping.

    `schemes` are those it takes, in the order in which they are offered; `dpop_algorithms`, `scope` (what every token
    must hold) and `resource_metadata` may be empty.
    """

    realm: str
    schemes: tuple[str, ...] = ("Bearer",)
    dpop_algorithms: str = ""
    scope: str = ""
    resource_metadata: str = ""


def refuse(error: Refused, protection: Protection, *, scheme: str = "", method: str, accept: str) -> Refusal:
    """Turn an error into the answer of a realm, in the form that an Accept header asks for.

    `scheme` is the one under which the credentials came, as far as there were any.
    """
    extra = error.headers
    if not isinstance(error, KeysUnavailable):
        extra += tuple(("www-authenticate", value) for value in challenges(error, protection, scheme))
    return _answer(error.status, error.description, extra, method=method, accept=accept)


def not_found(*, method: str, accept: str) -> Refusal:
    """The answer outside of all realms: no challenge, since there is nothing to log in to."""
    return _answer(404, "Nothing is served at this address", (), method=method, accept=accept)


def bad_path(*, method: str, accept: str) -> Refusal:
    """The answer to a path that two readers could take for two realms."""
    return _answer(400, "The path is ambiguous", (), method=method, accept=accept)


def challenges(error: Refused, protection: Protection, scheme: str) -> tuple[str, ...]:
    """The WWW-Authenticate values, one for each scheme that would do. RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1.

    The error is told once, under the scheme that was tried.
    """
    tried = next((name for name in protection.schemes if name.lower() == scheme.lower()), protection.schemes[0])
    scope = _scope_of(error, protection)
    return tuple(_challenge(error if name == tried else None, protection, name, scope) for name in protection.schemes)


def _scope_of(error: Refused, protection: Protection) -> str:
    """All that another token must hold, if another would do: what the realm asks of each, and the handler besides."""
    if error.status != TokenMissing.status and not error.scope:
        return ""
    return " ".join(dict.fromkeys(f"{protection.scope} {error.scope}".split()))


def _challenge(error: Refused | None, protection: Protection, scheme: str, scope: str) -> str:
    parts = [("realm", protection.realm)]
    if error is not None and error.error is not None:
        parts += [("error", error.error), ("error_description", error.description), *error.parameters]
    if scope:
        parts.append(("scope", scope))
    if scheme == "DPoP":
        parts.append(("algs", protection.dpop_algorithms))
    if protection.resource_metadata:
        parts.append(("resource_metadata", protection.resource_metadata))
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in parts)


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
