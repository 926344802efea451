"""When keys are looked for, with a world made by hand: no server, no thread, no clock but the one in the test."""

import json
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from answering import answering
from both_doors import JWKS, KEYS, Doors, SigningKey, mint
from cryptography.hazmat.primitives.asymmetric import ec

from realmgate import CallableKeys, JwksFile, JwksUri, StaticJwks
from realmgate.errors import KeysUnavailable
from realmgate.flow import Effect, Fetch, Fetched, FetchFailed, Flow, Look, run
from realmgate.jose.keys import VerifyingKey
from realmgate.keys.keyring import MAX_KEYS, RETRY_AFTER, Keyring

URL = "https://id.example/jwks"
OTHER = SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "other")


@dataclass
class World:
    """A JWKS address whose answer the test decides, and what was asked of it."""

    jwks: Any = field(default_factory=lambda: JWKS)
    headers: tuple[tuple[str, str], ...] = ()
    fails_at: float | None = None
    asked: list[Fetch] = field(default_factory=list)

    def __call__(self, effect: Effect) -> Fetched:
        assert isinstance(effect, Fetch)
        self.asked.append(effect)
        if self.fails_at is not None:
            raise FetchFailed("no answer", at=self.fails_at)
        body = self.jwks if isinstance(self.jwks, bytes) else json.dumps(self.jwks).encode()
        return Fetched(status=200, headers=self.headers, body=body, at=0.0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(JwksUri(URL, default_age=600, cooldown=30, max_stale=3600))


def kids(keys: tuple[VerifyingKey, ...]) -> list[str | None]:
    return [key.kid for key in keys]


def find(keyring: Keyring, world: World, tick: float, kid: str | None = "key-RS256", alg: str = "RS256") -> Any:
    """What a token would be tried with: first the keys at hand, and then, if none fits, those of a fresh look."""

    def flow() -> Flow[tuple[VerifyingKey, ...]]:
        keys = yield from keyring.find(kid, alg, tick)
        return keys or (yield from keyring.find_again(kid, alg, tick, keys))

    return kids(drive(keyring, flow(), world, tick))


def find_again(
    keyring: Keyring,
    world: World,
    tick: float,
    tried: tuple[VerifyingKey, ...],
    kid: str,
    alg: str,
) -> Any:
    return kids(drive(keyring, keyring.find_again(kid, alg, tick, tried), world, tick))


def drive(keyring: Keyring, flow: Flow[Any], world: World, tick: float) -> Any:
    """Drive a flow, and make the looks that it wants, as whoever fetches does beside it."""

    def reply(effect: Effect) -> Any:
        return run(keyring.refresh(tick, effect.attempt), world) if isinstance(effect, Look) else world(effect)

    return run(flow, reply)


def test_nothing_is_asked_before_somebody_needs_a_key(keyring: Keyring, world: World) -> None:
    assert keyring.useless(0)
    assert not world.asked
    assert find(keyring, world, 0) == ["key-RS256"]
    assert [effect.url for effect in world.asked] == [URL]


def test_fresh_keys_are_asked_for_once(keyring: Keyring, world: World) -> None:
    for tick in (0, 1, 599):
        for alg in KEYS:
            assert find(keyring, world, tick, f"key-{alg}", alg) == [f"key-{alg}"]
    assert len(world.asked) == 1


def test_what_is_at_hand_is_what_needs_no_question(keyring: Keyring, world: World) -> None:
    assert keyring.at_hand("key-RS256", "RS256", 0) == ()
    find(keyring, world, 0)
    for tick in (0, 599, 4199):
        assert kids(keyring.at_hand("key-RS256", "RS256", tick)) == ["key-RS256"]
    assert keyring.at_hand("key-RS256", "RS256", 4200) == ()
    assert keyring.at_hand("key-RS256", "ES256", 0) == ()
    assert keyring.at_hand("unknown", "RS256", 0) == ()
    assert len(world.asked) == 1


def test_keys_of_a_function_are_never_at_hand(world: World) -> None:
    keyring = Keyring(CallableKeys(lambda: JWKS))
    assert run(keyring.find("key-RS256", "RS256", 0), world)
    assert keyring.at_hand("key-RS256", "RS256", 0) == ()


def test_stale_keys_are_served_at_once_and_say_that_they_are_stale(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    assert 599 < keyring.refresh_at <= 600
    assert find(keyring, world, 4199) == ["key-RS256"]
    assert len(world.asked) == 1


def test_keys_that_are_too_old_are_asked_for_before_they_are_used(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    assert keyring.useless(4200)
    world.jwks = {"keys": [OTHER.jwk]}
    assert find(keyring, world, 4200, "other", "ES256") == ["other"]
    assert len(world.asked) == 2


def test_an_outage_is_survived_until_the_known_keys_are_too_old(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    world.fails_at = 700
    run(keyring.refresh(700), world)
    assert find(keyring, world, 700) == ["key-RS256"]
    assert keyring.refresh_at == 700 + RETRY_AFTER
    assert find(keyring, world, 4199) == ["key-RS256"]
    world.fails_at = 4200
    with pytest.raises(KeysUnavailable) as caught:
        find(keyring, world, 4200)
    assert caught.value.retry_after == RETRY_AFTER


def test_an_outage_from_the_beginning_means_come_back_later(keyring: Keyring, world: World) -> None:
    world.fails_at = 0
    with pytest.raises(KeysUnavailable, match="keys unavailable"):
        find(keyring, world, 0)
    for tick, left in ((0.5, 4.5), (4, 1)):
        with pytest.raises(KeysUnavailable) as caught:
            find(keyring, world, tick)
        assert caught.value.retry_after == left
    assert len(world.asked) == 1
    world.fails_at = None
    assert find(keyring, world, 5) == ["key-RS256"]


def test_a_pause_after_a_failure_counts_from_its_end(keyring: Keyring, world: World) -> None:
    world.fails_at = 20
    with pytest.raises(KeysUnavailable):
        find(keyring, world, 0)
    with pytest.raises(KeysUnavailable) as caught:
        find(keyring, world, 24)
    assert caught.value.retry_after == 1
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    "jwks",
    [
        pytest.param({}, id="no keys member"),
        pytest.param({"keys": None}, id="keys that are null"),
        pytest.param({"keys": {"0": KEYS["RS256"].jwk}}, id="keys that are an object"),
        pytest.param({"keys": "x"}, id="keys that are text"),
        pytest.param([KEYS["RS256"].jwk], id="a list"),
        pytest.param(KEYS["RS256"].jwk, id="a key"),
        pytest.param({"keys": [None, 1, "x", [], {}]}, id="only odd keys"),
        pytest.param({"keys": [{**KEYS["RS256"].jwk, "use": "enc"}]}, id="only keys for encryption"),
        pytest.param({"keys": [{**OTHER.jwk, "kid": str(n)} for n in range(MAX_KEYS + 1)]}, id="too many keys"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"keys":[', id="cut short"),
        pytest.param(b'{"keys":[],"keys":[]}', id="a name twice"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_an_answer_that_is_no_key_set_never_drops_good_keys(keyring: Keyring, world: World, jwks: Any) -> None:
    find(keyring, world, 0)
    world.jwks = jwks
    run(keyring.refresh(600), world)
    assert len(world.asked) == 2
    assert find(keyring, world, 600) == ["key-RS256"]
    assert keyring.refresh_at == 600 + RETRY_AFTER


def test_odd_keys_are_passed_over(keyring: Keyring, world: World) -> None:
    world.jwks = {"keys": [{"kty": "AKP"}, *JWKS["keys"], None, {**OTHER.jwk, "use": "enc"}]}
    assert find(keyring, world, 0) == ["key-RS256"]
    assert len(keyring.keys) == 3


def test_an_unknown_kid_causes_one_look_per_cooldown(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    for number in range(1000):
        assert find(keyring, world, 1 + number / 1000, f"unknown-{number}") == []
    assert len(world.asked) == 2
    for number in range(1000, 2000):
        assert find(keyring, world, 30.5, f"unknown-{number}") == []
    assert len(world.asked) == 2
    for number in range(2000, 3000):
        assert find(keyring, world, 31, f"unknown-{number}") == []
    assert len(world.asked) == 3


def test_a_kid_that_was_looked_for_in_vain_twice_is_not_looked_for_at_every_cooldown(
    keyring: Keyring, world: World
) -> None:
    find(keyring, world, 0)
    for tick in (1, 31, 61, 90):
        assert find(keyring, world, tick, "nobody's") == []
    assert len(world.asked) == 3
    assert find(keyring, world, 91, "nobody's") == []
    assert len(world.asked) == 4


def test_whoever_guesses_the_next_kid_cannot_hide_it_for_longer_than_the_cooldown(
    keyring: Keyring, world: World
) -> None:
    find(keyring, world, 0)
    assert find(keyring, world, 1, "other", "ES256") == []
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 30.9, "other", "ES256") == []
    assert find(keyring, world, 31, "other", "ES256") == ["other"]


def test_many_who_miss_the_same_name_at_once_have_missed_it_once(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    flows = [looking(keyring.find_again("other", "ES256", 1, ())) for _ in range(50)]
    run(keyring.refresh(1), world)
    assert [finish(flow, None) for flow, _ in flows] == [()] * 50
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 31, "other", "ES256") == ["other"]


def test_an_issuer_that_has_no_keys_any_more_has_taken_all_of_them_back(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    world.jwks = {"keys": []}
    run(keyring.refresh(600), world)
    assert keyring.generation == 1, "nothing stays remembered"
    assert keyring.useless(600)
    for tick in (600, 604):
        with pytest.raises(KeysUnavailable) as caught:
            find(keyring, world, tick)
        assert caught.value.retry_after == 605 - tick
    with pytest.raises(KeysUnavailable):
        find(keyring, world, 605)
    assert len(world.asked) == 3
    assert keyring.generation == 1
    world.jwks = {"keys": [OTHER.jwk]}
    assert find(keyring, world, 610, "other", "ES256") == ["other"]
    assert find(keyring, world, 611) == []


def test_keys_are_gone_before_it_is_said_that_they_are(keyring: Keyring, world: World) -> None:
    """Whoever reads the generation and then finds a key must not have found one that is withdrawn."""
    find(keyring, world, 0)
    seen: list[tuple[int, int]] = []

    class Watched(type(keyring)):  # type: ignore[misc]
        def __setattr__(self, name: str, value: object) -> None:
            object.__setattr__(self, name, value)
            seen.append((self.generation, len(self.keys)))

    keyring.__class__ = Watched
    world.jwks = {"keys": []}
    run(keyring.refresh(600), world)
    assert seen[-1] == (1, 0)
    assert all(known == 0 for generation, known in seen if generation == 1)


def test_a_look_for_an_unknown_kid_may_find_that_all_keys_are_gone(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    world.jwks = {"keys": []}
    with pytest.raises(KeysUnavailable):
        find(keyring, world, 1, "unknown")
    with pytest.raises(KeysUnavailable):
        find(keyring, world, 2)


def test_an_empty_answer_that_comes_late_takes_nothing_back(keyring: Keyring) -> None:
    early, _ = under_way(keyring.find("key-RS256", "RS256", 0))
    twin, _ = under_way(keyring.find("key-RS256", "RS256", 0))
    finish(early, answer())
    assert kids(finish(twin, answer({"keys": []}))) == ["key-RS256"]


def test_a_rotation_is_seen_at_the_first_token_of_the_new_key(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 1, "other", "ES256") == ["other"]
    assert len(world.asked) == 2
    assert find(keyring, world, 1) == ["key-RS256"]
    assert keyring.generation == 0


def test_a_new_key_in_the_set_forgets_which_kids_were_missed(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    for tick in (1, 31):
        assert find(keyring, world, tick, "other", "ES256") == []
    # Twice, so that it would be left alone until 91.
    world.jwks = {"keys": [*JWKS["keys"], {**OTHER.jwk, "kid": "yet another"}]}
    run(keyring.refresh(40), world)
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 61, "other", "ES256") == ["other"]


@pytest.mark.parametrize("named", [True, False])
def test_names_without_number_fill_no_memory(keyring: Keyring, world: World, named: bool) -> None:
    if not named:
        world.jwks = {"keys": [{name: value for name, value in jwk.items() if name != "kid"} for jwk in JWKS["keys"]]}
    find(keyring, world, 0)
    for number in range(1000):
        assert len(keyring.at_hand(f"unknown-{number}", "RS256", 1)) == (0 if named else 1)
    assert len(keyring._found) <= len(JWKS["keys"])


def test_the_same_kid_may_come_to_mean_a_new_key(keyring: Keyring, world: World) -> None:
    old = run(keyring.find("key-ES256", "ES256", 0), world)
    world.jwks = {"keys": [{**OTHER.jwk, "kid": "key-ES256"}]}
    assert find_again(keyring, world, 1, old, "key-ES256", "ES256") == ["key-ES256"]
    assert not set(old) & set(run(keyring.find("key-ES256", "ES256", 1), world))


def test_forged_tokens_with_a_known_kid_do_not_hide_a_rotation_for_longer_than_the_cooldown(
    keyring: Keyring, world: World
) -> None:
    old = run(keyring.find("key-ES256", "ES256", 0), world)
    for tick in range(1, 300):
        assert find_again(keyring, world, tick, old, "key-ES256", "ES256") == []
    assert len(world.asked) == 1 + 10, "one look per cooldown, however often it is forged"
    world.jwks = {"keys": [{**OTHER.jwk, "kid": "key-ES256"}]}
    assert find_again(keyring, world, 301, old, "key-ES256", "ES256") == ["key-ES256"]


def test_an_unknown_key_during_an_outage_is_no_bad_token(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    world.fails_at = 1
    for tick in (1, 2, 29):
        with pytest.raises(KeysUnavailable, match="no fresh look"):
            find(keyring, world, tick, "other", "ES256")
    assert len(world.asked) == 2
    # A known key of that name has been tried, and its signature is wrong whatever a look might bring.
    known = run(keyring.find("key-ES256", "ES256", 3), world)
    assert find_again(keyring, world, 3, known, "key-ES256", "ES256") == []
    world.fails_at = None
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 31, "other", "ES256") == ["other"]


def test_a_key_that_leaves_the_set_changes_the_generation(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    assert keyring.generation == 0
    run(keyring.refresh(600), world)
    world.jwks = {"keys": [*JWKS["keys"][::-1], OTHER.jwk]}
    run(keyring.refresh(1200), world)
    assert keyring.generation == 0
    world.jwks = JWKS
    run(keyring.refresh(1800), world)
    assert keyring.generation == 1
    assert find(keyring, world, 1800, "other", "ES256") == []


def test_a_key_that_stays_remains_the_same_object(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    before = keyring.keys
    world.jwks = {"keys": [OTHER.jwk, *JWKS["keys"]]}
    run(keyring.refresh(600), world)
    assert keyring.keys[1:] == before


@pytest.mark.parametrize(
    ("cache_control", "age", "fresh_for"),
    [
        pytest.param("", "", 600, id="nothing said"),
        pytest.param("max-age=120", "", 120, id="said"),
        pytest.param("max-age=120", "30", 90, id="said, and part of it gone"),
        pytest.param("max-age=1", "", 60, id="less than the least"),
        pytest.param("no-store", "", 60, id="not at all"),
        pytest.param("max-age=999999", "", 86400, id="more than the most"),
        pytest.param("public, Max-Age = 300 , must-revalidate", "x", 300, id="among others"),
        pytest.param("max-age=soon", "", 600, id="nonsense"),
    ],
)
def test_freshness_is_what_the_answer_says_within_bounds(
    keyring: Keyring, world: World, cache_control: str, age: str, fresh_for: float
) -> None:
    world.headers = (("cache-control", cache_control), ("age", age))
    run(keyring.refresh(0), world)
    assert keyring.refresh_at == fresh_for


Running = Generator[Effect, Any, Any]


def under_way(flow: Running) -> tuple[Running, Fetch]:
    """Start a flow and stop where it wants the world to answer."""
    effect = next(flow)
    assert isinstance(effect, Fetch)
    return flow, effect


def looking(flow: Running) -> tuple[Running, Look]:
    """Start a flow and stop where it wants somebody to look for the key it misses."""
    effect = next(flow)
    assert isinstance(effect, Look)
    return flow, effect


def finish(flow: Running, reply: Fetched | FetchFailed | None) -> Any:
    try:
        if isinstance(reply, FetchFailed):
            flow.throw(reply)
        else:
            flow.send(reply)
    except StopIteration as done:
        return done.value
    raise AssertionError("the flow wants more")


def answer(jwks: Any = JWKS) -> Fetched:
    return Fetched(status=200, headers=(), body=json.dumps(jwks).encode(), at=0.0)


def test_equal_looks_ask_for_the_same_and_the_last_one_finds_the_work_done(keyring: Keyring, world: World) -> None:
    flows = [under_way(keyring.find("key-RS256", "RS256", tick)) for tick in (0, 0.1, 0.2)]
    assert len({effect for _, effect in flows}) == 1
    found = [finish(flow, answer()) for flow, _ in flows]
    assert [kids(keys) for keys in found] == [["key-RS256"]] * 3
    assert found[0] == found[1] == found[2]
    assert keyring.generation == 0
    # What comes later asks anew, and is not served the answer of an earlier look.
    _, later = under_way(keyring.refresh(700))
    assert later not in {effect for _, effect in flows}


def test_a_look_that_fails_fails_once_for_all_who_joined_it(keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
    flows = [under_way(keyring.find("key-RS256", "RS256", tick)) for tick in (0, 0.1, 0.2)]
    for flow, _ in flows:
        with pytest.raises(KeysUnavailable):
            finish(flow, FetchFailed("no answer"))
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


def test_a_known_key_never_waits_for_a_look_that_hangs(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    keys = run(keyring.find("unknown", "RS256", 1), world)
    hanging, _ = looking(keyring.find_again("unknown", "RS256", 1, keys))
    refreshing, _ = under_way(keyring.refresh(700))
    assert find(keyring, world, 701) == ["key-RS256"]
    assert len(world.asked) == 1
    finish(refreshing, answer())
    assert finish(hanging, None) == ()


def test_a_look_for_an_unknown_kid_is_joined_by_everybody_else(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    flows = [looking(keyring.find_again(f"unknown-{number}", "RS256", 1, ())) for number in range(50)]
    flows.append(looking(keyring.find_again("other", "ES256", 1, ())))
    assert len({effect for _, effect in flows}) == 1
    look, _ = under_way(keyring.refresh(1, flows[0][1].attempt))
    finish(look, answer({"keys": [*JWKS["keys"], OTHER.jwk]}))
    found = [finish(flow, None) for flow, _ in flows]
    assert [kids(keys) for keys in found] == [*([[]] * 50), ["other"]]
    # The look was one, and it was now: nobody looks again before the cooldown is over.
    assert find(keyring, world, 30, "yet another") == []
    assert len(world.asked) == 1


def in_vain(flow: Running) -> float:
    """Nobody has seen the look to its end when the flow goes on; for how many seconds it is then put off."""
    with pytest.raises(KeysUnavailable, match="no fresh look") as caught:
        finish(flow, None)
    return caught.value.retry_after


def test_who_waits_in_vain_for_a_look_is_put_off_and_the_look_goes_on(
    keyring: Keyring, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    find(keyring, world, 0)
    first, effect = looking(keyring.find_again("other", "ES256", 1, ()))
    look, _ = under_way(keyring.refresh(1, effect.attempt))
    assert in_vain(first) == 1
    # Who comes later joins the same look, cooldown or not, and nobody takes it for a failure or for an answer.
    later, joined = looking(keyring.find_again("other", "ES256", 2, ()))
    assert joined == effect
    assert in_vain(later) == 1
    assert find(keyring, world, 3) == ["key-RS256"]
    assert keyring.refresh_at > 500
    assert not caplog.records
    finish(look, answer({"keys": [*JWKS["keys"], OTHER.jwk]}))
    assert find(keyring, world, 4, "other", "ES256") == ["other"]
    assert len(world.asked) == 1


def test_a_name_that_was_waited_for_in_vain_has_not_been_missed(keyring: Keyring, world: World) -> None:
    find(keyring, world, 0)
    for tick in (1, 31, 61, 91):
        flow, effect = looking(keyring.find_again("other", "ES256", tick, ()))
        look, _ = under_way(keyring.refresh(tick, effect.attempt))
        in_vain(flow)
        finish(look, answer())
    world.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    assert find(keyring, world, 121, "other", "ES256") == ["other"]


def test_a_look_that_fails_when_everybody_has_left_is_a_failure_all_the_same(
    keyring: Keyring, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    find(keyring, world, 0)
    flow, effect = looking(keyring.find_again("other", "ES256", 1, ()))
    look, _ = under_way(keyring.refresh(1, effect.attempt))
    in_vain(flow)
    finish(look, FetchFailed("no answer", at=6))
    assert len(caplog.records) == 1
    assert keyring.refresh_at == 6 + RETRY_AFTER
    with pytest.raises(KeysUnavailable) as caught:
        find(keyring, world, 7, "other", "ES256")
    assert caught.value.retry_after == RETRY_AFTER
    assert len(world.asked) == 1, "the next look is not before the cooldown is over"
    assert find(keyring, world, 31, "unheard of") == []
    assert len(world.asked) == 2


def test_who_has_a_key_by_that_name_is_not_put_off(keyring: Keyring, world: World) -> None:
    """Its signature is wrong whatever the look may bring, but for a key that changes under its name."""
    known = run(keyring.find("key-RS256", "RS256", 0), world)
    flow, _ = looking(keyring.find_again("key-RS256", "RS256", 1, known))
    assert finish(flow, None) == ()


def test_where_no_keys_are_known_everybody_waits_for_the_download_itself(keyring: Keyring) -> None:
    flow, effect = under_way(keyring.find("key-RS256", "RS256", 0))
    assert effect.timeout == JwksUri(URL).timeout
    assert kids(finish(flow, answer())) == ["key-RS256"]


def test_a_late_answer_does_not_overwrite_a_later_one(keyring: Keyring) -> None:
    early, _ = under_way(keyring.find("key-RS256", "RS256", 0))
    twin, _ = under_way(keyring.find("key-RS256", "RS256", 0))
    finish(early, answer())
    later, _ = under_way(keyring.refresh(700))
    finish(later, answer({"keys": [OTHER.jwk]}))
    assert finish(twin, answer()) == ()
    assert kids(keyring.keys) == ["other"]


def test_keys_of_a_function_are_asked_for_at_every_token_and_a_rotation_shows_at_once(world: World) -> None:
    current = {"jwks": JWKS}
    calls: list[int] = []

    def keys() -> dict[str, Any]:
        calls.append(1)
        return current["jwks"]

    keyring = Keyring(CallableKeys(keys))
    assert find(keyring, world, 0) == ["key-RS256"]
    current["jwks"] = {"keys": [OTHER.jwk]}
    assert find(keyring, world, 0) == []
    assert find(keyring, world, 0, "other", "ES256") == ["other"]
    assert keyring.generation == 1
    assert len(calls) >= 3
    assert not world.asked


def test_a_function_that_gives_keys_is_asked_where_the_request_runs_and_by_nobody_beside_it(world: World) -> None:
    keyring = Keyring(CallableKeys(lambda: JWKS))
    assert find(keyring, world, 0) == ["key-RS256"]
    # Whoever drives this answers downloads, and would stumble over anything else.
    assert run(keyring.find_again("unknown", "RS256", 0, ()), world) == ()
    assert keyring.attempt > 1


@pytest.mark.parametrize("bad", [RuntimeError("x"), None, [], {"keys": [None]}, "x"])
def test_a_function_that_fails_leaves_the_keys_it_gave_before(world: World, bad: Any) -> None:
    replies: list[Any] = [JWKS, bad, JWKS]

    def keys() -> Any:
        reply = replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    keyring = Keyring(CallableKeys(keys))
    assert find(keyring, world, 0) == ["key-RS256"]
    assert find(keyring, world, 1) == ["key-RS256"]
    assert find(keyring, world, 1 + RETRY_AFTER) == ["key-RS256"]
    assert not replies


def test_a_set_at_hand_is_read_once_and_an_unknown_kid_changes_nothing(world: World) -> None:
    keyring = Keyring(StaticJwks(JWKS))
    assert find(keyring, world, 0) == ["key-RS256"]
    assert find(keyring, world, 1e9, "unknown") == []
    assert keyring.refresh_at == float("inf")
    assert not world.asked


def test_a_file_is_a_source_like_the_others(world: World) -> None:
    keyring = Keyring(JwksFile("keys.json"))
    assert find(keyring, world, 0) == ["key-RS256"]
    assert world.asked[0].url.startswith("file:///")
    assert keyring.refresh_at == 5


def test_a_source_that_is_never_fresh_still_answers(world: World) -> None:
    keyring = Keyring(JwksUri(URL, min_age=0, default_age=0, max_stale=0))
    assert find(keyring, world, 0) == ["key-RS256"]
    assert find(keyring, world, 0) == ["key-RS256"]
    assert len(world.asked) == 2


MARKED = {**OTHER.jwk, "mockidp": "testing only"}


def test_keys_of_a_mock_are_dropped_with_one_error_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.jwks = {"keys": [MARKED, {**MARKED, "kid": "second"}, *JWKS["keys"]]}
    keyring = Keyring(JwksUri(URL))
    for tick in range(5):
        assert find(keyring, world, tick * 1000, "other", "ES256") == []
        run(keyring.refresh(tick * 1000 + 500), world)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert URL in errors[0]
    assert "trust_mock=True" in errors[0]


def test_keys_of_a_mock_are_keys_where_it_is_trusted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.jwks = {"keys": [MARKED]}
    assert find(Keyring(JwksUri(URL), trust_mock=True), world, 0, "other", "ES256") == ["other"]
    assert not caplog.records


def test_a_failure_is_logged_with_the_address_and_the_reason(
    keyring: Keyring, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.fails_at = 0
    with pytest.raises(KeysUnavailable):
        find(keyring, world, 0)
    assert f"keys of {URL} were not refreshed: no answer" in caplog.text


@pytest.mark.parametrize("remember", [0, 100])
def test_a_token_that_is_remembered_opens_nothing_once_the_issuer_has_no_keys(
    door_to: Callable[..., Doors], remember: int
) -> None:
    published = [JWKS]
    with answering(lambda _: (200, published[0])) as server:
        keys = JwksUri(f"{server.address}/jwks", trust_mock=True, cooldown=0)
        doors = door_to(keys=keys, trust_mock=True, remember=remember)
        assert doors.bearer(mint()).status == 200
        published[0] = {"keys": []}
        assert doors.bearer(mint(header={"kid": "stolen"})).status == 503
        answer = doors.bearer(mint())
        assert answer.status == 503
        assert answer.header("retry-after") is not None
