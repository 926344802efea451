"""The authorization endpoints of an application, for people and for visitors: rows A1 to A3, A8 to A11, A24 to A28."""

from starlette.requests import Request
from starlette.responses import Response

from ...errors import RequestRefused
from ...settings.config import User
from ...web.parameters import FORM, QUERY_LIMIT, media_type, read_body
from ...web.responses import page, redirect
from ...web.session import Session
from . import refusals
from .asked import Asked, asked_in
from .browser import Waiting
from .grants import new_visitor
from .pages import consent_page
from .php import Values, parse_str, with_query
from .refusals import Refusal
from .shop import Application, Shop
from .vouchers import new_approval, new_code


async def authorize(request: Request, application: Application, shop: Shop) -> Response:
    """Answer with the way to the login page, the consent page, a refusal, or the way back to the client."""
    session = application.sessions.load(request)
    user = shop.user_at(application, session)
    if user is None:
        return _log_in_first(request, application, session)
    try:
        asked = asked_in(query_of(request), application, shop)
        if request.method == "POST":
            return await _decided(request, asked, user=user, session=session, application=application, shop=shop)
        if shop.facts.skip_consent and asked.client.skip_consent:
            return granted(asked, user.subject, application)
    except Refusal as refusal:
        return refusal.response(request.headers.get("authorization"))
    return _ask(asked, session, application)


async def authorize_visitor(request: Request, application: Application, shop: Shop) -> Response:
    """The same for somebody who has not logged in: a new visitor each time, and nobody is asked."""
    try:
        asked = asked_in(query_of(request), application, shop)
    except Refusal as refusal:
        return refusal.response(request.headers.get("authorization"))
    return granted(asked, new_visitor(shop), application)


def query_of(request: Request) -> Values:
    """The parameters of the address."""
    query: bytes = request.scope["query_string"]
    if len(query) > QUERY_LIMIT:
        raise RequestRefused("The query is too long.", status=414)
    return parse_str(query)


def granted(asked: Asked, subject: str, application: Application) -> Response:
    """The way back to the client, with a code."""
    code = new_code(
        application,
        new_approval(application, asked.client, subject, asked.scopes),
        asked.client,
        redirect_uri=asked.redirect_uri,
        code_challenge=asked.code_challenge,
        code_challenge_method=asked.code_challenge_method,
    )
    return redirect(with_query(asked.answer_at, {"code": code, "state": asked.state}), 302)


def _denied(asked: Asked) -> Response:
    """The way back with a refusal; without a state there is one separator too many, as in OroCommerce."""
    begun = with_query(asked.answer_at, {"state": asked.state})
    return redirect(with_query(begun, refusals.denied().members), 302)


def _log_in_first(request: Request, application: Application, session: Session) -> Response:
    site = application.site
    query = request.scope["query_string"].decode("latin-1")
    target = f"{site.path(site.paths.authorize)}{'?' if query else ''}{query}"
    if request.method == "GET":
        application.waiting.put(session.browser, Waiting(target=target))
    response = redirect(site.path(application.login_path), 302)
    application.sessions.save(response, session)
    return response


async def _decided(
    request: Request, asked: Asked, *, user: User, session: Session, application: Application, shop: Shop
) -> Response:
    """What the person said: only the word `true` is a yes."""
    form = parse_str(await read_body(request)) if media_type(request) == FORM else {}
    token = form.get("_csrf_token")
    if shop.facts.consent_csrf and not application.sessions.accepts(str(token), session, "consent"):
        raise refusals.bad_request("_csrf_token")
    return granted(asked, user.subject, application) if form.get("grantAccess") == "true" else _denied(asked)


def _ask(asked: Asked, session: Session, application: Application) -> Response:
    site = application.site
    html = consent_page(
        realm_name=site.realm.name,
        realm_title=site.realm.title,
        app_name=asked.client.name,
        csrf_token=application.sessions.form_token(session, "consent"),
        base_path=site.base_path,
    )
    return page(html)
