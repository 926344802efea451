"""Whom a token speaks of: where each kind keeps its client, subject, scopes and roles."""

from typing import Final

from .claims import Claims, text, words, words_of

NONE: Final[frozenset[str]] = frozenset()


def client_id(claims: Claims) -> str:
    """RFC 9068 §2.2; checked before."""
    found: str = claims["client_id"]
    return found


def some_client_id(claims: Claims) -> str:
    """Whatever the big providers call the client; absent in some of their tokens."""
    found = next((claims[name] for name in ("client_id", "azp", "cid", "appid") if name in claims), "")
    return found if isinstance(found, str) else ""


def audience_as_client(claims: Claims) -> str:
    """As OroCommerce has it."""
    audience: str = claims["aud"]
    return audience


def subject_as_it_is(claims: Claims) -> str:
    """RFC 9068 §2.2; checked before."""
    found: str = claims["sub"]
    return found


def subject(claims: Claims) -> str:
    """Somebody, under a name that fits into a line."""
    return text(claims.get("sub"), "sub")


def subject_or_nobody(claims: Claims) -> str:
    """Empty for a client that acts for itself."""
    subject = claims.get("sub")
    return "" if subject == "" else text(subject, "sub")


def subject_if_any(claims: Claims) -> str:
    """``sub`` is optional in an answer. RFC 7662 §2.2."""
    return subject_or_nobody(claims) if "sub" in claims else ""


def scope(claims: Claims) -> frozenset[str]:
    """RFC 9068 §2.2.3; checked to be text before."""
    return words_of(claims["scope"]) if "scope" in claims else NONE


def scope_or_scp(claims: Claims) -> frozenset[str]:
    """Entra ID and Okta say ``scp``."""
    return words(claims["scope"] if "scope" in claims else claims.get("scp"), "scope")


def scopes(claims: Claims) -> frozenset[str]:
    """As OroCommerce has it."""
    return words(claims.get("scopes"), "scopes")


def roles(claims: Claims) -> frozenset[str]:
    """RFC 9068 §2.2.3.1 borrows ``roles`` from SCIM, where an entry may also be an object."""
    found = claims.get("roles")
    return frozenset([role for role in found if isinstance(role, str)]) if isinstance(found, list) else NONE
