"""A shop with two APIs: customers see their own orders under /api, staff see everybody's under /admin/api."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Security
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from realmgate import Principal, Realm, RealmMap, Realms
from realmgate.fastapi import RealmSecurity

SWAGGER_UI = Path(__file__).parent / "node_modules/swagger-ui-dist"

ORDERS = [
    {"id": 1001, "customer": "customer@example.com", "product": "Enamel mug"},
    {"id": 1002, "customer": "buyer@example.com", "product": "Linen apron"},
]


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


def create_app(shop: Realms, clock: Callable[[], float] = time.time) -> FastAPI:
    app = FastAPI(title="Corner Shop", docs_url=None, redoc_url=None)
    customer = RealmSecurity(shop["storefront"], open_id_connect=True, description="For customers")
    staff = RealmSecurity(shop["backoffice"], open_id_connect=True, description="For staff")

    @app.get("/api/orders")
    def my_orders(who: Annotated[Principal, Security(customer, scopes=["orders:read"])]) -> list[dict[str, Any]]:
        return [order for order in ORDERS if order["customer"] == who.subject]

    @app.get("/admin/api/orders", dependencies=[Security(staff, scopes=["orders:read"])])
    def all_orders() -> list[dict[str, Any]]:
        return ORDERS

    serve_swagger(app)
    doors = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    app.add_middleware(RealmMap, doors, elsewhere="open", clock=clock)
    shop.audit(app, public=("/docs", "/swagger-ui", "/openapi.json"))
    return app


def serve_swagger(app: FastAPI) -> None:
    """Serve Swagger UI from here, as FastAPI's own page loads it from elsewhere; `npm install` brings it."""
    app.mount("/swagger-ui", StaticFiles(directory=SWAGGER_UI, check_dir=False))

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            title=app.title,
            openapi_url="/openapi.json",
            swagger_js_url="/swagger-ui/swagger-ui-bundle.js",
            swagger_css_url="/swagger-ui/swagger-ui.css",
            swagger_favicon_url="/swagger-ui/favicon-32x32.png",
            oauth2_redirect_url="/docs/oauth2-redirect",
            init_oauth={
                "clientId": "storefront-docs",
                "scopes": "orders:read",
                "usePkceWithAuthorizationCodeGrant": True,
            },
        )

    @app.get("/docs/oauth2-redirect", include_in_schema=False)
    def come_back() -> HTMLResponse:
        return get_swagger_ui_oauth2_redirect_html()


def from_environment() -> FastAPI:
    """What a server runs: PROVIDER=https://id.example uvicorn --factory fastapi_swagger.app:from_environment."""
    return create_app(realms(os.environ["PROVIDER"]))
