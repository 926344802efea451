"""Somebody who logs in and approves over real sockets, and Authlib as the client that asked them to."""

import html
import re
from typing import Any
from urllib.parse import urljoin

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

CALLBACKS = {
    "storefront": "http://127.0.0.1:8900/callback/storefront",
    "backoffice": "http://127.0.0.1:8900/callback/backoffice",
}
USERS = {"storefront": "customer@example.com", "backoffice": "admin"}
SCOPES = {"storefront": "orders:read", "backoffice": "users:read"}


def discover(issuer: str) -> dict[str, str]:
    addresses: dict[str, str] = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    return addresses


def log_in_and_approve(address: str, username: str, *, decision: str = "approve") -> str:
    """Go from a client's link to the address that the browser is sent to in the end; nothing need listen there."""
    with requests.Session() as browser:
        browser.trust_env = False
        page = browser.get(address, timeout=10)
        for choice in ({"as": username}, {"decision": decision}):
            page.raise_for_status()
            page = browser.post(
                urljoin(page.url, _found(r'action="([^"]+)"', page.text)),
                {"csrf_token": _found(r'name="csrf_token" value="([^"]+)"', page.text), **choice},
                allow_redirects=False,
                timeout=10,
            )
            while page.is_redirect and ":8900/" not in page.headers["location"]:
                page = browser.get(urljoin(page.url, page.headers["location"]), allow_redirects=False, timeout=10)
        return page.headers["location"]


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return html.unescape(found[1])


def authlib_client(realm: str) -> OAuth2Session:
    """The shop's own website, as Authlib plays it."""
    client = OAuth2Session(
        f"{realm}-web",
        f"{realm}-web-secret",
        scope=SCOPES[realm],
        redirect_uri=CALLBACKS[realm],
        code_challenge_method="S256",
    )
    client.trust_env = False
    return client


def authlib_tokens(issuer: str, realm: str) -> tuple[OAuth2Session, dict[str, Any]]:
    """The whole authorization code flow with PKCE, every address read from the discovery document."""
    addresses, client, verifier = discover(issuer), authlib_client(realm), generate_token(48)
    address, state = client.create_authorization_url(addresses["authorization_endpoint"], code_verifier=verifier)
    came_back_with = log_in_and_approve(address, USERS[realm])
    tokens = client.fetch_token(
        addresses["token_endpoint"], authorization_response=came_back_with, state=state, code_verifier=verifier
    )
    return client, tokens
