"""The two doors of the shop: which realm guards each, and as which client people log in there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    realm: str
    title: str
    people: str
    invitation: str
    issuer: str
    audience: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    api: str
    shelf: str

    @property
    def path(self) -> str:
        """What the page asks for when it tries a token at this door."""
        return f"{self.api}/{self.shelf}"


def two_doors(provider: str) -> tuple[Door, Door]:
    """The doors as the demo provider at this address knows them."""
    storefront = Door(
        realm="storefront",
        title="Storefront",
        people="customers",
        invitation="Log in as a customer",
        issuer=f"{provider}/storefront",
        audience="https://shop.example/api",
        client_id="storefront-web",
        client_secret="storefront-web-secret",
        scope="products:read orders:read",
        api="/api",
        shelf="orders",
    )
    backoffice = Door(
        realm="backoffice",
        title="Back-office",
        people="staff",
        invitation="Log in to the back-office",
        issuer=f"{provider}/backoffice",
        audience="https://shop.example/admin/api",
        client_id="backoffice-web",
        client_secret="backoffice-web-secret",
        scope="users:read orders:read",
        api="/admin/api",
        shelf="users",
    )
    return storefront, backoffice
