"""Proof Key for Code Exchange (RFC 7636): Authlib's extension, with what each client must and may do."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge


class ProofKey(CodeChallenge):
    """Whether a challenge is needed shows when the code is asked for; from then on the code demands its verifier."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse a missing challenge where the client needs one, and `plain` unless the client may use it."""
        client, asked = grant.request.client.client, grant.request.payload.data
        if client.needs_pkce and "code_challenge" not in asked:
            raise InvalidRequestError("Missing 'code_challenge': this client must use PKCE with S256.")
        super().validate_code_challenge(grant, redirect_uri)
        plain = "code_challenge" in asked and asked.get("code_challenge_method", "plain") == "plain"
        if plain and not client.allow_plain_pkce:
            raise InvalidRequestError("Unsupported 'code_challenge_method': this client must use S256.")
