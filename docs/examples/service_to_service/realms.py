"""The realms, as both services know them: each has to know the other's, so that it can keep its tokens out."""

from realmgate import Realm, Realms


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
