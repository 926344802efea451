"""A shop with two APIs: customers see their own orders under /api, staff see everybody's under /admin/api."""

import os
import time
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue

from realmgate import Realm, Realms, principal_of, refusal_for
from realmgate.wsgi import RealmMap

ORDERS = [
    {"id": 1001, "customer": "customer@example.com", "product": "Enamel mug"},
    {"id": 1002, "customer": "buyer@example.com", "product": "Linen apron"},
]

View = Callable[..., ResponseReturnValue]

storefront = Blueprint("storefront", __name__, url_prefix="/api")
backoffice = Blueprint("backoffice", __name__, url_prefix="/admin/api")


def requires(scopes: str) -> Callable[[View], View]:
    """Answer as the gate would, unless the token has these scopes."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: object) -> ResponseReturnValue:
            refusal = refusal_for(request, scopes)
            if refusal is not None:
                return refusal.body, refusal.status, list(refusal.headers)
            return view(**arguments)

        return guarded

    return decorate


@storefront.get("/orders")
@requires("orders:read")
def my_orders() -> ResponseReturnValue:
    customer = principal_of(request).subject
    return jsonify([order for order in ORDERS if order["customer"] == customer])


@backoffice.get("/orders")
@requires("orders:read")
def all_orders() -> ResponseReturnValue:
    return jsonify(ORDERS)


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


def create_app(shop: Realms, clock: Callable[[], float] = time.time) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(storefront)
    app.register_blueprint(backoffice)
    doors = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    app.wsgi_app = RealmMap(app.wsgi_app, doors, elsewhere="refuse", clock=clock)  # type: ignore[method-assign]
    return app


def from_environment() -> Flask:
    """What a server runs: PROVIDER=https://id.example flask --app flask_api.app:from_environment run."""
    return create_app(realms(os.environ["PROVIDER"]))
