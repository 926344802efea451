"""What an authorization request asks for, read from its query only, in OroCommerce's order: rows A12 to A23."""

import re
from dataclasses import dataclass
from typing import Final

from ...errors import PageError
from ...settings.config import Client
from . import refusals
from .clients import check_registered
from .grants import scopes_in
from .php import Values
from .shop import Application, Shop

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that may be put before a person; `answer_at` is where the answer goes, named or not."""

    client: Client
    redirect_uri: str | None
    answer_at: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str | None
    code_challenge_method: str | None


def asked_in(query: Values, application: Application, shop: Shop) -> Asked:
    """Check the request; raises Refusal, or PageError for a client of the other application."""
    if not shop.settings.keys:
        raise refusals.no_keys()
    wants_code = query.get("response_type") == "code" and query.get("client_id") is not None
    if not wants_code or not shop.settings.authorization_code:
        raise refusals.unsupported()
    found = shop.find_client(query["client_id"])
    if found is None:
        raise refusals.bad_client()
    owner, client = found
    redirect_uri = query.get("redirect_uri")
    asked = Asked(
        client=client,
        redirect_uri=redirect_uri,
        answer_at=_answer_at(redirect_uri, client),
        scopes=scopes_in(query.get("scope")),
        state=_text(query, "state"),
        code_challenge=_challenge(query, client),
        code_challenge_method=_method(query),
    )
    if owner is not application:
        raise not_here()
    if asked.code_challenge_method == "plain" and not client.allow_plain_pkce:
        hint = "Plain code challenge method is not allowed for this client"
        raise refusals.bad_request("code_challenge_method", hint)
    return asked


def not_here() -> PageError:
    """The page for what is not at this address, be it unknown or the other application's."""
    return PageError(404, "Not Found", "There is nothing like that at this address.")


def _answer_at(redirect_uri: object, client: Client) -> str:
    """The address named, which must be registered, or else the only one that is."""
    if redirect_uri is not None:
        check_registered(redirect_uri, client)
        return str(redirect_uri)
    if len(client.redirect_uris) != 1:
        raise refusals.bad_client()
    return client.redirect_uris[0]


def _challenge(query: Values, client: Client) -> str | None:
    challenge = query.get("code_challenge")
    if challenge is None:
        if client.public:
            raise refusals.bad_request("code_challenge", "Code challenge must be provided for public clients")
        return None
    if _method(query) not in {"S256", "plain"}:
        raise refusals.bad_request("code_challenge_method", "Code challenge method must be one of `S256`, `plain`")
    if not isinstance(challenge, str) or not _CHALLENGE.fullmatch(challenge):
        raise refusals.bad_request("code_challenge", "Code challenge must follow the specifications of RFC-7636.")
    return challenge


def _method(query: Values) -> str | None:
    """`plain` where a challenge comes without one (RFC 7636 §4.3); nothing without a challenge."""
    if query.get("code_challenge") is None:
        return None
    method = query.get("code_challenge_method", "plain")
    return method if isinstance(method, str) else ""


def _text(query: Values, name: str) -> str | None:
    value = query.get(name)
    return value if isinstance(value, str) else None
