"""`authorization_code`: a code for a person's approval, then tokens for the code, once (RFC 6749 §4.1)."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidGrantError

from ..memory.approval import Approval
from ..memory.store import AuthorizationCode
from ..protocol.issue import NOBODY, issue_tokens
from ..protocol.registered_client import Registration
from ..settings.config import User
from ..web.redirects import answered

USED: Final = "This code has been used before. It is good once, so what it gave is taken back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A code as Authlib asks about it while a client presents it."""

    value: str
    approval: Approval
    redirect_uri: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str | None:
        """The address that the client has to repeat; None if it need not."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was approved."""
        return self.approval.scope


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    """Authlib's grant over our store: codes are single use, short-lived, bound to client, address and challenge."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def create_authorization_response(self, redirect_uri: str, grant_user: Approval | None) -> Any:
        """Send the browser back with a code for the approval, or raise `access_denied` where there is none."""
        if grant_user is None:
            raise AccessDeniedError
        registration: Registration = self.request.client
        code = self._issue_code(registration, redirect_uri, grant_user)
        issuer = registration.site.issuer
        location = answered(redirect_uri, code=code, state=self.request.payload.state, iss=issuer)
        return 303, "", [("Location", location)]

    def query_authorization_code(self, code: str, client: Registration) -> Presented:
        """The code if this client may use it now; a used one that comes again takes back all it gave (§4.1.2).

        Raises `invalid_grant`, which tells the client whose code it is what is wrong with it, and nobody else.
        """
        site = client.site
        found = site.store.codes.find(code)
        if found is None or not client.holds(found.approval):
            raise InvalidGrantError("No such code was given to this client.")
        if site.store.codes.is_spent(code):
            site.store.revoke(found.approval.approval_id)
            raise InvalidGrantError(USED)
        if site.clock() >= found.expires_at:
            raise InvalidGrantError("This code has expired, by the clock of the provider.")
        named = found.redirect_uri_named or self.request.payload.redirect_uri
        return Presented(
            value=code,
            approval=found.approval,
            redirect_uri=found.redirect_uri if named else None,
            code_challenge=found.code_challenge,
            code_challenge_method=found.code_challenge_method,
        )

    def authenticate_user(self, authorization_code: Presented) -> User:
        """Who approved; raises `invalid_grant` where they are no more."""
        user: User | None = self.request.client.site.who_approved(authorization_code.approval)
        if user is None:
            raise InvalidGrantError(NOBODY)
        return user

    def create_token_response(self) -> Any:
        """Spend the code, now that all is well and before anything is issued; of two at once, one is late."""
        presented: Presented = self.request.authorization_code
        store = self.request.client.site.store
        self.authenticate_user(presented)
        if not store.codes.spend(presented.value):
            store.revoke(presented.approval.approval_id)
            raise InvalidGrantError(USED)
        return super().create_token_response()

    def generate_token(self, *, user: User, scope: str, include_refresh_token: bool) -> dict[str, Any]:
        """Tokens for what was approved."""
        approval = self.request.authorization_code.approval
        return issue_tokens(
            self.request.client,
            subject=user.subject,
            scope=scope,
            asked=self.request.form,
            scope_named=approval.scope_named,
            approval=approval,
            refreshable=include_refresh_token,
        )

    def delete_authorization_code(self, authorization_code: Presented) -> None:
        """Nothing to do: a spent code stays as a tombstone."""

    def _issue_code(self, registration: Registration, redirect_uri: str, approval: Approval) -> str:
        site, asked = registration.site, self.request.payload.data
        code = AuthorizationCode(
            value=secrets.token_urlsafe(32),
            approval=approval,
            redirect_uri=redirect_uri,
            redirect_uri_named="redirect_uri" in asked,
            code_challenge=asked.get("code_challenge"),
            code_challenge_method=asked.get("code_challenge_method"),
            expires_at=site.clock() + site.lifetime("code", registration.client),
        )
        site.store.codes.put(code)
        return code.value
