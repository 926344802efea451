"""Codes and refresh tokens: opaque, several hundred hexadecimal digits long, beginning `def502`."""

import math
import secrets
from typing import Final

from ...memory.approval import Approval
from ...memory.store import AuthorizationCode, RefreshToken
from ...settings.config import Client
from .php import json_encode
from .shop import Application, Shop

# The real ones are encrypted JSON: a version, a salt, a nonce and a check besides. Ours are random, of the same length.
_MARK: Final = "def50200"
_AROUND: Final = 80
_NAME: Final = "0" * 80
_MEMBERS: Final = (
    *("client_id", "redirect_uri", "auth_code_id", "scopes", "user_id", "expire_time"),
    *("code_challenge", "code_challenge_method"),
)


def new_approval(
    application: Application, client: Client, subject: str, scopes: tuple[str, ...], approval_id: str = ""
) -> Approval:
    """What somebody allowed a client; under the name of the access token that comes with a refresh token."""
    return Approval(
        approval_id=approval_id,
        realm=application.site.realm.name,
        client_id=client.client_id,
        username=subject,
        subject=subject,
        scope=" ".join(scopes),
        scope_named=bool(scopes),
        auth_time=math.floor(application.site.clock()),
    )


def new_code(
    application: Application,
    approval: Approval,
    client: Client,
    *,
    redirect_uri: str | None,
    code_challenge: str | None,
    code_challenge_method: str | None,
) -> str:
    """A code that is remembered."""
    site = application.site
    value = _random(approval, redirect_uri or "", code_challenge or "")
    site.store.codes.put(
        AuthorizationCode(
            value=value,
            approval=approval,
            redirect_uri=redirect_uri or "",
            redirect_uri_named=redirect_uri is not None,
            code_challenge=code_challenge,
            code_challenge_method=code_challenge_method,
            expires_at=site.clock() + site.lifetime("code", client),
        )
    )
    return value


def new_refresh_token(application: Application, approval: Approval, client: Client, shop: Shop) -> str:
    """A refresh token that is remembered, with the access token that it goes with (its approval's name)."""
    site = application.site
    value = _random(approval, _NAME)
    lifetime = site.lifetime("refresh_token", client, default=shop.facts.refresh_token_lifetime)
    now = site.clock()
    token = RefreshToken(value=value, approval=approval, issued_at=now, expires_at=now + lifetime)
    site.store.refresh_tokens.put(token)
    return value


def is_over(expires_at: float, application: Application) -> bool:
    """Has its last second passed? OroCommerce counts whole ones."""
    return math.floor(application.site.clock()) > math.floor(expires_at)


def _random(approval: Approval, *more: str) -> str:
    said = [*_MEMBERS, _NAME, approval.client_id, approval.username, approval.scope, *more]
    return _MARK + secrets.token_hex(_AROUND + len(json_encode(said)))
