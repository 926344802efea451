from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
import requests
from httpx2 import Response
from visitor import NOON, Visitor

from mockidp.server import MockIdp

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TV = {"client_id": "storefront-tv"}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def begin(visitor: Visitor, **fields: str) -> Any:
    return visitor.http.post("/storefront/device", data={**TV, **fields}).json()


def decide(visitor: Visitor, about: Any, decision: str = "approve", user: str = "customer@example.com") -> None:
    person = Visitor(visitor.provider)
    led = person.submit(person.http.get(about["verification_uri_complete"]), **{"as": user})
    assert person.submit(person.http.get(led.headers["location"]), decision=decision).status_code == 200


def ask(visitor: Visitor, about: Any, **fields: str) -> Response:
    return visitor.exchange(grant_type=GRANT, device_code=about["device_code"], **{**TV, **fields})


def error_of(response: Response) -> str:
    assert response.status_code == 400, response.text
    error: str = response.json()["error"]
    return error


# ---- whose code it is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["x", "ü", "a" * 1000])
def test_a_code_that_was_never_issued_is_refused(visitor: Visitor, value: str) -> None:
    assert error_of(ask(visitor, {"device_code": value})) == "invalid_grant"


def test_a_missing_code_is_an_invalid_request(visitor: Visitor) -> None:
    assert error_of(visitor.exchange(grant_type=GRANT, **TV)) == "invalid_request"


def test_what_the_person_types_is_no_code_for_the_device(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about)
    for typed in (about["user_code"], about["user_code"].replace("-", "")):
        assert error_of(ask(visitor, {"device_code": typed})) == "invalid_grant"


def test_another_client_learns_nothing_and_spends_nothing(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about)
    assert error_of(ask(visitor, about, client_id="backoffice-cli")) == "invalid_grant"
    assert error_of(ask(visitor, about, client_id="storefront-spa")) == "unauthorized_client"
    nobody = ask(visitor, about, client_id="nobody")
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    assert ask(visitor, about).status_code == 200


def test_a_code_works_once_and_a_second_use_takes_back_what_it_gave(visitor: Visitor) -> None:
    about = begin(visitor, scope="openid")
    decide(visitor, about)
    tokens = ask(visitor, about).json()
    assert visitor.userinfo(tokens["access_token"]).status_code == 200
    assert error_of(ask(visitor, about)) == "invalid_grant"
    assert visitor.userinfo(tokens["access_token"]).status_code == 401


def test_of_many_at_once_one_gets_tokens() -> None:
    with MockIdp() as idp:
        about = requests.post(f"{idp.issuer('storefront')}/device", data=TV, timeout=9).json()
        decide(Visitor(idp.provider), about)
        fields = {**TV, "grant_type": GRANT, "device_code": about["device_code"]}

        def exchange(_: int) -> int:
            return requests.post(f"{idp.base_url}/oauth2-token", data=fields, timeout=9).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(exchange, range(8)))
        assert statuses.count(200) == 1


# ---- waiting --------------------------------------------------------------------------------------------------------


def test_until_the_person_decides_the_device_has_to_wait(visitor: Visitor) -> None:
    about = begin(visitor)
    for _ in range(3):
        assert error_of(ask(visitor, about)) == "authorization_pending"
        visitor.provider.clock.advance(seconds=about["interval"])


def test_who_asks_too_soon_has_to_leave_five_more_seconds_each_time(visitor: Visitor) -> None:
    about = begin(visitor)
    waited = []
    for pause in (0, 4, 9, 14, 20):
        visitor.provider.clock.advance(seconds=pause)
        waited.append(error_of(ask(visitor, about)))
    assert waited == ["authorization_pending", "slow_down", "slow_down", "slow_down", "authorization_pending"]


def test_once_it_is_decided_nobody_is_too_soon(visitor: Visitor) -> None:
    about = begin(visitor)
    assert error_of(ask(visitor, about)) == "authorization_pending"
    decide(visitor, about)
    assert ask(visitor, about).status_code == 200


def test_a_refusal_is_told_and_stays(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about, "deny")
    assert [error_of(ask(visitor, about)) for _ in range(2)] == ["access_denied"] * 2


@pytest.mark.parametrize("decided", [False, True])
def test_a_code_expires_by_the_clock_decided_or_not(visitor: Visitor, decided: bool) -> None:
    about = begin(visitor)
    if decided:
        decide(visitor, about)
    visitor.provider.clock.advance(seconds=about["expires_in"])
    assert error_of(ask(visitor, about)) == "expired_token"


def test_a_reset_forgets_devices(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about)
    visitor.provider.reset()
    assert error_of(ask(visitor, about)) == "invalid_grant"


# ---- what it gets ---------------------------------------------------------------------------------------------------


def test_the_tokens_are_the_persons_with_what_was_approved(visitor: Visitor) -> None:
    about = begin(visitor, scope="openid profile orders:read")
    decide(visitor, about, user="buyer@example.com")
    response = ask(visitor, about)
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == (
        "Bearer",
        3600,
        "openid profile orders:read",
    )
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"]) == ("buyer@example.com", "storefront-tv")
    about_person = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (about_person["aud"], about_person["name"], about_person["auth_time"]) == (
        "storefront-tv",
        "Billie Buyer",
        NOON,
    )


def test_without_a_scope_it_gets_the_clients_own_and_no_id_token(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about)
    tokens = ask(visitor, about).json()
    assert "scope" not in tokens
    assert "id_token" not in tokens
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["scope"] == "products:read orders:read"


def test_it_can_refresh_and_give_back(visitor: Visitor) -> None:
    about = begin(visitor, scope="openid")
    decide(visitor, about)
    first = ask(visitor, about).json()
    second = visitor.exchange(grant_type="refresh_token", refresh_token=first["refresh_token"], **TV).json()
    assert visitor.userinfo(second["access_token"]).status_code == 200
    visitor.http.post("/storefront/revoke", data={**TV, "token": second["refresh_token"]})
    assert visitor.userinfo(second["access_token"]).status_code == 401


def test_a_json_body_does_as_well(visitor: Visitor) -> None:
    about = begin(visitor)
    decide(visitor, about)
    body = {**TV, "grant_type": GRANT, "device_code": about["device_code"]}
    assert visitor.http.post("/oauth2-token", json=body).status_code == 200


# ---- an independent client ------------------------------------------------------------------------------------------


def test_oauthlibs_client_gets_through_by_discovery_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from oauthlib.oauth2 import DeviceClient  # noqa: PLC0415
    from requests_oauthlib import OAuth2Session  # noqa: PLC0415

    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with MockIdp() as idp:
        discovery = requests.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=9).json()
        about = requests.post(
            discovery["device_authorization_endpoint"], data={**TV, "scope": "openid"}, timeout=9
        ).json()
        decide(Visitor(idp.provider), about)
        client = DeviceClient("storefront-tv")
        session = OAuth2Session(client=client, scope="openid")
        tokens = session.fetch_token(
            discovery["token_endpoint"], include_client_id=True, device_code=about["device_code"]
        )
        keys = jwt.PyJWKClient(discovery["jwks_uri"])
        key = keys.get_signing_key_from_jwt(tokens["id_token"])
        claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience="storefront-tv", issuer=discovery["issuer"])
        assert claims["sub"] == session.get(discovery["userinfo_endpoint"]).json()["sub"]
