"""Every refusal of the OAuth server, byte for byte: it names things in its own way, which is not always the RFC's."""

from typing import Final

from starlette.responses import Response

from .php import htmlspecialchars, json_encode

DENIED: Final = "The resource owner or authorization server denied the request."

_UNSUPPORTED: Final = "The authorization grant type is not supported by the authorization server."
_REQUEST: Final = (
    "The request is missing a required parameter, includes an invalid parameter value, "
    "includes a parameter more than once, or is otherwise malformed."
)
_GRANT: Final = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is "
    "invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to "
    "another client."
)


class Refusal(Exception):
    """An answer of an endpoint: status, error, description and, where there is one, a hint."""

    def __init__(self, status: int, error: str, description: str, hint: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description
        self.hint = hint

    @property
    def members(self) -> dict[str, str]:
        """What the answer says, in its order; `message` only repeats the description."""
        hint = {} if self.hint is None else {"hint": self.hint}
        return {"error": self.error, "error_description": self.description, **hint, "message": self.description}

    def response(self, authorization: str | None) -> Response:
        """The answer to a request with this `Authorization` header."""
        headers = {"Content-Type": "application/json"}
        if self.error == "invalid_client" and authorization:
            scheme = "Bearer" if authorization.startswith("Bearer") else "Basic"
            headers["WWW-Authenticate"] = f'{scheme} realm="OAuth"'
        return Response(json_encode(self.members), self.status, headers)


def unsupported() -> Refusal:
    """E-UNSUP: no such grant, or no such response type."""
    return Refusal(400, "unsupported_grant_type", _UNSUPPORTED, "Check that all required parameters have been provided")


def bad_request(parameter: str, hint: str | None = None) -> Refusal:
    """E-REQ: a parameter is missing or wrong; codes that are not good come under this, too."""
    return Refusal(400, "invalid_request", _REQUEST, hint or f"Check the `{parameter}` parameter")


def bad_client() -> Refusal:
    """E-CLIENT: whatever is wrong with a client, and an address that it has not registered."""
    return Refusal(401, "invalid_client", "Client authentication failed")


def bad_scope(scope: str) -> Refusal:
    """E-SCOPE: a refresh may not ask for more than there was."""
    description = "The requested scope is invalid, unknown, or malformed"
    return Refusal(400, "invalid_scope", description, f"Check the `{htmlspecialchars(scope)}` scope")


def bad_credentials() -> Refusal:
    """E-CRED: not the name and password of a user of this application."""
    return Refusal(400, "invalid_grant", "The user credentials were incorrect.")


def bad_grant(hint: str) -> Refusal:
    """E-GRANT: an account that is closed, or a proof of possession that fails."""
    return Refusal(400, "invalid_grant", _GRANT, hint)


def bad_refresh_token(hint: str) -> Refusal:
    """E-REFRESH: a refresh token that is not good; the RFC has 400 `invalid_grant` for it."""
    return Refusal(401, "invalid_request", "The refresh token is invalid.", hint)


def denied() -> Refusal:
    """E-DENY: what the client hears, in its redirect, of a person who says no."""
    return Refusal(401, "access_denied", DENIED, "The user denied the request")


def no_keys() -> Refusal:
    """E-KEY: nobody has installed the keys."""
    return Refusal(401, "no_encryption_key", "The encryption key does not exist.")
