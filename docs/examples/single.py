"""A back-office without a storefront: nothing is prefixed, its API lives under /api. Run it and open what it prints."""

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from mockidp import MockIdp
from realmgate import Realm, RealmGate, Realms
from shop import backoffice


def create_app(issuer: str) -> Starlette:
    shop = Realms(Realm("backoffice", issuer=issuer, audience="https://shop.example/admin/api", trust_mock=True))
    gate = Middleware(RealmGate, realm=shop["backoffice"])
    app = Starlette(routes=[Mount("/api", routes=backoffice.ROUTES, middleware=[gate])])
    shop.audit(app)
    return app


if __name__ == "__main__":
    with MockIdp(port=8800, single=True) as idp:
        print(f"The provider is at {idp.base_url}/, the API at http://127.0.0.1:8900/api/users")
        uvicorn.run(create_app(idp.issuer("backoffice")), port=8900, log_level="warning")
