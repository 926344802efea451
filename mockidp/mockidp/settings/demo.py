# ruff: noqa: S106  (demo passwords, shown on the start page)
"""The shop that is there without any configuration: two realms with a handful of people and clients.

Every password and secret in this file is public: the start page shows them all.
"""

from typing import Final

from msgspec.structs import replace

from .realm import BACKOFFICE, DEVICE_CODE, STOREFRONT, Client, GrantType, Realm, User

_STOREFRONT_SCOPE: Final = "openid profile email offline_access products:read orders:read"
_DEVICE: Final[tuple[GrantType, ...]] = (DEVICE_CODE, "refresh_token")
_BACKOFFICE_SCOPE: Final = "openid profile email offline_access users:read orders:read"

DEMO_REALMS: Final = (
    Realm(
        name=STOREFRONT,
        title="Storefront",
        users=(
            User(
                username="customer@example.com",
                password="customer",
                name="Casey Customer",
                email="customer@example.com",
            ),
            User(username="buyer@example.com", password="buyer", name="Billie Buyer", email="buyer@example.com"),
        ),
        clients=(
            Client(
                client_id="storefront-web",
                client_secret="storefront-web-secret",
                name="Storefront website",
                redirect_uris=("http://127.0.0.1:8900/callback/storefront",),
                post_logout_redirect_uris=("http://127.0.0.1:8900/",),
                scope=_STOREFRONT_SCOPE,
            ),
            Client(
                client_id="storefront-spa",
                name="Storefront app in the browser",
                redirect_uris=("http://127.0.0.1:8900/spa/callback",),
                post_logout_redirect_uris=("http://127.0.0.1:8900/",),
                scope=_STOREFRONT_SCOPE,
            ),
            Client(
                client_id="storefront-tv",
                name="Storefront on the television",
                grant_types=_DEVICE,
                scope=_STOREFRONT_SCOPE,
            ),
            Client(
                client_id="storefront-service",
                client_secret="storefront-service-secret",
                name="Storefront service",
                grant_types=("client_credentials",),
                scope="products:read orders:read",
            ),
        ),
    ),
    Realm(
        name=BACKOFFICE,
        title="Back-office",
        users=(
            User(username="admin", password="admin", name="Alex Admin", email="admin@example.com"),
            User(username="clerk", password="clerk", name="Chris Clerk", email="clerk@example.com"),
        ),
        clients=(
            Client(
                client_id="backoffice-web",
                client_secret="backoffice-web-secret",
                name="Back-office website",
                redirect_uris=("http://127.0.0.1:8900/callback/backoffice",),
                post_logout_redirect_uris=("http://127.0.0.1:8900/",),
                scope=_BACKOFFICE_SCOPE,
            ),
            Client(
                client_id="backoffice-cli",
                name="Back-office command line",
                redirect_uris=("http://127.0.0.1/callback",),
                grant_types=("authorization_code", DEVICE_CODE, "refresh_token"),
                scope=_BACKOFFICE_SCOPE,
            ),
            Client(
                client_id="backoffice-service",
                client_secret="backoffice-service-secret",
                name="Back-office service",
                grant_types=("client_credentials",),
                scope="users:read orders:read",
            ),
        ),
    ),
)


# OroCommerce's own: a client logs people in by itself, and one that acts by itself does so as somebody.
_PASSWORD_CLIENTS: Final = {
    STOREFRONT: Client(
        client_id="storefront-app",
        client_secret="storefront-app-secret",
        name="Storefront app",
        grant_types=("password",),
    ),
    BACKOFFICE: Client(
        client_id="backoffice-app",
        client_secret="backoffice-app-secret",
        name="Back-office app",
        grant_types=("password",),
    ),
}


def _in_orocommerce(realm: Realm) -> Realm:
    clients = tuple(_client_in_orocommerce(client, realm) for client in realm.clients if client.grant_types != _DEVICE)
    return replace(realm, clients=(*clients, _PASSWORD_CLIENTS[realm.name]))


def _client_in_orocommerce(client: Client, realm: Realm) -> Client:
    return replace(
        client,
        grant_types=tuple(name for name in client.grant_types if name != DEVICE_CODE),
        owner=realm.users[0].username if "client_credentials" in client.grant_types else "",
        post_logout_redirect_uris=(),
    )


ORO_DEMO_REALMS: Final = tuple(_in_orocommerce(realm) for realm in DEMO_REALMS)
