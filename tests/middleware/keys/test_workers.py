import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from realmgate.keys import workers
from realmgate.keys.workers import Workers


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name that no other test's threads have."""
    return f"workers of {request.node.name}"


def threads(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_no_thread_is_started_before_there_is_work(name: str) -> None:
    Workers(name, most=1, tool=nullcontext)
    assert threads(name) == []


def test_locks_are_those_that_somebody_has_put_in_place_by_then(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As gevent does in gunicorn's workers, when the app was loaded before the fork; with both kinds all would hang."""
    pool, made = Workers(name, most=1, tool=nullcontext), []
    lock, done = threading.Lock, threading.Event()

    def theirs() -> Any:
        made.append(lock())
        return made[-1]

    monkeypatch.setattr(threading, "Lock", theirs)
    pool.put(lambda _: done.set())
    assert done.wait(30)
    assert any(pool._ready()._lock is each for each in made)  # type: ignore[attr-defined]


def test_threads_are_as_many_as_are_needed_and_allowed(name: str) -> None:
    pool = Workers(name, most=3, tool=nullcontext)
    at_work, go = threading.Semaphore(0), threading.Event()

    def job(_: Any) -> None:
        at_work.release()
        go.wait(30)

    for number in range(1, 6):
        pool.put(job)
        assert len(threads(name)) == min(number, 3)
    for _ in range(3):
        at_work.acquire()
    assert not at_work.acquire(blocking=False)
    go.set()
    for _ in range(2):
        at_work.acquire()
    assert all(thread.daemon for thread in threads(name))


def test_a_thread_keeps_its_tool_and_puts_it_away_when_it_leaves(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story: list[str] = []

    @contextmanager
    def tool() -> Iterator[str]:
        story.append("taken")
        yield "tool"
        story.append("put away")

    pool = Workers(name, most=1, tool=tool)
    done = threading.Semaphore(0)

    def job(given: str) -> None:
        story.append(given)
        done.release()

    def last_job(given: str) -> None:
        monkeypatch.setattr(workers, "IDLE", 0.0)  # here, or the thread may be looking for its next job just now
        job(given)

    for _ in range(2):
        pool.put(job)
        done.acquire()
    pool.put(last_job)
    done.acquire()
    for thread in threads(name):
        thread.join()
    assert story == ["taken", "tool", "tool", "tool", "put away"]
    monkeypatch.undo()
    pool.put(job)
    done.acquire()
    assert story[5:] == ["taken", "tool"]


def test_a_job_that_fails_ends_neither_its_thread_nor_what_waits_behind_it(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    pool = Workers(name, most=1, tool=nullcontext)
    done = threading.Event()

    def fail(_: Any) -> None:
        raise ValueError("a secret")

    pool.put(fail)
    pool.put(lambda _: done.set())
    assert done.wait(30)
    assert "ValueError" in caplog.text
    assert "a secret" not in caplog.text


def cannot_start(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_work_that_nobody_can_do_is_not_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Workers(name, most=1, tool=nullcontext)
    done: list[str] = []
    told = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", cannot_start)
        with pytest.raises(RuntimeError):
            pool.put(lambda _: done.append("lost"))
    pool.put(lambda _: told.set())
    assert told.wait(30)
    assert done == []


def test_where_one_more_thread_cannot_be_started_the_others_do_the_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Workers(name, most=2, tool=nullcontext)
    go, told = threading.Event(), threading.Event()
    started: list[Callable[[Any], Any]] = [lambda _: go.wait(30), lambda _: told.set()]
    pool.put(started[0])
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", cannot_start)
        pool.put(started[1])
    go.set()
    assert told.wait(30)
