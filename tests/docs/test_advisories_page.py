import re

import pytest
from advisory_rows import PAGE, PARTS, TESTS, table, written


def test_the_page_of_advisories_shows_the_tests_as_they_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run python tests/advisory_rows.py"


def test_every_file_of_tests_is_on_the_page() -> None:
    assert {path.stem for path in TESTS.glob("test_*.py")} == {f"test_{part}" for part in PARTS}


@pytest.mark.parametrize("part", PARTS)
def test_every_row_says_something_and_links_to_the_advisory(part: str) -> None:
    rows = table(part).splitlines()[2:]
    assert len(rows) > 15
    for row in rows:
        _, advisory, does, test, _ = (cell.strip() for cell in row.split("|"))
        assert re.fullmatch(r"(\[(CVE-\d{4}-\d+|GHSA(-\w{4}){3})\]\(https://[\w./-]+\)(, )?)+", advisory)
        assert len(does.split()) > 3
        assert test.startswith("`test_")
