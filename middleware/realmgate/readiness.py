"""Keys before the first request: loaded at start-up, watched by a health check, or brought along from last time."""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import anyio

from .flow import FetchFailed, Flow, run, run_async
from .keys.fetching import Fetcher
from .keys.keyring import Keyring
from .keys.sources import JwksUri, Loaded

log = logging.getLogger("realmgate.keys")

VERSION: Final = 1
# Seconds since the epoch, far beyond what anybody means.
LATEST: Final = 1e15


def load_keys(sources: Iterable[tuple[Keyring, Fetcher]]) -> None:
    """Load what is not known yet, one source after the other. What fails is in the log, and tried again on demand."""
    for keyring, fetcher in sources:
        answer: Any = fetcher.fetch  # the only effect of a key source
        run(_load(keyring), answer)


async def load_keys_async(sources: Iterable[tuple[Keyring, Fetcher]]) -> None:
    """Load what is not known yet, all sources at once."""
    async with anyio.create_task_group() as group:
        for keyring, fetcher in sources:
            answer: Any = fetcher.fetch_async
            group.start_soon(run_async, _load(keyring), answer)


def _load(keyring: Keyring) -> Flow[None]:
    tick = time.monotonic()
    if keyring.useless(tick):
        yield from keyring.refresh(tick)


def are_there(keyrings: Iterable[Keyring]) -> bool:
    """Whether usable keys of every source are known, or at hand."""
    tick = time.monotonic()
    return all(keyring.source.inline or not keyring.useless(tick) for keyring in keyrings)


def take_along(keyrings: Iterable[Keyring]) -> dict[str, Any]:
    """The public keys that are known of far-away sources, and until when they are fresh, as JSON can hold it."""
    tick, now = time.monotonic(), time.time()
    return {
        "version": VERSION,
        "sources": {
            _name(keyring.source): {
                "keys": [dict(key.jwk) for key in keyring.keys],
                "fresh_until": now + keyring.fresh_for(tick),
            }
            for keyring in keyrings
            if isinstance(keyring.source, JwksUri) and not keyring.useless(tick)
        },
    }


def bring_back(keyrings: Iterable[Keyring], snapshot: Any) -> None:
    """Start with the keys of a snapshot, where it has some for a source and they are not too old.

    They are as old as they were: what was fresh then may be stale now, and past `max_stale` it is nothing. A snapshot
    that cannot be read costs a line in the log and nothing else.
    """
    known = snapshot.get("sources") if isinstance(snapshot, Mapping) and snapshot.get("version") == VERSION else None
    if not isinstance(known, Mapping):
        log.warning("a snapshot of keys is not one of ours, and was passed over")
        return
    for keyring in keyrings:
        entry = known.get(_name(keyring.source))
        if isinstance(keyring.source, JwksUri) and entry is not None:
            _bring_back_one(keyring, keyring.source, entry)


def _bring_back_one(keyring: Keyring, source: JwksUri, entry: Any) -> None:
    until = entry.get("fresh_until") if isinstance(entry, Mapping) else None
    # Compared, not converted: JSON's whole numbers may be larger than any float.
    if not isinstance(until, int | float) or isinstance(until, bool) or not 0 <= until <= LATEST:
        log.warning("the keys of %s in a snapshot do not say how fresh they are, and were passed over", source.url)
        return
    # No longer than the source itself could have said, whatever the snapshot says.
    fresh_for = min(until - time.time(), source.max_age)
    if fresh_for + source.max_stale <= 0:
        log.warning("the keys of %s in a snapshot are too old, and were passed over", source.url)
        return
    try:
        keyring.restore(Loaded(jwks={"keys": entry.get("keys")}, fresh_for=fresh_for), time.monotonic())
    except FetchFailed as failure:
        log.warning("the keys of %s in a snapshot were passed over: %s", source.url, failure.reason)


def _name(source: object) -> str:
    return f"{type(source).__name__} {getattr(source, 'url', '')}"
