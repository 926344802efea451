from typing import Any

import msgspec
import pytest
from httpx2 import USE_CLIENT_DEFAULT, BasicAuth, Response
from visitor import BASE, NOON, Visitor, new_provider

from mockidp.settings.config import Config, Lifetimes


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def begin(
    visitor: Visitor, *, realm: str = "storefront", auth: tuple[str, str] | None = None, **fields: str
) -> Response:
    who = BasicAuth(*auth) if auth else USE_CLIENT_DEFAULT
    return visitor.http.post(f"/{realm}/device", data=fields or {"client_id": "storefront-tv"}, auth=who)


@pytest.mark.parametrize(
    ("fields", "auth"),
    [
        ({"scope": "openid"}, None),
        ({"client_id": "nobody"}, None),
        ({"client_id": "backoffice-cli"}, None),
        ({"client_id": "storefront-web"}, None),
        ({"client_id": "storefront-web", "client_secret": "wrong"}, None),
        ({"scope": "openid"}, ("storefront-tv", "")),
    ],
)
def test_who_is_no_client_of_the_realm_gets_no_code(
    visitor: Visitor, fields: dict[str, str], auth: tuple[str, str] | None
) -> None:
    response = begin(visitor, auth=auth, **fields)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_a_client_without_the_grant_gets_no_code(visitor: Visitor) -> None:
    response = begin(visitor, client_id="storefront-spa")
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("scope", ["users:read", "openid nonsense"])
def test_a_scope_that_the_client_may_not_have_is_refused(visitor: Visitor, scope: str) -> None:
    response = begin(visitor, client_id="storefront-tv", scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")


def test_json_and_doubled_parameters_are_refused(visitor: Visitor) -> None:
    doubled: Any = {"client_id": ["storefront-tv", "storefront-tv"]}
    for response in (
        visitor.http.post("/storefront/device", json={"client_id": "storefront-tv"}),
        visitor.http.post("/storefront/device", data=doubled),
    ):
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_the_answer_says_what_to_show_and_how_often_to_ask(visitor: Visitor) -> None:
    response = begin(visitor, client_id="storefront-tv", scope="openid")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    about = response.json()
    device_code, user_code = about.pop("device_code"), about.pop("user_code")
    assert len(device_code) >= 43
    assert about == {
        "verification_uri": f"{BASE}/oauth2-token/device",
        "verification_uri_complete": f"{BASE}/oauth2-token/device?user_code={user_code}",
        "expires_in": 600,
        "interval": 5,
    }
    found = visitor.provider.store.devices.find(device_code)
    assert found is not None
    assert (found.expires_at, found.scope, found.client_id) == (NOON + 600, "openid", "storefront-tv")


def test_every_device_gets_codes_of_its_own(visitor: Visitor) -> None:
    answers = [begin(visitor).json() for _ in range(20)]
    for kind in ("device_code", "user_code"):
        assert len({answer[kind] for answer in answers}) == 20


def test_the_backoffice_has_a_page_of_its_own(visitor: Visitor) -> None:
    about = begin(visitor, realm="backoffice", client_id="backoffice-cli").json()
    assert about["verification_uri"] == f"{BASE}/admin/oauth2-token/device"


def test_lifetime_and_interval_are_settings() -> None:
    config = Config(lifetimes=Lifetimes(device_code="2m"), device_interval="1s")
    about = begin(Visitor(new_provider(config))).json()
    assert (about["expires_in"], about["interval"]) == (120, 1)


def test_a_confidential_device_has_to_prove_itself() -> None:
    config = Config()
    tv = next(client for client in config.realm("storefront").clients if client.client_id == "storefront-tv")
    realm = msgspec.structs.replace(
        config.realm("storefront"), clients=(msgspec.structs.replace(tv, client_secret="hush"),)
    )
    visitor = Visitor(new_provider(Config(realms=(realm,))))
    assert begin(visitor, client_id="storefront-tv").status_code == 401
    assert begin(visitor, auth=("storefront-tv", "hush"), scope="openid").status_code == 200
