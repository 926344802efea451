import threading
import time
from typing import Any

import pytest
import requests
from msgspec.structs import replace
from visitor import quick

from mockidp import MockIdp
from mockidp.control import waiting
from mockidp.control.state import State

SECRET = "storefront-service-secret"
SERVICE = {"grant_type": "client_credentials", "client_id": "storefront-service", "client_secret": SECRET}


@pytest.fixture
def idp() -> Any:
    with MockIdp(quick()) as running:
        yield running


def over_http(idp: MockIdp, **asked: Any) -> Any:
    return requests.get(f"{idp.base_url}/_mockidp/state", asked, timeout=20).json()


def test_it_tells_what_was_asked_with_status_and_duration_and_hides_secrets(idp: MockIdp) -> None:
    token = requests.post(f"{idp.base_url}/oauth2-token", SERVICE, timeout=10).json()["access_token"]
    requests.get(f"{idp.issuer('storefront')}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    [asked, used] = over_http(idp)["requests"]
    assert (asked["method"], asked["path"], asked["status"]) == ("POST", "/oauth2-token", 200)
    assert asked["client_id"] == "storefront-service"
    assert 0 < asked["milliseconds"] < 10_000
    assert SECRET not in str(asked)
    assert token not in str(used)
    assert "authorization: Bearer [hidden]" in used["shown"]


def test_it_tells_the_tokens_whole_and_what_they_say(idp: MockIdp) -> None:
    token = requests.post(f"{idp.base_url}/oauth2-token", SERVICE, timeout=10).json()["access_token"]
    [issued] = over_http(idp)["tokens"]
    assert issued["token"] == token
    assert (issued["kind"], issued["realm"], issued["client"]) == ("access_token", "storefront", "storefront-service")
    assert issued["claims"]["sub"] == issued["subject"] == "storefront-service"
    assert issued["header"]["typ"] == "at+jwt"


def test_a_token_that_lies_beyond_reading_is_told_too(idp: MockIdp) -> None:
    for fault in idp.faults.catalogue.values():
        if hasattr(fault, "tokens") and "access_token" in fault.tokens:
            idp.token("storefront", subject="s", fault=fault.name)
    told = over_http(idp)["tokens"]
    assert len(told) == len(idp.tokens) > 20
    assert [one["token"] for one in told] == [one.token for one in idp.tokens]


def test_an_answer_that_never_came_has_no_status(idp: MockIdp) -> None:
    idp.faults.next("drop")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{idp.issuer('storefront')}/jwks", timeout=10)
    assert [one["status"] for one in over_http(idp)["requests"]] == [0]


def test_only_what_is_newer_is_told_again_and_what_was_forgotten_is_named(idp: MockIdp) -> None:
    requests.get(idp.base_url, timeout=10)
    seen = over_http(idp)
    assert over_http(idp, since=seen["number"])["requests"] == []
    requests.get(f"{idp.base_url}/mockidp.css", timeout=10)
    assert [one["path"] for one in over_http(idp, since=seen["number"])["requests"]] == ["/mockidp.css"]
    idp.reset()
    after = over_http(idp, since=seen["number"])
    assert after["forgotten"] > seen["requests"][-1]["number"]
    assert after["requests"] == over_http(idp)["requests"] == []


def test_after_another_start_of_the_server_everything_is_new(idp: MockIdp) -> None:
    requests.get(idp.base_url, timeout=10)
    assert len(over_http(idp, since=1_000_000, wait=20)["requests"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda idp: idp.clock.advance(minutes=1), id="clock"),
        pytest.param(lambda idp: idp.faults.next("drop"), id="faults"),
        pytest.param(lambda idp: idp.keys.rotate(), id="keys"),
        pytest.param(lambda idp: idp.token("storefront", subject="s"), id="token"),
    ],
)
def test_a_change_from_python_is_noticed_too(idp: MockIdp, change: Any) -> None:
    seen = over_http(idp)["number"]
    change(idp)
    assert over_http(idp, since=seen, wait=20)["number"] > seen


def add_somebody(idp: MockIdp) -> None:
    idp.users.add("storefront", username="new", password="p")


def add_an_app(idp: MockIdp) -> None:
    idp.clients.add("storefront", client_id="app")


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param(lambda _: None, add_somebody, id="user added"),
        pytest.param(lambda _: None, add_an_app, id="client added"),
        pytest.param(add_somebody, lambda idp: idp.users.remove("storefront", "new"), id="user removed"),
        pytest.param(add_an_app, lambda idp: idp.clients.remove("storefront", "app"), id="client removed"),
        pytest.param(
            lambda _: None, lambda idp: idp.configure(replace(idp.config, session_lifetime="2h")), id="configured"
        ),
        pytest.param(lambda _: None, lambda idp: idp.requests.clear(), id="inbox cleared"),
    ],
)
def test_whoever_waits_is_woken_by_a_change_from_python(
    idp: MockIdp, monkeypatch: pytest.MonkeyPatch, before: Any, change: Any
) -> None:
    """At once: they do not look by themselves in this test."""
    monkeypatch.setattr(waiting, "TICK", 60)
    before(idp)
    seen = over_http(idp)["number"]
    changing = threading.Timer(0.3, change, args=[idp])
    changing.start()
    began = time.monotonic()
    assert over_http(idp, since=seen, wait=50)["number"] > seen
    assert time.monotonic() - began < 40
    changing.join()


def test_in_python_it_is_the_same(idp: MockIdp) -> None:
    requests.get(idp.base_url, timeout=10)
    state = idp.state()
    assert isinstance(state, State)
    assert [one.path for one in state.requests] == ["/"]
