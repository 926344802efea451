import re

import pytest

from mockidp.web.user_code import LETTERS, meant, new_user_code, shown


def test_a_code_has_eight_letters_without_vowels_and_is_shown_in_two_groups() -> None:
    codes = {new_user_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{8}", code) for code in codes)
    assert set("".join(codes)) == set(LETTERS)
    assert shown("BCDFGHJK") == "BCDF-GHJK"


@pytest.mark.parametrize(
    "typed", ["BCDF-GHJK", "bcdf-ghjk", " bcdf ghjk ", "B.C.D.F/GHJK", "bcdf\u2013ghjk", "bcdfghjk"]
)
def test_however_it_is_typed_it_means_the_same(typed: str) -> None:
    assert meant(typed) == "BCDFGHJK"


@pytest.mark.parametrize("typed", ["", "---", "12345678", "ß" * 9, "x" * 9000])
def test_what_is_no_code_means_nothing_long(typed: str) -> None:
    assert len(meant(typed)) <= 128
    assert meant(typed) != "BCDFGHJK"
