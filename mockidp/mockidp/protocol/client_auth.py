"""Which client sends this request, and can it prove it?

One way of proving it per request (RFC 6749 §2.3). Whatever fails, the answer is the same: nobody learns here which
clients exist.
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from starlette.datastructures import Headers

from ..settings.config import Client
from ..site import Site, Sites
from .registered_client import Registration

_ENCODED: Final = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")


class ClientRefused(InvalidClientError):
    """The client could not be authenticated; the answer names the scheme to use (RFC 6749 §5.2)."""

    status_code = 401
    description = "Client authentication failed."

    def get_headers(self) -> list[tuple[str, str]]:
        """The usual ones with a challenge."""
        return [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Pragma", "no-cache"),
            ("WWW-Authenticate", 'Basic realm="mockidp", charset="UTF-8"'),
        ]


def authenticate(
    sites: Sites, headers: Headers, parameters: Mapping[str, str], methods: Sequence[str]
) -> tuple[Registration, str]:
    """The client and the method it used; raises `invalid_client`, or `invalid_request` for two ways at once."""
    method, client_id, secret = _presented(headers, parameters)
    found = sites.of_client(client_id)
    expected = found[1].client_secret if found else None
    # Compare in any case, so that an unknown client takes as long as a known one.
    proved = hmac.compare_digest((expected or "").encode(), secret.encode())
    public = method == "none" and expected is None
    if found is None or method not in methods or not (public or (expected is not None and proved)):
        raise ClientRefused
    site, client = found
    if method not in client.auth_methods:  # it has proved itself, so it may know what else is wrong
        raise ClientRefused(f"This client has to be authenticated by {' or '.join(client.auth_methods)}.")
    return Registration(site=site, client=client), method


def authenticate_at(site: Site, headers: Headers, parameters: Mapping[str, str], methods: Sequence[str]) -> Client:
    """The same at an endpoint of one realm: the clients of others are strangers there."""
    registration, _ = authenticate(Sites((site,)), headers, parameters, methods)
    return registration.client


def _presented(headers: Headers, parameters: Mapping[str, str]) -> tuple[str, str, str]:
    """Method, client id and secret as the request has them, unchecked."""
    authorization = headers.getlist("authorization")
    client_id, secret = parameters.get("client_id", ""), parameters.get("client_secret")
    if not authorization:
        return ("none", client_id, "") if secret is None else ("client_secret_post", client_id, secret)
    if len(authorization) > 1 or secret is not None:
        raise InvalidRequestError("The client must be authenticated in one way only.")
    basic_id, basic_secret = _basic(authorization[0])
    if client_id and client_id != basic_id:
        raise InvalidRequestError("The body and the Authorization header name different clients.")
    return "client_secret_basic", basic_id, basic_secret


def _basic(authorization: str) -> tuple[str, str]:
    """Id and secret, each form-urlencoded before they were joined (RFC 6749 §2.3.1)."""
    scheme, _, credentials = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ClientRefused
        joined = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = joined.partition(":")
        if not colon or not _ENCODED.fullmatch(joined):
            raise ClientRefused
        return unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise ClientRefused from None
