"""`/oauth2-token/authorize`: a person lets a client have a code, or does not (RFC 6749 §3.1, OIDC Core §3.1.2)."""

import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError
from starlette.requests import Request
from starlette.responses import Response

from ..dialects.standard import StandardRequest, StandardServer
from ..errors import PageError, RequestRefused
from ..memory.approval import Approval
from ..memory.store import PushedRequest
from ..protocol.authorization_request import Pairs, check_parameters
from ..protocol.expected_person import check_hint, is_expected
from ..protocol.identify import identify
from ..protocol.pushed import find_pushed, reopened
from ..protocol.unasked import approving, hinted_user, unasked
from ..protocol.way_back import refused
from ..settings.config import Client, User
from ..site import Site
from ..web.pages import consent_page
from ..web.parameters import Parameters, form_pairs, once, query_pairs
from ..web.responses import page, redirect
from ..web.session import Session

_OUT_OF_DATE: Final = (
    403,
    "This form is out of date",
    "Since this page was opened, somebody has logged in again, or it has been open for too long.",
    "Go back to the application and start again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that is in order; `query` is what identifies it to the forms we ask the person to post."""

    site: Site
    client: Client
    parameters: Parameters
    scope: str
    query: str

    @property
    def login_hint(self) -> str:
        """Whom the client thinks it is, which counts for some clients only."""
        return self.parameters.get("login_hint", "")

    @property
    def prompts(self) -> frozenset[str]:
        """How the person is to be asked (OIDC Core §3.1.2.1)."""
        return frozenset(self.parameters.get("prompt", "").split())


async def authorize(request: Request, site: Site, server: StandardServer) -> Response:
    """Answer with a question (who are you? may they?), an error, or a code."""
    if request.method == "POST" and not request.scope["query_string"]:
        return await _asked_again(request, site)
    query, decision = await _read(request)
    pushed = find_pushed(query, site)
    if pushed is not None and not pushed.opened:
        return redirect(f"{site.path(site.paths.authorize)}?{reopened(pushed, pushed.asked, site)}")
    asked = pushed.asked if pushed else query
    client, redirect_uri = identify(asked, site)
    # ---- The seam. Above, a refusal is a page; below, a redirect to redirect_uri, which is the client's own. ----
    try:
        parameters = _check(asked, client, pushed)
        check_hint(parameters, client, site)
        grant = server.get_consent_grant(StandardRequest(request.method, parameters, request.headers))
        wanted = AuthorizationRequest(
            site=site, client=client, parameters=parameters, scope=grant.request.scope, query=urlencode(query)
        )
        session = site.sessions.load(request)
        user = _find_user(wanted, session)
        if user is None:
            return redirect(f"{site.path(site.paths.login)}?{wanted.query}", 302)
        approved = _is_approved(wanted, session, user, decision)
        if approved is None:
            return _ask_approval(wanted, session, user)
        _spend(pushed, site)
        approval = _approval(wanted, session, user) if approved else None
        _, _, headers = grant.create_authorization_response(redirect_uri, approval)
        response = redirect(dict(headers)["Location"])
        site.sessions.save(response, session.approving(client.client_id, wanted.scope))
    except OAuth2Error as error:
        return refused(error, redirect_uri, asked, pushed, site)
    else:
        return response


async def _asked_again(request: Request, site: Site) -> Response:
    """Have a posted request come as a GET: by a form of another site, no login's cookie comes along."""
    return redirect(f"{site.path(site.paths.authorize)}?{urlencode(await form_pairs(request))}")


async def _read(request: Request) -> tuple[Pairs, Parameters]:
    """What the client asks for, and what the person has decided about it."""
    asked = query_pairs(request)
    if request.method != "POST":
        return asked, {}
    decision = once(await form_pairs(request))
    if not decision.keys() <= {"csrf_token", "decision"}:
        raise RequestRefused("The parameters stand partly in the query and partly in the body.")
    return asked, decision


def _check(asked: Pairs, client: Client, pushed: PushedRequest | None) -> Parameters:
    """The parameters; raises for a client that must push its requests and did not (RFC 9126 §5)."""
    if client.require_par and pushed is None:
        raise InvalidRequestError("This client must push its authorization requests.")
    return check_parameters(asked)


def _spend(pushed: PushedRequest | None, site: Site) -> None:
    """One request, one answer; of two at once, one is late."""
    if pushed is not None and not site.store.pushed_requests.spend(pushed.value):
        raise InvalidRequestError("This request has been answered already.")


def _find_user(wanted: AuthorizationRequest, session: Session) -> User | None:
    """Who is logged in, unless they have to log in (again); raises `login_required` where they must not be asked."""
    user = wanted.site.user_of(session)
    max_age = wanted.parameters.get("max_age")
    age = wanted.site.clock() - session.auth_time
    too_old = max_age is not None and (int(max_age) == 0 or age > int(max_age))
    again = too_old or bool(wanted.prompts & {"login", "select_account"})
    if user is not None and not again and _is_meant(user, wanted):
        return user
    if "none" in wanted.prompts and unasked(wanted.client, wanted.login_hint, wanted.site) is None:
        raise LoginRequiredError("The user has to log in.")
    return None


def _is_meant(user: User, wanted: AuthorizationRequest) -> bool:
    """Is it whom the client's hints name, as far as they count?"""
    trusted = hinted_user(wanted.client, wanted.login_hint, wanted.site)
    return (trusted or user) == user and is_expected(user, wanted.parameters, wanted.client, wanted.site)


def _is_approved(wanted: AuthorizationRequest, session: Session, user: User, decision: Parameters) -> bool | None:
    """Yes, no, or None for not asked yet; raises `consent_required` where the person must not be asked."""
    if decision:
        token = decision.get("csrf_token", "")
        if not wanted.site.sessions.accepts(token, session, "consent", wanted.query):
            raise PageError(*_OUT_OF_DATE)
        return decision.get("decision") == "approve"
    if user in approving(wanted.client, wanted.login_hint, wanted.site):
        return True
    if "none" not in wanted.prompts:
        return None
    if session.has_approved(wanted.client.client_id, wanted.scope):
        return True
    raise ConsentRequiredError("The user has to approve.")


def _ask_approval(wanted: AuthorizationRequest, session: Session, user: User) -> Response:
    site = wanted.site
    return page(
        consent_page(
            realm_name=site.realm.name,
            realm_title=site.realm.title,
            client_name=wanted.client.name,
            user_name=user.name,
            scopes=wanted.scope.split(),
            action=f"{site.path(site.paths.authorize)}?{wanted.query}",
            csrf_token=site.sessions.form_token(session, "consent", wanted.query),
            base_path=site.base_path,
        )
    )


def _approval(wanted: AuthorizationRequest, session: Session, user: User) -> Approval:
    return Approval(
        approval_id=secrets.token_urlsafe(12),
        realm=wanted.site.realm.name,
        client_id=wanted.client.client_id,
        username=user.username,
        subject=user.subject,
        scope=wanted.scope,
        scope_named="scope" in wanted.parameters,
        auth_time=session.auth_time,
        nonce=wanted.parameters.get("nonce"),
        asked=tuple(wanted.parameters.items()),
        fault=wanted.site.hinted(wanted.login_hint)[1],
    )
