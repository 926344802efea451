"""The way back to a client whose authorization request ends with an error (RFC 6749 §4.1.2.1)."""

from authlib.oauth2.rfc6749.errors import OAuth2Error
from starlette.responses import Response

from ..memory.store import PushedRequest
from ..site import Site
from ..web.oauth_errors import described
from ..web.redirects import answered
from ..web.responses import redirect
from .authorization_request import Pairs


def refused(error: OAuth2Error, redirect_uri: str, asked: Pairs, pushed: PushedRequest | None, site: Site) -> Response:
    """A redirect to the client's own address. An error is an answer, too, so a pushed request is used up by it."""
    if pushed is not None:
        site.store.pushed_requests.spend(pushed.value)
    return redirect(answered(redirect_uri, **described(error), state=_state(asked), iss=site.issuer))


def _state(asked: Pairs) -> str | None:
    """The client's `state`, where it is clear what that is."""
    states = [value for name, value in asked if name == "state" and value]
    return states[0] if len(states) == 1 else None
