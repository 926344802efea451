"""Where everything of the standard dialect is that asks for more than a document: the provider's table of contents.

With it comes Authlib, which takes long to load.
"""

from collections.abc import Iterator
from functools import partial

from starlette.routing import Route

from .dialects.standard import StandardServer
from .document_routes import open_to_scripts
from .endpoints.authorize import authorize
from .endpoints.device import device
from .endpoints.device_authorization import device_authorization
from .endpoints.introspect import introspect
from .endpoints.login import login
from .endpoints.logout import end_session, logout
from .endpoints.par import par
from .endpoints.register import register
from .endpoints.revoke import revoke
from .endpoints.token import token
from .endpoints.userinfo import userinfo
from .protocol.redaction import redact_authlib
from .site import Site, Sites
from .web.oauth_errors import told_as_json


def routes(sites: Sites) -> Iterator[Route]:
    """Every address but those of documents."""
    redact_authlib()
    server = StandardServer(sites)
    yield open_to_scripts("/oauth2-token", partial(told_as_json(token), server=server), "POST")
    for site in sites:
        yield from _for_people(site, server)
        yield from _for_clients(site, server)


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
    yield open_to_scripts(f"{issuer}/userinfo", partial(userinfo, site=site), "GET", "POST")
    yield open_to_scripts(f"{issuer}/revoke", partial(told_as_json(revoke), site=site), "POST")
    yield open_to_scripts(f"{issuer}/par", partial(told_as_json(par), site=site, server=server), "POST")
    yield open_to_scripts(f"{issuer}/device", partial(told_as_json(device_authorization), site=site), "POST")
    if site.config.registration:
        yield open_to_scripts(f"{issuer}/register", partial(told_as_json(register), site=site), "POST")
    # Who may ask about tokens can keep a secret, so it is no script.
    yield Route(f"{issuer}/introspect", partial(told_as_json(introspect), site=site), methods=["POST"])
