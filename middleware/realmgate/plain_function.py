"""Whether a function gives its answer at once, or only something that somebody would have to await."""

import inspect
from typing import Any


def must_be_awaited(function: Any) -> bool:
    """Whether it is `async`, or an object whose call is; a plain function that returns an awaitable is not seen."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
