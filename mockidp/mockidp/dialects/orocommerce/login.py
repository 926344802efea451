"""The login page of an application and the address that its form goes to: rows A4 to A7."""

import hmac
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from ...settings.config import Client
from ...web.parameters import FORM, media_type, read_body
from ...web.responses import page, redirect
from ...web.session import Session
from .asked import not_here
from .browser import Waiting
from .pages import login_page
from .php import Values, parse_str
from .shop import Application, Shop

WRONG: Final = "Invalid credentials."
STALE: Final = "Invalid CSRF token."


async def login(request: Request, application: Application, shop: Shop) -> Response:
    """Answer with the login page; OAuth's own one is there only for those who come from authorize."""
    session = application.sessions.load(request)
    waiting = application.waiting.find(session.browser)
    client = _client_in(waiting, application, shop)
    if client is None and shop.facts.own_login_page:
        raise not_here()
    html = login_page(
        realm_name=application.site.realm.name,
        realm_title=application.site.realm.title,
        app_name=client.name if client else "",
        action=application.site.path(application.login_check_path),
        csrf_token=application.sessions.form_token(session, "login"),
        users=application.site.users,
        username=waiting.username if waiting else "",
        error=waiting.error if waiting else "",
        base_path=application.site.base_path,
    )
    response = page(html)
    application.sessions.save(response, session)
    return response


async def check(request: Request, application: Application, shop: Shop) -> Response:
    """Answer with the way back to what was asked for, or to the login page."""
    session = application.sessions.load(request)
    waiting = application.waiting.find(session.browser) or Waiting(target=application.site.path("/"))
    form = parse_str(await read_body(request)) if media_type(request) == FORM else {}
    error = _problem(form, session, application, shop)
    if error:
        typed = str(form.get("_username", ""))[:256]
        application.waiting.put(session.browser, Waiting(target=waiting.target, username=typed, error=error))
        return _kept(redirect(application.site.path(application.login_path), 302), session, application)
    application.waiting.leave(session.browser)
    user = application.user_named(form["_username"])
    known = (user.username, user.subject) if user else ("", "")
    return _kept(redirect(waiting.target, 302), application.sessions.log_in(*known), application)


def _kept(response: Response, session: Session, application: Application) -> Response:
    application.sessions.save(response, session)
    return response


def _problem(form: Values, session: Session, application: Application, shop: Shop) -> str | None:
    """Why this form does not log anybody in."""
    if not application.sessions.accepts(str(form.get("_csrf_token")), session, "login"):
        return STALE
    name, password = form.get("_username"), form.get("_password")
    user = application.user_named(name) if isinstance(name, str) and name else None
    expected = user.password if user else ""
    fits = hmac.compare_digest(expected.encode(), str(password).encode("utf-8", "replace"))
    if user is None or not fits:
        return WRONG
    return shop.accounts.trouble_of(application.site.realm.name, user)


def _client_in(waiting: Waiting | None, application: Application, shop: Shop) -> Client | None:
    """The client that the person is logging in for, if it is one of this application."""
    if waiting is None:
        return None
    client_id = parse_str(waiting.target.partition("?")[2].encode("latin-1")).get("client_id")
    found = shop.sites.of_client(client_id) if isinstance(client_id, str) else None
    return found[1] if found and found[0] is application.site else None
