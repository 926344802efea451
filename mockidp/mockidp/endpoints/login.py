"""`/oauth2-token/login`: a person says who they are, and goes back to where they were asked."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..memory.store import PushedRequest
from ..protocol.authorization_request import Pairs, without_login
from ..protocol.identify import identify
from ..protocol.pushed import find_pushed, reopened
from ..protocol.sign_in import ask_who, find_who
from ..protocol.unasked import unasked
from ..settings.config import User
from ..site import Site
from ..web.parameters import form_pairs, once, query_pairs
from ..web.responses import redirect


async def login(request: Request, site: Site) -> Response:
    """Answer with the login page, or with the way back to the authorization endpoint and the query it came with."""
    query = query_pairs(request)
    pushed = find_pushed(query, site)
    asked = pushed.asked if pushed else query
    client, _ = identify(asked, site)
    session = site.sessions.load(request)
    here = f"{site.path(site.paths.login)}?{urlencode(query)}"
    if request.method != "POST":
        hint = dict(asked).get("login_hint", "")
        if someone := unasked(client, hint, site):
            return _back(someone, asked, pushed, site)
        return ask_who(session, client, here, site, username=site.hinted(hint)[0])
    form = once(await form_pairs(request))
    found = find_who(form, session, site)
    if isinstance(found, str):
        return ask_who(session, client, here, site, username=form.get("username", ""), error=found)
    return _back(found, asked, pushed, site)


def _back(user: User, asked: Pairs, pushed: PushedRequest | None, site: Site) -> Response:
    """Log somebody in, and go on with what the client asked for."""
    back = without_login(asked)
    response = redirect(
        f"{site.path(site.paths.authorize)}?{reopened(pushed, back, site) if pushed else urlencode(back)}"
    )
    site.sessions.save(response, site.sessions.log_in(user.username, user.subject))
    return response
