"""A hand-written Starlette backend on PyJWT, with keys that were imported once."""

import jwt
from starlette.authentication import AuthenticationError
from starlette_route import backend_app, route_app

PACKAGES = ("pyjwt[crypto]", "starlette")
ALGORITHMS = ("RS256", "ES256", "EdDSA")


def build(setup):
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(setup["jwks"]).keys}

    def claims_of(token):
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=setup["issuer"],
                audience=setup["audience"],
                options={"require": ["exp", "iat", "sub", "client_id", "jti"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise AuthenticationError(str(error)) from None

    return route_app(), {"first sight": backend_app(claims_of)}
