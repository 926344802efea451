"""Codes and refresh tokens look like encrypted ones and say nothing."""

import re

import pytest
from oro import Oro
from oro_rows import ALL

REAL = re.compile(r"def50200[0-9a-f]+")


@pytest.mark.parametrize("version", ALL)
def test_codes_and_refresh_tokens_are_long_and_hexadecimal(version: str) -> None:
    oro = Oro(version)
    code = oro.code()
    refresh_token = oro.redeem(code).json()["refresh_token"]

    for value in (code, refresh_token):
        assert REAL.fullmatch(value)
        assert 500 <= len(value) <= 1000
        assert len(value) % 2 == 0


def test_none_is_like_another_nor_can_one_be_bent() -> None:
    oro = Oro("6.1")
    codes = {oro.code() for _ in range(3)}
    assert len(codes) == 3

    code = codes.pop()
    bent = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert oro.redeem(bent).json()["hint"] == "Cannot decrypt the authorization code"
    assert oro.redeem(code.upper()).json()["hint"] == "Cannot decrypt the authorization code"
    assert oro.redeem(code).status_code == 200


def test_a_longer_address_makes_a_longer_code_as_encryption_would() -> None:
    oro = Oro("6.1")

    assert len(oro.code(redirect_uri="https://shop.example/callback")) > len(oro.code())
