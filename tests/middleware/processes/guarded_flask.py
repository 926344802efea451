"""A Flask app behind the WSGI gate, as a server's workers import it; it says which process answered."""

import os

from flask import Flask

from realmgate import JwksUri, Realm, Realms
from realmgate.keys import keyring
from realmgate.wsgi import RealmGate

# On a busy machine a look at keys takes what it takes.
keyring.PATIENCE = 60.0  # type: ignore[misc]  # final but for tests
shop = Realms(
    Realm(
        "storefront",
        issuer="https://id.example/storefront",
        audience="https://shop.example/api",
        keys=JwksUri(os.environ["JWKS"], trust_mock=True, cooldown=0.0),
        trust_mock=True,
    )
)
if os.environ.get("WARM"):
    # Before the fork with --preload: what is known then, and the thread that fetched it, must not trouble a child.
    shop.warm_up()

app = Flask(__name__)


@app.get("/")
def who() -> dict[str, object]:
    return {"process": os.getpid()}


app.wsgi_app = RealmGate(app.wsgi_app, realm=shop["storefront"])  # type: ignore[method-assign]
