import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from mockidp.clock import Clock


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_tells_real_time_unless_told_otherwise() -> None:
    before = time.time()
    now = Clock()()
    assert before <= now <= time.time()


def test_a_frozen_clock_stands_still_until_it_resumes_from_there() -> None:
    watch = Watch()
    clock = Clock(watch)
    clock.freeze()
    watch.now = 150
    assert (clock(), clock.frozen) == (100, True)
    clock.resume()
    assert (clock(), clock.frozen) == (100, False)
    watch.now = 160
    assert clock() == 110


def test_it_can_be_frozen_at_any_time() -> None:
    clock = Clock(Watch())
    clock.freeze(7)
    assert clock() == 7


def test_it_advances_frozen_and_running() -> None:
    watch = Watch()
    clock = Clock(watch)
    clock.advance(seconds=1, minutes=1, hours=1, days=1)
    assert clock() == 100 + 1 + 60 + 3600 + 86400
    clock.freeze(0)
    clock.advance(minutes=10)
    clock.advance(seconds=-1)
    watch.now = 1e6
    assert clock() == 599


def test_a_clock_that_is_set_runs_on_and_a_frozen_one_stays() -> None:
    watch = Watch()
    clock = Clock(watch)
    clock.set(500)
    watch.now = 101
    assert clock() == 501
    clock.freeze()
    clock.set(20)
    watch.now = 300
    assert clock() == 20


def test_reset_brings_real_time_back() -> None:
    clock = Clock(Watch())
    clock.freeze(1)
    clock.advance(days=3)
    clock.reset()
    assert (clock(), clock.frozen) == (100, False)


def test_no_step_is_lost_when_threads_advance_it_together() -> None:
    clock = Clock(Watch())
    clock.freeze(0)

    def walk() -> None:
        for _ in range(500):
            clock.advance(seconds=1)

    threads = [threading.Thread(target=walk) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock() == 4000


@pytest.mark.parametrize(
    "at", [1_893_499_200, "1893499200", "2030-01-01T12:00:00Z", datetime(2030, 1, 1, 12, tzinfo=UTC)], ids=repr
)
def test_a_point_in_time_may_be_said_in_several_ways(at: float | str | datetime) -> None:
    clock = Clock(Watch())
    clock.set(at)
    assert clock() == 1_893_499_200
    clock.freeze(at)
    assert clock() == 1_893_499_200


@pytest.mark.parametrize("at", ["", "nan", "1e999", "noon", "2030-01-01T12:00:00", True], ids=str)
def test_a_point_in_time_that_can_be_misunderstood_changes_nothing(at: Any) -> None:
    clock = Clock(Watch())
    for change in (clock.set, clock.freeze):
        with pytest.raises(ValueError, match=r"expected seconds since the epoch, or a date and time with its offset"):
            change(at)
    assert (clock(), clock.frozen) == (100, False)


def test_a_jump_has_a_length() -> None:
    clock = Clock(Watch())
    with pytest.raises(ValueError, match="say how far, for example 10 minutes"):
        clock.advance()
    clock.advance(seconds=0)
    assert clock() == 100
