"""`{issuer}/logout`: a client asks us to log a person out of this realm (OpenID Connect RP-Initiated Logout 1.0).

The login's cookie belongs to the paths below `/oauth2-token`, where no app under test on another port sees it. So the
address that clients know only leads to the one below that path, which can see the cookie and end the session.
"""

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..errors import PageError
from ..protocol.logging_out import LogoutRequest, read_logout
from ..settings.config import User
from ..site import Site
from ..web.pages import logged_out_page, logout_page
from ..web.parameters import form_pairs, once, query_pairs
from ..web.redirects import answered
from ..web.responses import page, redirect
from ..web.session import Session

_OUT_OF_DATE: Final = (
    403,
    "This form is out of date",
    "Since this page was opened, somebody has logged in again, or it has been open for too long.",
    "Nobody has been logged out. Go back to the application and start again.",
)


async def end_session(request: Request, site: Site) -> Response:
    """Lead a GET or a posted form (§2) to where the cookie can be seen; what it asks for is looked at there."""
    asked = await form_pairs(request) if request.method == "POST" else query_pairs(request)
    return redirect(f"{site.path(site.paths.logout)}?{urlencode(asked)}")


async def logout(request: Request, site: Site) -> Response:
    """Answer with a question (do you want to log out?), or with the end of the session and the way back."""
    pairs = query_pairs(request)
    wanted = read_logout(once(pairs), site)
    session = site.sessions.load(request)
    user = site.user_of(session)
    query = urlencode(pairs)
    if request.method == "POST":
        decision = once(await form_pairs(request))
        if not site.sessions.accepts(decision.get("csrf_token", ""), session, "logout", query):
            raise PageError(*_OUT_OF_DATE)
        if decision.get("decision") != "logout":
            return _told(user, site)
    elif user is not None and wanted.subject != user.subject:
        return _ask(wanted, user, session, query, site)
    response = _way_back(wanted, site)
    site.sessions.end(response, session)
    return response


def _ask(wanted: LogoutRequest, user: User, session: Session, query: str, site: Site) -> Response:
    """Anybody can lead a browser here: without proof that the person meant it, the person is asked (§2)."""
    return page(
        logout_page(
            realm_name=site.realm.name,
            realm_title=site.realm.title,
            client_name=wanted.client.name if wanted.client else "",
            user_name=user.name,
            action=f"{site.path(site.paths.logout)}?{query}",
            csrf_token=site.sessions.form_token(session, "logout", query),
            base_path=site.base_path,
        )
    )


def _way_back(wanted: LogoutRequest, site: Site) -> Response:
    if wanted.redirect_uri is None:
        return _told(None, site)
    return redirect(answered(wanted.redirect_uri, state=wanted.state) if wanted.state else wanted.redirect_uri)


def _told(user: User | None, site: Site) -> Response:
    return page(
        logged_out_page(
            realm_name=site.realm.name,
            realm_title=site.realm.title,
            user_name=user.name if user else "",
            base_path=site.base_path,
        )
    )
