"""How both doors wait on one future: bounded, and without taking it along when a waiter goes away."""

import asyncio
from concurrent.futures import Future

from .flow import Fetched, FetchFailed


def wait(future: "Future[Fetched]", seconds: float) -> Fetched:
    """Wait with blocking; for the WSGI door."""
    try:
        return future.result(seconds)
    except TimeoutError:
        raise FetchFailed("no answer in time") from None


async def wait_async(future: "Future[Fetched]", seconds: float) -> Fetched:
    """Wait without blocking; for the ASGI door."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
    except TimeoutError:
        raise FetchFailed("no answer in time") from None
