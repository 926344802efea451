import subprocess
import sys

import pytest

from mockidp.faults.catalogue import CATALOGUE, ROWS, choose

# What people look for by these names.
ASKED_FOR = """
expired not-yet-valid wrong-issuer wrong-audience other-realm wrong-signature unknown-kid same-kid-other-key
alg-none hs256-with-public-key wrong-typ missing-exp missing-iss missing-aud missing-sub exp-as-string
exp-as-float-infinity duplicate-claims duplicate-header oversized deeply-nested embedded-jwk jku-header
x5u-header unknown-crit b64-false id-token-as-access-token both-audiences issuer-prefix empty-signature
truncated non-canonical-base64 wrong-nonce missing-at-hash issued-in-future missing-kid status delay drop
html-500 wrong-content-type malformed-json empty jwks-down jwks-slow jwks-stale jwks-empty
discovery-wrong-issuer x5c-header kid-as-query hs256-with-ssh-key redirect-wrong-state redirect-wrong-iss
jwks-odd-key token-missing-id-token wrong-sub
"""


@pytest.mark.parametrize("name", ASKED_FOR.split())
def test_there_is_what_people_look_for(name: str) -> None:
    assert name in CATALOGUE


def test_no_two_rows_have_one_name() -> None:
    assert sum(map(len, ROWS)) == len(CATALOGUE)


@pytest.mark.parametrize("fault", CATALOGUE.values(), ids=CATALOGUE)
def test_a_row_says_what_lies_and_what_to_say_to_that(fault: object) -> None:
    lies, verdict = getattr(fault, "lies", ""), getattr(fault, "verdict", "")
    assert lies.endswith(".")
    assert verdict
    assert not verdict.endswith(".")


def test_a_fault_may_be_given_a_number() -> None:
    assert choose("delay=0.5").value == 0.5
    assert choose("delay").value == 1
    assert choose("status=429").value == 429
    assert choose("expired").value == 0


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("expird", "there is no fault 'expird'; did you mean expired"),
        ("delay=-1", "delay takes a number from 0 to 30, not '-1'"),
        ("delay=31", "from 0 to 30"),
        ("delay=nan", "from 0 to 30"),
        ("delay=", "from 0 to 30"),
        ("status=five", "from 200 to 599"),
        ("expired=1", "expired takes no number"),
        ("drop=", "drop takes no number"),
    ],
)
def test_a_mistake_is_named(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        choose(written)


def test_where_nothing_is_similar_everything_is_listed() -> None:
    with pytest.raises(ValueError, match=r"there is access-token-as-id-token, .*, zero-signature$"):
        choose("?")


def test_it_takes_little_memory_whatever_it_makes_when_it_is_asked() -> None:
    program = (
        "import tracemalloc, mockidp.faults.row, asyncio, starlette.types\n"
        "tracemalloc.start()\n"
        "import mockidp.faults.catalogue\n"
        "print(tracemalloc.get_traced_memory()[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) < 1_000_000
