"""Who answers an effect, and what a failure of theirs becomes."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import pytest
from answering import answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW

from realmgate import DPoP, JwksUri, Realm, Realms
from realmgate.effect_answers import Answers
from realmgate.flow import Denied, Effect, EffectFailed, Fetch, Look, Remember

DENIED = Denied(jti="token-1")
REMEMBER = Remember(jti="proof-1", until=NOW + 60)


def answers(**differs: Any) -> Answers:
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, resource=AUDIENCE, keys=JWKS, **differs)
    return Answers(Realms(realm)["storefront"], lambda: NOW)


def awaited(given: Answers, effect: Effect) -> Any:
    return asyncio.run(given.give_async(effect))


def blocking(given: Answers, effect: Effect) -> Any:
    return given.give(effect)


@pytest.mark.parametrize("give", [blocking, awaited])
def test_the_deny_list_is_asked_for_the_identifier(give: Callable[[Answers, Effect], Any]) -> None:
    assert give(answers(deny_list={"token-1"}.__contains__), DENIED) is True
    assert give(answers(deny_list=set[str]().__contains__), DENIED) is False


@pytest.mark.parametrize("give", [blocking, awaited])
def test_a_realm_remembers_proofs_by_itself(give: Callable[[Answers, Effect], Any]) -> None:
    given = answers(dpop=DPoP())
    assert [give(given, REMEMBER), give(given, REMEMBER)] == [True, False]


@pytest.mark.parametrize("give", [blocking, awaited])
def test_a_shared_memory_is_told_whole_seconds_as_redis_takes_no_others_and_never_too_few(
    give: Callable[[Answers, Effect], Any],
) -> None:
    told: list[Any] = []

    def replays(key: str, until: int) -> bool:
        told.append((key, until))
        return True

    given = answers(dpop=DPoP(replays=replays))
    assert give(given, Remember(jti="proof-1", until=NOW + 0.25)) is True
    assert [repr(each) for each in told] == [repr(("proof-1", int(NOW) + 1))]


@pytest.mark.parametrize("give", [blocking, awaited])
@pytest.mark.parametrize(
    ("differs", "effect"),
    [
        pytest.param({"deny_list": lambda _: 1 / 0}, DENIED, id="deny-list"),
        pytest.param({"dpop": DPoP(replays=lambda *_: 1 / 0)}, REMEMBER, id="memory of proofs"),
        pytest.param({}, DENIED, id="nobody to ask"),
        pytest.param({}, Fetch(url="file:///nowhere/at/all"), id="download"),
    ],
)
def test_a_failure_is_thrown_into_the_flow(
    give: Callable[[Answers, Effect], Any], differs: dict[str, Any], effect: Effect
) -> None:
    with pytest.raises(EffectFailed) as failed:
        give(answers(**differs), effect)
    assert "division" not in failed.value.reason


@pytest.mark.parametrize("give", [blocking, awaited])
def test_a_look_brings_the_keys_of_the_realm(give: Callable[[Answers, Effect], Any]) -> None:
    with answering(lambda _: (200, JWKS)) as server:
        keys = JwksUri(f"{server.address}/jwks", trust_mock=True)
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True)
        guarded = Realms(realm)["storefront"]
        assert give(Answers(guarded, lambda: NOW), Look(attempt=0, patience=100)) is None
        assert len(guarded.keyring.keys) == len(JWKS["keys"])


def test_an_answer_that_must_be_awaited_is_none_at_the_blocking_door() -> None:
    async def later(_: str) -> bool:
        return False

    given = answers(deny_list=later)
    with pytest.raises(EffectFailed, match="awaited"):
        given.give(DENIED)
    assert awaited(given, DENIED) is False


class Promise:
    """Awaitable, and no coroutine: like the futures of many a client library."""

    def __await__(self) -> Generator[None, None, bool]:
        yield
        return False


@pytest.mark.parametrize(
    ("differs", "effect"),
    [
        pytest.param({"deny_list": lambda _: Promise()}, DENIED, id="deny-list"),
        pytest.param({"dpop": DPoP(replays=lambda *_: Promise())}, REMEMBER, id="memory of proofs"),
    ],
)
def test_a_promise_is_no_answer_at_the_blocking_door(differs: dict[str, Any], effect: Effect) -> None:
    given = answers(**differs)
    with pytest.raises(EffectFailed, match="awaited"):
        given.give(effect)
    assert awaited(given, effect) is False


def test_a_failure_that_comes_late_is_thrown_into_the_flow_too() -> None:
    async def fail(_: str) -> bool:
        raise RuntimeError("the store is down")

    deny_list: Callable[[str], Awaitable[bool]] = fail
    with pytest.raises(EffectFailed, match="the deny-list failed"):
        awaited(answers(deny_list=deny_list), DENIED)
