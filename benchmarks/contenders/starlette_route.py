"""The app behind every gate that is not FastAPI's: one Starlette route."""

from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def orders(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def route_app(*middleware: Middleware) -> Starlette:
    return Starlette(routes=[Route("/orders", orders)], middleware=list(middleware))


def backend_app(claims_of) -> Starlette:
    """What people write by hand: a backend around one call of a library, which raises or returns the claims."""

    class Backend(AuthenticationBackend):
        async def authenticate(self, conn):
            scheme, _, token = conn.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                raise AuthenticationError("no token")
            claims = claims_of(token)
            return AuthCredentials(["authenticated", *claims["scope"].split()]), SimpleUser(claims["sub"])

    def refuse(_conn, _error):
        return PlainTextResponse("no", status_code=401)

    return route_app(Middleware(AuthenticationMiddleware, backend=Backend(), on_error=refuse))
