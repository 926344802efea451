"""The two doors of the shop: which realm guards each, and as which client people log in there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    realm: str
    title: str
    people: str
    invitation: str
    issuer: str
    metadata: str
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


def two_doors(provider: str, dialect: str = "standard") -> tuple[Door, Door]:
    """The doors as the demo provider at this address knows them, when it speaks this dialect."""
    storefront = Door(
        realm="storefront",
        title="Storefront",
        people="customers",
        invitation="Log in as a customer",
        **_server(provider, "storefront", dialect),
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
        **_server(provider, "backoffice", dialect),
        audience="https://shop.example/admin/api",
        client_id="backoffice-web",
        client_secret="backoffice-web-secret",
        scope="users:read orders:read",
        api="/admin/api",
        shelf="users",
    )
    return storefront, backoffice


def _server(provider: str, realm: str, dialect: str) -> dict[str, str]:
    """Who signs the tokens, and where the rest is written down."""
    if dialect == "orocommerce":
        path = "/oauth2-server" if realm == "storefront" else "/admin/oauth2-server"
        return {
            "issuer": f"{provider}{path}",
            "metadata": f"{provider}/.well-known/oauth-authorization-server{path}",
        }
    issuer = f"{provider}/{realm}"
    return {"issuer": issuer, "metadata": f"{issuer}/.well-known/openid-configuration"}
