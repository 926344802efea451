"""`/oauth2-token/login`: a person says who they are, and goes back to where they were asked."""

from typing import Final
from urllib.parse import urlencode

from authlib.oidc.core.errors import LoginRequiredError
from starlette.requests import Request
from starlette.responses import Response

from ..memory.store import PushedRequest
from ..protocol.authorization_request import Pairs, without_login
from ..protocol.expected_person import expected_user, is_expected
from ..protocol.identify import identify
from ..protocol.pushed import find_pushed, reopened
from ..protocol.sign_in import ask_who, find_who
from ..protocol.unasked import unasked
from ..protocol.way_back import refused
from ..settings.config import Client, User
from ..site import Site
from ..web.parameters import form_pairs, once, query_pairs
from ..web.responses import redirect

SOMEBODY_ELSE: Final = "Somebody else has logged in than id_token_hint speaks of."


async def login(request: Request, site: Site) -> Response:
    """Answer with the login page, or with the way back to the authorization endpoint and the query it came with."""
    query = query_pairs(request)
    pushed = find_pushed(query, site)
    asked = pushed.asked if pushed else query
    client, redirect_uri = identify(asked, site)
    who = await _who(request, asked, client, site)
    if isinstance(who, Response):
        return who
    if is_expected(who, dict(asked), client, site):
        response = _back(asked, pushed, site)
    else:
        response = refused(LoginRequiredError(SOMEBODY_ELSE), redirect_uri, asked, pushed, site)
    site.sessions.save(response, site.sessions.log_in(who.username, who.subject))
    return response


async def _who(request: Request, asked: Pairs, client: Client, site: Site) -> User | Response:
    """Who logs in by this request, or the page that asks who it is."""
    session, here = site.sessions.load(request), f"{site.path(site.paths.login)}?{urlencode(query_pairs(request))}"
    if request.method != "POST":
        someone = unasked(client, dict(asked).get("login_hint", ""), site)
        return someone or ask_who(session, client, here, site, username=_suggested(asked, client, site))
    form = once(await form_pairs(request))
    found = find_who(form, session, site)
    if isinstance(found, User):
        return found
    return ask_who(session, client, here, site, username=form.get("username", ""), error=found)


def _suggested(asked: Pairs, client: Client, site: Site) -> str:
    """The name that stands in the form already: of whom the client expects, or else thinks it is."""
    expected = expected_user(dict(asked), client, site)
    return expected.username if expected else site.hinted(dict(asked).get("login_hint", ""))[0]


def _back(asked: Pairs, pushed: PushedRequest | None, site: Site) -> Response:
    """Go on with what the client asked for."""
    back = without_login(asked)
    return redirect(f"{site.path(site.paths.authorize)}?{reopened(pushed, back, site) if pushed else urlencode(back)}")
