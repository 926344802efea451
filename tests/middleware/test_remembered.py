import math
import threading

import pytest

from realmgate.keys.keyring import Keyring
from realmgate.keys.sources import StaticJwks
from realmgate.principal import Principal
from realmgate.remembered import Remembered, RememberedTokens


def remembered(credentials: str) -> Remembered:
    principal = Principal(subject=credentials, realm="storefront")
    return Remembered(credentials=credentials, principal=principal, good_from=0.0, good_until=1.0, generation=0)


class Times:
    """What both clocks say."""

    now = 0.5
    tick = 100.0


def memory(capacity: int, times: Times | None = None, keyring: Keyring | None = None) -> RememberedTokens:
    times = times or Times()
    return RememberedTokens(capacity, keyring or settled(), clock=lambda: times.now, tick=lambda: times.tick)


def settled(until: float = math.inf) -> Keyring:
    keyring = Keyring(StaticJwks({"keys": []}))
    keyring._settle(refresh_at=until, useless_at=math.inf)
    return keyring


def held(tokens: RememberedTokens) -> int:
    return len(tokens._young) + len(tokens._old)


def test_exactly_the_same_credentials_are_recalled() -> None:
    tokens = memory(100)
    one = remembered("Bearer abc")
    tokens.keep(one)
    assert tokens.recall("Bearer abc") is one
    for other in ("Bearer ab", "Bearer abcd", "bearer abc", "abc", ""):
        assert tokens.recall(other) is None


@pytest.mark.parametrize(
    ("now", "generation", "good"),
    [(0.0, 0, True), (0.999, 0, True), (-0.001, 0, False), (1.0, 0, False), (0.5, 1, False), (0.5, -1, False)],
)
def test_it_is_recalled_in_its_time_and_under_its_keys(now: float, generation: int, good: bool) -> None:
    times, keyring = Times(), settled()
    times.now, keyring.generation = now, generation
    tokens = memory(100, times, keyring)
    one = remembered("Bearer abc")
    tokens.keep(one)

    assert (tokens.recall("Bearer abc") is one) == good


@pytest.mark.parametrize(("tick", "good"), [(99.9, True), (100.0, False), (100.1, False)])
def test_it_is_not_recalled_when_it_is_time_to_look_for_keys(tick: float, good: bool) -> None:
    times = Times()
    times.tick = tick
    tokens = memory(100, times, settled(until=100.0))
    one = remembered("Bearer abc")
    tokens.keep(one)

    assert (tokens.recall("Bearer abc") is one) == good


def test_what_no_key_vouches_for_goes_with_none() -> None:
    keyring = settled(until=0.0)
    keyring.generation = 7
    tokens = memory(100, keyring=keyring)
    opaque = Remembered(
        credentials="Bearer abc",
        principal=Principal(subject="abc", realm="storefront"),
        good_from=0.0,
        good_until=1.0,
        generation=None,
    )
    tokens.keep(opaque)

    assert tokens.recall("Bearer abc") is opaque


class TestWhatEndsAlike:
    END = "s" * 300

    def test_is_nobody_elses(self) -> None:
        tokens = memory(100)
        tokens.keep(remembered(f"Bearer one.{self.END}"))
        for other in (
            f"Bearer two.{self.END}",
            f"Bearer  one.{self.END}",
            f"bearer one.{self.END}",
            f"one.{self.END}",
            f"Bearer one.{self.END}s",
            self.END,
            self.END[:64],
            self.END[:63],
        ):
            assert tokens.recall(other) is None

    def test_is_nobody_elses_when_it_has_grown_old(self) -> None:
        tokens = memory(4)
        one, more = remembered(f"Bearer one.{self.END}"), (remembered("b"), remembered("c"))
        for each in (one, *more):
            tokens.keep(each)
        assert one in tokens._old.values()
        assert tokens.recall(f"Bearer two.{self.END}") is None
        assert one not in tokens._young.values(), "a miss makes nothing young"
        assert tokens.recall(one.credentials) is one

    def test_takes_one_place_and_the_last_has_it(self) -> None:
        tokens = memory(100)
        for number in range(1000):
            tokens.keep(remembered(f"Bearer {number}.{self.END}"))
            assert held(tokens) == 1
        assert tokens.recall(f"Bearer 998.{self.END}") is None
        found = tokens.recall(f"Bearer 999.{self.END}")
        assert found is not None
        assert found.principal.subject == f"Bearer 999.{self.END}"


def test_a_capacity_is_not_exceeded_whatever_comes() -> None:
    tokens = memory(100)
    for number in range(10_000):
        tokens.keep(remembered(str(number)))
        assert held(tokens) <= 100


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    tokens = memory(100)
    used = remembered("used")
    tokens.keep(used)
    tokens.keep(remembered("unused"))
    for number in range(10_000):
        tokens.keep(remembered(str(number)))
        assert tokens.recall("used") is used
    assert tokens.recall("unused") is None


def test_a_capacity_of_zero_remembers_nothing() -> None:
    tokens = memory(0)
    tokens.keep(remembered("x"))
    assert tokens.recall("x") is None


@pytest.mark.parametrize("end", ["", "s" * 100])
def test_threads_get_what_belongs_to_their_token_or_nothing(end: str) -> None:
    tokens = memory(50)
    wrong: list[str] = []

    def use(start: int) -> None:
        for number in range(start, start + 3000):
            tokens.keep(remembered(f"{number % 100}.{end}"))
            wanted = f"{number * 7 % 100}.{end}"
            found = tokens.recall(wanted)
            if found is not None and found.principal.subject != wanted:
                wrong.append(wanted)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert held(tokens) <= 100
