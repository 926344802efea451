"""Where everything is said to be, and is, when browsers and clients come by different ways."""

from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from visitor import action_of, answer_in, new_provider, token_in

from mockidp.errors import ConfigError
from mockidp.provider import Provider, build_app
from mockidp.settings.config import Client, Config, Realm

INSIDE, OUTSIDE = "http://idp:8800", "https://login.example/auth"
SPLIT = Config(base_url=INSIDE, browser_base_url=OUTSIDE)
BROWSER = {"authorization_endpoint", "end_session_endpoint"}


class Proxy:
    """Takes a path away before it asks on."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app = app
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(f"{self.path}/"):
            await Response404(scope, receive, send)
            return
        path = scope["path"].removeprefix(self.path)
        await self.app({**scope, "path": path, "raw_path": path.encode()}, receive, send)


async def Response404(_scope: Scope, _receive: Receive, send: Send) -> None:  # noqa: N802  # stands for a response
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"not behind this proxy"})


def provider_of(config: Config) -> Provider:
    provider = new_provider(config, config.base_url or "http://127.0.0.1:8800")
    provider.clock.reset()  # other people's verifiers go by real time
    return provider


def browser_of(provider: Provider) -> TestClient:
    """Comes through the proxy, by the address for browsers."""
    url = urlsplit(provider.browser_base_url)
    app = Proxy(build_app(provider), url.path) if url.path else build_app(provider)
    return TestClient(app, base_url=f"{url.scheme}://{url.netloc}", follow_redirects=False)


def metadata_of(http: TestClient, issuer: str) -> Any:
    answer = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    assert answer.status_code == 200, answer.text
    return answer.json()


def approve(browser: TestClient, page: Response, user: str) -> dict[str, str]:
    while page.is_redirect and page.headers["location"].startswith("/"):
        page = browser.get(page.headers["location"])
    login = {"csrf_token": token_in(page), "as": user}
    page = browser.get(browser.post(action_of(page), data=login).headers["location"])
    return answer_in(browser.post(action_of(page), data={"csrf_token": token_in(page), "decision": "approve"}))


def test_browsers_and_clients_are_told_different_addresses() -> None:
    inside = TestClient(build_app(provider_of(SPLIT)), base_url=INSIDE)
    for realm in ("storefront", "backoffice"):
        about = metadata_of(inside, f"{INSIDE}/{realm}")
        assert about["issuer"] == f"{INSIDE}/{realm}"
        urls = {name: url for name, url in about.items() if name.endswith(("_endpoint", "_uri"))}
        assert {name for name, url in urls.items() if url.startswith(OUTSIDE)} == BROWSER
        assert all(url.startswith(INSIDE) for name, url in urls.items() if name not in BROWSER)


def test_a_flow_goes_through_with_browser_and_client_on_different_hosts() -> None:
    provider = provider_of(SPLIT)
    inside, browser = TestClient(build_app(provider), base_url=INSIDE), browser_of(provider)
    about = metadata_of(inside, f"{INSIDE}/storefront")
    asked = {"response_type": "code", "client_id": "storefront-web", "scope": "openid"}
    answer = approve(browser, browser.get(about["authorization_endpoint"], params=asked), "buyer@example.com")
    assert answer["iss"] == about["issuer"]
    (cookie,) = browser.cookies.jar
    assert (cookie.path, cookie.secure, cookie.domain) == ("/auth/oauth2-token", True, "login.example")
    fields = {"client_id": "storefront-web", "client_secret": "storefront-web-secret"}
    tokens = inside.post(
        about["token_endpoint"], data={**fields, "grant_type": "authorization_code", "code": answer["code"]}
    ).json()
    keys = jwt.PyJWKSet.from_dict(inside.get(about["jwks_uri"]).json())
    claims = jwt.decode(tokens["id_token"], keys.keys[0], ["ES256"], audience="storefront-web", issuer=about["issuer"])
    asked_for_it = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert inside.get(about["userinfo_endpoint"], headers=asked_for_it).json() == {"sub": claims["sub"]}
    led = browser.get(about["end_session_endpoint"], params={"id_token_hint": tokens["id_token"]})
    assert "You are logged out" in browser.get(led.headers["location"]).text


def test_a_device_sends_people_to_the_address_for_browsers() -> None:
    provider = provider_of(SPLIT)
    inside, browser = TestClient(build_app(provider), base_url=INSIDE), browser_of(provider)
    about = inside.post("/storefront/device", data={"client_id": "storefront-tv"}).json()
    assert about["verification_uri"] == f"{OUTSIDE}/oauth2-token/device"
    page = browser.get(about["verification_uri_complete"])
    led = browser.post(action_of(page), data={"csrf_token": token_in(page), "as": "buyer@example.com"})
    assert "Approve only if" in browser.get(led.headers["location"]).text


def test_pages_find_their_style_and_each_other_behind_the_proxy() -> None:
    provider = provider_of(SPLIT)
    browser = browser_of(provider)
    for page in (browser.get("/auth/"), browser.get("/auth/nothing"), browser.get("/auth/oauth2-token/device")):
        assert 'href="/auth/mockidp.css?' in page.text
        assert "idp:8800/oauth2-token/authorize" not in page.text


@pytest.mark.parametrize("issuer", ["https://id.example", "https://id.example/", "https://id.example/a/b/c/"])
@pytest.mark.parametrize("base_url", ["https://id.example", "https://id.example/"])
def test_an_issuer_of_any_shape_is_named_as_it_is_and_leads_to_everything(issuer: str, base_url: str) -> None:
    client = Client(client_id="web", client_secret="x", grant_types=("client_credentials",))
    provider = provider_of(Config(realms=(Realm(name="shop", issuer=issuer, clients=(client,)),), base_url=base_url))
    http = TestClient(build_app(provider), base_url="https://id.example")
    about = metadata_of(http, issuer)
    assert about["issuer"] == issuer == provider.issuer("shop")
    path = urlsplit(issuer).path.rstrip("/")
    assert http.get(f"/.well-known/oauth-authorization-server{path}").json() == about
    assert about["jwks_uri"] == f"https://id.example{path}/jwks"
    fields = {"grant_type": "client_credentials", "client_id": "web", "client_secret": "x"}
    token = http.post(about["token_endpoint"], data=fields).json()["access_token"]
    key = jwt.PyJWKSet.from_dict(http.get(about["jwks_uri"]).json()).keys[0]
    jwt.decode(token, key, ["ES256"], issuer=issuer, audience="https://shop.example/shop/api")


@pytest.mark.parametrize("base_url", [OUTSIDE, f"{OUTSIDE}/", INSIDE])
def test_behind_a_path_of_a_proxy_an_issuer_below_it_is_found(base_url: str) -> None:
    issuer = f"{OUTSIDE}/tenant/7/"
    realm = Realm(name="shop", issuer=issuer)
    provider = provider_of(Config(realms=(realm,), base_url=base_url, browser_base_url=f"{OUTSIDE}/"))
    about = metadata_of(browser_of(provider), issuer)
    assert about["issuer"] == issuer
    assert about["jwks_uri"] == f"{base_url.rstrip('/')}/tenant/7/jwks"


def test_an_address_that_only_begins_alike_is_not_below_it() -> None:
    config = Config(realms=(Realm(name="shop", issuer=f"{OUTSIDE}-other/7"),), base_url=OUTSIDE)
    assert config.paths(config.realms[0]).issuer == "/auth-other/7"


@pytest.mark.parametrize("name", ["base_url", "browser_base_url"])
@pytest.mark.parametrize("url", ["idp:8800", "ftp://a.example", "https://a.example/?x", "https://u@a.example/", "/x"])
def test_what_is_no_address_is_refused_by_name(name: str, url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config(**{name: url})  # type: ignore[arg-type]
    assert caught.value.place == name
