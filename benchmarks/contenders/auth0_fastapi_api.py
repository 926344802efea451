"""Auth0's own dependency for FastAPI; it fetches its keys from our server on loopback, once."""

import httpx
from fastapi import Depends, FastAPI
from fastapi_plugin import Auth0FastAPI

PACKAGES = ("auth0-fastapi-api", "httpx")
ALGORITHMS = ("RS256",)


def build(setup):
    async def fetch(url):
        if url.endswith("/.well-known/openid-configuration"):
            return {"issuer": setup["issuer"], "jwks_uri": setup["jwks_url"]}
        async with httpx.AsyncClient() as client:
            return (await client.get(setup["jwks_url"])).json()

    domain = setup["issuer"].removeprefix("https://").rstrip("/")
    auth0 = Auth0FastAPI(domain=domain, audience=setup["audience"], custom_fetch=fetch)
    bare, guarded = FastAPI(), FastAPI()

    @bare.get("/orders")
    async def open_orders():
        return "ok"

    @guarded.get("/orders", dependencies=[Depends(auth0.require_auth())])
    async def orders():
        return "ok"

    return bare, {"first sight": guarded}
