"""The memory of proofs: bounded, exact, and closed when it does not answer."""

import asyncio
import dataclasses
import itertools
import threading
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Answer, asgi_app, ask_asgi, ask_wsgi, wsgi_app
from proofs import ES256, OTHER, ProofKey, bound_doors

from realmgate import ConfigurationError, DPoP, Realm, Realms, asgi, wsgi
from realmgate.flow import EffectFailed
from realmgate.possession.replays import SWEEP_EVERY, Replays


def test_a_key_is_new_once() -> None:
    replays = Replays()
    assert replays.note("a", 10.0, 0.0, holder="x")
    assert not replays.note("a", 10.0, 0.0, holder="x")
    assert not replays.note("a", 20.0, 9.9, holder="x")
    assert replays.note("b", 10.0, 0.0, holder="x")


def test_a_full_memory_forgets_what_no_longer_counts_and_nothing_else() -> None:
    replays = Replays(capacity=3)
    for key, until in (("a", 1.0), ("b", 2.0), ("c", 9.0)):
        assert replays.note(key, until, 0.0, holder=key)
    assert replays.note("d", 9.0, 2.0, holder="d")
    assert not replays.note("c", 9.0, 2.0, holder="c2")
    assert replays.note("e", 9.0, 2.0, holder="e")
    with pytest.raises(EffectFailed, match="no room"):
        replays.note("f", 9.0, 2.0, holder="f")
    assert replays.note("f", 19.0, 2.0 + 9 * SWEEP_EVERY, holder="f")


def flood(replays: Replays, holder: str, *, now: float = 0.0) -> int:
    """Note proofs until there is no room; how many there was room for."""
    for number in itertools.count():
        try:
            replays.note(f"{holder}-{number}", now + 60, now, holder=holder)
        except EffectFailed:
            return number
    raise AssertionError


def test_a_flood_of_one_holder_leaves_room_for_all_others() -> None:
    replays = Replays(capacity=10_000)
    assert flood(replays, "flooder") == 5000
    for number in range(2000):
        assert replays.note(f"proof-{number}", 60.0, 0.0, holder=f"customer-{number}")
        assert not replays.note(f"proof-{number}", 60.0, 0.0, holder=f"customer-{number}")
    with pytest.raises(EffectFailed):
        replays.note("one more", 60.0, 0.0, holder="flooder")
    assert not replays.note("flooder-0", 60.0, 0.0, holder="customer-1"), "what was noted stays noted"


def test_many_floods_share_and_still_leave_room() -> None:
    replays = Replays(capacity=10_000)
    got = [flood(replays, f"flooder-{number}") for number in range(9)]
    assert got[0] == 5000
    assert 10_000 - sum(got) >= 10
    assert replays.note("proof", 60.0, 0.0, holder="customer")


def test_whoever_was_refused_may_come_again_when_the_old_proofs_are_over() -> None:
    replays = Replays(capacity=1000)
    assert flood(replays, "flooder") == 500
    assert flood(replays, "flooder", now=59.0) == 0
    assert flood(replays, "flooder", now=60.0) == 500


def test_a_clock_that_is_put_back_does_not_keep_proofs_that_are_over() -> None:
    replays = Replays(capacity=1000)
    assert flood(replays, "flooder", now=3600.0) == 500
    assert flood(replays, "customer") == 250
    assert flood(replays, "customer", now=60.0) == 250
    assert not replays.note("flooder-0", 3660.0, 60.0, holder="another"), "what will count again stays noted"


@pytest.mark.parametrize("through", ["asgi", "wsgi"])
def test_a_client_that_floods_the_gate_shuts_out_nobody_but_itself(through: str) -> None:
    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP())
    guarded = dataclasses.replace(Realms(realm)["storefront"], replays=Replays(capacity=40))
    door: Any = (asgi if through == "asgi" else wsgi).RealmGate(
        asgi_app if through == "asgi" else wsgi_app, realm=guarded, clock=lambda: NOW
    )

    def show(key: ProofKey) -> int:
        token = key.bound_token()
        sent = [("authorization", f"DPoP {token}"), ("dpop", key.proof(token))]
        if through == "asgi":
            return asyncio.run(ask_asgi(door, sent, mount="/api", path="")).status
        return ask_wsgi(door, sent, mount="/api", path="").status

    assert [show(ES256) for _ in range(30)] == [200] * 20 + [503] * 10
    assert [show(OTHER) for _ in range(10)] == [200] * 10
    assert show(ES256) == 503


def test_counts_that_went_wrong_are_put_right() -> None:
    replays = Replays(capacity=1000)
    replays._held["customer"] = 10_000
    assert replays.note("proof", 60.0, 0.0, holder="customer")
    assert replays._held == {"customer": 1}


def test_of_many_threads_with_one_key_one_is_first() -> None:
    replays, start, won = Replays(), threading.Barrier(16), []

    def race(key: str) -> None:
        start.wait()
        if replays.note(key, 10.0, 0.0, holder="x"):
            won.append(key)

    for number in range(50):
        threads = [threading.Thread(target=race, args=(str(number),)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert won == [str(number) for number in range(50)]


def test_between_a_look_and_a_note_nobody_comes_first_as_well() -> None:
    replays, meanwhile = Replays(), []

    class Interrupting(str):
        """A key that lets somebody else note it between one use of it and the next, as a thread might."""

        __slots__ = ("uses",)
        uses: int

        def __hash__(self) -> int:
            self.uses = getattr(self, "uses", 0) + 1
            if self.uses == 2:
                meanwhile.append(replays.note(str(self), 10.0, 0.0, holder="x"))
            return super().__hash__()

        def __eq__(self, other: object) -> bool:
            return super().__eq__(other)

    noted = [replays.note(key, 10.0, 0.0, holder="x") for key in (Interrupting("proof"), "proof")]
    assert [*noted, *meanwhile].count(True) == 1


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
