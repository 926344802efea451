import base64
import json
from http.cookies import SimpleCookie
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from mockidp.clock import Clock
from mockidp.web.session import REMEMBERED_APPROVALS, Session, Sessions


def new_sessions(clock: Clock, **changed: Any) -> Sessions:
    settings = {"realm": "storefront", "instance": "1a2b", "path": "/oauth2-token", "secure": False, "lifetime": 100}
    return Sessions(**{**settings, "clock": clock, **changed})


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.freeze(1_800_000_000.5)
    return clock


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return new_sessions(clock)


def with_cookie(name: str, value: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{name}={value}".encode())]})


def cookie_of(sessions: Sessions, session: Session) -> str:
    response = Response()
    sessions.save(response, session)
    return SimpleCookie(response.headers["set-cookie"])[sessions.cookie].value


def test_a_browser_comes_back_with_the_session_it_was_given(sessions: Sessions) -> None:
    session = sessions.log_in("ann", "ann").approving("web", "a b")
    assert sessions.load(with_cookie(sessions.cookie, cookie_of(sessions, session))) == session
    assert (session.username, session.auth_time) == ("ann", 1_800_000_000)


def test_a_browser_without_a_cookie_is_nobody_and_each_time_another(sessions: Sessions) -> None:
    one, two = (sessions.load(Request({"type": "http", "headers": []})) for _ in range(2))
    assert one.username is None
    assert one.browser != two.browser


def test_the_cookie_is_for_one_realm_on_one_instance_and_not_for_scripts(sessions: Sessions, clock: Clock) -> None:
    response = Response()
    sessions.save(response, sessions.log_in("ann", "ann"))
    name, _, attributes = response.headers["set-cookie"].partition("=")
    assert name == "mockidp-storefront-1a2b"
    assert attributes.split("; ", 1)[1] == "HttpOnly; Path=/oauth2-token; SameSite=lax"
    new_sessions(clock, secure=True).save(response, sessions.log_in("ann", "ann"))
    assert "Secure" in response.headers.getlist("set-cookie")[1]


def test_cookies_of_another_realm_instance_or_time_are_worth_nothing(sessions: Sessions, clock: Clock) -> None:
    cookie = cookie_of(new_sessions(clock), sessions.log_in("ann", "ann"))
    assert sessions.load(with_cookie(sessions.cookie, cookie)).username is None
    cookie = cookie_of(sessions, sessions.log_in("ann", "ann"))
    sessions.forget_all()
    assert sessions.load(with_cookie(sessions.cookie, cookie)).username is None


def test_an_altered_cookie_is_worth_nothing(sessions: Sessions) -> None:
    cookie = cookie_of(sessions, sessions.log_in("ann", "ann"))
    payload, rest = cookie.split(".", 1)
    forged = json.dumps({"browser": "x", "username": "admin", "auth_time": 1_800_000_000, "approved": {}}).encode()
    forgeries = [
        f"{base64.urlsafe_b64encode(forged).rstrip(b'=').decode()}.{rest}",
        cookie[:-1],
        cookie + "x",
        payload,
        "." + cookie,
        "",
        "x.y.z",
        ".....",
        "ÿ",
    ]
    for forgery in forgeries:
        assert sessions.load(with_cookie(sessions.cookie, forgery)).username is None


def test_a_form_token_is_no_cookie(sessions: Sessions) -> None:
    token = sessions.form_token(sessions.log_in("ann", "ann"), "login")
    assert sessions.load(with_cookie(sessions.cookie, token)).username is None


def test_a_login_ends_when_its_time_is_over_by_our_clock_even_if_the_cookie_is_renewed(
    sessions: Sessions, clock: Clock
) -> None:
    session = sessions.log_in("ann", "ann")
    cookie = cookie_of(sessions, session)
    clock.advance(seconds=99)
    assert sessions.load(with_cookie(sessions.cookie, cookie)) == session
    renewed = cookie_of(sessions, session)
    clock.advance(seconds=1)
    assert sessions.load(with_cookie(sessions.cookie, renewed)).username is None


def test_a_login_from_the_future_is_none(sessions: Sessions, clock: Clock) -> None:
    cookie = cookie_of(sessions, sessions.log_in("ann", "ann"))
    clock.advance(seconds=-5)
    assert sessions.load(with_cookie(sessions.cookie, cookie)).username is None


def test_every_login_renames_the_browser(sessions: Sessions) -> None:
    assert sessions.log_in("ann", "ann").browser != sessions.log_in("ann", "ann").browser


def test_a_form_token_is_good_for_its_browser_user_purpose_and_values_only(sessions: Sessions, clock: Clock) -> None:
    session = sessions.log_in("ann", "ann")
    token = sessions.form_token(session, "consent", "query", "more")
    assert sessions.accepts(token, session, "consent", "query", "more")
    assert not sessions.accepts(token, session, "login", "query", "more")
    assert not sessions.accepts(token, session, "consent", "query")
    assert not sessions.accepts(token, session, "consent", "querym", "ore")
    assert not sessions.accepts(token, session, "consent", "more", "query")
    assert not sessions.accepts(token, sessions.log_in("ann", "ann"), "consent", "query", "more")
    assert not sessions.accepts(token, Session(browser=session.browser, username="bob"), "consent", "query", "more")
    assert not new_sessions(clock).accepts(token, session, "consent", "query", "more")
    assert not sessions.accepts(token[:-1], session, "consent", "query", "more")
    assert not sessions.accepts("", session, "consent", "query", "more")


def test_a_form_token_expires_by_our_clock(sessions: Sessions, clock: Clock) -> None:
    session = sessions.log_in("ann", "ann")
    token = sessions.form_token(session, "login")
    clock.advance(seconds=100)
    assert sessions.accepts(token, session, "login")
    clock.advance(seconds=1)
    assert not sessions.accepts(token, session, "login")


def test_approvals_are_remembered_by_client_and_scope_and_only_so_many() -> None:
    session = Session(browser="x").approving("web", "a b")
    assert session.has_approved("web", "b")
    assert session.has_approved("web", "")
    assert not session.has_approved("web", "b c")
    assert not session.has_approved("app", "a")
    assert session.approving("web", "c a").has_approved("web", "b c")
    assert session.approving("web", "c a").approved == {"web": "a b c"}
    for number in range(REMEMBERED_APPROVALS):
        session = session.approving(f"client-{number}", "a")
    assert len(session.approved) == REMEMBERED_APPROVALS
    assert not session.has_approved("web", "a")


def test_an_ended_session_and_everything_with_its_name_is_worth_nothing(sessions: Sessions) -> None:
    session, other = sessions.log_in("ann", "ann"), sessions.log_in("ann", "ann")
    kept = [cookie_of(sessions, each) for each in (session, session.approving("web", "a"), other)]
    response = Response()
    sessions.end(response, session)
    loaded = [sessions.load(with_cookie(sessions.cookie, cookie)).username for cookie in kept]
    assert loaded == [None, None, "ann"]
    assert "Max-Age=0" in response.headers["set-cookie"]


def test_only_so_many_ended_sessions_are_remembered(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockidp.web.session.ENDED_SESSIONS", 2)
    ended = [sessions.log_in(name, name) for name in ("ann", "bob", "cid")]
    for session in ended:
        sessions.end(Response(), session)
    cookies = [cookie_of(sessions, session) for session in ended]
    assert [sessions.load(with_cookie(sessions.cookie, cookie)).username for cookie in cookies] == ["ann", None, None]


def test_the_name_of_the_browser_shows_in_no_representation() -> None:
    assert "browser-name" not in repr(Session(browser="browser-name"))
