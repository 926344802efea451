"""Somebody at a browser and a client's back end, before an OroCommerce that the mock plays."""

import base64
import hashlib
import html
import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from httpx2 import Response
from starlette.testclient import TestClient

from mockidp.clock import Clock
from mockidp.provider import Provider, build_app
from mockidp.settings.config import Client, Config, Lifetimes, OroSettings, Realm, User
from mockidp.signing.signing_key import SigningKey

BASE: Final = "http://127.0.0.1:8800"
NOON: Final = 1_800_000_000.25
CALLBACK: Final = "https://shop.example/callback"
VERIFIER: Final = "v" * 43
CHALLENGE: Final = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
_KEY: Final = SigningKey("RS256")  # one for all tests: making one takes tens of milliseconds

PEOPLE: Final = {
    "storefront": (
        User(username="ann@example.com", password="ann", email="ann@example.com"),
        User(username="off@example.com", password="off", enabled=False),
        User(username="locked@example.com", password="locked", locked=True),
    ),
    "backoffice": (
        User(username="admin", password="admin", email="admin@example.com"),
        User(username="gone", password="gone", enabled=False),
    ),
}


def clients_of(realm: str) -> tuple[Client, ...]:
    """One client of each kind, named after its application: `storefront-web`, `backoffice-service` …"""

    def client(kind: str, *grants: str, secret: bool = True, **more: Any) -> Client:
        more.setdefault("redirect_uris", (CALLBACK,))
        return Client(
            client_id=f"{realm}-{kind}",
            client_secret=f"{realm}-{kind}-secret" if secret else None,
            name=f'The "{kind}"',
            grant_types=grants,  # type: ignore[arg-type]
            **more,
        )

    return (
        client("web", "authorization_code"),
        client("other", "authorization_code"),
        client("public", "authorization_code", secret=False),
        client("public-app", "password", secret=False),
        client(
            "native",
            "authorization_code",
            redirect_uris=("http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:1/cb"),
        ),
        client("nowhere", "authorization_code", redirect_uris=()),
        client("plain", "authorization_code", allow_plain_pkce=True),
        client("trusted", "authorization_code", skip_consent=True),
        client("app", "password"),
        client("all"),
        client("service", "client_credentials", owner=PEOPLE[realm][0].username),
        client("orphan", "client_credentials", owner=PEOPLE[realm][1].username),
        client("inactive", "authorization_code", "password", "client_credentials", active=False),
    )


def config_of(version: str, *, single: bool = False, lifetimes: Lifetimes | None = None, **oro: Any) -> Config:
    """An installation of this version with the people and clients above."""
    return Config(
        dialect="orocommerce",
        oro_version=version,  # type: ignore[arg-type]
        single=single,
        lifetimes=lifetimes or Lifetimes(),
        realms=tuple(Realm(name=name, users=PEOPLE[name], clients=clients_of(name)) for name in PEOPLE),
        oro=OroSettings(**oro),
    )


def with_callbacks(version: str, *callbacks: str) -> Config:
    """The same with other addresses for the client `storefront-web`."""

    def changed(client: Client) -> Client:
        web = client.client_id == "storefront-web"
        return msgspec.structs.replace(client, redirect_uris=callbacks) if web else client

    config = config_of(version)
    realms = tuple(
        msgspec.structs.replace(realm, clients=tuple(map(changed, realm.clients))) for realm in config.realms
    )
    return msgspec.structs.replace(config, realms=realms)


def installation(config: Config) -> Provider:
    """A provider whose clock stands still, shortly after noon."""
    clock = Clock()
    clock.freeze(NOON)
    provider = Provider(config, base_url=BASE, clock=clock)
    for keys in provider.keys.values():
        keys._newest_first = (_KEY,)
    return provider


class Oro:
    """An installation, and one browser that has its pages open."""

    def __init__(self, version: str, config: Config | None = None, **settings: Any) -> None:
        self.version = version
        self.provider = installation(config or config_of(version, **settings))
        self.http = TestClient(build_app(self.provider), base_url=BASE, follow_redirects=False)

    def new_browser(self) -> None:
        """The same installation, with a browser that knows nothing."""
        self.http = TestClient(self.http.app, base_url=BASE, follow_redirects=False)

    def prefix(self, realm: str) -> str:
        return "" if realm == "storefront" or self.provider.config.single else "/admin"

    def address(self, realm: str = "storefront") -> str:
        return f"{self.prefix(realm)}/oauth2-token/authorize"

    def asking(self, client: str = "storefront-web", **more: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None leaves one out."""
        asked = {"response_type": "code", "client_id": client, **more}
        return {name: value for name, value in asked.items() if value is not None}

    def ask(self, client: str = "storefront-web", *, realm: str = "", **more: Any) -> Response:
        """Follow a client's link to the authorization endpoint of its application, or of another."""
        realm = realm or client.split("-", maxsplit=1)[0]
        return self.http.get(self.address(realm), params=self.asking(client, **more))

    def log_in(self, realm: str = "storefront", user: str = "", password: str = "") -> Response:
        """Log in at the application, by way of its authorization endpoint."""
        page = self.http.get(self.ask(f"{realm}-web").headers["location"])
        assert page.status_code == 200, page.text
        someone = PEOPLE[realm][0]
        typed = {"_username": user or someone.username, "_password": password or someone.password}
        return self.submit_login(page, **typed)

    def submit_login(self, page: Response, **typed: str) -> Response:
        form = {"_csrf_token": token_in(page), **typed}
        return self.http.post(action_of(page), data=form)

    def decide(self, answer: str | None = "true", client: str = "storefront-web", **more: Any) -> Response:
        """Open the consent page and press a button."""
        page = self.ask(client, **more)
        assert page.status_code == 200, page.text
        form = {"_csrf_token": token_in(page), **({} if answer is None else {"grantAccess": answer})}
        return self.http.post(str(page.request.url), data=form)

    def code(self, client: str = "storefront-web", **more: Any) -> str:
        """A code for the client, after login and consent."""
        if not hasattr(self, "_logged_in"):
            self._logged_in = set[str]()
        realm = client.split("-", maxsplit=1)[0]
        if realm not in self._logged_in:
            self.log_in(realm)
            self._logged_in.add(realm)
        return answer_in(self.decide(client=client, **more))["code"]

    def exchange(self, client: str = "storefront-web", *, secret: str | None = "", **fields: Any) -> Response:
        """Ask the token endpoint with a form, as this client; a field that is None is left out."""
        known = f"{client}-secret" if secret == "" else secret
        form = {"client_id": client, "client_secret": known, **fields}
        return self.http.post("/oauth2-token", data={name: value for name, value in form.items() if value is not None})

    def redeem(self, code: str, client: str = "storefront-web", **fields: Any) -> Response:
        return self.exchange(client, **{"grant_type": "authorization_code", "code": code, **fields})

    def password(self, client: str = "storefront-app", user: str = "", password: str = "", **fields: Any) -> Response:
        someone = PEOPLE[client.split("-", maxsplit=1)[0]][0]
        usual = {"grant_type": "password", "username": someone.username, "password": someone.password}
        typed = {"username": user} if user else {}
        return self.exchange(client, **{**usual, **typed, **({"password": password} if password else {}), **fields})

    def refresh(self, refresh_token: str, client: str = "storefront-app", **fields: Any) -> Response:
        return self.exchange(client, grant_type="refresh_token", refresh_token=refresh_token, **fields)

    def is_dead(self, access_token: str) -> bool:
        """What the API's look into the database would find."""
        return self.provider.revoked("storefront")(claims_of(access_token)["jti"])


def refused(response: Response, status: int, error: str, description: str, hint: str | None = None) -> None:
    """Insist on a refusal, byte for byte."""
    said = f'"error":"{error}","error_description":"{description}"'
    hinted = "" if hint is None else f',"hint":"{hint}"'
    assert response.text == f'{{{said}{hinted},"message":"{description}"}}'
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert "cache-control" not in response.headers
    assert "pragma" not in response.headers


REQUEST: Final = (
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than "
    "once, or is otherwise malformed."
)
GRANT: Final = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is "
    "invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to "
    "another client."
)


def refused_client(response: Response, challenge: str | None = None) -> None:
    refused(response, 401, "invalid_client", "Client authentication failed")
    assert response.headers.get("www-authenticate") == challenge


def refused_request(response: Response, hint: str) -> None:
    refused(response, 400, "invalid_request", REQUEST, hint)


def refused_grant(response: Response, hint: str) -> None:
    refused(response, 400, "invalid_grant", GRANT, hint)


def refused_credentials(response: Response) -> None:
    refused(response, 400, "invalid_grant", "The user credentials were incorrect.")


def refused_refresh(response: Response, hint: str) -> None:
    refused(response, 401, "invalid_request", "The refresh token is invalid.", hint)


def refused_unsupported(response: Response) -> None:
    refused(
        response,
        400,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
        "Check that all required parameters have been provided",
    )


def refused_keys(response: Response) -> None:
    refused(response, 401, "no_encryption_key", "The encryption key does not exist.")


def is_page(response: Response, status: int) -> bool:
    return response.status_code == status and response.headers["content-type"].startswith("text/html")


def token_in(page: Response) -> str:
    """The form token of a page."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def action_of(page: Response) -> str:
    """Where the login form goes."""
    found = re.search(r'<form id="login-form" method="post" action="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def answer_in(response: Response, at: str = CALLBACK) -> dict[str, str]:
    """The parameters that a redirect carries to the client."""
    assert response.status_code == 302, response.text
    location = response.headers["location"]
    assert location.startswith(f"{at}?"), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def claims_of(access_token: str) -> dict[str, Any]:
    """What a token says; nothing is verified."""
    return part_of(access_token, 1)


def header_of(access_token: str) -> dict[str, Any]:
    return part_of(access_token, 0)


def part_of(access_token: str, at: int) -> dict[str, Any]:
    part = access_token.split(".")[at]
    decoded: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded
