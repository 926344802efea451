"""Many questions at once: bounded, shared, over kept connections, and nobody waits for ever."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from answering import Answering, answering

from realmgate.flow import Fetch, FetchFailed
from realmgate.introspection_client import MAX_WAITING, Asker


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(lambda asked: (200, {"token": asked.form["token"]})) as server:
        yield server


@pytest.fixture
def held(server: Answering) -> Iterator[threading.Event]:
    """The server answers nothing before this is set."""
    event = threading.Event()

    def wait(*_: object) -> tuple[int, object]:
        event.wait()
        return 200, {}

    server.answer = wait
    yield event
    event.set()


def about(server: Answering, token: str, **differs: float) -> Fetch:
    return Fetch(url=server.address, method="POST", body=f"token={token}".encode(), **differs)  # type: ignore[arg-type]


def test_connections_are_kept(server: Answering) -> None:
    asker = Asker(connections=4)
    for number in range(20):
        asker.fetch(about(server, str(number)))
    assert len(server.asked) == 20
    assert len(server.connections) == 1


def test_there_are_never_more_connections_than_said(server: Answering) -> None:
    asker = Asker(connections=3)
    with ThreadPoolExecutor(30) as people:
        answers = list(people.map(lambda number: asker.fetch(about(server, str(number))), range(300)))
    assert [answer.body for answer in answers] == [f'{{"token": "{number}"}}'.encode() for number in range(300)]
    assert len(server.asked) == 300
    assert len(server.connections) <= 3


def test_one_slow_answer_holds_up_nobody_else(server: Answering) -> None:
    slow = threading.Event()
    server.answer = lambda asked: (200, {"slow": asked.form["token"] == "slow" and slow.wait()})
    asker = Asker(connections=2)
    with ThreadPoolExecutor(1) as people:
        waiting = people.submit(asker.fetch, about(server, "slow"))
        for number in range(10):
            asker.fetch(about(server, str(number)))
        assert not waiting.done()
        slow.set()
        assert waiting.result().body == b'{"slow": true}'


def test_equal_questions_under_way_share_one_answer(server: Answering, held: threading.Event) -> None:
    asker = Asker(connections=8)

    async def everybody() -> None:
        asking = [asyncio.ensure_future(asker.fetch_async(about(server, "same"))) for _ in range(200)]
        await asyncio.sleep(0)
        held.set()
        assert {answer.status for answer in await asyncio.gather(*asking)} == {200}

    asyncio.run(everybody())
    assert len(server.asked) == 1
    asker.fetch(about(server, "same"))
    assert len(server.asked) == 2, "an answer was kept"


def test_a_waiter_that_goes_away_takes_nobodys_answer_along(server: Answering, held: threading.Event) -> None:
    asker = Asker(connections=1)

    async def two() -> int:
        leaving = asyncio.ensure_future(asker.fetch_async(about(server, "same")))
        staying = asyncio.ensure_future(asker.fetch_async(about(server, "same")))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        held.set()
        return (await staying).status

    assert asyncio.run(two()) == 200


def test_a_server_that_hangs_costs_no_memory(server: Answering, held: threading.Event) -> None:
    asker = Asker(connections=2)

    async def crowd() -> tuple[list[str], list[int]]:
        asking = [
            asyncio.ensure_future(asker.fetch_async(about(server, str(number), timeout=30)))
            for number in range(MAX_WAITING + 100)
        ]
        await asyncio.wait(asking[MAX_WAITING:])
        refused = [str(task.exception()) for task in asking if task.done()]
        held.set()
        return refused, [(await task).status for task in asking[:MAX_WAITING]]

    refused, answered = asyncio.run(crowd())
    assert refused == ["too many questions under way"] * 100
    assert answered == [200] * MAX_WAITING
    assert asker.fetch(about(server, "afterwards")).status == 200


def test_a_server_that_hangs_costs_no_patience(server: Answering, held: threading.Event) -> None:
    asker = Asker(connections=1)
    for number in range(2):
        with pytest.raises(FetchFailed, match=r"no answer in time|nobody waits for this any more"):
            asker.fetch(about(server, str(number), timeout=0.05))
    held.set()
    assert asker.fetch(about(server, "afterwards", timeout=30)).status == 200


def test_what_nobody_waits_for_any_more_is_not_asked(server: Answering, held: threading.Event) -> None:
    asker = Asker(connections=1)
    with ThreadPoolExecutor(1) as people:
        first = people.submit(asker.fetch, about(server, "first", timeout=30))
        while not server.asked:
            time.sleep(0.01)
        with pytest.raises(FetchFailed, match="no answer in time"):
            asker.fetch(about(server, "given up", timeout=0.02))
        held.set()
        assert first.result().status == 200
        assert asker.fetch(about(server, "afterwards", timeout=30)).status == 200
    assert [asked.form["token"] for asked in server.asked] == ["first", "afterwards"]


def test_a_connection_that_the_server_has_closed_meanwhile_is_made_anew(server: Answering) -> None:
    asker = Asker(connections=1)
    server.headers = {"Connection": "close"}
    for number in range(5):
        assert asker.fetch(about(server, str(number))).status == 200
    assert len(server.connections) == 5


def test_locks_are_those_that_somebody_has_put_in_place_by_then(
    server: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, made, lock = Asker(connections=1), [], threading.Lock

    def theirs() -> Any:
        made.append(lock())
        return made[-1]

    monkeypatch.setattr(threading, "Lock", theirs)
    assert asker.fetch(about(server, "opaque")).status == 200
    assert any(asker._lock() is each for each in made)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_of_a_fork_asks_for_itself(server: Answering) -> None:
    asker = Asker(connections=2)
    asker.fetch(about(server, "parent"))
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with asker._lock(), asker._workers._ready():
            held.set()
            released.wait()

    # By a thread that will not exist in the child.
    holding = threading.Thread(target=hold)
    holding.start()
    held.wait()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20)
        status = 1
        try:
            status = 0 if asker.fetch(about(server, "child")).status == 200 else 2
        finally:
            os._exit(status)
    released.set()
    holding.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    asker.fetch(about(server, "parent again"))
    assert len(server.connections) == 2
