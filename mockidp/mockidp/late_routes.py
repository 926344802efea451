"""Routes that are made for the first request that needs them, so that no start has to wait for what they load."""

from collections.abc import Callable, Iterable
from functools import cached_property

from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send


class LateRoutes(BaseRoute):
    """The last route of a table, for all requests that no other one answers; `make` gives the routes behind it.

    Which also have to know the others' paths, for requests by a method that these do not have.
    """

    def __init__(self, make: Callable[[], Iterable[BaseRoute]]) -> None:
        self._make = make

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Every request, whatever there is at its path."""
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, by a route or as one that is not there."""
        await self._router(scope, receive, send)

    @cached_property
    def _router(self) -> Router:
        return Router(list(self._make()), redirect_slashes=False)
