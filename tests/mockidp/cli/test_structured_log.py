import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from visitor import quick

from mockidp import Config, MockIdp
from mockidp.cli.structured_log import ChangeLog, JsonFormatter, RequestLog, line

SERVICE = {
    "grant_type": "client_credentials",
    "client_id": "storefront-service",
    "client_secret": "storefront-service-secret",
}


class Told:
    """A provider that is running, and what its log says so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.idp = MockIdp(quick())
        self.idp.app = RequestLog(self.idp.app, self.idp.provider, self.lines.append)

    def events(self, *kinds: str, count: int = 1) -> list[dict[str, Any]]:
        """The events of these kinds without their times, once there are so many: an answer comes before its line."""
        until = time.monotonic() + 30
        while len(found := self._events(kinds)) < count and time.monotonic() < until:
            time.sleep(0.01)
        return found

    def _events(self, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        read = [json.loads(one) for one in self.lines]
        assert all(one.pop("time").endswith("Z") for one in read)
        return [one for one in read if one["event"] in kinds]

    def post(self, path: str, **sent: Any) -> requests.Response:
        return requests.post(f"{self.idp.base_url}{path}", timeout=20, **sent)

    def control(self, operation: str, **arguments: Any) -> None:
        assert self.post(f"/_mockidp/{operation}", json=arguments).status_code == 200


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    told.idp.keys.warm_up()
    with ChangeLog(told.idp.provider, told.lines.append).told(), told.idp:
        yield told


def test_a_request_is_one_line_with_where_and_for_whom_it_was(told: Told) -> None:
    told.post("/oauth2-token?secret=1", data=SERVICE)
    [request] = told.events("request")
    assert request.pop("duration_ms") > 0
    assert request == {
        "event": "request",
        "method": "POST",
        "path": "/oauth2-token",
        "status": 200,
        "realm": "storefront",
        "client_id": "storefront-service",
        "endpoint": "token",
    }


def test_a_refusal_is_told_with_what_the_client_was_told(told: Told) -> None:
    answer = told.post("/oauth2-token", data={**SERVICE, "scope": "s3cret"})
    [request] = told.events("request")
    assert (request["status"], request["error"]) == (400, "invalid_scope")
    assert request["error_description"] == answer.json()["error_description"]
    assert "s3cret" not in "".join(told.lines)


def test_a_token_is_named_but_never_shown(told: Told) -> None:
    token = told.post("/oauth2-token", data=SERVICE).json()["access_token"]
    [issued] = told.events("token-issued")
    assert issued.pop("jti")
    assert issued == {
        "event": "token-issued",
        "kind": "access_token",
        "realm": "storefront",
        "client": "storefront-service",
        "subject": "storefront-service",
    }
    assert token not in "".join(told.lines)


def test_what_stands_in_the_place_of_a_client_is_not_written_down(told: Told) -> None:
    told.post("/oauth2-token", data={**SERVICE, "client_id": "my-password-1234"})
    told.post("/oauth2-token", data={"grant_type": "client_credentials"}, auth=("hunter2-in-the-wrong-place", "x"))
    requests.get(f"{told.idp.base_url}/no%0asuch%1b[2Jplace?code=s3cret", timeout=10)
    assert [one.get("client_id") for one in told.events("request", count=3)] == [None, None, None]
    for secret in ("my-password", "hunter2", "s3cret", "\n", "\x1b"):
        assert secret not in "".join(told.lines)


@pytest.mark.parametrize(
    ("fault", "status"), [("status=503", 503), ("drop", None), ("wrong-signature", 200), ("status=401", 401)]
)
def test_a_fault_is_told_when_it_is_planned_and_when_it_is_carried_out(
    told: Told, fault: str, status: int | None
) -> None:
    name = fault.partition("=")[0]
    told.control("faults/next", fault=fault, realm="storefront")
    [planned] = told.events("fault-planned")
    assert planned["fault"].partition("=")[0] == name
    assert planned["realm"] == "storefront"
    try:
        told.post("/oauth2-token", data=SERVICE)
    except requests.ConnectionError:
        assert fault == "drop"
    [carried_out] = told.events("fault-carried-out")
    assert (carried_out["fault"], carried_out["endpoint"], carried_out["client_id"]) == (
        name,
        "token",
        "storefront-service",
    )
    request = next(one for one in told.events("request", count=2) if one.get("endpoint") == "token")
    assert (request["fault"], request.get("status")) == (name, status)
    assert len(told.events("fault-planned")) == 1, "what is left of it is no new one"


def test_a_fault_that_a_request_asks_for_is_told_with_it(told: Told) -> None:
    told.post("/oauth2-token", data=SERVICE, headers={"X-Mock-Fault": "expired"})
    [request] = told.events("request")
    assert request["fault"] == "expired"
    assert not told.events("fault-planned", count=0)


def test_a_fault_that_is_put_off_is_told_with_the_request_that_meets_it(told: Told) -> None:
    told.control("faults/next", fault="token-unknown-type", client="storefront-service")
    told.post("/oauth2-token", data={**SERVICE, "scope": "unheard-of"})
    told.post("/oauth2-token", data=SERVICE)
    asked = [one for one in told.events("request", count=3) if one.get("endpoint") == "token"]
    assert [(one["status"], one.get("fault")) for one in asked] == [(400, None), (200, "token-unknown-type")]
    assert len(told.events("fault-carried-out")) == 1


def test_a_plan_for_several_is_told_once(told: Told) -> None:
    told.control("faults/next", fault="status=503", times=3)
    for _ in range(3):
        told.post("/oauth2-token", data=SERVICE)
    assert len(told.events("fault-planned")) == 1
    assert len(told.events("fault-carried-out", count=3)) == 3
    assert len(told.events("faults-over")) == 1


def test_a_clock_that_is_moved_is_told(told: Told) -> None:
    told.control("clock/freeze", at=2_000_000_000)
    told.control("clock/advance", minutes=10)
    told.control("clock/reset")
    moved = told.events("clock-moved", count=3)
    assert [(one["now"], one["frozen"]) for one in moved[:2]] == [(2_000_000_000, True), (2_000_000_600, True)]
    assert not moved[2]["frozen"]


def test_new_keys_are_told_by_their_names(told: Told) -> None:
    before = told.idp.keys["storefront"].current.kid
    told.control("keys/rotate", realm="storefront")
    [changed] = told.events("keys-changed")
    assert changed["realm"] == "storefront"
    assert changed["keys"] == {told.idp.keys["storefront"].current.kid: "current", before: "former"}


def test_another_configuration_is_told(told: Told) -> None:
    told.idp.provider.configure(quick(Config(session_lifetime="1h")))
    told.post("/oauth2-token", data=SERVICE)
    assert told.events("configuration-reloaded") == [
        {"event": "configuration-reloaded", "realms": ["storefront", "backoffice"]}
    ]


def test_health_is_not_told_and_control_is_by_its_path_only(told: Told) -> None:
    requests.get(f"{told.idp.base_url}/healthz", timeout=10)
    requests.get(f"{told.idp.base_url}/_mockidp/state?wait=0.1", timeout=10)
    told.control("token", realm="storefront", claims={"password": "s3cret"})
    [request] = told.events("request")
    assert (request["path"], request["endpoint"]) == ("/_mockidp/token", "control")
    assert "s3cret" not in "".join(told.lines)


def test_what_is_told_to_the_logging_module_is_one_line_as_well() -> None:
    try:
        raise ValueError("first\nsecond")  # noqa: TRY301
    except ValueError as error:
        record = logging.LogRecord(
            "mockidp", logging.WARNING, "", 1, "said %s\nand", ("x",), (ValueError, error, error.__traceback__)
        )
    said = JsonFormatter().format(record)
    assert "\n" not in said
    read = json.loads(said)
    assert (read["event"], read["level"], read["logger"], read["message"]) == (
        "log",
        "WARNING",
        "mockidp",
        "said x\nand",
    )
    assert "first\nsecond" in read["exception"]


def test_what_is_not_known_is_left_out() -> None:
    assert json.loads(line("x", a=None, b=0, c="")).keys() == {"time", "event", "b", "c"}


def test_a_fault_for_nobody_is_told_with_a_warning(told: Told) -> None:
    told.control("faults/next", fault="expired", client="nope")
    assert [planned["warning"] for planned in told.events("fault-planned")] == ["there is no client 'nope' yet"]
