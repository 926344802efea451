"""The page, as files: any web server does; this one also tells it where the API and the provider are."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node_modules"  # which `npm install` brings


def create_page(*, api: str, issuer: str) -> Starlette:
    settings = {"api": api, "issuer": issuer, "client_id": "shop-page"}
    return Starlette(
        routes=[
            Route("/settings.json", lambda _: JSONResponse(settings)),
            Mount("/oidc-client-ts", StaticFiles(directory=NODE_MODULES / "oidc-client-ts/dist/esm", check_dir=False)),
            Mount("/jwt-decode", StaticFiles(directory=NODE_MODULES / "jwt-decode/build/esm", check_dir=False)),
            Mount("/", StaticFiles(directory=HERE / "static", html=True)),
        ]
    )
