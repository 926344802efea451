"""How a service asks the back-office: with a token of its own, and with a new one when that has ended."""

from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session

TIMEOUT = 5  # seconds
UNAUTHORIZED = 401


class BackofficeClient:
    """The back-office at `url`.

    Raises requests.RequestException where it or the provider does not answer or refuses us also with a new token, and
    AuthlibBaseError where the provider gives us none.
    """

    def __init__(self, url: str, *, issuer: str, client_id: str, client_secret: str) -> None:
        self._url = url
        discovery = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=TIMEOUT).json()
        self._session = OAuth2Session(
            client_id,
            client_secret,
            scope="orders:read",
            grant_type="client_credentials",
            token_endpoint=discovery["token_endpoint"],
            default_timeout=TIMEOUT,
            leeway=60,  # Authlib fetches a new token when the old one has so many seconds left
        )

    def orders(self) -> list[dict[str, Any]]:
        if self._session.token is None:
            self._session.fetch_token()
        answer = self._session.get(f"{self._url}/admin/api/orders")
        if answer.status_code == UNAUTHORIZED:  # it ended sooner than it said, by revocation or by another clock
            self._session.fetch_token()
            answer = self._session.get(f"{self._url}/admin/api/orders")
        answer.raise_for_status()
        orders: list[dict[str, Any]] = answer.json()
        return orders
