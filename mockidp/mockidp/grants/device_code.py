"""`urn:ietf:params:oauth:grant-type:device_code`: tokens for a device, approved elsewhere (RFC 8628 §3.4)."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidGrantError,
    InvalidRequestError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc8628 import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from ..memory.approval import Approval
from ..protocol.issue import NOBODY, issue_tokens
from ..protocol.registered_client import Registration
from ..settings.realm import DEVICE_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A device code that a person approved."""

    value: str
    approval: Approval


class DeviceCodeGrant(BaseGrant, TokenEndpointMixin):
    """Our own: Authlib's knows no single use, and calls a foreign code an unauthorized client."""

    GRANT_TYPE = DEVICE_CODE
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def validate_token_request(self) -> None:
        """Find out whether the device may have its tokens now; raises what it should do instead."""
        device_code = self.request.payload.data.get("device_code")
        if device_code is None:
            raise InvalidRequestError("Missing 'device_code' in request.")
        registration: Registration = self.authenticate_token_endpoint_client()
        if not registration.check_grant_type(DEVICE_CODE):
            raise UnauthorizedClientError
        self.request.client = registration
        approval = self._find_approval(device_code, registration)
        self.request.credential = Approved(value=device_code, approval=approval)
        self.request.user = registration.site.who_approved(approval)
        if self.request.user is None:
            raise InvalidGrantError(NOBODY)

    def create_token_response(self) -> Any:
        """Spend the code, now that all is well and before anything is issued; of two at once, one is late."""
        registration: Registration = self.request.client
        approved: Approved = self.request.credential
        store = registration.site.store
        if not store.devices.spend(approved.value):
            store.revoke(approved.approval.approval_id)
            raise InvalidGrantError
        token = issue_tokens(
            registration,
            subject=self.request.user.subject,
            scope=approved.approval.scope,
            asked=self.request.form,
            scope_named=approved.approval.scope_named,
            approval=approved.approval,
            refreshable=registration.check_grant_type("refresh_token"),
        )
        answer = 200, token, self.TOKEN_RESPONSE_HEADER
        self.execute_hook("after_create_token_response", answer)  # adds the ID token
        return answer

    def _find_approval(self, device_code: str, registration: Registration) -> Approval:
        site, devices = registration.site, registration.site.store.devices
        found = devices.find(device_code)
        if found is None or (found.realm, found.client_id) != (site.realm.name, registration.get_client_id()):
            raise InvalidGrantError
        if site.clock() >= found.expires_at:
            raise ExpiredTokenError
        decision = devices.decision(device_code)
        if decision is None:
            raise SlowDownError if devices.asks_too_soon(device_code, site.clock()) else AuthorizationPendingError
        if decision.approval is None:
            raise AccessDeniedError
        return decision.approval
