"""Any bytes where a token, a header, a claim or a path may stand. `make fuzz` throws a million more, by coverage."""

import random

import pytest
from hostile import SEEDS, TARGETS
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_make_a_gate_do_what_it_must_not(name: str) -> None:
    target = TARGETS[name]()

    @given(st.binary(max_size=300))
    def any_bytes(data: bytes) -> None:
        target(data)

    any_bytes()


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_the_search_starts_from_makes_a_gate_do_what_it_must_not(name: str) -> None:
    target = TARGETS[name]()
    for seed in SEEDS[name]:
        target(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_no_change_to_what_is_nearly_good_makes_a_gate_do_what_it_must_not(name: str) -> None:
    target = TARGETS[name]()

    @given(st.sampled_from(SEEDS[name]), st.randoms(use_true_random=False))
    def nearly_good(seed: bytes, chance: random.Random) -> None:
        target(changed(seed, chance))

    nearly_good()


def changed(seed: bytes, chance: random.Random) -> bytes:
    """A few bytes of a seed replaced, left out, put in or repeated."""
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        data[at : at + chance.randrange(3)] = chance.choice(
            (b"", bytes([chance.randrange(256)]), data[at : at + chance.randrange(20)], b'"', b".", b"\\u0041", b"%2f")
        )
    return bytes(data)
