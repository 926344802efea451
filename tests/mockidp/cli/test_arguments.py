import argparse
from collections.abc import Callable
from typing import Any

import pytest

from mockidp.cli.arguments import claim, duration, port


@pytest.mark.parametrize(
    ("reader", "written", "meant"),
    [
        (claim, "roles=[1]", ("roles", [1])),
        (claim, "shift=late", ("shift", "late")),
        (claim, "note=a=b", ("note", "a=b")),
        (duration, "5m", 300),
        (duration, "0", 0),
        (port, "0", 0),
        (port, "65535", 65535),
    ],
)
def test_what_is_written_is_what_is_meant(reader: Callable[[str], Any], written: str, meant: object) -> None:
    assert reader(written) == meant


@pytest.mark.parametrize(
    ("reader", "written", "expected"),
    [
        (claim, "roles", "expected NAME=VALUE, not 'roles'"),
        (duration, "soon", "not 'soon'"),
        (port, "65536", "expected a number from 0 to 65535, not '65536'"),
        (port, "\N{ARABIC-INDIC DIGIT ONE}", "expected a number"),
    ],
)
def test_what_cannot_be_meant_is_said_with_what_was_expected(
    reader: Callable[[str], Any], written: str, expected: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected") as refused:
        reader(written)
    assert expected in str(refused.value)


def test_a_value_of_endless_depth_is_text() -> None:
    deep = "[" * 100_000
    assert claim(f"x={deep}") == ("x", deep)
