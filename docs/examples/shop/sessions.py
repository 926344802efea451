"""Who is looking at the page: tokens stay here, in memory; the browser holds only a signed name for them."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from .login import Login, Tokens

COOKIE = "shop_session"
ROOM = 1000


@dataclass(slots=True)
class Session:
    """One browser: the logins it has begun and the tokens it has got, by realm."""

    begun: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, Tokens] = field(default_factory=dict)


class Sessions:
    def __init__(self) -> None:
        self._signer = Signer(secrets.token_bytes(32))
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def find(self, request: Request) -> Session:
        """The session of this browser, or an empty one that nobody remembers."""
        try:
            name = self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return Session()
        return self._sessions.get(name) or Session()

    def keep(self, session: Session, response: Response) -> None:
        """Remember it under a new name, so that a name known before a login is worth nothing after it."""
        self.forget(session)
        name = secrets.token_urlsafe(16)
        self._sessions[name] = session
        while len(self._sessions) > ROOM:
            self._sessions.popitem(last=False)
        response.set_cookie(COOKIE, self._signer.sign(name).decode(), httponly=True, samesite="lax")

    def forget(self, session: Session) -> None:
        for name in [name for name, kept in self._sessions.items() if kept is session]:
            del self._sessions[name]
