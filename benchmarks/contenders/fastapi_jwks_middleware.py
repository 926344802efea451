"""The middleware fastapi-jwks; it fetches its keys from our server on loopback, once."""

from fastapi import FastAPI
from fastapi_jwks.middlewares.jwk_auth import JWKSAuthMiddleware
from fastapi_jwks.models.types import JWKSConfig, JWTDecodeConfig
from fastapi_jwks.validators import JWKSValidator
from pydantic import BaseModel

# It asks for a cryptography that other contenders are too new for.
PACKAGES = ("fastapi-jwks", "fastapi", "httpx")
ALGORITHMS = ("RS256", "ES256")


class Claims(BaseModel):
    iss: str
    sub: str
    client_id: str
    scope: str


def build(setup):
    decode = JWTDecodeConfig(issuer=setup["issuer"], audience=[setup["audience"]])
    validator = JWKSValidator[Claims](decode, JWKSConfig(url=setup["jwks_url"]))
    bare, guarded = FastAPI(), FastAPI()
    guarded.add_middleware(JWKSAuthMiddleware, jwks_validator=validator)

    @bare.get("/orders")
    async def open_orders():
        return "ok"

    @guarded.get("/orders")
    async def orders():
        return "ok"

    return bare, {"first sight": guarded}
