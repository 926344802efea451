"""`/oauth2-token/login`: a person says who they are, and goes back to where they were asked."""

import hmac
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..config import Client, User
from ..identify import identify
from ..pages import login_page
from ..parameters import Parameters, form_pairs, once, query_pairs
from ..responses import page, redirect
from ..session import Session
from ..site import Site

WRONG: Final = "The user name or the password is wrong."
STALE: Final = "This page was out of date. Please try again."


async def login(request: Request, site: Site) -> Response:
    """Answer with the login page, or with the way back to the authorization endpoint and the query it came with."""
    asked = query_pairs(request)
    client, _ = identify(asked, site)
    session = site.sessions.load(request)
    if request.method != "POST":
        return _ask(session, client, urlencode(asked), site, username=dict(asked).get("login_hint", ""))
    form = once(await form_pairs(request))
    typed = form.get("username", "")
    if not site.sessions.accepts(form.get("csrf_token", ""), session, "login"):
        return _ask(session, client, urlencode(asked), site, username=typed, error=STALE)
    user = _find_user(form, site)
    if user is None:
        return _ask(session, client, urlencode(asked), site, username=typed, error=WRONG)
    response = redirect(f"{site.path(site.paths.authorize)}?{urlencode(_without_login(asked))}")
    site.sessions.save(response, site.sessions.log_in(user.username))
    return response


def _find_user(form: Parameters, site: Site) -> User | None:
    """The user that the form proves or, by the one-click button, just names: this is a mock."""
    if "as" in form:
        return site.user(form["as"])
    user = site.user(form.get("username", ""))
    expected = user.password if user else ""
    # Compare in any case, so that an unknown user takes as long as a known one.
    proved = hmac.compare_digest(expected.encode(), form.get("password", "").encode())
    return user if proved else None


def _without_login(asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same query without its demands for a login, which is now done; otherwise they would demand it for ever."""
    done = {"login", "select_account"}
    left = [(name, value) for name, value in asked if name not in {"prompt", "max_age"}]
    prompts = [
        " ".join(word for word in value.split() if word not in done) for name, value in asked if name == "prompt"
    ]
    return [*left, *(("prompt", value) for value in prompts if value)]


def _ask(session: Session, client: Client, query: str, site: Site, *, username: str = "", error: str = "") -> Response:
    html = login_page(
        realm_name=site.realm.name,
        realm_title=site.realm.title,
        client_name=client.name,
        action=f"{site.path(site.paths.login)}?{query}",
        csrf_token=site.sessions.form_token(session, "login"),
        users=site.realm.users,
        username=username,
        error=error,
        base_path=site.base_path,
    )
    response = page(html, 400 if error else 200)
    site.sessions.save(response, session)
    return response
