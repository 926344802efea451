"""What clients and lying tokens say, without what strict JSON cannot say."""

import math
from typing import Any, Final

DEEPEST: Final = 50
LARGEST: Final = 2**63


def plain(said: Any, *, deep: int = 0) -> Any:
    """The same; Python also reads NaN, halves of surrogate pairs, and numbers and nesting without an end."""
    match said:
        case dict() | list() if deep > DEEPEST:
            return "(too deep)"
        case dict():
            return {plain(name): plain(value, deep=deep + 1) for name, value in said.items()}
        case list():
            return [plain(value, deep=deep + 1) for value in said]
        case str() | float() | int():
            return _sayable(said)
        case _:
            return said


def _sayable(said: str | float) -> Any:
    match said:
        case str():
            return said.encode("utf-8", "replace").decode("utf-8")
        case float() if not math.isfinite(said):
            return None
        case int() if abs(said) >= LARGEST:
            return str(said)
        case _:
            return said
