from collections.abc import Callable, Iterator
from typing import Any

import pytest
from both_doors import NOW, Doors, ask_wsgi
from internet import Internet, connect, internet
from provider import Provider

from realmgate import Principal, Realms, wsgi

HOSTS = (
    *("keycloak.example", "shop.eu.auth0.com", "login.microsoftonline.com", "sts.windows.net", "shop.okta.com"),
    *("cognito-idp.eu-central-1.amazonaws.com", "accounts.google.com", "www.googleapis.com"),
    *("shop-team.cloudflareaccess.com", "cloud.google.com", "www.gstatic.com"),
)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with internet(tmp_path_factory.mktemp("internet"), *HOSTS) as world:
        yield world


@pytest.fixture
def online(world: Internet, monkeypatch: pytest.MonkeyPatch) -> Callable[[Provider], Internet]:
    """Let a provider be found under its name."""

    def online(provider: Provider) -> Internet:
        connect(world, monkeypatch)
        assert provider.hosts <= set(HOSTS)
        world.pages.update(provider.pages)
        return world

    return online


@pytest.fixture
def whom() -> Callable[..., Principal]:
    """Who a token makes of its bearer, behind a realm's gate."""

    def whom(shop: Realms, token: str, realm: str = "storefront") -> Principal:
        seen: list[Principal] = []

        def app(environ: Any, start_response: Any) -> list[bytes]:
            seen.append(environ["realmgate.principal"])
            start_response("200 OK", [])
            return []

        gate = wsgi.RealmGate(app, realm=shop[realm], clock=lambda: NOW)
        assert ask_wsgi(gate, [("authorization", f"Bearer {token}")]).status == 200
        return seen[0]

    return whom


@pytest.fixture
def refused(doors_to: Callable[..., Doors]) -> Callable[..., bool]:
    """Whether both doors of a realm refuse a token."""

    def refused(shop: Realms, token: str, realm: str = "storefront") -> bool:
        status = doors_to(shop[realm]).bearer(token).status
        assert status in (200, 401)
        return status == 401

    return refused
