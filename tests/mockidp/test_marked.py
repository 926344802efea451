from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests

from mockidp import MockIdp
from mockidp.clock import moment
from mockidp.marked import ARGUMENTS, CannotMark, apply, wanted

NOON = 1_893_499_200
SERVICE = ("storefront-service", "storefront-service-secret")


@pytest.fixture
def idp(mock_idp: MockIdp) -> Iterator[MockIdp]:
    yield mock_idp
    mock_idp.reset()


def issued(idp: MockIdp) -> dict[str, Any]:
    answer = requests.post(
        f"{idp.base_url}/oauth2-token", {"grant_type": "client_credentials"}, auth=SERVICE, timeout=10
    )
    claims: dict[str, Any] = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    return claims


@pytest.mark.parametrize(
    "at",
    [
        NOON,
        float(NOON),
        "2030-01-01T12:00:00Z",
        "2030-01-01 13:00+01:00",
        datetime(2030, 1, 1, 12, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_clock_that_stands_stands_at_exactly_the_time_that_was_asked_for(at: Any, idp: MockIdp) -> None:
    apply(idp, {"clock": at, "frozen": True})
    assert idp.clock() == NOON
    assert idp.clock.frozen
    assert issued(idp)["iat"] == NOON


def test_a_clock_that_was_only_set_goes_on(idp: MockIdp) -> None:
    apply(idp, {"clock": NOON, "frozen": False})
    assert NOON <= idp.clock() < NOON + 60
    assert not idp.clock.frozen


@pytest.mark.parametrize(
    "at",
    ["2030-01-01T12:00:00", "2030-01-01", "noon", float("nan"), True, None, datetime.fromisoformat("2030-01-01T12:00")],
    ids=str,
)
def test_a_time_that_can_be_misunderstood_is_refused(at: Any) -> None:
    with pytest.raises(ValueError, match="expected seconds since the epoch, or a date and time with its offset"):
        moment(at)


def test_the_next_token_lies_and_the_one_after_it_does_not(idp: MockIdp) -> None:
    apply(idp, {"fault": "expired"})
    assert issued(idp)["exp"] < idp.clock()
    assert issued(idp)["exp"] > idp.clock()


def test_several_faults_come_one_after_the_other(idp: MockIdp) -> None:
    apply(idp, {"fault": ["missing-sub", {"fault": "empty-sub", "client": SERVICE[0], "times": 2}]})
    assert [issued(idp).get("sub", ...) for _ in range(4)] == [..., "", "", SERVICE[0]]


def test_a_fault_can_last(idp: MockIdp) -> None:
    apply(idp, {"always": {"fault": "status=418", "endpoint": "jwks"}})
    assert {requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10).status_code for _ in range(3)} == {418}


def test_people_and_clients_come_and_are_gone_after_a_reset(idp: MockIdp) -> None:
    client = {"realm": "backoffice", "client_id": "robot", "client_secret": "r", "grant_types": ["client_credentials"]}
    ann = {"realm": "storefront", "username": "ann", "password": "a"}
    apply(idp, {"users": [ann, {**ann, "username": "ben"}], "clients": client})
    assert [user.username for user in idp.users["storefront"]][-2:] == ["ann", "ben"]
    assert requests.post(
        f"{idp.base_url}/oauth2-token", {"grant_type": "client_credentials"}, auth=("robot", "r"), timeout=10
    ).ok
    idp.reset()
    assert "ann" not in [user.username for user in idp.users["storefront"]]
    assert idp.provider.sites.of_client("robot") is None


@pytest.mark.parametrize("name", sorted(name for name in ARGUMENTS if name.endswith("_lifetime")))
def test_each_lifetime_can_be_another_one(name: str, idp: MockIdp) -> None:
    apply(idp, {name: "7s"})
    site = idp.provider.sites.named("backoffice")
    assert site.lifetime(name.removesuffix("_lifetime")) == 7  # type: ignore[arg-type]


def test_tokens_live_as_long_as_the_marker_says(idp: MockIdp) -> None:
    apply(idp, {"access_token_lifetime": "5s"})
    claims = issued(idp)
    assert claims["exp"] - claims["iat"] == 5


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"faults": "expired"}, r"there is no argument 'faults' \(did you mean 'fault'\?\); there are frozen, clock, "),
        ({"zzz": 1}, "there is no argument 'zzz'; there are "),
        ({"fault": "expierd"}, "fault='expierd': there is no fault 'expierd'; did you mean expired"),
        ({"fault": 3}, "fault=3: expected a fault by name"),
        ({"fault": {"fault": "expired", "realm": "attic"}}, "there is no realm 'attic'"),
        ({"always": {"fault": "expired", "times": 2}}, "times"),
        ({"access_token_lifetime": "soon"}, "access_token_lifetime='soon': expected a duration"),
        ({"users": [{"realm": "attic", "username": "a", "password": "a"}]}, "users=.*there is no realm 'attic'"),
        ({"users": {"realm": "storefront", "name": "a"}}, "username"),
        ({"users": ["ann"]}, "expected a mapping such as"),
        ({"clients": {"realm": "storefront", "client_id": "storefront-web"}}, "taken in realm storefront"),
        ({"frozen": "2030"}, "frozen='2030': expected True or False"),
        ({"clock": "noon"}, "clock='noon': expected seconds since the epoch"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_its_name(arguments: dict[str, Any], problem: str, idp: MockIdp) -> None:
    with pytest.raises(CannotMark, match=problem):
        apply(idp, arguments)


def test_the_nearest_mark_has_the_last_word() -> None:
    own, of_class = pytest.mark.mockidp(frozen=True).mark, pytest.mark.mockidp(frozen=False, clock=1).mark
    assert wanted([own, of_class]) == {"frozen": True, "clock": 1}


def test_arguments_without_a_name_are_refused() -> None:
    with pytest.raises(CannotMark, match="by name, such as"):
        wanted([pytest.mark.mockidp("expired").mark])
