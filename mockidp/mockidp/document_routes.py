"""Where everything is that programs and people look at first: discovery, key sets, and the start page."""

from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .endpoints.discovery import discovery
from .endpoints.jwks import jwks
from .endpoints.start import PAGE, start, start_file, style
from .site import Sites

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def document_routes(sites: Sites) -> Iterator[Route]:
    """Their addresses."""
    yield Route("/", partial(start, sites=sites))
    for site in sites:
        issuer, about = site.paths.issuer, partial(discovery, site=site)
        yield open_to_scripts(f"{issuer}/.well-known/openid-configuration", about, "GET")
        yield open_to_scripts(f"/.well-known/oauth-authorization-server{issuer}", about, "GET")
        yield open_to_scripts(f"{issuer}/jwks", partial(jwks, site=site), "GET")
    yield from page_files()


def page_files() -> Iterator[Route]:
    """Where pages find their styles and scripts."""
    yield Route("/mockidp.css", style)
    yield Route(f"{PAGE}{{name}}", start_file)


def open_to_scripts(path: str, endpoint: Endpoint, *methods: str) -> Route:
    """A route that scripts of any origin may call; never one that looks at a cookie."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=methods,
        allow_headers=["*"],  # Swagger UI, for one, sends its own along with the question for a token
        expose_headers=["WWW-Authenticate"],
    )

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(methods)})
        return await endpoint(request)

    return Route(path, answer, methods=[*methods, "OPTIONS"], middleware=[cors])
