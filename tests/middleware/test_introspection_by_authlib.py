"""An introspection endpoint that is not ours: Authlib's, in Flask, on a real socket."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, NOW, Doors
from flask import Flask
from werkzeug.serving import make_server

from realmgate import Introspection, Realm, Realms

# A colon, a percent sign and a letter beyond ASCII: what goes wrong where the form-encoding is forgotten.
CLIENT_ID = "shop-gate"
CLIENT_SECRET = "s3:cr%et&é"


@dataclass
class Token:
    """What Authlib's endpoint wants to know of a token."""

    audience: Any = AUDIENCE
    expires_at: int = int(NOW) + 3600
    revoked: bool = False
    kind: str = "access_token"

    def is_expired(self) -> bool:
        return self.expires_at <= NOW

    def is_revoked(self) -> bool:
        return self.revoked


@dataclass
class Issuer:
    """The server's address, and the tokens it knows."""

    address: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)


class Client:
    client_id = CLIENT_ID

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "introspection")


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()

    class Endpoint(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib is not typed
        def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
            token = issuer.tokens.get(token_string)
            return token if token_type_hint == "access_token" else None

        def check_permission(self, token: Token, client: Client, request: Any) -> bool:
            return client.client_id == CLIENT_ID

        def introspect_token(self, token: Token) -> dict[str, Any]:
            return {
                "iss": ISSUER,
                "aud": token.audience,
                "sub": "customer@example.com",
                "client_id": "storefront-web",
                "scope": "orders:read",
                "token_type": "Bearer" if token.kind == "access_token" else token.kind,
                "exp": token.expires_at,
                "iat": int(NOW),
            }

    app = Flask("issuer")
    clients = {CLIENT_ID: Client()}
    server = AuthorizationServer(app, query_client=clients.get, save_token=SimpleNamespace)
    server.register_endpoint(Endpoint)
    app.post("/introspect")(lambda: server.create_endpoint_response("introspection"))
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    issuer.address = f"http://127.0.0.1:{listener.server_port}/introspect"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield issuer
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def door(issuer: Issuer, doors_to: Callable[..., Doors]) -> Callable[..., Doors]:
    def door(realm: str = "storefront", **differs: Any) -> Doors:
        settings = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "cache_for": 0, **differs}
        asking = Introspection(issuer.address, **settings)
        shop = Realms(
            Realm("storefront", issuer=ISSUER, audience=AUDIENCE, introspection=asking, trust_mock=True),
            Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, introspection=asking, trust_mock=True),
        )
        return doors_to(shop[realm])

    return door


def test_a_token_nobody_has_issued_is_refused(door: Callable[..., Doors]) -> None:
    assert door().bearer("invented").status == 401


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(Token(revoked=True), id="revoked"),
        pytest.param(Token(expires_at=int(NOW)), id="expired"),
        pytest.param(Token(audience=ADMIN_AUDIENCE), id="of the other realm"),
        pytest.param(Token(audience=[AUDIENCE, ADMIN_AUDIENCE]), id="of both realms"),
        pytest.param(Token(audience=None), id="of no realm"),
        pytest.param(Token(kind="refresh_token"), id="to refresh others with"),
    ],
)
def test_a_token_that_is_not_good_here_is_refused(issuer: Issuer, door: Callable[..., Doors], token: Token) -> None:
    issuer.tokens["opaque"] = token
    assert door().bearer("opaque").status == 401


@pytest.mark.parametrize("wrong", [{"client_secret": "guessed"}, {"client_id": "somebody"}])
def test_without_our_credentials_the_server_tells_us_nothing(
    issuer: Issuer, door: Callable[..., Doors], wrong: dict[str, str]
) -> None:
    issuer.tokens["opaque"] = Token()
    assert door(**wrong).bearer("opaque").status == 503


def test_a_token_opens_its_own_realm_until_it_is_revoked(issuer: Issuer, door: Callable[..., Doors]) -> None:
    issuer.tokens["opaque"] = Token()
    storefront, backoffice = door("storefront"), door("backoffice")
    assert storefront.bearer("opaque").json["subject"] == "customer@example.com"
    assert backoffice.bearer("opaque").status == 401
    issuer.tokens["opaque"].revoked = True
    assert storefront.bearer("opaque").status == 401
