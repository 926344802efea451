from typing import Any

import pytest

from mockidp.settings.durations import LONGEST, seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [("30s", 30), ("5m", 300), ("1h", 3600), ("2d", 172800), ("45", 45), (46, 46), (1, 1), ("3650d", LONGEST)],
)
def test_people_write_lengths_of_time_in_these_ways(written: Any, meant: int) -> None:
    assert seconds(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        0,
        -1,
        "00",
        "0s",
        "-5s",
        "",
        "s",
        "1w",
        "1.5h",
        "1h30m",
        " 5s",
        "5 s",
        "5S",
        "٣s",
        "3651d",
        "9" * 40,
        LONGEST + 1,
        10**30,
        True,
        False,
        1.5,
        None,
        pytest.param([], id="list"),
        "1_000",
        "+5",
        "0x10",
        "1e3",
        "\n5s",
        "5s\n",
    ],
)
def test_nothing_else_is_a_length_of_time(written: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected a duration of at least one second .* such as 30s, 5m, 1h, 2d"):
        seconds(written)
