"""Somebody at a browser, and a client's back end: both talk HTTP to the provider and know nothing of its inside."""

import html
import re
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

import msgspec
from httpx2 import Response
from starlette.testclient import TestClient

from mockidp.clock import Clock
from mockidp.provider import Provider, build_app
from mockidp.settings.config import Config

BASE: Final = "http://127.0.0.1:8800"
NOON: Final = 1_800_000_000.0


class Page(Protocol):
    """What any HTTP client makes of a page."""

    @property
    def text(self) -> str: ...


def quick(config: Config | None = None) -> Config:
    """The same with ES256, whose keys are made in no time."""
    config = config or Config()
    realms = tuple(msgspec.structs.replace(realm, algorithm="ES256") for realm in config.realms)
    return msgspec.structs.replace(config, realms=realms)


def new_provider(config: Config | None = None, base_url: str = BASE) -> Provider:
    """A provider whose clock stands still at noon."""
    clock = Clock()
    clock.freeze(NOON)
    return Provider(quick(config), base_url=base_url, clock=clock)


class Visitor:
    """One browser at one provider."""

    def __init__(self, provider: Provider | None = None, *, prefix: str = "") -> None:
        self.provider = provider or new_provider()
        self.http = TestClient(build_app(self.provider), base_url=BASE, follow_redirects=False)
        self.prefix = prefix

    def ask(self, **asked: str) -> Response:
        """Follow a client's link to the authorization endpoint."""
        return self.http.get(f"{self.prefix}/oauth2-token/authorize", params=asked)

    def log_in(self, page: Response, **typed: str) -> Response:
        """Open the login page that we were sent to, and submit it."""
        opened = self.http.get(page.headers["location"])
        assert opened.status_code == 200, opened.text
        return self.submit(opened, **typed)

    def submit(self, page: Response, **filled: str) -> Response:
        """Submit the first form of the page."""
        return self.http.post(action_of(page), data={"csrf_token": token_in(page), **filled})

    def consent(self, user: str, **asked: str) -> Response:
        """Go as far as the consent page."""
        page = self.ask(**asked)
        if page.is_redirect:
            page = self.http.get(self.log_in(page, **{"as": user}).headers["location"])
        assert page.status_code == 200, page.text
        return page

    def answer(self, user: str, **asked: str) -> dict[str, str]:
        """What the client gets at its address after login and approval."""
        return answer_in(self.submit(self.consent(user, **asked), decision="approve"))

    def tokens(self, user: str = "customer@example.com", **asked: str) -> dict[str, Any]:
        """The storefront website's whole way to its tokens."""
        code = self.answer(user, **{"response_type": "code", "client_id": "storefront-web", **asked})["code"]
        tokens: dict[str, Any] = self.redeem(code).json()
        return tokens

    def redeem(self, code: str, **fields: str) -> Response:
        """Present a code as the storefront website."""
        return self.exchange(grant_type="authorization_code", code=code, **fields)

    def refresh(self, refresh_token: str, **fields: str) -> Response:
        """Present a refresh token as the storefront website."""
        return self.exchange(grant_type="refresh_token", refresh_token=refresh_token, **fields)

    def exchange(self, **fields: str) -> Response:
        """Send a form to the token endpoint, as the storefront website unless the fields say otherwise."""
        if "client_id" not in fields:
            fields |= {"client_id": "storefront-web", "client_secret": "storefront-web-secret"}
        return self.http.post("/oauth2-token", data=fields)

    def userinfo(self, access_token: str, realm: str = "storefront") -> Response:
        """Ask who the token is about."""
        return self.http.get(f"/{realm}/userinfo", headers={"Authorization": f"Bearer {access_token}"})


def token_in(page: Page) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def action_of(page: Page) -> str:
    """Where the first form of a page goes."""
    found = re.search(r'<form[^>]* action="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def answer_in(response: Response) -> dict[str, str]:
    """The parameters that a redirect carries, each once."""
    assert response.status_code in {302, 303}, response.text
    pairs = parse_qsl(urlsplit(response.headers["location"]).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
