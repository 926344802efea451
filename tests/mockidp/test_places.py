import pytest
from visitor import new_provider

from mockidp.places import Places


@pytest.mark.parametrize(
    ("path", "client_id", "place"),
    [
        ("/oauth2-token", "backoffice-service", ("token", "backoffice")),
        ("/oauth2-token", "nobody", ("token", None)),
        ("/oauth2-token", None, ("token", None)),
        ("/oauth2-token/authorize", None, ("authorize", "storefront")),
        ("/admin/oauth2-token/login", None, ("login", "backoffice")),
        ("/storefront/jwks", "backoffice-web", ("jwks", "storefront")),
        ("/backoffice/par", None, ("par", "backoffice")),
        ("/storefront/register", None, ("register", "storefront")),
        ("/.well-known/oauth-authorization-server/storefront", None, ("discovery", "storefront")),
        ("/storefront/logout", None, ("logout", "storefront")),
        ("/elsewhere", None, ("", None)),
    ],
)
def test_an_address_tells_its_endpoint_and_its_realm(path: str, client_id: str | None, place: tuple[str, str]) -> None:
    assert Places(new_provider().sites).find(path, client_id) == place
