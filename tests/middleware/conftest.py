import logging
from collections.abc import Callable
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, Doors, asgi_app, wsgi_app

from realmgate import Realm, Realms, asgi, wsgi
from realmgate.guarded import GuardedRealm


@pytest.fixture
def shop() -> Realms:
    return Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
    )


@pytest.fixture
def doors_to() -> Callable[..., Doors]:
    """Put the same gate before the same app, once at each door."""

    def doors_to(guarded: GuardedRealm, **options: Any) -> Doors:
        options.setdefault("clock", lambda: NOW)
        return Doors(
            asgi=asgi.RealmGate(asgi_app, realm=guarded, **options),
            wsgi=wsgi.RealmGate(wsgi_app, realm=guarded, **options),
        )

    return doors_to


@pytest.fixture
def doors(shop: Realms, doors_to: Callable[..., Doors]) -> Doors:
    """The storefront's gate at both doors, at the time NOW."""
    return doors_to(shop["storefront"])


@pytest.fixture
def door_to(doors_to: Callable[..., Doors]) -> Callable[..., Doors]:
    """A storefront gate whose realm differs from the usual one where told."""

    def door_to(*, clock: Any = None, remember: int = 10_000, **differs: Any) -> Doors:
        settings = {"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs}
        options = {"remember": remember, **({"clock": clock} if clock else {})}
        return doors_to(Realms(Realm("storefront", **settings))["storefront"], **options)

    return door_to


@pytest.fixture
def reason_of(caplog: pytest.LogCaptureFixture) -> Callable[..., str]:
    """Have a token refused at both doors, and say for which reason the operator is told it was."""

    def reason_of(doors: Doors, token: str) -> str:
        caplog.clear()
        with caplog.at_level(logging.INFO, "realmgate"):
            assert doors.bearer(token).status == 401
        told = {record.getMessage() for record in caplog.records if record.name == "realmgate"}
        assert len(told) == 1
        return told.pop().removeprefix("refused at realm storefront: ")

    return reason_of
