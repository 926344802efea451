"""The memory of proofs: bounded, exact, and closed when it does not answer."""

import asyncio
import threading
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Answer, asgi_app, ask_asgi, ask_wsgi, wsgi_app
from proofs import ES256, bound_doors

from realmgate import ConfigurationError, DPoP, Realm, Realms, asgi, wsgi
from realmgate.flow import EffectFailed
from realmgate.possession.replays import SWEEP_EVERY, Replays


def test_a_key_is_new_once() -> None:
    replays = Replays()
    assert replays.note("a", 10.0, 0.0)
    assert not replays.note("a", 10.0, 0.0)
    assert not replays.note("a", 20.0, 9.9)
    assert replays.note("b", 10.0, 0.0)


def test_a_full_memory_forgets_what_no_longer_counts_and_nothing_else() -> None:
    replays = Replays(capacity=3)
    assert all(replays.note(key, until, 0.0) for key, until in (("a", 1.0), ("b", 2.0), ("c", 9.0)))
    assert replays.note("d", 9.0, 2.0)
    assert not replays.note("c", 9.0, 2.0)
    assert replays.note("e", 9.0, 2.0)
    with pytest.raises(EffectFailed, match="no room"):
        replays.note("f", 9.0, 2.0)
    assert replays.note("f", 19.0, 2.0 + 9 * SWEEP_EVERY)


def test_of_many_threads_with_one_key_one_is_first() -> None:
    replays, start, won = Replays(), threading.Barrier(16), []

    def race(key: str) -> None:
        start.wait()
        if replays.note(key, 10.0, 0.0):
            won.append(key)

    for number in range(50):
        threads = [threading.Thread(target=race, args=(str(number),)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert won == [str(number) for number in range(50)]


def ask(replays: Any, *, through: str = "both") -> Answer:
    token = ES256.bound_token()
    sent = [("authorization", f"DPoP {token}"), ("dpop", ES256.proof(token))]
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP(replays=replays))
    guarded = Realms(realm)["storefront"]
    if through == "asgi":
        gate: Any = asgi.RealmGate(asgi_app, realm=guarded, clock=lambda: NOW)
        return asyncio.run(ask_asgi(gate, sent, mount="/api", path=""))
    gate = wsgi.RealmGate(wsgi_app, realm=guarded, clock=lambda: NOW)
    return ask_wsgi(gate, sent, mount="/api", path="")


def test_a_store_of_ones_own_is_told_a_short_key_and_a_time() -> None:
    noted: list[tuple[str, float]] = []

    def replays(key: str, until: float) -> bool:
        noted.append((key, until))
        return len(noted) % 2 == 1

    doors = bound_doors(dpop=DPoP(replays=replays))
    token = ES256.bound_token()
    sent = [("dpop", ES256.proof(token, jti="j" * 5000))]
    asked = asyncio.run(ask_asgi(doors.asgi, [("authorization", f"DPoP {token}"), *sent], mount="/api", path=""))
    again = ask_wsgi(doors.wsgi, [("authorization", f"DPoP {token}"), *sent], mount="/api", path="")
    assert (asked.status, again.status) == (200, 401)
    assert noted[0] == noted[1]
    key, until = noted[0]
    assert len(key) == 43
    assert until == NOW + 60


def test_nothing_is_noted_of_a_request_that_is_refused_anyway() -> None:
    noted: list[str] = []

    def replays(key: str, until: float) -> bool:
        noted.append(key)
        return True

    doors = bound_doors(dpop=DPoP(replays=replays))
    token = ES256.bound_token()
    for claims in ({"htm": "POST"}, {"iat": 0}, {"ath": "x"}):
        doors.ask(f"DPoP {token}", mount="/api", path="", headers=[("dpop", ES256.proof(token, **claims))])
    assert noted == []


def test_at_the_asgi_door_a_store_may_be_awaited() -> None:
    answers = iter([True, False])

    async def replays(key: str, until: float) -> bool:
        return next(answers)

    assert ask(replays, through="asgi").status == 200
    assert ask(replays, through="asgi").status == 401


def test_at_the_wsgi_door_a_store_that_must_be_awaited_is_refused_at_start_up() -> None:
    async def replays(key: str, until: float) -> bool:
        return True

    with pytest.raises(ConfigurationError, match=r"dpop=…\): the WSGI door cannot await"):
        ask(replays, through="wsgi")


def test_an_answer_that_would_have_to_be_awaited_is_no_yes() -> None:
    async def later() -> bool:
        return True

    assert ask(lambda _key, _until: later(), through="wsgi").status == 503


@pytest.mark.parametrize("through", ["asgi", "wsgi"])
def test_a_store_that_fails_lets_nobody_in(through: str) -> None:
    def replays(key: str, until: float) -> bool:
        raise ConnectionError("the store is away")

    answer = ask(replays, through=through)
    assert answer.status == 503
    assert answer.header("retry-after") == "1"
    assert b"store" not in answer.body


def test_an_awaited_store_that_fails_lets_nobody_in() -> None:
    async def replays(key: str, until: float) -> bool:
        raise ConnectionError("the store is away")

    assert ask(replays, through="asgi").status == 503
