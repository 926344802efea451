"""Authlib's validator of RFC 9068 access tokens, in a Starlette backend; its keys are imported once."""

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet
from starlette.authentication import AuthenticationError
from starlette_route import backend_app, route_app

PACKAGES = ("authlib", "starlette")
ALGORITHMS = ("RS256", "ES256")


class Validator(JWTBearerTokenValidator):
    def __init__(self, keys, **options):
        super().__init__(**options)
        self._keys = keys

    def get_jwks(self):
        return self._keys


def build(setup):
    keys = KeySet.import_key_set(setup["jwks"])
    validator = Validator(keys, issuer=setup["issuer"], resource_server=setup["audience"])

    def claims_of(token):
        try:
            claims = validator.authenticate_token(token)
            validator.validate_token(claims, None, None)
        except (OAuth2Error, ValueError) as error:
            raise AuthenticationError(str(error)) from None
        return claims

    return route_app(), {"first sight": backend_app(claims_of)}
