"""What may be asked of a principal, and who meets it."""

from typing import Any

import pytest
from both_doors import NOW

from realmgate import NoGate
from realmgate.errors import Refused, ScopeInsufficient, StepUpWanted, TokenMissing
from realmgate.principal import anonymous
from realmgate.requirement import Demand, gate_in, principal_in
from realmgate.testing import principal_for

CASEY = principal_for(
    "storefront", subject="casey", scopes="a b", roles=["clerk"], claims={"acr": "silver", "auth_time": NOW - 60}
)


def demand(scopes: Any = "", roles: Any = "", acr: Any = None, max_age: Any = None) -> Demand:
    return Demand.of(scopes, roles, acr, max_age)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (demand("c"), ScopeInsufficient),
        (demand("a c"), ScopeInsufficient),
        (demand(["c", "b d"]), ScopeInsufficient),
        (demand("a", "admin"), ScopeInsufficient),
        (demand(acr="gold"), StepUpWanted),
        (demand(max_age=59), StepUpWanted),
        (demand("c", acr="gold"), ScopeInsufficient),
    ],
)
def test_who_does_not_meet_it_is_refused(wanted: Demand, error: type[Refused]) -> None:
    with pytest.raises(error):
        wanted.check(CASEY, NOW)


@pytest.mark.parametrize(
    "wanted",
    [demand(), demand("a"), demand("b a"), demand(["c", "a b"]), demand("a", "clerk"), demand("", "", "silver", 60)],
    ids=str,
)
def test_who_meets_it_may(wanted: Demand) -> None:
    wanted.check(CASEY, NOW)


def test_nobody_in_particular_never_meets_anything() -> None:
    for wanted in (demand(), demand("a"), demand("", "clerk")):
        with pytest.raises(TokenMissing):
            wanted.check(anonymous("storefront"), NOW)


@pytest.mark.parametrize("odd", [[], [None], None, 1, {}])
def test_what_is_no_string_or_list_of_strings_cannot_be_asked(odd: Any) -> None:
    for how in ({"scopes": odd}, {"roles": odd}):
        with pytest.raises(TypeError, match="list of strings"):
            demand(**how)


@pytest.mark.parametrize("key", ["realmgate.principal", "realmgate.gate", "user", "REMOTE_USER"])
def test_only_what_a_gate_has_written_counts(key: str) -> None:
    for value in ("admin", object(), None, {"subject": "admin"}):
        for look in (principal_in, gate_in):
            with pytest.raises(NoGate):
                look({key: value})
