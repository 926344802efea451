from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from visitor import BASE, Visitor, new_provider, quick

from mockidp.endpoints.discovery import metadata
from mockidp.errors import ConfigError
from mockidp.provider import Provider
from mockidp.settings.config import Client, Config, User, default_config
from mockidp.settings.realm import DEVICE_CODE

WEB = "storefront-web"
CLERK = {"username": "new", "password": "secret"}
APP: dict[str, Any] = {
    "client_id": "app",
    "client_secret": "s3cret",
    "redirect_uris": ("http://127.0.0.1/callback",),
    "scope": "openid garage:open",
}


@pytest.fixture
def provider() -> Provider:
    return new_provider()


def logged_in(provider: Provider, username: str, password: str, client_id: str = "storefront-web") -> int:
    visitor = Visitor(provider)
    page = visitor.log_in(visitor.ask(response_type="code", client_id=client_id), username=username, password=password)
    return page.status_code


def test_somebody_who_was_added_can_log_in_until_all_is_reset(provider: Provider) -> None:
    assert logged_in(provider, **CLERK) == 400
    provider.users.add("storefront", **CLERK)
    assert logged_in(provider, **CLERK) == 303
    provider.reset()
    assert logged_in(provider, **CLERK) == 400


def test_somebody_who_was_removed_cannot_until_all_is_reset(provider: Provider) -> None:
    provider.users.remove("storefront", "customer@example.com")
    assert logged_in(provider, "customer@example.com", "customer") == 400
    assert [user.username for user in provider.users["storefront"]] == ["buyer@example.com"]
    provider.reset()
    assert logged_in(provider, "customer@example.com", "customer") == 303


def test_who_was_removed_can_be_added_again_with_another_password(provider: Provider) -> None:
    provider.users.remove("storefront", "customer@example.com")
    provider.users.add("storefront", username="customer@example.com", password="other")
    assert logged_in(provider, "customer@example.com", "other") == 303
    provider.users.remove("storefront", "customer@example.com")
    assert logged_in(provider, "customer@example.com", "other") == 400


def test_a_session_ends_with_its_user(provider: Provider) -> None:
    visitor = Visitor(provider)
    asked = visitor.ask(response_type="code", client_id="storefront-web")
    assert visitor.log_in(asked, username="customer@example.com", password="customer").status_code == 303
    assert "login" not in visitor.ask(response_type="code", client_id="storefront-web").headers.get("location", "")
    provider.users.remove("storefront", "customer@example.com")
    again = visitor.ask(response_type="code", client_id="storefront-web")
    assert "login" in again.headers["location"]


def test_a_client_that_was_added_gets_tokens_and_discovery_says_what_it_may(provider: Provider) -> None:
    app = {**APP, "grant_types": ("client_credentials",), "redirect_uris": (), "scope": "garage:open"}
    provider.clients.add("storefront", **app)
    asked = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "s3cret"}
    answer = Visitor(provider).http.post("/oauth2-token", data=asked)
    assert answer.status_code == 200
    assert "garage:open" in metadata(provider.sites.named("storefront"))["scopes_supported"]
    provider.reset()
    assert Visitor(provider).http.post("/oauth2-token", data=asked).status_code == 401
    assert "garage:open" not in metadata(provider.sites.named("storefront"))["scopes_supported"]


def test_a_client_that_was_removed_gets_none(provider: Provider) -> None:
    provider.clients.remove("storefront", "storefront-service")
    asked = {
        "grant_type": "client_credentials",
        "client_id": "storefront-service",
        "client_secret": "storefront-service-secret",
    }
    assert Visitor(provider).http.post("/oauth2-token", data=asked).status_code == 401


def test_a_client_that_registered_itself_can_be_removed_and_stays_away() -> None:
    provider = new_provider(Config(registration=True))
    registered = Visitor(provider).http.post(
        "/storefront/register", json={"redirect_uris": ["http://127.0.0.1/callback"]}
    )
    client_id = registered.json()["client_id"]
    assert provider.clients.remove("storefront", client_id).client_id == client_id
    assert client_id not in {client.client_id for client in provider.clients["storefront"]}


def test_new_ones_stand_on_the_start_page(provider: Provider) -> None:
    provider.users.add("backoffice", username="zora", password="p")
    provider.clients.add("backoffice", client_id="zora-app")
    page = Visitor(provider).http.get(f"{BASE}/").text
    assert "zora" in page
    assert "zora-app" in page


@pytest.mark.parametrize(
    ("attempt", "place", "problem"),
    [
        (lambda idp: idp.users.add("garage", **CLERK), "realm", "there is no realm 'garage'; there are storefront"),
        (lambda idp: idp.users.remove("garage", "x"), "realm", "there is no realm 'garage'"),
        (
            lambda idp: idp.users.add("backoffice", username="admin", password="p"),
            "username",
            "'admin' is taken in realm",
        ),
        (
            lambda idp: idp.users.add("backoffice", username="x", subject="admin", password="p"),
            "subject",
            "'admin' is taken in realm backoffice: remove that one first, or take another",
        ),
        (lambda idp: idp.users.add("backoffice", username="", password="p"), "username", "at least one printable"),
        (lambda idp: idp.users.remove("backoffice", "nobody"), "username", "there is admin, clerk"),
        (
            lambda idp: idp.clients.add("storefront", client_id="backoffice-web"),
            "client_id",
            "is taken in realm backoffice",
        ),
        (lambda idp: idp.clients.add("storefront", client_id="a b"), "client_id", "visible ASCII"),
        (lambda idp: idp.clients.add("garage", client_id="x"), "realm", "no realm 'garage'"),
        (lambda idp: idp.clients.remove("storefront", "backoffice-web"), "client_id", "there is no client"),
        (lambda idp: idp.clients.add("storefront", client_id="x", active=False), "active", "orocommerce"),
        (
            lambda idp: idp.clients.add("storefront", client_id="x", redirect_uris=("nowhere",)),
            "redirect_uris[0]",
            "an absolute address",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_place_cause_and_cure(
    provider: Provider, attempt: Callable[[Provider], object], place: str, problem: str
) -> None:
    before = (dict(provider.users), dict(provider.clients))
    with pytest.raises(ConfigError) as refused:
        attempt(provider)
    assert refused.value.place == place
    assert problem in refused.value.problem
    assert (dict(provider.users), dict(provider.clients)) == before


def test_in_orocommerce_the_rules_of_orocommerce_hold() -> None:
    provider = Provider(Config(dialect="orocommerce"), base_url=BASE)
    with pytest.raises(ConfigError, match="OroCommerce knows nothing"):
        provider.clients.add(
            "storefront", client_id="tv", grant_types=("urn:ietf:params:oauth:grant-type:device_code",)
        )
    provider.clients.add(
        "backoffice", client_id="robot", client_secret="s", grant_types=("client_credentials",), owner="admin"
    )
    asked = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": "s"}
    assert Visitor(provider).http.post("/oauth2-token", data=asked).status_code == 200


def test_the_configured_ones_are_what_is_there_at_first(provider: Provider) -> None:
    for realm in default_config().realms:
        assert provider.users[realm.name] == realm.users
        assert provider.clients[realm.name] == realm.clients
    assert list(provider.users) == list(provider.clients) == ["storefront", "backoffice"]
    assert len(provider.users) == len(provider.clients) == 2
    assert msgspec.structs.asdict(provider.clients["storefront"][0]) == msgspec.structs.asdict(
        next(iter(default_config().realms)).clients[0]
    )
    assert isinstance(provider.clients["storefront"][0], Client)


def test_what_was_approved_at_one_realm_does_not_move_to_another_with_its_client(provider: Provider) -> None:
    moving = {**APP, "grant_types": ("authorization_code", "refresh_token"), "scope": "openid offline_access"}
    proof = {"client_id": "app", "client_secret": "s3cret"}
    provider.users.add("backoffice", username="customer@example.com", password="p", subject="somebody-else")
    provider.clients.add("storefront", **moving)
    visitor = Visitor(provider)
    asked = {"response_type": "code", "client_id": "app", "scope": "openid offline_access"}
    code = visitor.answer("customer@example.com", **asked)["code"]
    refresh_token = visitor.redeem(code, **proof).json()["refresh_token"]
    unused = visitor.answer("customer@example.com", **asked)["code"]
    provider.clients.remove("storefront", "app")
    provider.clients.add("backoffice", **moving)
    for answer in (visitor.redeem(unused, **proof), visitor.refresh(refresh_token, **proof)):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    told = visitor.http.post("/backoffice/introspect", data={**proof, "token": refresh_token})
    assert told.json() == {"active": False}


def test_a_configured_client_that_was_removed_can_be_added_to_another_realm(provider: Provider) -> None:
    provider.clients.remove("storefront", "storefront-service")
    moved = provider.clients.add("backoffice", client_id="storefront-service")
    assert provider.sites.of_client("storefront-service") == (provider.sites.named("backoffice"), moved)


def test_who_comes_by_the_name_of_another_does_not_inherit_what_that_one_approved(provider: Provider) -> None:
    visitor = Visitor(provider)
    tokens = visitor.tokens(scope="openid offline_access")
    provider.users.remove("storefront", "customer@example.com")
    provider.users.add("storefront", username="customer@example.com", password="p", subject="somebody-else")
    answer = visitor.refresh(tokens["refresh_token"])
    assert (answer.status_code, "access_token" in answer.json()) == (400, False)


def test_nor_does_it_move_by_a_new_configuration_and_revoking_there_leaves_it_alone(provider: Provider) -> None:
    visitor = Visitor(provider)
    tokens = visitor.tokens(scope="openid offline_access")
    before = provider.config
    shop, office = before.realms
    [web] = [client for client in shop.clients if client.client_id == "storefront-web"]
    namesake = User(username="customer@example.com", password="p", subject="somebody-else")
    provider.configure(
        msgspec.structs.replace(
            before,
            realms=(
                msgspec.structs.replace(shop, clients=tuple(one for one in shop.clients if one is not web)),
                msgspec.structs.replace(office, users=(*office.users, namesake), clients=(*office.clients, web)),
            ),
        )
    )
    moved = Visitor(provider)
    assert moved.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    proof = {"client_id": web.client_id, "client_secret": web.client_secret}
    moved.http.post("/backoffice/revoke", data={**proof, "token": tokens["refresh_token"]})
    provider.configure(before)
    assert "access_token" in Visitor(provider).refresh(tokens["refresh_token"]).json()


def test_nor_does_what_was_approved_for_a_device(provider: Provider) -> None:
    moving = {**APP, "grant_types": (DEVICE_CODE,), "scope": "openid"}
    proof = {"client_id": "app", "client_secret": "s3cret"}
    provider.users.add("backoffice", username="customer@example.com", password="p", subject="somebody-else")
    provider.clients.add("storefront", **moving)
    visitor = Visitor(provider)
    about = visitor.http.post("/storefront/device", data=proof).json()
    page = visitor.http.get("/oauth2-token/device", params={"user_code": about["user_code"]})
    page = visitor.http.get(visitor.submit(page, **{"as": "customer@example.com"}).headers["location"])
    assert visitor.submit(page, decision="approve").status_code < 400
    provider.clients.remove("storefront", "app")
    provider.clients.add("backoffice", **moving)
    answer = visitor.http.post(
        "/oauth2-token", data={**proof, "grant_type": DEVICE_CODE, "device_code": about["device_code"]}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_token_is_no_good_once_its_user_was_removed_and_is_again_when_they_come_back(provider: Provider) -> None:
    visitor = Visitor(provider)
    tokens = visitor.tokens("buyer@example.com", scope="openid email")

    def active() -> bool:
        told = visitor.http.post(
            "/storefront/introspect", data={"token": tokens["access_token"]}, auth=(WEB, f"{WEB}-secret")
        ).json()["active"]
        assert visitor.userinfo(tokens["access_token"]).status_code == (200 if told else 401)
        return bool(told)

    other = provider.token("storefront", subject="somebody", scope="openid")
    assert active()
    provider.users.remove("storefront", "buyer@example.com")
    assert not active()
    assert visitor.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert visitor.userinfo(other).status_code == 200, "nobody of this name was ever there"
    provider.users.add("storefront", username="bb", password="b", subject="buyer@example.com")
    assert active()
    provider.users.remove("storefront", "bb")
    assert not active()
    provider.configure(quick())
    assert not active(), "the configured one is still away"
    provider.reset()
    assert active()


@pytest.mark.parametrize("dialect", ["standard", "orocommerce"])
def test_who_was_removed_is_no_reason_to_refuse_others(dialect: Any) -> None:
    realm = Config(dialect=dialect).realms[0]
    if dialect == "standard":
        realm = msgspec.structs.replace(realm, auto_login="customer@example.com")
    provider = Provider(Config(dialect=dialect, realms=(realm,)), base_url=BASE)
    gone = provider.users.remove("storefront", "customer@example.com")
    provider.users.add("storefront", **CLERK)
    provider.clients.add("storefront", **APP)
    owner = {"owner": gone.username} if dialect == "orocommerce" else {"auto_login": gone.username}
    with pytest.raises(ConfigError, match="the username of a user of the realm"):
        provider.clients.add("storefront", client_id="another", **owner)
