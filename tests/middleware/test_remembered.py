import threading

import pytest

from realmgate.incoming import Shown
from realmgate.principal import Principal
from realmgate.remembered import Remembered, RememberedTokens


def remembered(credentials: str) -> Remembered:
    principal = Principal(subject=credentials, realm="storefront")
    return Remembered(credentials=credentials, principal=principal, good_from=0.0, good_until=1.0, generation=0)


def recalled(tokens: RememberedTokens, credentials: Shown) -> Remembered | None:
    return tokens.recall(credentials, now=0.5, generation=0)


def held(tokens: RememberedTokens) -> int:
    return len(tokens._young) + len(tokens._old)


def test_exactly_the_same_credentials_are_recalled() -> None:
    tokens = RememberedTokens(100)
    one = remembered("Bearer abc")
    tokens.keep(one)
    assert recalled(tokens, "Bearer abc") is one
    for other in ("Bearer ab", "Bearer abcd", "bearer abc", "abc", ""):
        assert recalled(tokens, other) is None


@pytest.mark.parametrize(
    ("now", "generation", "good"),
    [(0.0, 0, True), (0.999, 0, True), (-0.001, 0, False), (1.0, 0, False), (0.5, 1, False), (0.5, -1, False)],
)
def test_it_is_recalled_in_its_time_and_under_its_keys(now: float, generation: int, good: bool) -> None:
    tokens = RememberedTokens(100)
    one = remembered("Bearer abc")
    tokens.keep(one)

    assert (tokens.recall("Bearer abc", now, generation) is one) == good


def test_what_no_key_vouches_for_goes_with_none() -> None:
    tokens = RememberedTokens(100)
    opaque = Remembered(
        credentials="Bearer abc",
        principal=Principal(subject="abc", realm="storefront"),
        good_from=0.0,
        good_until=1.0,
        generation=None,
    )
    tokens.keep(opaque)

    assert tokens.recall("Bearer abc", 0.5, 7) is opaque


class TestWhatEndsAlike:
    END = "s" * 300

    def test_is_nobody_elses(self) -> None:
        tokens = RememberedTokens(100)
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
            assert recalled(tokens, other) is None

    def test_is_nobody_elses_when_it_has_grown_old(self) -> None:
        tokens = RememberedTokens(4)
        one, more = remembered(f"Bearer one.{self.END}"), (remembered("b"), remembered("c"))
        for each in (one, *more):
            tokens.keep(each)
        assert one in tokens._old.values()
        assert recalled(tokens, f"Bearer two.{self.END}") is None
        assert one not in tokens._young.values(), "a miss makes nothing young"
        assert recalled(tokens, one.credentials) is one

    def test_takes_one_place_and_the_last_has_it(self) -> None:
        tokens = RememberedTokens(100)
        for number in range(1000):
            tokens.keep(remembered(f"Bearer {number}.{self.END}"))
            assert held(tokens) == 1
        assert recalled(tokens, f"Bearer 998.{self.END}") is None
        found = recalled(tokens, f"Bearer 999.{self.END}")
        assert found is not None
        assert found.principal.subject == f"Bearer 999.{self.END}"


def test_a_capacity_is_not_exceeded_whatever_comes() -> None:
    tokens = RememberedTokens(100)
    for number in range(10_000):
        tokens.keep(remembered(str(number)))
        assert held(tokens) <= 100


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    tokens = RememberedTokens(100)
    used = remembered("used")
    tokens.keep(used)
    tokens.keep(remembered("unused"))
    for number in range(10_000):
        tokens.keep(remembered(str(number)))
        assert recalled(tokens, "used") is used
    assert recalled(tokens, "unused") is None


def test_a_capacity_of_zero_remembers_nothing() -> None:
    tokens = RememberedTokens(0)
    tokens.keep(remembered("x"))
    assert recalled(tokens, "x") is None


@pytest.mark.parametrize("end", ["", "s" * 100])
def test_threads_get_what_belongs_to_their_token_or_nothing(end: str) -> None:
    tokens = RememberedTokens(50)
    wrong: list[str] = []

    def use(start: int) -> None:
        for number in range(start, start + 3000):
            tokens.keep(remembered(f"{number % 100}.{end}"))
            wanted = f"{number * 7 % 100}.{end}"
            found = recalled(tokens, wanted)
            if found is not None and found.principal.subject != wanted:
                wrong.append(wanted)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert held(tokens) <= 100
