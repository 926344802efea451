"""What a client is told when its own request fails: an OAuth error as JSON (RFC 6749 §5.2), never what it sent."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..errors import CannotLie, RequestRefused

P = ParamSpec("P")
Answer = Callable[Concatenate[Request, P], Coroutine[Any, Any, Response]]


def described(error: OAuth2Error) -> dict[str, str]:
    """The error's code and its text, which never holds anything that the caller sent."""
    return {"error": error.error, **({"error_description": error.description} if error.description else {})}


def refusal(error: OAuth2Error) -> Response:
    """The error as an answer."""
    return JSONResponse(described(error), error.status_code, dict(error.get_headers()))


def told_as_json(endpoint: Answer[P]) -> Answer[P]:
    """The same endpoint, whose refusals go to the client."""

    @wraps(endpoint)
    async def answer(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return await endpoint(request, *args, **kwargs)
        except RequestRefused as refused:
            return refusal(InvalidRequestError(refused.problem, status_code=refused.status))
        except CannotLie as unable:  # 400: a client that tries again after a 5xx would hide it
            return refusal(OAuth2Error(f"The fault {unable}.", status_code=400, error="server_error"))
        except OAuth2Error as error:
            return refusal(error)

    return answer
