"""Which client is asking at the token endpoint, and whether it may: rows B2, B6 to B8, B20, B22 and B38."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...settings.config import Client
from ...web.redirects import is_registered
from .refusals import bad_client, bad_request
from .shop import Application, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to the token endpoint: its parameters, and the credentials of an `Authorization: Basic` header."""

    shop: Shop
    parameters: Mapping[str, Any] = field(repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)

    def get(self, name: str) -> Any:
        """A parameter; None where it is left out. An empty one is there."""
        return self.parameters.get(name)

    def text(self, name: str) -> str:
        """A parameter that must be there and be text."""
        value = self.get(name)
        if not isinstance(value, str):
            raise bad_request(name)
        return value


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """Name and password of a Basic header; None for any other."""
    if not authorization.startswith("Basic "):
        return None
    try:
        decoded = base64.b64decode(authorization[6:], validate=False).decode("utf-8", "replace")
    except ValueError:
        return None
    name, colon, password = decoded.partition(":")
    return (name, password) if colon else None


def identified(ask: Ask) -> tuple[Application, Client]:
    """The client that the request names, whether or not it can prove that it is the one."""
    client_id = ask.get("client_id")
    if client_id is None and ask.basic:
        client_id = ask.basic[0]
    if client_id is None:
        raise bad_request("client_id")
    found = ask.shop.find_client(client_id)
    if found is None:
        raise bad_client()
    return found


def proved(ask: Ask, grant_type: str) -> tuple[Application, Client]:
    """The client, which may use this grant, could prove itself, and names no address but its own."""
    application, client = identified(ask)
    secret = ask.get("client_secret")
    if secret is None and ask.basic:
        secret = ask.basic[1]
    if secret is not None and not isinstance(secret, str):
        raise bad_request("client_secret")
    if (
        ask.shop.has_no_owner(application, client)
        or not _may(client, grant_type)
        or not _fits(client, secret or "", ask.shop)
    ):
        raise bad_client()
    redirect_uri = ask.get("redirect_uri")
    if redirect_uri is not None:
        check_registered(redirect_uri, client)
    return application, client


def check_registered(redirect_uri: object, client: Client) -> None:
    """Refuse an address that the client has not registered."""
    if not isinstance(redirect_uri, str):
        raise bad_request("redirect_uri")
    if not is_registered(redirect_uri, client):
        raise bad_client()


def _may(client: Client, grant_type: str) -> bool:
    """Without any listed it may use all grants; refreshing goes with those that a person takes part in."""
    listed = set(client.grant_types)
    refreshes = grant_type == "refresh_token" and not listed.isdisjoint({"password", "authorization_code"})
    return not listed or grant_type in listed or refreshes


def _fits(client: Client, secret: str, shop: Shop) -> bool:
    if client.client_secret is None:
        return shop.facts.public_clients_checked
    return hmac.compare_digest(client.client_secret.encode(), secret.encode("utf-8", "replace"))
