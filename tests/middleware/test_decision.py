"""One decision as a value, and the function that is told of it."""

import logging
from typing import Any

import pytest

from realmgate import ConfigurationError, RealmGate, Realms, wsgi
from realmgate.decision import Decision, Outcome, outcome_of, tell
from realmgate.errors import KeysUnavailable, Refused, RequestMalformed, TokenMissing, TokenRejected
from realmgate.reasons import Reason

REFUSED = Decision(realm="storefront", outcome=Outcome.REFUSED, reason=Reason.EXPIRED)


async def listens_later(decision: Decision) -> None:
    raise AssertionError(decision)


class ListensLater:
    async def __call__(self, decision: Decision) -> None:
        raise AssertionError(decision)


@pytest.mark.parametrize("odd", [listens_later, ListensLater(), "a log", 1])
def test_a_listener_that_could_not_be_called_is_refused_at_once(shop: Realms, odd: Any) -> None:
    for door in (RealmGate, wsgi.RealmGate):
        with pytest.raises(ConfigurationError, match="on_decision"):
            door(None, realm=shop["storefront"], on_decision=odd)


def test_no_decision_can_be_changed_by_who_is_told() -> None:
    with pytest.raises(AttributeError):
        Decision(realm="storefront", outcome=Outcome.ADMITTED).realm = "backoffice"  # type: ignore[misc]


def test_whoever_is_told_hears_of_it_once() -> None:
    heard: list[Decision] = []
    tell(heard.append, REFUSED)
    assert heard == [REFUSED]


def test_what_goes_wrong_in_the_telling_is_logged_by_its_kind_only(caplog: pytest.LogCaptureFixture) -> None:
    def fail(decision: Decision) -> None:
        raise ValueError("s3cret")

    with caplog.at_level(logging.WARNING, "realmgate"):
        tell(fail, REFUSED)
    assert caplog.messages == ["on_decision failed: ValueError"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TokenMissing(Reason.NO_CREDENTIALS), Outcome.REFUSED),
        (RequestMalformed(Reason.UNREADABLE), Outcome.REFUSED),
        (TokenRejected(Reason.EXPIRED), Outcome.REFUSED),
        (KeysUnavailable(Reason.KEYS_UNAVAILABLE), Outcome.UNAVAILABLE),
    ],
)
def test_only_missing_keys_are_nobodys_fault(error: Refused, outcome: Outcome) -> None:
    assert outcome_of(error) is outcome
