"""The page for those who are refused names everything that the log can say, as it says it."""

from pathlib import Path

import pytest

from realmgate import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "refused.md").read_text("utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert [row for row in rows if f"`{reason}`" in row.split("|")[1]], f"docs/howto/refused.md has no row for {reason}"
