"""What is made late is made once, whoever comes first."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from realmgate.keys.late_locks import Late


@pytest.fixture
def in_haste() -> Iterator[None]:
    """Threads take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_nothing_is_made_before_it_is_needed_and_then_once() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    late = Late(make)
    assert made == []
    assert late() is late() is made[0]
    assert len(made) == 1


@pytest.mark.usefixtures("in_haste")
def test_threads_that_are_first_together_get_the_same_one() -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(200):
            together, late = threading.Barrier(8), Late(threading.Lock)

            def look(together: threading.Barrier = together, late: Late[threading.Lock] = late) -> threading.Lock:
                together.wait(30)
                return late()

            found = [each.result(30) for each in [pool.submit(look) for _ in range(8)]]
            assert all(each is found[0] for each in found)
