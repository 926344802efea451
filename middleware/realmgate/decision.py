"""What an operator may know of one decision: constants, configured values, and the name of a key we have ourselves."""

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from .errors import ConfigurationError, KeysUnavailable, Refused
from .plain_function import must_be_awaited
from .reasons import Reason

log = logging.getLogger("realmgate")


class Outcome(StrEnum):
    """How a decision turned out."""

    ADMITTED = "admitted"
    ANONYMOUS = "anonymous"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of a gate, handed to `on_decision`.

    `realm` is empty where a `RealmMap` turned a path away that belongs to none. `reason` is None for whoever got in.
    `issuer` is the configured one; `kid` is the name the token gives to its key, if a key of that name is known, else
    None. `remembered`: the token was verified before. `duration` is in seconds.
    """

    realm: str
    outcome: Outcome
    reason: Reason | None = None
    issuer: str | None = None
    kid: str | None = None
    remembered: bool = False
    duration: float = 0.0


OnDecision: TypeAlias = Callable[[Decision], Any]


def check_callback(on_decision: Any) -> None:
    """Refuse what could not be called in the middle of a request."""
    if not callable(on_decision) or must_be_awaited(on_decision):
        raise ConfigurationError("on_decision=…: must be a plain function that takes a Decision, and is quick")


def outcome_of(error: Refused) -> Outcome:
    """Whether it was the caller's fault."""
    return Outcome.UNAVAILABLE if isinstance(error, KeysUnavailable) else Outcome.REFUSED


def tell(on_decision: OnDecision, decision: Decision) -> None:
    """Hand a decision to whoever listens; what goes wrong there changes nothing here."""
    try:
        on_decision(decision)
    except Exception as error:  # noqa: BLE001 - the function is the user's
        log.warning("on_decision failed: %s", type(error).__name__)
