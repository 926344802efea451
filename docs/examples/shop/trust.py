"""What makes a token good at a door: the issuer and the audience it names or, in OroCommerce, its client."""

from realmgate import Realm

from .doors import Door


def realm_of(door: Door, *, provider: str, dialect: str) -> Realm:
    if dialect == "orocommerce":
        return Realm(
            door.realm,
            profile="orocommerce",
            oro_version="6.1",
            clients={door.client_id},
            keys=f"{provider}/mockidp/jwks",
            trust_mock=True,
        )
    return Realm(door.realm, issuer=door.issuer, audience=door.audience, trust_mock=True)
