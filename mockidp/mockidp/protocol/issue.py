"""The answer of the token endpoint: an access token, and what goes with it (RFC 6749 §5.1)."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from ..memory.approval import Approval
from ..memory.store import RefreshToken
from .registered_client import Registration

NOBODY: Final = "Who approved is no user of this realm any more."


def issue_tokens(
    registration: Registration,
    *,
    subject: str,
    scope: str,
    asked: Mapping[str, str],
    approval: Approval | None = None,
    scope_named: bool,
    refreshable: bool,
) -> dict[str, Any]:
    """Tokens for the client, which sent the parameters `asked`.

    The answer names the scope to those who named one, the others got their default (§3.3).
    """
    site, client = registration.site, registration.client
    lifetime = site.lifetime("access_token", client)
    access_token = site.mint.access_token(
        subject=subject,
        client_id=client.client_id,
        scope=scope,
        lifetime=lifetime,
        approval_id=approval.approval_id if approval else "",
        claims=site.added_claims(
            "access_token",
            client_id=client.client_id,
            user=site.who_approved(approval) if approval else None,
            subject=subject,
            scope=scope,
            asked={**dict(approval.asked if approval else ()), **asked},
        ),
        sealed=site.faults.sealed(
            "access_token",
            realm=site.realm.name,
            client=client.client_id,
            users=(subject, approval.username) if approval else (subject,),
            asked=approval.fault if approval else "",
        ),
    )
    answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": lifetime, "access_token": access_token}
    if approval and refreshable:
        answer["refresh_token"] = _refresh_token(registration, approval)
    if scope_named:
        answer["scope"] = scope
    return answer


def _refresh_token(registration: Registration, approval: Approval) -> str:
    site = registration.site
    value, now = secrets.token_urlsafe(32), site.clock()
    expires_at = now + site.lifetime("refresh_token", registration.client)
    token = RefreshToken(value=value, approval=approval, issued_at=now, expires_at=expires_at)
    site.store.refresh_tokens.put(token)
    return value
