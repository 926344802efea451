"""Who downloads and who waits: over real sockets, with threads and event loops at once."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
import trio
from answering import Answering, Asked, answering
from both_doors import AUDIENCE, JWKS, NOW, SigningKey, asgi_app, ask_asgi, ask_wsgi, mint, wsgi_app
from cryptography.hazmat.primitives.asymmetric import ec

from realmgate import Discovery, JwksFile, JwksUri, Realm, Realms, asgi, wsgi
from realmgate.flow import Denied, Fetch, FetchFailed, Look
from realmgate.jose.keys import import_jwk
from realmgate.keys.fetching import PATIENCE, Fetcher, _Refresh, _running, read_file
from realmgate.keys.keyring import Keyring

# Seconds after which nothing will come any more, however busy the machine is.
LIMIT = 60
OTHER = SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "other")


class Issuer:
    """A discovery document and a key set, which may be held back until the test lets go."""

    def __init__(self) -> None:
        self.jwks: Any = JWKS
        self.open = threading.Event()
        self.open.set()
        self.wanted = threading.Semaphore(0)
        self.server: Answering

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.server.address, "jwks_uri": f"{self.server.address}/jwks"}
        self.wanted.release()
        self.open.wait(LIMIT)
        return 200, self.jwks

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def asked(self) -> list[str]:
        return [asked.path for asked in self.server.asked]


DISCOVERED = ["/.well-known/openid-configuration", "/jwks"]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    with answering(issuer) as issuer.server:
        yield issuer
        issuer.open.set()


def realm(issuer: Issuer, **differs: Any) -> Any:
    """The storefront, whose keys are found as usual, but with more patience."""
    keys = Discovery(issuer.address, trust_mock=True, timeout=LIMIT, cooldown=LIMIT)
    settings = {"issuer": issuer.address, "audience": AUDIENCE, "keys": keys, "trust_mock": True, **differs}
    return Realms(Realm("storefront", **settings))["storefront"]


def bearer(issuer: Issuer, *args: Any, **differs: Any) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {mint(*args, iss=issuer.address, **differs)}")]


@pytest.fixture
def ask_in_threads(issuer: Issuer) -> Callable[..., list[int]]:
    gate = wsgi.RealmGate(wsgi_app, realm=realm(issuer), clock=lambda: NOW)

    def ask_in_threads(requests: list[list[tuple[str, str]]]) -> list[int]:
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(lambda sent: ask_wsgi(gate, sent).status, requests))

    return ask_in_threads


@pytest.fixture
def ask_in_tasks(issuer: Issuer) -> Callable[..., list[int]]:
    gate = asgi.RealmGate(asgi_app, realm=realm(issuer), clock=lambda: NOW)

    async def all_at_once(requests: list[list[tuple[str, str]]]) -> list[int]:
        return [answer.status for answer in await asyncio.gather(*(ask_asgi(gate, sent) for sent in requests))]

    return lambda requests: asyncio.run(all_at_once(requests))


@pytest.fixture
def ask_in_trio(issuer: Issuer) -> Callable[..., list[int]]:
    gate = asgi.RealmGate(asgi_app, realm=realm(issuer), clock=lambda: NOW)

    async def all_at_once(requests: list[list[tuple[str, str]]]) -> list[int]:
        statuses: dict[int, int] = {}

        async def one(place: int, sent: list[tuple[str, str]]) -> None:
            statuses[place] = (await ask_asgi(gate, sent)).status

        async with trio.open_nursery() as nursery:
            for place, sent in enumerate(requests):
                nursery.start_soon(one, place, sent)
        return [statuses[place] for place in range(len(requests))]

    return lambda requests: trio.run(all_at_once, requests)


@pytest.fixture(params=["threads", "tasks", "trio"])
def ask(request: pytest.FixtureRequest) -> Callable[[list[list[tuple[str, str]]]], list[int]]:
    found: Callable[[list[list[tuple[str, str]]]], list[int]] = request.getfixturevalue(f"ask_in_{request.param}")
    return found


Ask = Callable[[list[list[tuple[str, str]]]], list[int]]


def test_two_hundred_cold_starts_at_once_cause_one_download(issuer: Issuer, ask: Ask) -> None:
    assert ask([bearer(issuer, jti=str(number)) for number in range(200)]) == [200] * 200
    assert issuer.asked == DISCOVERED


def test_both_doors_of_a_realm_wait_for_one_download(issuer: Issuer) -> None:
    guarded = realm(issuer)
    through_asgi = asgi.RealmGate(asgi_app, realm=guarded, clock=lambda: NOW)
    through_wsgi = wsgi.RealmGate(wsgi_app, realm=guarded, clock=lambda: NOW)
    issuer.open.clear()

    async def several() -> list[int]:
        tasks = [asyncio.create_task(ask_asgi(through_asgi, bearer(issuer))) for _ in range(20)]
        await asyncio.sleep(0)
        issuer.open.set()
        return [answer.status for answer in await asyncio.gather(*tasks)]

    with ThreadPoolExecutor(22) as pool:
        threads = [pool.submit(ask_wsgi, through_wsgi, bearer(issuer)) for _ in range(20)]
        loops = [pool.submit(asyncio.run, several()) for _ in range(2)]
        assert [thread.result().status for thread in threads] == [200] * 20
        assert [loop.result() for loop in loops] == [[200] * 20] * 2
    assert issuer.asked == DISCOVERED


def test_a_thousand_unknown_kids_at_once_cause_one_look(issuer: Issuer, ask: Ask) -> None:
    good = bearer(issuer)
    assert ask([good]) == [200]
    storm = [bearer(issuer, "ES256", header={"kid": f"unknown-{number}"}) for number in range(1000)]
    for part in range(0, 1000, 200):
        assert ask(storm[part : part + 200]) == [401] * 200
    assert issuer.asked == DISCOVERED * 2
    assert ask([good]) == [200]


def test_a_rotation_is_seen_by_the_first_token_of_the_new_key(issuer: Issuer, ask: Ask) -> None:
    assert ask([bearer(issuer)]) == [200]
    issuer.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    new = bearer(issuer, "ES256", key=OTHER.private, header={"kid": "other"})
    assert ask([new] * 200) == [200] * 200
    assert issuer.asked == DISCOVERED * 2


def test_a_look_that_outlives_the_patience_of_all_who_wait_is_made_once_and_brings_the_key(
    issuer: Issuer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realmgate.keys.keyring.PATIENCE", 0.05)
    assert ask([bearer(issuer)]) == [200]
    issuer.jwks = {"keys": [*JWKS["keys"], OTHER.jwk]}
    issuer.open.clear()
    new = bearer(issuer, "ES256", key=OTHER.private, header={"kid": "other"})
    for _ in range(2):
        assert ask([new] * 50) == [503] * 50
    assert ask([bearer(issuer, jti="of a known key")]) == [200]
    monkeypatch.setattr("realmgate.keys.keyring.PATIENCE", 60.0)
    issuer.open.set()
    assert ask([new] * 50) == [200] * 50
    assert issuer.asked == DISCOVERED * 2


def test_a_key_without_overlap_ends_what_was_signed_with_the_old_one(issuer: Issuer, ask: Ask) -> None:
    old = bearer(issuer)
    assert ask([old] * 2) == [200] * 2
    issuer.jwks = {"keys": [OTHER.jwk]}
    assert ask([bearer(issuer, "ES256", key=OTHER.private, header={"kid": "other"})]) == [200]
    assert ask([old]) == [401]


def test_a_known_key_does_not_wait_for_a_look_that_hangs(issuer: Issuer) -> None:
    gate = wsgi.RealmGate(wsgi_app, realm=realm(issuer), clock=lambda: NOW)
    assert ask_wsgi(gate, bearer(issuer)).status == 200
    issuer.wanted.acquire()
    issuer.open.clear()
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(ask_wsgi, gate, bearer(issuer, header={"kid": "unknown"}))
        issuer.wanted.acquire()
        # From here on the issuer is asked and does not answer.
        for number in range(20):
            assert ask_wsgi(gate, bearer(issuer, jti=str(number))).status == 200
        assert not looking.done()
        issuer.open.set()
        assert looking.result().status == 401


def least_time(ask: Callable[[list[tuple[str, str]]], int], issuer: Issuer, numbers: range) -> float:
    """Seconds that a request takes whose token was never seen but whose key is known, when nobody else is busy."""
    times = []
    for number in numbers:
        sent = bearer(issuer, jti=str(number))
        start = time.perf_counter()
        assert ask(sent) == 200
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("remember", [0, 10_000])
@pytest.mark.parametrize("hangs", ["a look for an unknown kid", "a refresh of stale keys"])
@pytest.mark.parametrize("through", ["asgi", "wsgi"])
def test_a_known_key_is_not_a_millisecond_slower_while_the_issuer_hangs(
    issuer: Issuer, through: str, hangs: str, remember: int
) -> None:
    stale = {"min_age": 0.0, "default_age": 0.0} if "stale" in hangs else {}
    source = JwksUri(f"{issuer.address}/jwks", trust_mock=True, timeout=LIMIT, **stale)
    options: Any = {"realm": realm(issuer, keys=source), "clock": lambda: NOW, "remember": remember}
    doors = asgi.RealmGate(asgi_app, **options), wsgi.RealmGate(wsgi_app, **options)

    def block(sent: list[tuple[str, str]]) -> int:
        return ask_wsgi(doors[1], sent).status

    with asyncio.Runner() as loop, ThreadPoolExecutor(1) as pool:

        def wait(sent: list[tuple[str, str]]) -> int:
            return loop.run(ask_asgi(doors[0], sent)).status

        ask = wait if through == "asgi" else block
        before = least_time(ask, issuer, range(50))
        while issuer.wanted.acquire(timeout=0.2):
            """Whatever was asked until now has been answered."""
        issuer.open.clear()
        looking = [] if stale else [pool.submit(block, bearer(issuer, header={"kid": "unknown"}))]
        if stale:
            assert ask(bearer(issuer, jti="the one that finds them stale")) == 200
        assert issuer.wanted.acquire(timeout=LIMIT)
        # From here on the issuer is asked and does not answer. Other work may slow down many requests, but not all.
        rounds = (range(first, first + 100) for first in range(50, 2050, 100))
        assert any(least_time(ask, issuer, numbers) < before + 0.001 for numbers in rounds)
        assert not any(one.done() for one in looking)
        issuer.open.set()
        assert [one.result() for one in looking] == [401] * len(looking)


def test_stale_keys_are_refreshed_beside_the_requests_and_by_one_download(issuer: Issuer) -> None:
    source = JwksUri(f"{issuer.address}/jwks", trust_mock=True, timeout=LIMIT, min_age=0, default_age=0)
    gate = wsgi.RealmGate(wsgi_app, realm=realm(issuer, keys=source), clock=lambda: NOW)
    assert ask_wsgi(gate, bearer(issuer)).status == 200
    issuer.wanted.acquire()
    issuer.open.clear()
    for number in range(20):
        assert ask_wsgi(gate, bearer(issuer, jti=str(number % 5))).status == 200
    issuer.wanted.acquire()
    assert issuer.asked == ["/jwks"] * 2
    issuer.open.set()


def test_a_waiter_that_goes_away_takes_nobody_s_answer_along(issuer: Issuer) -> None:
    gate = asgi.RealmGate(asgi_app, realm=realm(issuer), clock=lambda: NOW)
    issuer.open.clear()

    async def two_of_whom_one_leaves() -> int:
        leaving = asyncio.create_task(ask_asgi(gate, bearer(issuer)))
        staying = asyncio.create_task(ask_asgi(gate, bearer(issuer)))
        await asyncio.to_thread(issuer.wanted.acquire)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        issuer.open.set()
        return (await staying).status

    assert asyncio.run(two_of_whom_one_leaves()) == 200
    assert issuer.asked == DISCOVERED


class NobodysPool(ThreadPoolExecutor):
    """Threads that the app keeps for itself."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a thread of the app was taken")


def test_no_thread_of_the_app_waits_for_keys(issuer: Issuer) -> None:
    gate = asgi.RealmGate(asgi_app, realm=realm(issuer), clock=lambda: NOW)

    async def crowd() -> list[int]:
        asyncio.get_running_loop().set_default_executor(NobodysPool(1))
        answers = await asyncio.gather(*(ask_asgi(gate, bearer(issuer, jti=str(number))) for number in range(20)))
        # anyio has threads of its own, which is where Starlette runs plain functions.
        assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
        return [answer.status for answer in answers]

    before = {thread.name for thread in threading.enumerate()}
    assert asyncio.run(crowd()) == [200] * 20
    started = {thread.name for thread in threading.enumerate()} - before
    assert not any(name.startswith(("AnyIO", "asyncio", "ThreadPool")) for name in started)
    assert "realmgate-keys" in {thread.name for thread in threading.enumerate()}


def test_an_event_loop_that_ends_takes_nobody_s_answer_along(issuer: Issuer) -> None:
    gate = asgi.RealmGate(asgi_app, realm=realm(issuer), clock=lambda: NOW)
    issuer.open.clear()

    async def give_up() -> None:
        waiting = asyncio.create_task(ask_asgi(gate, bearer(issuer)))
        await asyncio.to_thread(issuer.wanted.acquire)
        waiting.cancel()

    asyncio.run(give_up())
    issuer.open.set()
    assert asyncio.run(ask_asgi(gate, bearer(issuer))).status == 200
    assert issuer.asked == DISCOVERED


def test_an_outage_from_the_beginning_is_answered_alike_by_everybody_and_asked_about_once(
    issuer: Issuer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realmgate.keys.keyring.RETRY_AFTER", LIMIT)
    issuer.jwks = b"<html>"
    assert ask([bearer(issuer, jti=str(number)) for number in range(50)]) == [503] * 50
    assert issuer.asked == DISCOVERED
    assert ask([bearer(issuer)]) == [503]
    assert issuer.asked == DISCOVERED


FORKS = """
import os, signal, threading, warnings
from answering import answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, ask_wsgi, mint, wsgi_app
from realmgate import JwksUri, Realm, Realms, wsgi
from realmgate.keys import keyring

# On a busy machine a look takes what it takes.
keyring.PATIENCE = 60.0
# Newer Pythons warn of forks while there are threads, which is what this is about.
warnings.simplefilter("ignore", DeprecationWarning)
wanted, answered = threading.Event(), threading.Event()
answered.set()


def answer(_):
    if not answered.is_set() and not wanted.is_set():
        wanted.set()
        answered.wait()
    return 200, JWKS


with answering(answer) as server:
    # Whoever waited for what the parent has begun would still wait when the alarm rings.
    keys = JwksUri(f"{server.address}/jwks", trust_mock=True, cooldown=0, timeout=120)
    realm = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True))["storefront"]
    gate = wsgi.RealmGate(wsgi_app, realm=realm, clock=lambda: NOW)

    def statuses():
        tokens = mint(), mint(jti="other"), mint(header={"kid": f"unknown to {os.getpid()}"})
        return [ask_wsgi(gate, [("authorization", f"Bearer {token}")]).status for token in tokens]

    assert statuses() == [200, 200, 401]
    assert "realmgate-keys" in [thread.name for thread in threading.enumerate()]
    held, released = threading.Event(), threading.Event()

    def hold():
        with realm.fetcher._lock(), realm.fetcher._workers._ready():
            held.set()
            released.wait()

    # A download that is under way, and locks that are held, by threads that will not exist in the child.
    answered.clear()
    looking = threading.Thread(target=statuses, daemon=True)
    looking.start()
    wanted.wait()
    threading.Thread(target=hold, daemon=True).start()
    held.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if statuses() == [200, 200, 401] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(server.asked) == 4
    released.set()
    answered.set()
    looking.join()
    assert statuses() == [200, 200, 401]
    assert len(server.asked) == 5
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_process_downloads_for_itself() -> None:
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", FORKS], env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_file_is_read_by_the_thread_and_again_when_a_key_is_missing(tmp_path: Path, issuer: Issuer) -> None:
    file = tmp_path / "keys with spaces ü.json"
    file.write_text(json.dumps(JWKS))
    guarded = realm(issuer, keys=JwksFile(file, cooldown=0))
    gate = wsgi.RealmGate(wsgi_app, realm=guarded, clock=lambda: NOW)
    assert ask_wsgi(gate, bearer(issuer)).status == 200
    new = bearer(issuer, "ES256", key=OTHER.private, header={"kid": "other"})
    assert ask_wsgi(gate, new).status == 401
    file.write_text(json.dumps({"keys": [OTHER.jwk]}))
    assert ask_wsgi(gate, bearer(issuer, "ES256", key=OTHER.private, header={"kid": "other"}, jti="2")).status == 200
    assert issuer.asked == []


def test_a_file_that_is_not_there_means_come_back_later(tmp_path: Path, issuer: Issuer) -> None:
    gate = wsgi.RealmGate(wsgi_app, realm=realm(issuer, keys=JwksFile(tmp_path / "none.json")), clock=lambda: NOW)
    assert ask_wsgi(gate, bearer(issuer)).status == 503


def test_a_file_has_a_limit_too(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(b"x" * 100)
    assert read_file(Fetch(url=file.as_uri(), limit=100)).body == b"x" * 100
    with pytest.raises(FetchFailed, match="too large"):
        read_file(Fetch(url=file.as_uri(), limit=99))
    with pytest.raises(FetchFailed, match="IsADirectoryError"):
        read_file(Fetch(url=tmp_path.as_uri()))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A file that can be read when somebody has written to it, and not before."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_equal_questions_share_an_answer_and_others_do_not(issuer: Issuer) -> None:
    fetcher = Fetcher()
    first = Fetch(url=f"{issuer.address}/jwks")
    assert fetcher.fetch(first) is fetcher.fetch(first)
    assert asyncio.run(fetcher.fetch_async(first)) is fetcher.fetch(first)
    assert issuer.asked == ["/jwks"]
    for other in (Fetch(url=first.url, attempt=1), Fetch(url=first.url, headers=(("X", "y"),))):
        fetcher.fetch(other)
    for _ in range(2):
        fetcher.fetch(Fetch(url=first.url, method="POST"))
    assert len(issuer.asked) == 5


@pytest.mark.parametrize("back", [True, False], ids=["an answer", "a failure"])
def test_what_somebody_has_left_behind_is_not_taken_for_news(issuer: Issuer, *, back: bool) -> None:
    """As keys it would be fresh once more: those that were withdrawn meanwhile would live twice as long."""
    fetcher, effect = Fetcher(), Fetch(url=f"{issuer.address}/jwks", timeout=LIMIT if back else 1.0)

    async def go_away() -> None:
        issuer.open.clear()
        asked = asyncio.create_task(fetcher.fetch_async(effect))
        await asyncio.to_thread(issuer.wanted.acquire, timeout=LIMIT)
        asked.cancel()

    asyncio.run(go_away())
    if back:
        issuer.open.set()
    left = fetcher._latest[effect.url][1]
    failure = left.exception(LIMIT)
    assert (failure is None) is back
    # What has been left is as old as nothing that anybody waits for can be.
    if failure is None:
        object.__setattr__(left.result(), "at", left.result().at - PATIENCE * LIMIT)
    else:
        assert isinstance(failure, FetchFailed)
        assert failure.at is not None
        failure.at -= PATIENCE * 1.0
    issuer.open.set()
    issuer.jwks = {"keys": []}
    assert json.loads(fetcher.fetch(Fetch(url=effect.url, timeout=effect.timeout)).body) == {"keys": []}


def test_locks_are_those_that_somebody_has_put_in_place_by_then(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetcher, made, lock = Fetcher(), [], threading.Lock

    def theirs() -> Any:
        made.append(lock())
        return made[-1]

    monkeypatch.setattr(threading, "Lock", theirs)
    assert fetcher.fetch(Fetch(url=f"{issuer.address}/jwks")).status == 200
    assert any(fetcher._lock() is each for each in made)


def test_what_is_kept_for_sharing_is_bounded(issuer: Issuer) -> None:
    fetcher = Fetcher()
    for number in range(30):
        fetcher.fetch(Fetch(url=f"{issuer.address}/{number}"))
    assert len(fetcher._latest) <= 8


def test_whoever_waits_does_not_wait_for_ever(pipe: Path) -> None:
    fetcher = Fetcher()
    effect = Fetch(url=pipe.as_uri(), timeout=0.02)
    with pytest.raises(FetchFailed, match="no answer in time"):
        fetcher.fetch(effect)
    with pytest.raises(FetchFailed, match="no answer in time"):
        asyncio.run(fetcher.fetch_async(effect))
    late = fetcher._submit(effect)
    pipe.write_text("late, but whole")
    assert late.result(LIMIT).body == b"late, but whole"


def test_a_failure_says_when_it_was_over(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed) as caught:
        Fetcher().fetch(Fetch(url=(tmp_path / "none").as_uri()))
    assert caught.value.at is not None


def test_a_failure_nobody_thought_of_is_a_failure_like_any_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Fetch) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("realmgate.keys.download.download", broken)
    fetcher = Fetcher()
    for attempt in range(2):
        with pytest.raises(FetchFailed, match="the download failed"):
            fetcher.fetch(Fetch(url="https://id.example", attempt=attempt))
    assert "RuntimeError" in caplog.text
    assert "a secret" not in caplog.text


def test_where_no_thread_can_be_started_there_is_no_answer(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    fetcher = Fetcher()
    effect = Fetch(url=f"{issuer.address}/jwks")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(FetchFailed, match="no thread could be started"):
            fetcher.fetch(effect)
        fetcher.refresh_beside(Keyring(JwksUri("https://id.example/jwks")))
        fetcher.look(Keyring(JwksUri("https://id.example/jwks")), LONG)
    assert fetcher.fetch(Fetch(url=effect.url, attempt=1)).status == 200


def test_only_downloads_are_made_beside_the_requests() -> None:
    with pytest.raises(TypeError):
        Fetcher()._fetch_here(Denied(jti="x"))


@pytest.fixture
def keyring(issuer: Issuer) -> Keyring:
    return Keyring(JwksUri(f"{issuer.address}/jwks", trust_mock=True))


def look_in_asyncio(fetcher: Fetcher, keyring: Keyring, look: Look) -> None:
    asyncio.run(fetcher.look_async(keyring, look))


def look_in_trio(fetcher: Fetcher, keyring: Keyring, look: Look) -> None:
    trio.run(fetcher.look_async, keyring, look)


every_way_to_look = pytest.mark.parametrize("look", [Fetcher.look, look_in_asyncio, look_in_trio])
LookWith = Callable[[Fetcher, Keyring, Look], None]
NOT_LONG = Look(attempt=0, patience=0.01)
# Far beyond what any test may take.
LONG = Look(attempt=0, patience=1000.0)


@every_way_to_look
def test_a_look_is_over_when_its_keys_are_known(issuer: Issuer, keyring: Keyring, look: LookWith) -> None:
    fetcher = Fetcher()
    look(fetcher, keyring, LONG)
    assert len(keyring.keys) == len(JWKS["keys"])
    assert keyring.attempt == 1
    # Whoever wanted it, too, and comes so late, finds the work done.
    look(fetcher, keyring, LONG)
    assert issuer.asked == ["/jwks"]
    look(fetcher, keyring, Look(attempt=1, patience=1000.0))
    assert issuer.asked == ["/jwks"] * 2


@every_way_to_look
def test_a_look_is_waited_for_since_it_began_and_not_by_each_who_joins_it(
    issuer: Issuer, keyring: Keyring, look: LookWith
) -> None:
    fetcher = Fetcher()
    # Would each wait for so long since it came, the second were here until the test is stopped.
    fetcher._refreshing = _Refresh(attempt=0, at=time.monotonic() - 1001, over=_running())
    look(fetcher, keyring, LONG)
    assert issuer.asked == []
    fetcher._refreshing.over.set_result(None)
    # It died in a way that nobody thought of, so somebody has to begin anew.
    look(fetcher, keyring, LONG)
    assert issuer.asked == ["/jwks"]


@every_way_to_look
def test_who_wants_a_look_that_is_over_does_not_wait_for_the_next(
    issuer: Issuer, keyring: Keyring, look: LookWith
) -> None:
    fetcher = Fetcher()
    look(fetcher, keyring, LONG)
    issuer.wanted.acquire()
    issuer.open.clear()
    fetcher.refresh_beside(keyring)
    issuer.wanted.acquire()
    look(fetcher, keyring, LONG)
    assert keyring.attempt == 1, "the next one is still under way"
    issuer.open.set()
    look(fetcher, keyring, Look(attempt=1, patience=1000.0))
    assert issuer.asked == ["/jwks"] * 2


@every_way_to_look
def test_a_look_goes_on_when_nobody_waits_for_it(issuer: Issuer, keyring: Keyring, look: LookWith) -> None:
    fetcher = Fetcher()
    issuer.open.clear()
    for _ in range(3):
        look(fetcher, keyring, NOT_LONG)
        fetcher.refresh_beside(keyring)
    assert keyring.attempt == 0
    issuer.open.set()
    look(fetcher, keyring, LONG)
    assert len(keyring.keys) == len(JWKS["keys"])
    assert issuer.asked == ["/jwks"]
    # And it is in nobody's way afterwards.
    fetcher.refresh_beside(keyring)
    fetcher.fetch(Fetch(url=f"{issuer.address}/last"))
    assert issuer.asked == ["/jwks", "/jwks", "/last"]


def test_who_wants_a_look_and_goes_away_does_not_end_it(issuer: Issuer, keyring: Keyring) -> None:
    fetcher = Fetcher()
    issuer.open.clear()

    async def two_of_whom_one_leaves() -> None:
        leaving, staying = (asyncio.create_task(fetcher.look_async(keyring, LONG)) for _ in range(2))
        await asyncio.to_thread(issuer.wanted.acquire)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        issuer.open.set()
        await staying

    asyncio.run(two_of_whom_one_leaves())
    assert len(keyring.keys) == len(JWKS["keys"])
    assert issuer.asked == ["/jwks"]


def test_a_source_that_fails_in_a_way_nobody_thought_of_keeps_nobody_waiting(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(JwksUri):
        def load(self, attempt: int) -> Any:
            raise RuntimeError("a secret")

    fetcher = Fetcher()
    fetcher.look(Keyring(Odd("https://id.example/jwks")), LONG)
    # The same thread does one after the other, so it has said by now what happened.
    fetcher.fetch(Fetch(url=f"{issuer.address}/last"))
    assert "RuntimeError" in caplog.text
    assert "a secret" not in caplog.text


def test_what_is_refreshed_beside_the_requests_is_what_they_use(issuer: Issuer) -> None:
    keyring, fetcher = Keyring(JwksUri(f"{issuer.address}/jwks", trust_mock=True)), Fetcher()
    fetcher.refresh_beside(keyring)
    # The same thread does one after the other, so this one is answered after the refresh.
    fetcher.fetch(Fetch(url=f"{issuer.address}/last"))
    assert [key.kid for key in keyring.keys] == [import_jwk(jwk).kid for jwk in JWKS["keys"]]
