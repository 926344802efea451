"""A server of keys that answers anything but keys, over real sockets and at both doors: cold, and with keys known."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answering import Answering, answering
from both_doors import JWKS, KEYS, Doors, SigningKey, mint
from cryptography.hazmat.primitives.asymmetric import rsa

from realmgate import JwksUri

NEW = SigningKey(rsa.generate_private_key(65537, 2048), "RS256", "key-RS256")
GOOD = json.dumps(JWKS).encode()

# Status, body, headers: what comes instead of a key set.
INSTEAD: dict[str, tuple[int, Any, dict[str, str]]] = {
    "a page": (200, b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"}),
    "nothing": (200, b"", {}),
    "nothing, and that is all there is": (204, b"", {}),
    "too much": (200, b'{"keys": ["' + b"x" * 600_000 + b'"]}', {}),
    "half of it": (200, GOOD[: len(GOOD) // 2], {}),
    "half of it, and a promise of more": (
        200,
        GOOD[: len(GOOD) // 2],
        {"Content-Length": str(len(GOOD)), "Connection": "close"},
    ),
    "a way elsewhere": (302, GOOD, {"Location": "/good"}),
    "a way elsewhere for good": (308, GOOD, {"Location": "/good"}),
    "an error with keys in it": (500, GOOD, {}),
    "too many requests": (429, b"", {"Retry-After": "3600"}),
    "an object for a list": (200, {"keys": {"0": KEYS["RS256"].jwk}}, {}),
    "a list for an object": (200, [KEYS["RS256"].jwk], {}),
    "keys twice": (200, b'{"keys": [], "keys": ' + json.dumps(JWKS["keys"]).encode() + b"}", {}),
    "keys that cannot be read": (200, {"keys": [{"kty": "AKP"}, None, 5]}, {}),
    "a crowd": (200, {"keys": [{**NEW.jwk, "kid": str(number)} for number in range(101)]}, {}),
    "deep brackets": (200, b"[" * 200_000, {}),
    "no text": (200, b"\xff\xfe\x00", {}),
    "compressed": (200, b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}),
}


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(lambda _: (200, JWKS)) as server:
        yield server


@pytest.fixture
def doors(server: Answering, door_to: Callable[..., Doors]) -> Doors:
    keys = JwksUri(f"{server.address}/jwks", trust_mock=True, cooldown=0, timeout=30)
    return door_to(keys=keys, trust_mock=True)


def answers(server: Answering, status: int, body: Any, headers: dict[str, str]) -> None:
    server.answer = lambda _: (status, body)
    server.headers = headers


@pytest.mark.parametrize("instead", INSTEAD.values(), ids=INSTEAD)
def test_cold_it_is_an_outage_and_nothing_else_is_asked_for(
    server: Answering, doors: Doors, monkeypatch: pytest.MonkeyPatch, instead: tuple[int, Any, dict[str, str]]
) -> None:
    monkeypatch.setattr("realmgate.keys.keyring.RETRY_AFTER", 60.0)
    answers(server, *instead)
    answer = doors.bearer(mint())
    assert answer.status == 503
    assert int(answer.header("retry-after") or 0) >= 1
    assert {asked.path for asked in server.asked} == {"/jwks"}
    assert len(server.asked) == 1, "not once for each door, nor again within its pause"


@pytest.mark.parametrize("instead", INSTEAD.values(), ids=INSTEAD)
def test_warm_known_keys_go_on_and_an_unknown_one_is_neither_good_nor_bad(
    server: Answering, doors: Doors, instead: tuple[int, Any, dict[str, str]]
) -> None:
    assert doors.bearer(mint()).status == 200
    answers(server, *instead)
    assert doors.bearer(mint(header={"kid": "new"})).status == 503
    for number in range(3):
        assert doors.bearer(mint(jti=str(number))).status == 200
    assert doors.bearer(mint()[:-8] + "AAAAAAAA").status == 401
    answers(server, 200, {"keys": [*JWKS["keys"], {**NEW.jwk, "kid": "new"}]}, {})
    assert doors.bearer(mint(key=NEW.private, header={"kid": "new"})).status == 200
    assert {asked.path for asked in server.asked} == {"/jwks"}


def test_the_same_name_may_come_to_mean_a_new_key(server: Answering, doors: Doors) -> None:
    old, new = mint(), mint(key=NEW.private)
    assert (doors.bearer(old).status, doors.bearer(new).status) == (200, 401)
    answers(server, 200, {"keys": [NEW.jwk]}, {})
    assert (doors.bearer(new).status, doors.bearer(old).status) == (200, 401)


def test_an_odd_key_beside_good_ones_spoils_nothing(server: Answering, doors: Doors) -> None:
    odd = [{"kty": "AKP"}, {"kty": "oct", "k": "AA"}, None, "x", {**NEW.jwk, "kid": 5}, {**NEW.jwk, "n": "!"}, {}]
    answers(server, 200, {"keys": [*odd, *JWKS["keys"], *odd]}, {})
    assert [doors.bearer(mint(alg)).status for alg in KEYS] == [200] * len(KEYS)


@pytest.mark.parametrize("remember", [0, 100])
def test_known_keys_are_served_through_an_outage_until_their_bound_and_no_longer(
    server: Answering, door_to: Callable[..., Doors], remember: int
) -> None:
    def known_for(max_stale: float) -> Doors:
        keys = JwksUri(f"{server.address}/jwks", trust_mock=True, min_age=0, default_age=0.1, max_stale=max_stale)
        doors = door_to(keys=keys, trust_mock=True, remember=remember)
        assert doors.bearer(token).status == 200
        return doors

    token = mint()
    an_hour, a_moment = known_for(3600), known_for(0.2)
    answers(server, 500, b"", {})
    asked = len(server.asked)
    time.sleep(0.35)
    assert [an_hour.bearer(token).status for _ in range(3)] == [200] * 3
    while len(server.asked) == asked:
        time.sleep(0.01)
    assert an_hour.bearer(token).status == 200, "the keys are stale and their issuer is away, but for a moment only"
    answer = a_moment.bearer(token)
    assert answer.status == 503
    assert int(answer.header("retry-after") or 0) >= 1
    assert answer.header("www-authenticate") is None
