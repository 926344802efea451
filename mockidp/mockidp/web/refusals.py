"""What no client can be told, as pages for the person at the browser."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..errors import PageError, RequestRefused
from .pages import error_page
from .responses import page

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def refusals(base_path: str) -> Mapping[Any, Handler]:
    """Handlers for everything that an endpoint may raise."""

    def show(error: PageError) -> Response:
        html = error_page(
            status=error.status, title=error.title, message=error.message, hint=error.hint, base_path=base_path
        )
        return page(html, error.status)

    async def refused(_request: Request, error: PageError) -> Response:
        return show(error)

    async def unreadable(_request: Request, error: RequestRefused) -> Response:
        damaged = "The address or the form that brought you here is damaged."
        return show(PageError(error.status, "This request cannot be read", damaged, error.problem))

    async def nothing_there(_request: Request, error: HTTPException) -> Response:
        response = show(PageError(error.status_code, error.detail, _why(error)))
        response.headers.update(error.headers or {})
        return response

    return {PageError: refused, RequestRefused: unreadable, HTTPException: nothing_there}


def _why(error: HTTPException) -> str:
    allowed = (error.headers or {}).get("Allow")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and allowed:
        return f"There is something at this address, for other methods: {allowed}."
    return "There is nothing at this address. The start page lists the realms, with each one's issuer and endpoints."
