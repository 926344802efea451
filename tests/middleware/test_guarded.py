"""What a realm becomes in a `Realms`."""

from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS

from realmgate import Realm, Realms, Secret


def test_it_knows_its_siblings_audiences_and_its_own_name() -> None:
    shop = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
    )

    assert shop["storefront"].name == "storefront"
    assert shop["storefront"].owner is shop
    assert shop["storefront"].expected.foreign_audiences == {ADMIN_AUDIENCE}


def test_it_shows_no_keys_where_it_is_printed() -> None:
    secret = b"a secret that is long enough for HS256"
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=Secret(secret), algorithms=("HS256",))

    assert secret.decode() not in repr(Realms(realm)["storefront"])
