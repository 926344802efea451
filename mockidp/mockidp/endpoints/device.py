"""`/oauth2-token/device`: a person types the code that a device shows, logs in, and decides (RFC 8628 §3.3)."""

import secrets
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ..errors import PageError
from ..memory.approval import Approval
from ..memory.devices import Decision, DeviceCode
from ..protocol.sign_in import ask_who, find_who
from ..settings.config import Client, User
from ..site import Site
from ..web.pages import consent_page, device_done_page, device_page
from ..web.parameters import Parameters, form_pairs, once, query_pairs
from ..web.responses import page, redirect
from ..web.session import Session
from ..web.user_code import meant, shown

UNKNOWN: Final = "There is no such code, or it has expired. Look at the device again."

_TOO_MANY: Final = (
    429,
    "Too many wrong codes",
    "For a minute, no more codes are looked at.",
    "A code is short, so it must not be possible to find one by trying.",
)
_OUT_OF_DATE: Final = (
    403,
    "This form is out of date",
    "Since this page was opened, somebody has logged in again, or the device has got its answer.",
    "Start again at the device.",
)


async def device(request: Request, site: Site) -> Response:
    """Answer with the next question: which code, who are you, may it?"""
    typed = once(query_pairs(request)).get("user_code", "")
    if not typed:
        return _ask_code(site)
    found = _find(typed, site)
    client = site.client(found.client_id) if found else None
    if found is None or client is None:
        return _ask_code(site, typed, UNKNOWN)
    session = site.sessions.load(request)
    user = site.user_of(session)
    form = once(await form_pairs(request)) if request.method == "POST" else {}
    if user is None:
        return _log_in(form, session, client, found, site)
    if "decision" not in form:
        return _ask_approval(user, session, client, found, site)
    return _decide(form, user, session, found, site)


def _find(typed: str, site: Site) -> DeviceCode | None:
    """The code that was meant, if it waits for an answer; only so many wrong ones are looked at (§5.1)."""
    realm, now = site.realm.name, site.clock()
    if site.store.devices.too_many_wrong_codes(realm, now):
        raise PageError(*_TOO_MANY)
    found = site.store.devices.awaiting(realm, meant(typed))
    if found is not None and now < found.expires_at:
        return found
    site.store.devices.note_wrong_code(realm, now)
    return None


def _log_in(form: Parameters, session: Session, client: Client, code: DeviceCode, site: Site) -> Response:
    if not form:
        return ask_who(session, client, _here(code, site), site)
    found = find_who(form, session, site)
    if isinstance(found, str):
        return ask_who(session, client, _here(code, site), site, username=form.get("username", ""), error=found)
    response = redirect(_here(code, site))
    site.sessions.save(response, site.sessions.log_in(found.username, found.subject))
    return response


def _decide(form: Parameters, user: User, session: Session, code: DeviceCode, site: Site) -> Response:
    accepted = site.sessions.accepts(form.get("csrf_token", ""), session, "device", code.value)
    approved = form["decision"] == "approve"
    decision = Decision(approval=_approval(user, session, code) if approved else None)
    if not accepted or not site.store.devices.decide(code.value, decision):
        raise PageError(*_OUT_OF_DATE)
    html = device_done_page(
        realm_name=site.realm.name, realm_title=site.realm.title, approved=approved, base_path=site.base_path
    )
    return page(html)


def _approval(user: User, session: Session, code: DeviceCode) -> Approval:
    return Approval(
        approval_id=secrets.token_urlsafe(12),
        realm=code.realm,
        client_id=code.client_id,
        username=user.username,
        subject=user.subject,
        scope=code.scope,
        scope_named=code.scope_named,
        auth_time=session.auth_time,
    )


def _ask_code(site: Site, typed: str = "", error: str = "") -> Response:
    html = device_page(
        realm_name=site.realm.name,
        realm_title=site.realm.title,
        action=site.path(site.paths.device),
        user_code=typed,
        error=error,
        base_path=site.base_path,
    )
    return page(html, 400 if error else 200)


def _ask_approval(user: User, session: Session, client: Client, code: DeviceCode, site: Site) -> Response:
    """The code is on the page, too: the person sees that it is their device that they let in (§3.3.1)."""
    return page(
        consent_page(
            realm_name=site.realm.name,
            realm_title=site.realm.title,
            client_name=client.name,
            user_name=user.name,
            scopes=code.scope.split(),
            action=_here(code, site),
            csrf_token=site.sessions.form_token(session, "device", code.value),
            user_code=shown(code.user_code),
            base_path=site.base_path,
        )
    )


def _here(code: DeviceCode, site: Site) -> str:
    return f"{site.path(site.paths.device)}?{urlencode({'user_code': shown(code.user_code)})}"
