"""Who sits at the browser: the signed login cookie of one realm, and form tokens bound to it. All by our clock.

The cookie's name carries realm and instance, because browsers ignore ports when they choose cookies.
"""

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Self

import msgspec
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from ..clock import Clock

REMEMBERED_APPROVALS: Final = 20  # a cookie has room for about 4,000 characters

ENDED_SESSIONS: Final = 10_000  # far more than a test suite logs out; the oldest are forgotten first

Purpose = Literal["login", "consent", "logout", "device"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser at one realm; `browser` is an unguessable name for it that changes with every login.

    `approved` holds, by client, the scopes that this login has approved.
    """

    browser: str = field(repr=False)
    username: str | None = None
    subject: str = ""
    auth_time: int = 0
    approved: dict[str, str] = field(default_factory=dict)

    @classmethod
    def anonymous(cls) -> Self:
        """A browser that nobody has logged in with."""
        return cls(browser=secrets.token_urlsafe(16))

    def approving(self, client_id: str, scope: str) -> "Session":
        """The same, with one more approval to remember, beside what the client was allowed before."""
        others = {other: was for other, was in self.approved.items() if other != client_id}
        kept = list(others.items())[-REMEMBERED_APPROVALS + 1 :]
        scopes = dict.fromkeys(f"{self.approved.get(client_id, '')} {scope}".split())
        return replace(self, approved={**dict(kept), client_id: " ".join(scopes)})

    def has_approved(self, client_id: str, scope: str) -> bool:
        """Has this login approved all of it before?"""
        return client_id in self.approved and set(scope.split()) <= set(self.approved[client_id].split())


class Sessions:
    """Reads and writes the sessions of one realm on one instance; `lifetime` counts from the login, in seconds."""

    def __init__(self, *, realm: str, instance: str, path: str, secure: bool, clock: Clock, lifetime: int) -> None:
        self.cookie: Final = f"mockidp-{realm}-{instance}"
        self._path = path
        self._secure = secure
        self._clock = clock
        self._lifetime = lifetime
        self.forget_all()

    def forget_all(self) -> None:
        """Take no cookie and no form token for genuine that was given out before."""
        secret = secrets.token_bytes(32)
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._sessions = _serializer(secret, "session", self._clock)
        self._forms = _serializer(secret, "form", self._clock)

    def carry_on(self, before: "Sessions") -> None:
        """Take the cookies and form tokens for genuine that the one before gave out."""
        self._ended = before._ended  # noqa: SLF001  # its own kind
        self._sessions, self._forms = before._sessions, before._forms  # noqa: SLF001

    def load(self, request: Request) -> Session:
        """The session of the request's browser, or a new anonymous one."""
        try:
            stored = self._sessions.loads(request.cookies.get(self.cookie, ""), max_age=self._lifetime)
            session = msgspec.convert(stored, Session)
        except (BadData, msgspec.ValidationError):
            return Session.anonymous()
        if session.browser in self._ended:
            return Session.anonymous()
        age = self._clock() - session.auth_time
        return session if session.username is None or 0 <= age < self._lifetime else Session.anonymous()

    def log_in(self, username: str, subject: str) -> Session:
        """A session for somebody who has just proved who they are; nothing of the one before lives on in it."""
        return replace(Session.anonymous(), username=username, subject=subject, auth_time=math.floor(self._clock()))

    def save(self, response: Response, session: Session) -> None:
        """Have the browser keep the session."""
        response.set_cookie(
            self.cookie,
            self._sessions.dumps(msgspec.to_builtins(session)),
            path=self._path,
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )

    def end(self, response: Response, session: Session) -> None:
        """Have the browser forget the session, and take its cookie for nothing should it come again."""
        self._ended[session.browser] = None
        while len(self._ended) > ENDED_SESSIONS:
            self._ended.popitem(last=False)
        response.delete_cookie(self.cookie, path=self._path, httponly=True, samesite="lax", secure=self._secure)

    def form_token(self, session: Session, purpose: Purpose, *bound_to: str) -> str:
        """A token that a form posts back: good for this browser, this purpose and exactly these values."""
        return str(self._forms.dumps(_digest(session, purpose, bound_to)))

    def accepts(self, token: str, session: Session, purpose: Purpose, *bound_to: str) -> bool:
        """Did we give the token out for just this?"""
        try:
            digest = self._forms.loads(token, max_age=self._lifetime)
        except BadData:
            return False
        return isinstance(digest, str) and hmac.compare_digest(digest, _digest(session, purpose, bound_to))


def _digest(session: Session, purpose: Purpose, bound_to: tuple[str, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode((session.browser, session.username, purpose, bound_to))).hexdigest()


def _serializer(secret: bytes, salt: str, clock: Clock) -> URLSafeTimedSerializer:
    class Signer(TimestampSigner):
        default_digest_method = staticmethod(hashlib.sha256)

        def get_timestamp(self) -> int:
            return math.floor(clock())

    return URLSafeTimedSerializer(secret, salt=salt, signer=Signer)
