"""`client_credentials`: tokens for a client that acts for itself (RFC 6749 §4.4)."""

from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError

from ..protocol.issue import issue_tokens
from ..settings.realm import IDENTITY_SCOPES


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """Authlib's grant with our tokens: the subject is the client itself (RFC 9068 §2.2), and nothing refreshes them."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def validate_requested_scope(self) -> None:
        """Refuse what the client may not have, and what is about a person where there is none."""
        scope = self.request.client.get_allowed_scope(self.request.payload.scope)
        if IDENTITY_SCOPES & set(scope.split()):
            raise InvalidScopeError("This is about a person, and with this grant there is none.")

    def generate_token(self, *, scope: str | None, include_refresh_token: bool) -> dict[str, Any]:
        """An access token for the client."""
        registration = self.request.client
        return issue_tokens(
            registration,
            subject=registration.get_client_id(),
            scope=registration.get_allowed_scope(scope),
            asked=self.request.form,
            scope_named=scope is not None,
            refreshable=include_refresh_token,
        )
