"""Who is to blame is in the type, and what the caller is told is in the class."""

from typing import Any

import pytest

import realmgate
from realmgate import errors
from realmgate.errors import (
    AuditFailed,
    ConfigurationError,
    KeysUnavailable,
    NoGate,
    NonceWanted,
    RealmgateError,
    RealmOverlap,
    Refused,
    StepUpWanted,
)
from realmgate.reasons import Reason

ALL = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
REFUSALS = [one for one in ALL if issubclass(one, Refused) and one is not Refused]


@pytest.mark.parametrize("error", ALL)
def test_whatever_is_raised_on_purpose_has_one_root_and_stands_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, RealmgateError)
    assert error.__name__ in str(errors.__doc__)


@pytest.mark.parametrize("error", REFUSALS)
def test_the_tree_says_with_which_status_a_refusal_is_answered(error: type[Refused]) -> None:
    (line,) = [line for line in str(errors.__doc__).splitlines() if f"── {error.__name__} " in line]
    assert str(error.status) in line
    assert error.description.isprintable()
    assert error.description.isascii()
    assert not {'"', "\\"} & {*error.description}


def test_what_is_wrong_at_start_up_is_a_value_error_too() -> None:
    assert issubclass(ConfigurationError, ValueError)
    assert issubclass(RealmOverlap, ConfigurationError)
    assert issubclass(AuditFailed, ConfigurationError)
    assert issubclass(NoGate, RuntimeError)
    assert AuditFailed(("one", "two")).findings == ("one", "two")
    assert str(AuditFailed(("one", "two"))).endswith("\n  one\n  two")


def test_the_front_door_has_what_users_catch() -> None:
    for name in ("RealmgateError", "ConfigurationError", "RealmOverlap", "AuditFailed", "NoGate"):
        assert getattr(realmgate, name) is getattr(errors, name)


@pytest.mark.parametrize(
    ("error", "parameters", "headers"),
    [
        (StepUpWanted(Reason.LOGIN_TOO_WEAK, acr=("a", "b")), (("acr_values", "a b"),), ()),
        (StepUpWanted(Reason.LOGIN_TOO_OLD, max_age=0), (("max_age", "0"),), ()),
        (NonceWanted(Reason.NONCE_WANTED, nonce="n"), (), (("dpop-nonce", "n"),)),
        (KeysUnavailable(Reason.KEYS_UNAVAILABLE, retry_after=1.5), (), (("retry-after", "2"),)),
    ],
)
def test_an_error_brings_along_what_its_answer_needs(error: Refused, parameters: Any, headers: Any) -> None:
    assert error.parameters == parameters
    assert error.headers == headers


def test_a_hint_is_for_the_log_and_leaves_the_reason_alone() -> None:
    error = errors.TokenRejected(Reason.WRONG_TYPE, hint="profile='jwt' takes it")
    assert error.reason is Reason.WRONG_TYPE
    assert str(error) == "wrong type of token; profile='jwt' takes it"
