"""Lengths of time as people write them: `30s`, `5m`, `1h`, `2d`, or plain seconds."""

import re
from typing import Final

Duration = int | str

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_WRITTEN: Final = re.compile(r"([0-9]{1,12})([smhd]?)")

LONGEST: Final = 3650 * 86400
EXPECTED: Final = "a duration of at least one second and at most 3650 days, such as 30s, 5m, 1h, 2d or plain seconds"


def seconds(duration: Duration, *, least: int = 1) -> int:
    """The duration in whole seconds; ValueError says what was expected."""
    match duration:
        case bool():
            raise ValueError(f"expected {EXPECTED}")
        case int():
            length = duration
        case str() if written := _WRITTEN.fullmatch(duration):
            length = int(written[1]) * _UNITS[written[2]]
        case _:
            raise ValueError(f"expected {EXPECTED}")
    if not least <= length <= LONGEST:
        raise ValueError(f"expected {EXPECTED}")
    return length
