"""What a realm asks of a token beyond what everybody asks: its own functions, each of which must say yes."""

import inspect
import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from .errors import ConfigurationError, TokenRejected
from .plain_function import must_be_awaited
from .principal import Principal
from .reasons import Reason

log = logging.getLogger("realmgate")

OwnCheck: TypeAlias = Callable[[Principal], Any]


def pass_own_checks(principal: Principal, checks: tuple[OwnCheck, ...]) -> None:
    """Raise `TokenRejected` unless each function returns True itself.

    A function that forgets to return, or would have to be awaited, has not said yes; nor has one that fails.
    """
    for check in checks:
        try:
            verdict = check(principal)
        except Exception as error:  # noqa: BLE001 - the function is the user's, and its error may quote a claim
            log.warning("a check of realm %s failed: %s", principal.realm, type(error).__name__)
            raise TokenRejected(Reason.OWN_CHECK_FAILED) from None
        if inspect.iscoroutine(verdict):
            verdict.close()
        if verdict is not True:
            raise TokenRejected(Reason.OWN_CHECK)


def check_own_checks(given: Any, *, place: str) -> None:
    """Refuse anything but plain functions. Raises `ConfigurationError`, naming the place."""
    if not isinstance(given, tuple | list) or not all(callable(check) for check in given):
        raise ConfigurationError(f"{place}: must be a tuple of functions that take a principal and return True")
    if any(must_be_awaited(check) for check in given):
        raise ConfigurationError(
            f"{place}: must be plain functions of what the token says; for what changes, give deny_list="
        )
