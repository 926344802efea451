"""What strangers may make us hold in memory: little, and of each other's share, not of everybody's."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from realmgate.body_room import ROOM, Room, Share
from realmgate.errors import BodyTooLarge

STEP = 1000


def fill(share: Share) -> int:
    """Take step after step until there is no room."""
    try:
        while True:
            share.grow(STEP)
    except BodyTooLarge:
        return share.size


def test_a_crowd_that_sends_large_bodies_leaves_room_for_small_ones() -> None:
    room = Room(1_000_000)
    crowd = [room.entered() for _ in range(20)]
    sizes = [fill(each.__enter__()) for each in crowd]
    assert sizes[0] == 500_000
    assert room.held == sum(sizes) <= 1_000_000
    with room.entered() as small:
        small.grow(100)
    for each in crowd:
        each.__exit__(None, None, None)
    assert room.held == 0


def test_what_was_held_is_given_back_whatever_happens() -> None:
    room = Room(10_000)

    def read() -> None:
        with room.entered() as share:
            fill(share)
            share.grow(STEP)

    with pytest.raises(BodyTooLarge) as refused:
        read()
    assert room.held == 0
    assert refused.value.headers == (("retry-after", "1"),)


def test_many_threads_lose_no_byte() -> None:
    room, start = Room(10**9), threading.Barrier(16)

    def work(_: int) -> None:
        start.wait()
        for _ in range(1000):
            with room.entered() as share:
                share.grow(3)
                share.grow(4)

    with ThreadPoolExecutor(16) as people:
        list(people.map(work, range(16)))
    assert room.held == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_process_starts_with_an_empty_room() -> None:
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with ROOM._lock:
            held.set()
            released.wait()

    with ROOM.entered() as share:
        share.grow(400)
        # By a thread that will not exist in the child, in the middle of a request.
        holding = threading.Thread(target=hold)
        holding.start()
        held.wait()
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(20)
            empty = ROOM.held == 0
            with ROOM.entered() as other:
                other.grow(400)
            os._exit(0 if empty and ROOM.held == 0 else 1)
        released.set()
        holding.join()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert ROOM.held == 400
    assert ROOM.held == 0
