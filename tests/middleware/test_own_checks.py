"""A realm's own checks: only True is a yes, and nothing of a token gets out where one fails."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from answering import answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, Doors, mint

from realmgate import ConfigurationError, Introspection, Principal, Realm, RealmOverlap, Realms


def of_acme(principal: Principal) -> bool:
    return principal.claims.get("tenant") == "acme"


def noting(asked: list[Principal]) -> Callable[[Principal], bool]:
    """A check that says yes and remembers whom it was asked about."""

    def check(principal: Principal) -> bool:
        asked.append(principal)
        return True

    return check


@pytest.mark.parametrize("profile", ["rfc9068", "jwt"])
def test_a_token_that_one_check_refuses_is_refused(door_to: Callable[..., Doors], profile: str) -> None:
    door = door_to(checks=(of_acme, lambda principal: "orders:read" in principal.scopes), profile=profile)
    header = {"typ": "at+jwt" if profile == "rfc9068" else "JWT"}
    for _ in range(2):
        assert door.bearer(mint(header=header, tenant="acme")).status == 200
        assert door.bearer(mint(header=header, tenant="other")).status == 401
        assert door.bearer(mint(header=header, tenant="acme", scope="")).status == 401


@pytest.mark.parametrize(
    "verdict", [None, False, 0, 1, "yes", [True], NotImplemented], ids=lambda verdict: repr(verdict)[:10]
)
def test_only_true_is_a_yes(door_to: Callable[..., Doors], reason_of: Callable[..., str], verdict: Any) -> None:
    assert reason_of(door_to(checks=[lambda _: verdict]), mint()) == "refused by a check of the realm's own"


def test_a_promise_is_no_yes(door_to: Callable[..., Doors], reason_of: Callable[..., str]) -> None:
    async def later() -> bool:
        return True

    assert reason_of(door_to(checks=(lambda _: later(),)), mint()).startswith("refused by a check")


def test_a_check_that_fails_lets_nobody_in_and_quotes_nothing(
    door_to: Callable[..., Doors], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(principal: Principal) -> bool:
        raise KeyError(principal.claims["email"])

    with caplog.at_level(logging.DEBUG):
        answer = door_to(checks=(fails,)).bearer(mint(email="s3cret@example.com"))
    assert answer.status == 401
    assert "KeyError" in caplog.text
    assert "s3cret" not in caplog.text
    assert b"s3cret" not in answer.body


def test_a_check_cannot_change_what_it_sees(door_to: Callable[..., Doors]) -> None:
    def promotes(principal: Principal) -> bool:
        principal.claims["scope"] = "admin"  # type: ignore[index]
        return True

    assert door_to(checks=(promotes,)).bearer(mint()).status == 401


def test_of_a_token_that_is_bad_anyway_nobody_is_asked(door_to: Callable[..., Doors]) -> None:
    asked: list[Principal] = []
    door = door_to(checks=(noting(asked),))
    for token in (mint()[:-8] + "AAAAAAAA", mint(exp=int(NOW)), mint(aud=ADMIN_AUDIENCE)):
        assert door.bearer(token).status == 401
    assert asked == []
    assert door.bearer(mint()).status == 200
    assert len(asked) == 2


@pytest.mark.parametrize(("remember", "times"), [(0, 6), (100, 2)])
def test_a_remembered_token_has_passed_already(door_to: Callable[..., Doors], remember: int, times: int) -> None:
    asked: list[Principal] = []
    door = door_to(checks=(noting(asked),), remember=remember)
    for _ in range(3):
        assert door.bearer(mint()).status == 200
    assert len(asked) == times


def test_what_an_issuer_says_of_a_token_is_checked_as_well(door_to: Callable[..., Doors]) -> None:
    said = {"active": True, "iss": ISSUER, "aud": AUDIENCE, "sub": "x", "client_id": "web", "exp": int(NOW) + 60}
    answers = [{**said, "tenant": "acme"}, said]
    with answering(lambda asked: (200, answers[asked.form["token"] == "other"])) as server:
        asking = Introspection(server.address, client_id="shop", client_secret="s3cret")
        door = door_to(introspection=asking, keys=None, trust_mock=True, checks=(of_acme,))
        assert door.bearer("good").status == 200
        assert door.bearer("other").status == 401


def test_checks_keep_no_realms_apart() -> None:
    one, other = (
        Realm(name, issuer=ISSUER, audience=AUDIENCE, keys=JWKS, checks=(check,))
        for name, check in (("storefront", of_acme), ("backoffice", lambda principal: not of_acme(principal)))
    )
    with pytest.raises(RealmOverlap):
        Realms(one, other)


async def awaited(_: Principal) -> bool:
    return True


class Awaited:
    async def __call__(self, _: Principal) -> bool:
        return True


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        pytest.param(of_acme, "tuple of functions", id="one function"),
        pytest.param("of_acme", "tuple of functions", id="a name"),
        pytest.param((True,), "tuple of functions", id="a verdict"),
        pytest.param((awaited,), "deny_list=", id="async"),
        pytest.param((of_acme, Awaited()), "deny_list=", id="an async object"),
    ],
)
def test_what_is_no_check_is_refused_at_start_up(checks: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"checks=….*{told}"):
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, checks=checks)
