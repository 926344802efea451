"""`refresh_token`: new tokens for a refresh token, which is replaced each time (RFC 6749 §6, RFC 9700 §4.14.2)."""

from typing import Any, Final

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError

from ..memory.approval import Approval
from ..memory.store import RefreshToken
from ..protocol.issue import NOBODY, issue_tokens
from ..protocol.registered_client import Registration
from ..settings.config import User

USED: Final = "This refresh token has been used before. Each is good once, so all of this login are taken back."


class Presented:
    """A refresh token as Authlib asks about it while a client presents it."""

    def __init__(self, token: RefreshToken) -> None:
        self.value = token.value
        self.approval: Approval = token.approval

    def check_client(self, client: Registration) -> bool:
        """Was it issued to this client?"""
        return client.holds(self.approval)

    def get_scope(self) -> str:
        """What was approved; a refresh may ask for less, never for more."""
        return self.approval.scope


class RefreshTokenGrant(grants.RefreshTokenGrant):
    """Authlib's grant over our store: each token works once, and one that comes again takes back the whole chain."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Presented:
        """The token if its client may use it now.

        Raises `invalid_grant`, which tells the client whose token it is what is wrong with it, and nobody else.
        """
        registration: Registration = self.request.client
        site = registration.site
        found = site.store.refresh_tokens.find(refresh_token)
        if found is None or not registration.holds(found.approval):
            raise InvalidGrantError("No such refresh token was given to this client.")
        if site.store.refresh_tokens.is_spent(refresh_token):
            site.store.revoke(found.approval.approval_id)
            raise InvalidGrantError(USED)
        if site.store.is_revoked(found.approval.approval_id):
            raise InvalidGrantError("This refresh token has been revoked.")
        if site.clock() >= found.expires_at:
            raise InvalidGrantError("This refresh token has expired, by the clock of the provider.")
        return Presented(found)

    def authenticate_user(self, refresh_token: Presented) -> User:
        """Who approved; raises `invalid_grant` where they are no more, so that the client asks for a new login."""
        user: User | None = self.request.client.site.who_approved(refresh_token.approval)
        if user is None:
            raise InvalidGrantError(NOBODY)
        return user

    def create_token_response(self) -> Any:
        """Spend the token, now that all is well and before anything is issued; of two at once, one is late."""
        presented: Presented = self.request.refresh_token
        store = self.request.client.site.store
        self.authenticate_user(presented)
        if not store.refresh_tokens.spend(presented.value):
            store.revoke(presented.approval.approval_id)
            raise InvalidGrantError(USED)
        return super().create_token_response()

    def generate_token(self, *, user: User, scope: str, include_refresh_token: bool) -> dict[str, Any]:
        """Tokens for what was approved, or for the part of it that was asked for."""
        approval = self.request.refresh_token.approval
        return issue_tokens(
            self.request.client,
            subject=user.subject,
            scope=" ".join(dict.fromkeys(scope.split())) or approval.scope,  # blanks alone name nothing
            asked=self.request.form,
            scope_named=approval.scope_named or self.request.payload.scope is not None,
            approval=approval,
            refreshable=include_refresh_token,
        )

    def revoke_old_credential(self, refresh_token: Presented) -> None:
        """Nothing to do: a spent token stays as a tombstone."""
