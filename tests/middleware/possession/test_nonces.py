"""Nonces that nobody stores: asked for, handed out, rotated, and never guessed. RFC 9449 §8 and §9."""

import asyncio
from typing import Any

import pytest
from both_doors import JWKS, NOW, Answer, Doors, mint
from proofs import ES256, bound_doors

from realmgate import DPoP, Realm, Realms
from realmgate.asgi import RealmGate
from realmgate.possession.nonces import Nonces

SECRET = bytes(range(32))
NONCES = Nonces(realm="storefront", lifetime=300.0, secret=SECRET)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def doors(clock: Clock) -> Doors:
    return bound_doors(clock=clock, dpop=DPoP(nonce=True, secret=SECRET, nonce_lifetime=300))


def show(doors: Doors, clock: Clock, **claims: Any) -> Answer:
    token = ES256.bound_token()
    proof = ES256.proof(token, iat=clock.now, **claims)
    return doors.ask(f"DPoP {token}", mount="/api", path="", headers=[("dpop", proof)])


def test_a_client_is_told_the_nonce_and_gets_in_with_it(doors: Doors, clock: Clock) -> None:
    told = show(doors, clock)
    assert told.status == 401
    challenge = [value for name, value in told.headers if name == "www-authenticate"][-1]
    assert challenge.startswith('DPoP realm="storefront", error="use_dpop_nonce"')
    nonce = told.header("dpop-nonce")
    assert show(doors, clock, nonce=nonce).status == 200


@pytest.mark.parametrize("nonce", ["", "guessed", "é", "\ud800", None, 1, ["a"]])
def test_no_other_nonce_will_do(doors: Doors, clock: Clock, nonce: Any) -> None:
    answer = show(doors, clock, nonce=nonce)
    assert answer.status == 401
    assert answer.header("dpop-nonce") == NONCES.current(NOW) or "invalid_dpop_proof" in str(answer.headers)


@pytest.mark.parametrize("other", [{"realm": "backoffice"}, {"secret": bytes(32)}, {"lifetime": 299.0}])
def test_a_nonce_of_another_realm_or_secret_will_not_do(doors: Doors, clock: Clock, other: Any) -> None:
    foreign = Nonces(**{"realm": "storefront", "lifetime": 300.0, "secret": SECRET, **other})
    assert show(doors, clock, nonce=foreign.current(NOW)).status == 401


def test_a_nonce_that_rotates_is_still_good_and_its_successor_comes_along(doors: Doors, clock: Clock) -> None:
    first = NONCES.current(clock.now)
    answer = show(doors, clock, nonce=first)
    assert answer.status == 200
    assert answer.header("dpop-nonce") is None
    clock.now += 300
    answer = show(doors, clock, nonce=first)
    assert answer.status == 200
    second = answer.header("dpop-nonce")
    assert second == NONCES.current(clock.now) != first
    clock.now += 300
    assert show(doors, clock, nonce=first).status == 401
    assert show(doors, clock, nonce=second).status == 200


def test_a_nonce_from_the_future_will_not_do() -> None:
    assert not NONCES.takes(NONCES.current(NOW + 300), NOW)
    assert NONCES.takes(NONCES.current(NOW - 300), NOW)
    assert not NONCES.takes(NONCES.current(NOW - 600), NOW)


def test_a_bad_proof_does_not_become_good_by_a_nonce(doors: Doors, clock: Clock) -> None:
    assert show(doors, clock, nonce=NONCES.current(NOW), htm="POST").status == 401


def test_a_nonce_makes_up_for_a_wrong_clock_but_not_for_a_replay(doors: Doors, clock: Clock) -> None:
    token, nonce = ES256.bound_token(), NONCES.current(NOW)
    for iat in (0, int(NOW) - 86400, int(NOW) + 86400):
        proof = ES256.proof(token, iat=iat, nonce=nonce)

        def show(proof: str) -> int:
            return doors.ask(f"DPoP {token}", mount="/api", path="", headers=[("dpop", proof)]).status

        assert [show(proof), show(proof)] == [200, 401]
    assert show(ES256.proof(token, iat="now", nonce=nonce)) == 401


def test_a_proof_is_remembered_for_as_long_as_its_nonce_is_good(clock: Clock) -> None:
    noted: list[float] = []

    def replays(key: str, until: float) -> bool:
        noted.append(until)
        return True

    doors = bound_doors(clock=clock, dpop=DPoP(nonce=True, secret=SECRET, nonce_lifetime=300, replays=replays))
    assert show(doors, clock, nonce=NONCES.current(NOW)).status == 200
    assert noted == [NOW + 600] * 2


def test_bearer_tokens_need_no_nonce_and_get_none(doors: Doors) -> None:
    answer = doors.bearer(mint())
    assert answer.status == 200
    assert answer.header("dpop-nonce") is None


def test_each_process_has_a_secret_of_its_own_unless_it_is_given_one() -> None:
    def current(**options: Any) -> str:
        dpop = DPoP(nonce=True, nonce_lifetime=300, **options)
        realm = Realm("storefront", issuer="https://id.example", audience="https://shop.example/api", dpop=dpop)
        nonces = Realms(realm)["storefront"].nonces
        assert nonces is not None
        return nonces.current(NOW)

    assert current() != current()
    assert current(secret=SECRET) == current(secret=SECRET) == NONCES.current(NOW)


def test_the_secret_shows_nowhere() -> None:
    assert "secret" not in repr(NONCES)
    assert repr(SECRET) not in repr(NONCES) + repr(DPoP(secret=SECRET))


def test_a_websocket_is_told_the_next_nonce_when_it_is_accepted(clock: Clock) -> None:
    token = ES256.bound_token()
    proof = ES256.proof(token, nonce=NONCES.current(NOW - 300))
    realm = Realm(
        "storefront",
        issuer="https://id.example/storefront",
        audience="https://shop.example/api",
        keys=JWKS,
        dpop=DPoP(nonce=True, secret=SECRET, nonce_lifetime=300),
    )
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/api",
        "headers": [(b"authorization", f"DPoP {token}".encode()), (b"dpop", proof.encode())],
    }
    asyncio.run(RealmGate(app, realm=Realms(realm)["storefront"], clock=clock)(scope, receive, send))
    assert sent == [{"type": "websocket.accept", "headers": [(b"dpop-nonce", NONCES.current(NOW).encode())]}]
