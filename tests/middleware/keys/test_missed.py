from itertools import pairwise

import pytest

from realmgate.keys.missed import MAX_MISSED, MISSED_FOR, MissedNames


@pytest.fixture
def missed() -> MissedNames:
    return MissedNames(30.0)


def looks(missed: MissedNames, ticks: range) -> list[int]:
    """When a name is looked for, by somebody who asks for it each second and never finds it."""
    looked = []
    for tick in ticks:
        if tick >= missed.until("nobody's"):
            missed.note("nobody's", tick)
            looked.append(tick)
    return looked


def test_a_name_that_was_never_missed_may_be_looked_for_at_any_time(missed: MissedNames) -> None:
    missed.note("another", 5)
    assert missed.until("nobody's") == missed.until(None) == float("-inf")


def test_what_is_missed_again_and_again_is_looked_for_ever_less_often(missed: MissedNames) -> None:
    looked = looks(missed, range(1, 1000))
    assert [later - earlier for earlier, later in pairwise(looked)][:4] == [30, 60, MISSED_FOR, MISSED_FOR]


def test_many_who_miss_a_name_at_once_have_missed_it_once(missed: MissedNames) -> None:
    for tick in (1, 1, 2, 30.9):
        missed.note("other", tick)
    assert missed.until("other") == 31
    missed.note("other", 31)
    assert missed.until("other") == 31 + 60


def test_a_cooldown_longer_than_the_longest_wait_is_kept() -> None:
    missed = MissedNames(500.0)
    for tick in (1, 501, 1001):
        missed.note("other", tick)
        assert missed.until("other") == tick + 500


def test_without_a_cooldown_nothing_is_put_off() -> None:
    missed = MissedNames(0.0)
    missed.note("other", 1)
    assert missed.until("other") < 1


def test_once_new_keys_have_come_no_name_is_known_to_be_missing(missed: MissedNames) -> None:
    missed.note("other", 1)
    missed.forget()
    assert missed.until("other") < 1


def test_made_up_names_fill_no_memory(missed: MissedNames) -> None:
    for number in range(10 * MAX_MISSED):
        missed.note(f"unknown-{number}", 1)
    assert len(missed._names) <= MAX_MISSED
