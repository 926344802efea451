"""A person says who they are: the login form, wherever it is asked for."""

import hmac
from typing import Final

from starlette.responses import Response

from ..settings.config import Client, User
from ..site import Site
from ..web.pages import login_page
from ..web.parameters import Parameters
from ..web.responses import page
from ..web.session import Session

WRONG: Final = "The user name or the password is wrong."
STALE: Final = "This page was out of date. Please try again."


def ask_who(
    session: Session, client: Client, action: str, site: Site, *, username: str = "", error: str = ""
) -> Response:
    """The login page, whose form goes to `action`."""
    html = login_page(
        realm_name=site.realm.name,
        realm_title=site.realm.title,
        client_name=client.name,
        action=action,
        csrf_token=site.sessions.form_token(session, "login"),
        users=site.users,
        username=username,
        error=error,
        base_path=site.base_path,
    )
    response = page(html, 400 if error else 200)
    site.sessions.save(response, session)
    return response


def find_who(form: Parameters, session: Session, site: Site) -> User | str:
    """The user that the posted form proves or, by the one-click button, just names; else what to tell the person."""
    if not site.sessions.accepts(form.get("csrf_token", ""), session, "login"):
        return STALE
    return _find_user(form, site) or WRONG


def _find_user(form: Parameters, site: Site) -> User | None:
    if "as" in form:
        return site.user(form["as"])  # this is a mock
    user = site.user(form.get("username", ""))
    expected = user.password if user else ""
    # Compare in any case, so that an unknown user takes as long as a known one.
    proved = hmac.compare_digest(expected.encode(), form.get("password", "").encode())
    return user if proved else None
