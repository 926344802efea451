"""Which realm guards which part of the project."""

import time
from collections.abc import Callable
from typing import Any

from realmgate import Realm, Realms
from realmgate.wsgi import RealmMap


def realms(provider: str, *, trust_mock: bool = False) -> Realms:
    """The two realms of the identity provider at this address."""
    return Realms(
        Realm(
            "storefront",
            issuer=f"{provider}/storefront",
            audience="https://shop.example/api",
            trust_mock=trust_mock,
        ),
        Realm(
            "backoffice",
            issuer=f"{provider}/backoffice",
            audience="https://shop.example/admin/api",
            trust_mock=trust_mock,
        ),
    )


def guarded(application: Any, shop: Realms, clock: Callable[[], float] = time.time) -> RealmMap:
    """The application behind both gates; `elsewhere="open"` would leave other pages to Django."""
    doors = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    return RealmMap(application, doors, elsewhere="refuse", clock=clock)
