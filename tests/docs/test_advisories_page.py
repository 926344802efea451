from advisory_rows import PAGE, table, written


def test_the_page_of_advisories_shows_the_tests_as_they_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run python tests/advisory_rows.py"


def test_every_row_says_something() -> None:
    rows = table().splitlines()[2:]
    assert len(rows) > 25
    for row in rows:
        _, advisory, does, test, _ = (cell.strip() for cell in row.split("|"))
        assert advisory.startswith(("CVE-", "GHSA-"))
        assert len(does.split()) > 3
        assert test.startswith("`test_")
