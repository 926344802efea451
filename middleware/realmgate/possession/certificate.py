"""The client certificate that a trusted proxy vouches for, as far as a token is bound to it. RFC 8705 §3, RFC 9440."""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import unquote

from ..errors import TokenRejected
from ..incoming import Incoming
from ..reasons import Reason

MAX_CERTIFICATE = 64 * 1024
# One blank, then anything: two parts that could share a run of blanks would try every way to share it.
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_BYTE_SEQUENCE = re.compile(r":([A-Za-z0-9+/]+=*):")


def check_certificate(incoming: Incoming, *, header: str | None, x5t: str) -> None:
    """Raise `TokenRejected` unless the certificate in the header is the one that the token is bound to.

    What is *not* checked: the certificate itself. Names, dates and chain are for the proxy that has the connection.
    """
    if header is None or incoming.has_alias(header):
        raise TokenRejected(Reason.CERTIFICATE_MALFORMED)
    if thumbprint(incoming.header(header)) != x5t:
        raise TokenRejected(Reason.OTHER_CERTIFICATE)


def thumbprint(values: Sequence[str]) -> str:
    """The ``x5t#S256`` of the one certificate in a header's values. RFC 8705 §3.1.

    Either PEM with its odd characters escaped, as nginx writes ``$ssl_client_escaped_cert``, or a byte sequence between
    colons (RFC 9440 §2). Neither holds a comma, with which WSGI servers join two headers.
    """
    if not any(values):
        raise TokenRejected(Reason.CERTIFICATE_MISSING)
    value = values[0].strip(" \t")
    if len(values) > 1 or len(value) > MAX_CERTIFICATE:
        raise TokenRejected(Reason.CERTIFICATE_MALFORMED)
    found = _BYTE_SEQUENCE.fullmatch(value) or _PEM.fullmatch(unquote(value))
    if found is None:
        raise TokenRejected(Reason.CERTIFICATE_MALFORMED)
    text = "".join(found[1].split())
    try:
        # Padding is optional in a byte sequence (RFC 8941 §4.2.7).
        der = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise TokenRejected(Reason.CERTIFICATE_MALFORMED) from None
    return urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()
