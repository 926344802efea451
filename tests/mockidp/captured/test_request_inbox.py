import threading
import time

import pytest

from mockidp.captured import request_inbox as inboxes
from mockidp.captured.captured_request import Captured
from mockidp.captured.request_inbox import Inbox, NoSuchRequest


def captured(path: str = "/", method: str = "GET", body: bytes = b"") -> Captured:
    return Captured(method=method, raw_path=path.encode(), query_string=b"", raw_headers=(), body=body)


def filled(*paths: str) -> Inbox:
    inbox = Inbox()
    for path in paths:
        inbox.put(captured(path))
    return inbox


def test_requests_are_taken_once_and_in_the_order_in_which_they_came() -> None:
    inbox = filled("/a", "/b")
    assert [inbox.take(timeout=0).path for _ in range(2)] == ["/a", "/b"]
    assert len(inbox) == 0


def test_whoever_waits_for_one_kind_leaves_the_others() -> None:
    inbox = filled("/a", "/b", "/a")
    inbox.put(captured("/a", "POST"))
    assert inbox.wait_for(path="/a", method="POST", timeout=0).method == "POST"
    assert inbox.wait_for(path="/b", timeout=0).path == "/b"
    assert inbox.wait_for(where=lambda one: one.path != "/b", timeout=0).path == "/a"
    assert [one.path for one in inbox] == ["/a"]


def test_taking_waits_for_a_request_from_another_thread() -> None:
    inbox, began = Inbox(), time.monotonic()
    later = threading.Timer(0.05, inbox.put, [captured("/late")])
    later.start()
    assert inbox.take(timeout=50).path == "/late"
    assert time.monotonic() - began < 40
    later.join()


def test_a_request_of_another_kind_does_not_end_the_wait() -> None:
    inbox = Inbox()
    threads = [threading.Timer(0.02 * at, inbox.put, [captured(path)]) for at, path in enumerate(("/a", "/b"), 1)]
    for thread in threads:
        thread.start()
    assert inbox.wait_for(path="/b", timeout=10).path == "/b"
    for thread in threads:
        thread.join()


def test_what_did_not_come_is_said_together_with_what_did() -> None:
    inbox = filled("/storefront/jwks")
    with pytest.raises(NoSuchRequest) as complaint:
        inbox.wait_for(path="/oauth2-token", method="POST", timeout=0.01)
    assert isinstance(complaint.value, AssertionError)
    assert str(complaint.value) == ("no POST /oauth2-token came within 0.01 s; what came is:\n  GET /storefront/jwks")


def test_a_long_list_of_what_came_is_cut() -> None:
    inbox = filled(*(f"/{at}" for at in range(13)))
    with pytest.raises(NoSuchRequest, match=r"  GET /9\n  and 3 more$"):
        inbox.wait_for(path="/x", timeout=0)


def test_when_nothing_came_that_is_said() -> None:
    with pytest.raises(NoSuchRequest) as complaint:
        Inbox().take(timeout=0)
    assert str(complaint.value) == "no request came within 0 s; what came is:\n  nothing"


def test_of_too_many_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MOST", 2)
    assert [one.path for one in filled("/a", "/b", "/c")] == ["/b", "/c"]


def test_of_too_large_ones_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MOST_BYTES", 10)
    inbox = Inbox()
    for path in ("/a", "/b", "/c"):
        inbox.put(captured(path, body=b"12345"))
    assert [inbox.take(timeout=0).path for _ in range(2)] == ["/b", "/c"]
    inbox.put(captured("/d", body=b"1234567890"))
    assert len(inbox) == 1, "what was taken counts no more"


def test_clearing_forgets_everything() -> None:
    inbox = filled("/a")
    inbox.clear()
    assert not list(inbox)


def test_whoever_waits_when_the_server_stops_waits_no_longer() -> None:
    inbox, outcomes = Inbox(), []

    def wait() -> None:
        with pytest.raises(NoSuchRequest) as refused:
            inbox.take(timeout=60)
        outcomes.append(refused.type)

    began = time.monotonic()
    waiting = [threading.Thread(target=wait) for _ in range(2)]
    for one in waiting:
        one.start()
    while len(inbox._changed._waiters) < len(waiting):  # type: ignore[attr-defined]
        time.sleep(0.01)
    inbox.interrupt()
    for one in waiting:
        one.join(50)
    assert outcomes == [NoSuchRequest, NoSuchRequest]
    assert time.monotonic() - began < 50


def test_an_interruption_is_over_at_once() -> None:
    inbox = Inbox()
    inbox.interrupt()
    later = threading.Timer(0.05, inbox.put, [captured("/late")])
    later.start()
    assert inbox.take(timeout=10).path == "/late"
    later.join()
