"""What the scopes `openid`, `profile` and `email` bring: an ID token and claims about the user (OIDC Core §2, §5.4)."""

from typing import Any

from authlib.oidc.core.grants.code import OpenIDToken

from ..memory.approval import Approval
from ..settings.config import User


def claims_about(user: User, scope: str) -> dict[str, Any]:
    """What a client with this scope may know about the user, besides the subject."""
    scopes = scope.split()
    claims: dict[str, Any] = {}
    if "profile" in scopes:
        claims |= {"name": user.name, "preferred_username": user.username}
    if "email" in scopes and user.email:
        claims |= {"email": user.email, "email_verified": True}
    return claims


class IdToken(OpenIDToken):
    """Adds an `id_token` to the answer of a grant where `openid` was approved; an extension of that grant."""

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        """The ID token, from our mint on our clock; only the first one repeats the nonce (OIDC Core §12.2)."""
        site, client, user = request.client.site, request.client.client, request.user
        code = request.authorization_code
        approval: Approval = (code or request.refresh_token or request.credential).approval
        nonce = {"nonce": approval.nonce} if code and approval.nonce else {}
        added = site.added_claims(
            "id_token",
            client_id=client.client_id,
            user=user,
            subject=user.subject,
            scope=token["scope"],
            asked={**dict(approval.asked), **request.form},
        )
        return str(
            site.mint.id_token(
                subject=added.pop("sub", user.subject),
                client_id=client.client_id,
                lifetime=site.lifetime("id_token", client),
                access_token=token["access_token"],
                claims={"auth_time": approval.auth_time, **nonce, **claims_about(user, token["scope"]), **added},
                sealed=site.faults.sealed(
                    "id_token",
                    realm=site.realm.name,
                    client=client.client_id,
                    users=(user.subject, user.username),
                    asked=approval.fault,
                ),
            )
        )
