"""Base64url without padding, in exactly one spelling per value. RFC 7515 §2."""

import base64
import re

ALPHABET = re.compile(r"[A-Za-z0-9_-]*")

# A final character carries unused bits, which must be zero (RFC 4648 §3.5), or one token would have several spellings.
_FINAL = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


class NotBase64Url(ValueError):
    """Not base64url as RFC 7515 writes it."""


def decode(text: str) -> bytes:
    """Decode text whose alphabet may be wrong, too."""
    if ALPHABET.fullmatch(text) is None:
        raise NotBase64Url
    return decode_alphabetic(text)


def decode_alphabetic(text: str) -> bytes:
    """Decode text that is known to hold only characters of the alphabet."""
    rest = len(text) % 4
    if rest == 1 or (rest and text[-1] not in _FINAL[rest]):
        raise NotBase64Url
    return base64.urlsafe_b64decode(text + "==")
