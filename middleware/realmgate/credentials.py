"""The one token of a request, read strictly from its Authorization header. RFC 6750 §2.1, RFC 9449 §7.1."""

import re
from collections.abc import Sequence

from .errors import RequestMalformed, TokenMissing
from .incoming import Shown
from .reasons import Reason

_SCHEME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_B64TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"


def as_text(shown: Sequence[Shown]) -> list[str]:
    """Headers as text; whatever their bytes, each is one letter. RFC 9110 §5.5."""
    return [each if isinstance(each, str) else each.decode("latin-1") for each in shown]


def credentials_of(values: Sequence[str], schemes: frozenset[str]) -> tuple[str, str]:
    """Return the scheme in lower case and the token, or raise `TokenMissing` or `RequestMalformed`.

    `values` are the Authorization headers as the server gave them.
    """
    scheme, token = split_credentials(values, schemes)
    check_b64token(token)
    return scheme, token


def split_credentials(values: Sequence[str], schemes: frozenset[str]) -> tuple[str, str]:
    """The same, but what the token is made of is *not* checked: whoever takes it apart strictly sees that anyway.

    A comma is refused whatever the scheme, because WSGI servers join two headers with one, and both doors must say the
    same.
    """
    if not values:
        raise TokenMissing(Reason.NO_CREDENTIALS)
    if len(values) > 1 or "," in values[0]:
        raise RequestMalformed(Reason.SEVERAL_CREDENTIALS)
    name, _, rest = values[0].strip(" \t").partition(" ")
    scheme = name.lower()
    if scheme not in schemes:
        if scheme and _SCHEME.fullmatch(scheme) is None:
            raise RequestMalformed(Reason.NO_SCHEME)
        raise TokenMissing(Reason.OTHER_SCHEME)
    token = rest.strip(" ")
    if not token:
        raise TokenMissing(Reason.EMPTY_CREDENTIALS)
    return scheme, token


def check_b64token(text: str) -> None:
    """RFC 6750 §2.1; told by leaving out what belongs, in a third of the time that a pattern takes."""
    letters = text.rstrip("=")
    if letters == "" or not letters.isascii() or letters.encode().translate(None, _B64TOKEN):
        raise RequestMalformed(Reason.UNREADABLE)
