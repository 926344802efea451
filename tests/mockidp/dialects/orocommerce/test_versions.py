"""The facts about versions, and the rows that say what is tested in which."""

from typing import get_args

import pytest
from oro_rows import ALL, FRAME, PAGE, ROWS, covered, table

from mockidp.dialects.orocommerce.versions import VERSIONS
from mockidp.settings.oro_settings import OroVersion

EXPECTED = {"A": 29, "B": 45, "C": 23, "D": 9}


def test_there_is_a_row_of_facts_for_each_version() -> None:
    assert tuple(VERSIONS) == get_args(OroVersion) == ALL


def test_no_row_of_what_can_be_observed_is_missing() -> None:
    assert list(ROWS) == [f"{letter}{number}" for letter, last in EXPECTED.items() for number in range(1, last + 1)]


@pytest.mark.parametrize("name", ROWS)
def test_each_row_is_tested_in_each_of_its_versions_or_says_why_not(name: str) -> None:
    row, shown = ROWS[name], covered().get(name, {})

    assert set(row.versions) <= set(shown) or row.reason
    assert shown or row.reason


def test_the_documentation_shows_the_rows_as_they_are() -> None:
    found = FRAME.search(PAGE.read_text("utf-8"))

    assert found
    assert found[0] == table(), "write it anew: python tests/oro_rows.py"


@pytest.mark.parametrize(("version", "days"), [("5.0", 210), ("5.1", 210), ("6.0", 210), ("6.1", 30)])
def test_how_long_refresh_tokens_live(version: str, days: int) -> None:
    assert VERSIONS[version].refresh_token_lifetime == days * 86400
