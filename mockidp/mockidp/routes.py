"""Where everything of the standard dialect is: the provider's table of contents."""

from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .dialects.standard import StandardServer
from .endpoints.authorize import authorize
from .endpoints.device import device
from .endpoints.device_authorization import device_authorization
from .endpoints.discovery import discovery
from .endpoints.introspect import introspect
from .endpoints.jwks import jwks
from .endpoints.login import login
from .endpoints.logout import end_session, logout
from .endpoints.par import par
from .endpoints.register import register
from .endpoints.revoke import revoke
from .endpoints.start import start
from .endpoints.token import token
from .endpoints.userinfo import userinfo
from .protocol.redaction import redact_authlib
from .site import Site, Sites
from .web.oauth_errors import told_as_json

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def routes(sites: Sites) -> list[BaseRoute]:
    """Every address."""
    redact_authlib()
    server = StandardServer(sites)
    found: list[BaseRoute] = [
        Route("/", partial(start, sites=sites)),
        _open_to_scripts("/oauth2-token", partial(told_as_json(token), server=server), "POST"),
    ]
    for site in sites:
        found += _for_people(site, server)
        found += _for_clients(site, server)
    return found


def _for_people(site: Site, server: StandardServer) -> Iterator[Route]:
    """What a browser opens; all but one stand below the path of the login's cookie."""
    at, both = site.paths, ["GET", "POST"]
    yield Route(at.authorize, partial(authorize, site=site, server=server), methods=both)
    yield Route(at.login, partial(login, site=site), methods=both)
    yield Route(at.logout, partial(logout, site=site), methods=both)
    yield Route(at.device, partial(device, site=site), methods=both)
    yield Route(f"{at.issuer}/logout", partial(end_session, site=site), methods=both)


def _for_clients(site: Site, server: StandardServer) -> Iterator[Route]:
    issuer = site.paths.issuer
    about = partial(discovery, site=site)
    yield _open_to_scripts(f"{issuer}/.well-known/openid-configuration", about, "GET")
    yield _open_to_scripts(f"/.well-known/oauth-authorization-server{issuer}", about, "GET")
    yield _open_to_scripts(f"{issuer}/jwks", partial(jwks, site=site), "GET")
    yield _open_to_scripts(f"{issuer}/userinfo", partial(userinfo, site=site), "GET", "POST")
    yield _open_to_scripts(f"{issuer}/revoke", partial(told_as_json(revoke), site=site), "POST")
    yield _open_to_scripts(f"{issuer}/par", partial(told_as_json(par), site=site, server=server), "POST")
    yield _open_to_scripts(f"{issuer}/device", partial(told_as_json(device_authorization), site=site), "POST")
    if site.config.registration:
        yield _open_to_scripts(f"{issuer}/register", partial(told_as_json(register), site=site), "POST")
    # Who may ask about tokens can keep a secret, so it is no script.
    yield Route(f"{issuer}/introspect", partial(told_as_json(introspect), site=site), methods=["POST"])


def _open_to_scripts(path: str, endpoint: Endpoint, *methods: str) -> Route:
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
