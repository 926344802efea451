from collections.abc import Callable, Iterator
from typing import Any

import pytest
from both_doors import Doors, asgi_app, wsgi_app

from mockidp import MockIdp
from realmgate import Realm, Realms, asgi, wsgi


@pytest.fixture
def idp() -> Iterator[MockIdp]:
    """A real provider on a free port, whose clock stands still."""
    with MockIdp() as provider:
        provider.clock.freeze()
        yield provider


@pytest.fixture
def shop_of() -> Callable[..., Realms]:
    """The shop's two realms, as a provider has them; what differs from that is said."""

    def shop_of(provider: MockIdp, **differs: Any) -> Realms:
        audiences = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}
        return Realms(
            *(
                Realm(name, **{"issuer": provider.issuer(name), "audience": audience, "trust_mock": True, **differs})
                for name, audience in audiences.items()
            )
        )

    return shop_of


@pytest.fixture
def gate_at() -> Callable[..., Doors]:
    """One realm's gate before the same app at both doors, on the provider's clock."""

    def gate_at(shop: Realms, name: str, clock: Any) -> Doors:
        return Doors(
            asgi=asgi.RealmGate(asgi_app, realm=shop[name], clock=clock),
            wsgi=wsgi.RealmGate(wsgi_app, realm=shop[name], clock=clock),
        )

    return gate_at
