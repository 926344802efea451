"""The four grants, each from top to bottom in OroCommerce's order of checks."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from ...memory.store import AuthorizationCode, RefreshToken
from ...settings.config import Client
from . import refusals
from .clients import Ask, identified, proved
from .shop import Application, Shop
from .vouchers import is_over, new_approval, new_refresh_token

Answer = dict[str, Any]

_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
GUEST: Final = ("guest", "guest")


def by_code(ask: Ask) -> Answer:
    """`authorization_code`: rows B9 to B20. The code stays good until the moment that the tokens are issued."""
    application, client = identified(ask)
    if not client.public or ask.shop.facts.public_clients_checked:
        application, client = proved(ask, "authorization_code")
    code = application.site.store.codes.find(ask.text("code"))
    if code is None:
        raise refusals.bad_request("code", "Cannot decrypt the authorization code")
    _check_code(code, application, client, ask)
    _check_verifier(code, ask.get("code_verifier"))
    if not application.site.store.codes.spend(code.value):
        raise refusals.bad_request("code", "Authorization code has been revoked")
    scopes = tuple(code.approval.scope.split())
    return _tokens(application, client, code.approval.username, scopes, ask.shop)


def by_refresh_token(ask: Ask) -> Answer:
    """`refresh_token`: rows B31 to B38. The pair before is taken back at once."""
    application, client = proved(ask, "refresh_token")
    store = application.site.store
    old = store.refresh_tokens.find(ask.text("refresh_token"))
    if old is None:
        raise refusals.bad_refresh_token("Cannot decrypt the refresh token")
    _check_refresh_token(old, application, client, ask.shop)
    had = tuple(old.approval.scope.split())
    scopes = had if ask.get("scope") is None else scopes_in(ask.get("scope"))
    for scope in scopes:
        if scope not in had:
            raise refusals.bad_scope(scope)
    store.access_tokens.spend(old.approval.approval_id)
    if not store.refresh_tokens.spend(old.value):
        raise refusals.bad_refresh_token("Token has been revoked")
    return _tokens(application, client, old.approval.username, scopes, ask.shop)


def by_password(ask: Ask) -> Answer:
    """`password`: rows B23 to B30."""
    application, client = proved(ask, "password")
    scopes = scopes_in(ask.get("scope"))
    subject = _subject_by_password(ask, application)
    return _tokens(application, client, subject, scopes, ask.shop)


def by_client(ask: Ask) -> Answer:
    """`client_credentials`: rows B21 and B22; no user, so no `sub`, and nothing to refresh."""
    _, client = identified(ask)
    if client.public:
        raise refusals.bad_client()
    application, client = proved(ask, "client_credentials")
    return _access_token(application, client, "", scopes_in(ask.get("scope")))[0]


GRANTS: Final[MappingProxyType[str, Callable[[Ask], Answer]]] = MappingProxyType(
    {
        "authorization_code": by_code,
        "client_credentials": by_client,
        "password": by_password,
        "refresh_token": by_refresh_token,
    }
)


def scopes_in(value: Any) -> tuple[str, ...]:
    """Whatever is asked for: each scope exists, and none changes anything (row A23)."""
    if value is None:
        return ()
    names = value.split(" ") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise refusals.bad_request("scope")
    return tuple(name for name in names if name)


def new_visitor(shop: Shop) -> str:
    """The `sub` of a visitor who has not been here before."""
    session = secrets.token_hex(10)
    return f"visitor:{secrets.randbelow(10**6) + 1}:{session}" if shop.facts.visitor_number else f"visitor:{session}"


def _check_code(code: AuthorizationCode, application: Application, client: Client, ask: Ask) -> None:
    if is_over(code.expires_at, application):
        raise refusals.bad_request("code", "Authorization code has expired")
    if (trouble := ask.shop.trouble_of(application, code.approval.username)) is not None:
        raise refusals.bad_grant(trouble)
    if application.site.store.codes.is_spent(code.value):
        raise refusals.bad_request("code", "Authorization code has been revoked")
    if not code.approval.is_for(application.site.realm.name, client.client_id):
        raise refusals.bad_request("code", "Authorization code was not issued to this client")
    redirect_uri = ask.get("redirect_uri")
    if code.redirect_uri_named and redirect_uri is None:
        raise refusals.bad_request("redirect_uri")
    if redirect_uri != (code.redirect_uri if code.redirect_uri_named else None):
        raise refusals.bad_request("redirect_uri", "Invalid redirect URI")


def _check_verifier(code: AuthorizationCode, verifier: Any) -> None:
    """RFC 7636 §4.6; a code without a challenge takes no verifier."""
    if code.code_challenge is None:
        if verifier is not None:
            raise refusals.bad_request("code_challenge", "code_verifier received when no code_challenge is present")
        return
    if verifier is None:
        raise refusals.bad_request("code_verifier")
    if not isinstance(verifier, str) or not _VERIFIER.fullmatch(verifier):
        raise refusals.bad_request("code_verifier", "Code Verifier must follow the specifications of RFC-7636.")
    made = _s256(verifier) if code.code_challenge_method == "S256" else verifier
    if not hmac.compare_digest(made, code.code_challenge):
        raise refusals.bad_grant("Failed to verify `code_verifier`.")


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def _check_refresh_token(token: RefreshToken, application: Application, client: Client, shop: Shop) -> None:
    if not token.approval.is_for(application.site.realm.name, client.client_id):
        raise refusals.bad_refresh_token("Token is not linked to client")
    if is_over(token.expires_at, application):
        raise refusals.bad_refresh_token("Token has expired")
    if (trouble := shop.trouble_of(application, token.approval.username)) is not None:
        raise refusals.bad_grant(trouble)
    if application.site.store.refresh_tokens.is_spent(token.value):
        raise refusals.bad_refresh_token("Token has been revoked")


def _subject_by_password(ask: Ask, application: Application) -> str:
    shop, settings = ask.shop, ask.shop.settings
    may = settings.storefront_password_login if application.is_storefront else settings.backoffice_password_login
    if shop.facts.password_switch and not may:
        raise refusals.bad_credentials()
    username, password = ask.text("username"), ask.text("password")
    if application.is_storefront and (username, password) == GUEST:
        return new_visitor(shop)
    user = application.user_named(username)
    if user and (trouble := shop.accounts.trouble_of(application.site.realm.name, user)):
        raise refusals.bad_grant(trouble)
    expected = user.password if user else ""
    if not hmac.compare_digest(expected.encode(), password.encode("utf-8", "replace")) or user is None:
        raise refusals.bad_credentials()
    return user.subject


def _access_token(
    application: Application, client: Client, subject: str, scopes: tuple[str, ...]
) -> tuple[Answer, str]:
    issued = application.mint.issue(
        subject=subject,
        client_id=client.client_id,
        scope=" ".join(scopes),
        lifetime=application.site.lifetime("access_token", client),
    )
    answer = {"token_type": "Bearer", "expires_in": issued.expires_in, "access_token": issued.token}
    return answer, issued.jti


def _tokens(application: Application, client: Client, subject: str, scopes: tuple[str, ...], shop: Shop) -> Answer:
    """Row B3; a refresh token comes along even where refreshing is switched off (B39)."""
    answer, jti = _access_token(application, client, subject, scopes)
    approval = new_approval(application, client, subject, scopes, approval_id=jti)
    return {**answer, "refresh_token": new_refresh_token(application, approval, client, shop)}
