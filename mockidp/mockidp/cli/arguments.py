"""Values as they are written on a command line; each refusal says what was expected and what was written."""

import argparse
import json
from typing import Any

from ..settings.durations import seconds


def claim(written: str) -> tuple[str, Any]:
    """`name=value`, where the value is JSON if it can be, else the text itself."""
    name, equals, value = written.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, not {written!r}")
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def duration(written: str) -> int:
    """A length of time, in seconds."""
    try:
        return seconds(written, least=0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, not {written!r}") from None


def port(written: str) -> int:
    """A port, or 0 for a free one."""
    if not written.isascii() or not written.isdecimal() or int(written) > 65535:  # noqa: PLR2004  # the highest port
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, not {written!r}")
    return int(written)
