"""The standard dialect: Authlib's authorization server with our grants, bound to Starlette (RFC 6749, OIDC Core)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from ..grants.authorization_code import AuthorizationCodeGrant
from ..grants.client_credentials import ClientCredentialsGrant
from ..grants.device_code import DeviceCodeGrant
from ..grants.refresh_token import RefreshTokenGrant
from ..protocol.client_auth import authenticate
from ..protocol.openid import IdToken
from ..protocol.pkce import ProofKey
from ..protocol.registered_client import Registration
from ..site import Sites
from ..web.oauth_errors import refusal

# Authlib refuses http to any host but loopback by looking at this; which address we are reached at is the operator's
# business, and the switch that Authlib has for it holds for the whole process, the client under test included.
_SOME_HTTPS_ADDRESS: Final = "https://mockidp.invalid/"


class StandardRequest(OAuth2Request):
    """A request whose parameters were read and found each given once."""

    def __init__(self, method: str, parameters: Mapping[str, str], headers: Headers) -> None:
        super().__init__(method, _SOME_HTTPS_ADDRESS, headers=headers)
        self.payload = BasicOAuth2Payload(parameters)

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters of the body."""
        return self.payload.data  # type: ignore[no-any-return]


class StandardServer(AuthorizationServer):
    """Authlib's server over our sites."""

    def __init__(self, sites: Sites) -> None:
        super().__init__()
        self._sites = sites
        self.register_grant(AuthorizationCodeGrant, [ProofKey(), IdToken()])
        self.register_grant(RefreshTokenGrant, [IdToken()])
        self.register_grant(ClientCredentialsGrant)
        self.register_grant(DeviceCodeGrant, [IdToken()])

    def query_client(self, client_id: str) -> Registration | None:
        """The client of this id, whichever realm it is of."""
        found = self._sites.of_client(client_id)
        return Registration(site=found[0], client=found[1]) if found else None

    def authenticate_client(
        self, request: StandardRequest, methods: Sequence[str], _endpoint: str = "token"
    ) -> Registration:
        """The client that sent the request and could prove it."""
        registration, request.auth_method = authenticate(self._sites, request.headers, request.form, methods)
        return registration

    def get_authorization_grant(self, request: StandardRequest) -> Any:
        """The grant that answers to the response type. Authlib's own refusals would repeat what the caller sent."""
        if request.payload.response_type is None:
            raise InvalidRequestError("Missing 'response_type' in request.")
        if request.payload.response_type not in AuthorizationCodeGrant.RESPONSE_TYPES:
            raise OAuth2Error("The only response_type here is code.", error="unsupported_response_type")
        return super().get_authorization_grant(request)

    def get_token_grant(self, request: StandardRequest) -> Any:
        """The grant that is asked for; a missing parameter is not an unsupported one (RFC 6749 §5.2)."""
        if request.payload.grant_type is None:
            raise InvalidRequestError("Missing 'grant_type' in request.")
        try:
            return super().get_token_grant(request)
        except UnsupportedGrantTypeError:
            raise OAuth2Error("There is no such grant_type here.", error="unsupported_grant_type") from None

    def validate_requested_scope(self, scope: str | None) -> None:
        """Nothing to do: what may be asked for is a matter of the client, in `Registration.get_allowed_scope`."""

    def save_token(self, token: dict[str, Any], request: StandardRequest) -> None:
        """Nothing to do: what has to be remembered was, when it was issued."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: StandardRequest) -> StandardRequest:
        """Ours is one already."""
        return request

    def handle_error_response(self, _request: StandardRequest, error: OAuth2Error) -> Response:
        """The error as JSON (RFC 6749 §5.2)."""
        return refusal(error)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        """What Authlib answers, as Starlette sends it."""
        fields = dict(headers)
        return JSONResponse(body, status, fields) if body else Response(None, status, fields)
