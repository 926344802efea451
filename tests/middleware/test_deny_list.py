"""A revoked token opens nothing, also one that got in a moment ago; and whoever cannot say no has not said yes."""

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Doors, asgi_app, ask_asgi, mint, wsgi_app

from realmgate import ConfigurationError, MemoryDenyList, Realm, Realms, asgi, wsgi


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def denied(clock: Clock) -> MemoryDenyList:
    return MemoryDenyList(clock=clock)


def noting(asked: list[str]) -> Callable[[str], bool]:
    """A list that holds nothing and remembers what it was asked."""

    def deny_list(jti: str) -> bool:
        asked.append(jti)
        return False

    return deny_list


def test_a_revoked_token_is_refused_though_it_got_in_a_moment_ago(
    denied: MemoryDenyList, clock: Clock, door_to: Callable[..., Doors]
) -> None:
    door, token = door_to(deny_list=denied, clock=clock), mint(jti="stolen")
    assert door.bearer(token).status == 200
    denied.deny("stolen", until=NOW + 3600)
    answer = door.bearer(token)
    assert answer.status == 401
    assert 'error="invalid_token"' in (answer.header("www-authenticate") or "")
    assert door.bearer(mint(jti="another")).status == 200


def test_every_hit_on_a_remembered_token_asks_again(door_to: Callable[..., Doors]) -> None:
    asked: list[str] = []
    door = door_to(deny_list=noting(asked))
    for _ in range(3):
        assert door.bearer(mint(jti="one")).status == 200
    assert asked == ["one"] * 6, "three requests, two doors"


def test_of_a_forged_token_nobody_is_asked(door_to: Callable[..., Doors]) -> None:
    asked: list[str] = []
    door = door_to(deny_list=noting(asked))
    assert door.bearer(mint()[:-8] + "AAAAAAAA").status == 401
    assert asked == []


@pytest.mark.parametrize("profile", ["rfc9068", "jwt"])
@pytest.mark.parametrize("jti", [..., "", None, 5, ["one"]])
def test_a_token_that_could_not_be_revoked_is_refused(
    denied: MemoryDenyList, door_to: Callable[..., Doors], profile: str, jti: Any
) -> None:
    door = door_to(deny_list=denied, profile=profile)
    typ = "at+jwt" if profile == "rfc9068" else "JWT"
    assert door.bearer(mint(jti=jti, header={"typ": typ})).status == 401
    assert door.bearer(mint(header={"typ": typ})).status == 200


def test_a_list_that_fails_is_an_outage_also_for_what_is_remembered(door_to: Callable[..., Doors]) -> None:
    answers: list[Any] = [False, False]

    def fragile(_: str) -> bool:
        if not answers:
            raise ConnectionError("redis://:secret@cache:6379")
        return bool(answers.pop())

    door = door_to(deny_list=fragile)
    assert door.bearer(mint()).status == 200
    for token in (mint(), mint(jti="other")):
        answer = door.bearer(token)
        assert answer.status == 503
        assert answer.header("retry-after") is not None
        assert b"redis" not in answer.body


def test_an_async_list_is_awaited_at_the_asgi_door_and_refused_at_the_other() -> None:
    answers: list[bool | Exception] = [False, True, ConnectionError()]

    async def remote(_: str) -> bool:
        await asyncio.sleep(0)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, deny_list=remote)
    shop = Realms(realm)
    gate = asgi.RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW)
    sent = [("authorization", f"Bearer {mint()}")]
    assert [asyncio.run(ask_asgi(gate, sent)).status for _ in range(3)] == [200, 401, 503]
    with pytest.raises(ConfigurationError, match="await"):
        wsgi.RealmGate(wsgi_app, realm=shop["storefront"])


class Remote:
    """A list as a class, as client libraries have it."""

    async def __call__(self, jti: str) -> bool:
        return self.has(jti)

    async def holds(self, jti: str) -> bool:
        return self.has(jti)

    def has(self, jti: str) -> bool:
        return jti == "stolen"


async def in_namespace(_namespace: str, jti: str) -> bool:
    return jti == "stolen"


@pytest.mark.parametrize(
    "deny_list",
    [
        pytest.param(Remote(), id="an object"),
        pytest.param(Remote().holds, id="a method"),
        pytest.param(functools.partial(in_namespace, "shop"), id="a partial"),
    ],
)
def test_whatever_is_async_is_awaited_and_never_gets_as_far_as_the_wsgi_door(deny_list: Any) -> None:
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, deny_list=deny_list))
    gate = asgi.RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW)
    for jti, status in (("stolen", 401), ("mine", 200), ("mine", 200)):
        assert asyncio.run(ask_asgi(gate, [("authorization", f"Bearer {mint(jti=jti)}")])).status == status
    with pytest.raises(ConfigurationError, match=r"Realm\('storefront', deny_list=…\): the WSGI door cannot await"):
        wsgi.RealmGate(wsgi_app, realm=shop["storefront"])
    with pytest.raises(ConfigurationError, match=r"deny_list=….*plain function"):
        wsgi.RealmMap(wsgi_app, {"/api": shop["storefront"]}, elsewhere="refuse")


def test_a_list_that_is_awaited_holds_up_nobody_else() -> None:
    async def crowd() -> list[int]:
        met = asyncio.Barrier(20)

        async def slow(_: str) -> bool:
            # Nobody gets past before all are waiting here, so they must be waiting at the same time.
            await met.wait()
            return False

        shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, deny_list=slow))
        gate = asgi.RealmGate(asgi_app, realm=shop["storefront"], clock=lambda: NOW)
        sent = [("authorization", f"Bearer {mint()}")]
        async with asyncio.timeout(10):
            return [answer.status for answer in await asyncio.gather(*(ask_asgi(gate, sent) for _ in range(20)))]

    assert asyncio.run(crowd()) == [200] * 20


def test_a_plain_list_is_called_where_the_request_is_answered_at_both_doors(door_to: Callable[..., Doors]) -> None:
    threads: list[int] = []

    def deny_list(_: str) -> bool:
        threads.append(threading.get_ident())
        return False

    assert door_to(deny_list=deny_list).bearer(mint()).status == 200
    assert threads == [threading.get_ident()] * 2


class TestMemoryDenyList:
    def test_what_has_ended_is_forgotten(self, denied: MemoryDenyList, clock: Clock) -> None:
        for number in range(1000):
            denied.deny(f"token-{number}", until=NOW + number)
        clock.now = NOW + 1000
        assert not any(denied(f"token-{number}") for number in range(1000))
        denied.deny("one more", until=NOW + 2000)
        assert len(denied) == 1

    def test_it_never_grows_beyond_what_has_not_ended(self, denied: MemoryDenyList, clock: Clock) -> None:
        for number in range(10_000):
            clock.now = NOW + number
            denied.deny(f"token-{number}", until=clock.now + 100)
            assert len(denied) <= 100

    @pytest.mark.parametrize("order", [(10, 20), (20, 10)])
    def test_of_two_ends_the_later_counts(self, denied: MemoryDenyList, clock: Clock, order: tuple[int, int]) -> None:
        for seconds in order:
            denied.deny("token", until=NOW + seconds)
        clock.now = NOW + 15
        denied.deny("another", until=NOW + 100)
        assert denied("token")
        clock.now = NOW + 20
        assert not denied("token")

    def test_an_end_that_has_passed_is_nothing_to_hold(self, denied: MemoryDenyList) -> None:
        denied.deny("token", until=NOW)
        assert not denied("token")
        assert len(denied) == 0

    @pytest.mark.parametrize(
        ("jti", "until"),
        [("", NOW), (None, NOW), (b"token", NOW), ("token", "never"), ("token", float("inf")), ("token", float("nan"))],
    )
    def test_what_could_never_be_forgotten_or_found_is_refused(
        self, denied: MemoryDenyList, jti: Any, until: Any
    ) -> None:
        with pytest.raises(ConfigurationError, match="deny"):
            denied.deny(jti, until)

    def test_many_threads_lose_nothing(self, denied: MemoryDenyList) -> None:
        def revoke(number: int) -> bool:
            denied.deny(f"token-{number}", until=NOW + 60)
            denied.deny(f"ended-{number}", until=NOW - 1)
            return denied(f"token-{number}")

        with ThreadPoolExecutor(16) as people:
            assert all(people.map(revoke, range(4000)))
        assert len(denied) == 4000
