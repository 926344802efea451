"""A hand-written Starlette backend on joserfc, with keys that were imported once."""

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.authentication import AuthenticationError
from starlette_route import backend_app, route_app

PACKAGES = ("joserfc", "starlette")
ALGORITHMS = ("RS256", "ES256", "EdDSA")


def build(setup):
    keys = KeySet.import_key_set(setup["jwks"])
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": setup["issuer"]},
        aud={"essential": True, "value": setup["audience"]},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        client_id={"essential": True},
        jti={"essential": True},
    )

    def claims_of(token):
        try:
            decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise AuthenticationError(str(error)) from None
        return decoded.claims

    return route_app(), {"first sight": backend_app(claims_of)}
