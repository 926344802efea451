import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockidp import MockIdp
from mockidp.control import waiting
from mockidp.serving import listener


@pytest.fixture(scope="module")
def running() -> Iterator[MockIdp]:
    with MockIdp() as idp:
        yield idp


@pytest.fixture
def idp(running: MockIdp) -> MockIdp:
    running.reset()
    return running


def post(idp: MockIdp, operation: str, **arguments: Any) -> requests.Response:
    return requests.post(f"{idp.base_url}/_mockidp/{operation}", json=arguments, timeout=90)


def get(idp: MockIdp, operation: str, **arguments: Any) -> requests.Response:
    return requests.get(f"{idp.base_url}/_mockidp/{operation}", arguments, timeout=90)


def await_waiting(idp: MockIdp, number: int) -> None:
    """Until so many wait there for something to happen."""
    until = time.monotonic() + 30
    while len(idp.provider.journal._listeners) != number:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_done_is_answered_with_how_it_is_now(idp: MockIdp) -> None:
    before = idp.clock()
    now = post(idp, "clock/advance", minutes=10).json()["now"]
    assert now - before == pytest.approx(600, abs=60)
    assert get(idp, "clock").json()["now"] == pytest.approx(idp.clock(), abs=60)


def test_control_requests_are_not_captured_and_no_fault_meets_them(idp: MockIdp) -> None:
    idp.faults.always("drop")
    assert post(idp, "clock/freeze").status_code == 200
    assert list(idp.requests) == []


@pytest.mark.parametrize(
    ("operation", "sent", "status", "place", "detail"),
    [
        ("clock/advance", b'{"minutes": "ten"}', 422, "minutes", "expected a number, got a text"),
        ("clock/advance", b'{"weeks": 1}', 422, "", "object contains unknown field `weeks`"),
        ("clock/advance", b'{"days": 1e300}', 422, "days", "expected a number <="),
        ("clock/advance", b'{"days": 999999999}', 422, "", "between the years 1970 and 9999"),
        ("clock/set", b"{}", 422, "", "object missing required field `now`"),
        ("clock/advance", b'{"minutes": 1, "minutes": 2}', 400, "", "expected each member once"),
        ("clock/advance", b'{"minutes": NaN}', 400, "", "expected a JSON object"),
        ("clock/advance", b"", 400, "", "expected a JSON object"),
        ("clock/advance", b"\xff{}", 400, "", "expected a JSON object in UTF-8"),
        ("clock/advance", b"[" * 60_000, 400, "", "expected a JSON object"),
        ("token", b'{"realm": "storefront", "claims": ' + b'{"a":' * 9000 + b"1" + b"}" * 9001, 400, "", "expected"),
        ("token", b'{"realm": "storefront", "subject": "\\ud800"}', 400, "", "expected a JSON object"),
        ("token", b'{"realm": "garage"}', 422, "realm", "there is no realm 'garage'; there are storefront, backoffice"),
        (
            "token",
            b'{"realm": "storefront", "fault": "expird"}',
            422,
            "",
            "there is no fault 'expird'; did you mean expired",
        ),
        (
            "clients/add",
            b'{"realm": "storefront", "client_id": "x", "grant_types": ["refresh_token", "implicit"]}',
            422,
            "grant_types[1]",
            "; expected authorization_code, client_credentials, password, refresh_token, urn:",
        ),
        ("keys/activate", b'{"realm": "storefront"}', 409, "", "no key is waiting"),
        ("clock/advance", b'"' + b"x" * 70_000 + b'"', 413, "", "expected at most 65536 bytes"),
    ],
)
def test_what_cannot_be_done_is_a_problem_that_names_place_and_expectation(
    idp: MockIdp, operation: str, sent: bytes, status: int, place: str, detail: str
) -> None:
    answer = requests.post(
        f"{idp.base_url}/_mockidp/{operation}", sent, headers={"Content-Type": "application/json"}, timeout=20
    )
    said = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (said["status"], said["place"]) == (status, place)
    assert detail in said["detail"]


def test_no_lie_about_claims_of_any_kind_is_an_error_of_ours(idp: MockIdp) -> None:
    strange: tuple[object, ...] = (None, True, "x", -1, 1e308, [], {}, ["a", 1], -(10**18))
    faults = [fault.name for fault in idp.faults.catalogue.values() if hasattr(fault, "tokens")]
    statuses = {
        post(
            idp, "token", realm="storefront", fault=fault, claims=dict.fromkeys(("aud", "exp", "iat", "sub"), value)
        ).status_code
        for fault in faults
        for value in strange
    }
    assert statuses <= {200, 422}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=1&since=2", 400),
        ("since=%ff", 400),
        ("since", 400),
        ("&".join(f"x{n}=1" for n in range(200)), 400),
        ("since=-1", 422),
        ("since=one", 422),
        ("wait=nan", 422),
        ("wait=61", 422),
        ("until=1", 422),
    ],
)
def test_a_query_is_read_as_strictly(idp: MockIdp, query: str, status: int) -> None:
    answer = requests.get(f"{idp.base_url}/_mockidp/state?{query}", timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_arguments_in_the_query_of_what_does_something_are_refused_with_the_cure(idp: MockIdp) -> None:
    before = idp.clock.settings
    answer = requests.post(f"{idp.base_url}/_mockidp/clock/advance?hours=1", json={}, timeout=20)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "expected no query: the arguments are members of the JSON object in the body"
    assert idp.clock.settings == before


def test_who_waited_in_vain_is_told_how_long(idp: MockIdp) -> None:
    for operation in ("requests/take", "requests/wait_for"):
        answer = post(idp, operation, timeout=0.2)
        assert answer.status_code == 404
        assert "came within 0.2 s" in answer.json()["detail"]


def test_the_wrong_method_is_told_the_right_one(idp: MockIdp) -> None:
    assert post(idp, "clock").headers["Allow"] == "GET"
    assert get(idp, "reset").headers["Allow"] == "POST"
    assert get(idp, "reset").status_code == 405


def test_where_there_is_nothing_it_says_where_the_list_is(idp: MockIdp) -> None:
    answer = get(idp, "nothing")
    assert answer.status_code == 404
    assert "/_mockidp/openapi.json" in answer.json()["detail"]


def test_a_request_is_taken_as_soon_as_it_comes(idp: MockIdp) -> None:
    coming = threading.Timer(0.2, lambda: requests.get(idp.base_url, timeout=10))
    coming.start()
    began = time.monotonic()
    assert post(idp, "requests/take", timeout=50).json()["path"] == "/"
    assert time.monotonic() - began < 40
    coming.join()


def test_who_has_gone_takes_nothing(idp: MockIdp) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{idp.base_url}/_mockidp/requests/take", json={"timeout": 50}, timeout=(30, 0.3))
    await_waiting(idp, 0)
    requests.get(idp.base_url, timeout=10)
    assert idp.requests.take(timeout=5).path == "/"


@pytest.mark.parametrize("operation", ["requests/take", "requests/wait_for"])
def test_whoever_waits_for_a_request_is_woken_by_it(
    idp: MockIdp, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """At once: they do not look by themselves in this test."""
    monkeypatch.setattr(waiting, "TICK", 60)
    coming = threading.Timer(0.3, lambda: requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10))
    coming.start()
    began = time.monotonic()
    assert post(idp, operation, timeout=50).json()["path"] == "/storefront/jwks"
    assert time.monotonic() - began < 40
    coming.join()


def test_many_who_wait_keep_nobody_else_waiting(idp: MockIdp) -> None:
    waits = [threading.Thread(target=post, args=(idp, "requests/take"), kwargs={"timeout": 59}) for _ in range(60)]
    for one in waits:
        one.start()
    await_waiting(idp, 60)
    assert get(idp, "clock").status_code == 200
    assert all(one.is_alive() for one in waits)
    for _ in waits:
        requests.get(idp.base_url, timeout=10)
    for one in waits:
        one.join()


def test_whoever_waits_does_not_keep_it_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "GRACE", 50)  # so that whoever is kept is kept long
    answers: list[int] = []
    idp = MockIdp().start()
    waits = threading.Thread(target=lambda: answers.append(post(idp, "requests/take", timeout=50).status_code))
    waits.start()
    await_waiting(idp, 1)
    began = time.monotonic()
    idp.stop()
    assert time.monotonic() - began < 40
    waits.join()
    assert answers == [404]


def test_after_a_stop_it_waits_again() -> None:
    idp = MockIdp().start()
    idp.stop()
    with idp:
        began = time.monotonic()
        assert post(idp, "requests/take", timeout=0.3).status_code == 404
        assert time.monotonic() - began >= 0.3


def test_the_state_comes_at_once_when_something_newer_happened(idp: MockIdp) -> None:
    seen = get(idp, "state").json()["number"]
    coming = threading.Timer(0.2, lambda: requests.get(idp.base_url, timeout=10))
    coming.start()
    began = time.monotonic()
    newer = get(idp, "state", since=seen, wait=50).json()
    assert time.monotonic() - began < 40
    assert newer["number"] > seen
    coming.join()


def test_orocommerce_is_controlled_like_the_others() -> None:
    with MockIdp(dialect="orocommerce") as idp:
        token = post(idp, "token", realm="backoffice").json()
        assert token["claims"]["sub"] == "admin"
        assert post(idp, "clock/advance", minutes=1).status_code == 200
        assert [one["client"] for one in get(idp, "tokens").json()["issued"]] == ["backoffice-web"]


def test_points_in_time_may_be_dates(idp: MockIdp) -> None:
    assert post(idp, "clock/freeze", at="2030-01-01T12:00:00Z").json() == {"now": 1_893_499_200, "frozen": True}
    for wrong in ("noon", "2030-01-01T12:00:00", True, -1, "-1", "9999-12-31T23:59:59-14:00"):
        refused = post(idp, "clock/set", now=wrong)
        assert (refused.status_code, refused.json()["place"]) == (422, "now")
    assert post(idp, "clock/advance").json()["detail"] == "say how far, for example 10 minutes (--minutes 10)"
    assert idp.clock() == 1_893_499_200


def test_an_endpoint_that_does_not_exist_is_answered_with_those_that_do(idp: MockIdp) -> None:
    said = post(idp, "faults/next", fault="expired", endpoint="nope").json()
    assert said["place"] == "endpoint"
    assert "authorize, device, discovery, introspect, jwks" in said["detail"]
    with pytest.raises(ValueError, match="there is no endpoint 'nope'; there are authorize, device"):
        idp.faults.next("expired", endpoint="nope")  # type: ignore[arg-type]  # this is what is wrong with it
