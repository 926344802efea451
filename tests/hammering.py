"""Many threads and tasks at one realm's gates while its keys rotate, and what must be decided each time.

An `Issuer` publishes a new key and withdraws the oldest. A token of a key whose publication the gate must have heard of
has to get in; one of a key whose withdrawal it must have heard of must not, nor one that is wrong in any other way. In
between either answer is right, and any third never.

What it must have heard is not a matter of seconds, as a busy machine may stop for some: since the news the keys were
asked for twice, so what came the first time is in force, and whoever asked before that has been answered.
"""

import asyncio
import itertools
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from both_doors import AUDIENCE, ISSUER, asgi_app, wsgi_app
from hostile_gates import ask_wsgi
from rotating import BAD, GOOD, Issuer, Key

from realmgate import Realm, RealmGate, Realms, wsgi

ENOUGH = 100
LONGER = 60.0  # seconds


@dataclass
class Tally:
    """What happened: how many answers of which kind, and every wrong one."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    rotations: int = 0
    stuck: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.answers.values())

    @property
    def enough(self) -> bool:
        """Was there enough of everything, good tokens of withdrawn keys too?"""
        counts = (self.answers[GOOD, 200], self.answers[BAD, 401], self.heard["published"], self.heard["withdrawn"])
        return min(counts) >= ENOUGH


class Hammer:
    """Threads at the WSGI door and tasks at the ASGI door of one realm."""

    def __init__(self, issuer: Issuer, keys: Any, *, remember: int = 200) -> None:
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True)
        self.guarded = Realms(realm)["storefront"]
        self.wsgi = wsgi.RealmGate(wsgi_app, realm=self.guarded, remember=remember)
        self.asgi = RealmGate(asgi_app, realm=self.guarded, remember=remember)
        self._issuer = issuer
        self._lock = threading.Lock()
        self._under_way: OrderedDict[int, None] = OrderedDict()
        self._turns = itertools.count()
        self._stop = threading.Event()
        self.tally = Tally()

    def run(self, seconds: float, *, threads: int, tasks: int, rotate_every: float) -> Tally:
        """Hammer for so long, and on a slow machine longer; who then comes to no end soon is counted as stuck."""
        workers = [threading.Thread(target=self._block, name=f"thread {n}", daemon=True) for n in range(threads)]
        workers.append(threading.Thread(target=lambda: asyncio.run(self._tasks(tasks)), name="tasks", daemon=True))
        for worker in workers:
            worker.start()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 or (left > -LONGER and not self.tally.enough):
            self._stop.wait(rotate_every)
            self._issuer.rotate()
            self.tally.rotations += 1
        self._stop.set()
        for worker in workers:
            worker.join(LONGER)
        self.tally.stuck = [worker.name for worker in workers if worker.is_alive()]
        return self.tally

    def _block(self) -> None:
        while not self._stop.is_set():
            self._judge(
                *self._next(), lambda token: ask_wsgi(self.wsgi, (f"Bearer {token}",), path="/", mount="").status
            )

    async def _tasks(self, number: int) -> None:
        await asyncio.gather(*(self._task() for _ in range(number)))

    async def _task(self) -> None:
        while not self._stop.is_set():
            key, kind, token = self._next()
            number, heard = self._begin(key)
            status = await status_of(self.asgi, token)
            self._end(number, key, kind, heard, status)
            await asyncio.sleep(0)

    def _judge(self, key: Key, kind: str, token: str, ask: Callable[[str], int]) -> None:
        number, heard = self._begin(key)
        self._end(number, key, kind, heard, ask(token))

    def _next(self) -> tuple[Key, str, str]:
        turn = next(self._turns)
        keys = (*self._issuer.kept, *self._issuer.withdrawn)
        key = keys[turn % len(keys)]
        kind, token = key.tokens[turn // len(keys) % len(key.tokens)]
        return key, kind, token

    def _begin(self, key: Key) -> tuple[int, str]:
        """A number for the request, and what the gate must have heard about the key of its token."""
        with self._lock:
            number = next(self._issuer.events)
            self._under_way[number] = None
            earliest = next(iter(self._under_way))
        if key.withdrawn is not None:
            return number, "withdrawn" if key.withdrawn.is_old(earliest) else ""
        return number, "published" if key.published is not None and key.published.is_old(earliest) else ""

    def _end(self, number: int, key: Key, kind: str, heard: str, status: int) -> None:
        with self._lock:
            del self._under_way[number]
        if heard == "published" and key.withdrawn is not None:
            heard = ""  # meanwhile
        right = (401,) if kind == BAD or heard == "withdrawn" else (200,) if heard == "published" else (200, 401)
        self.tally.answers[kind, status] += 1
        self.tally.heard[heard if kind == GOOD else BAD] += 1
        if status not in right:
            self.tally.wrong.append(f"a {kind} token of {key.kid} was answered {status}; heard: {heard or 'nothing'}")


async def status_of(app: Any, token: str) -> int:
    statuses: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"authorization", f"Bearer {token}".encode())]}
    await app(scope, receive, send)
    return statuses[0]
