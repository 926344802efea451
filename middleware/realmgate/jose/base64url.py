"""Base64url without padding, in exactly one spelling per value. RFC 7515 §2."""

from binascii import a2b_base64

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_BASE64 = bytes.maketrans(b"-_", b"+/")

# A final character carries unused bits, which must be zero (RFC 4648 §3.5), or one token would have several spellings.
_FINAL = {2: frozenset(b"AQgw"), 3: frozenset(b"AEIMQUYcgkosw048")}


class NotBase64Url(ValueError):
    """Not base64url as RFC 7515 writes it."""


def decode(text: bytes) -> bytes:
    """Decode text that may hold anything."""
    if text.translate(None, ALPHABET):
        raise NotBase64Url
    return decode_alphabetic(text)


def decode_alphabetic(text: bytes) -> bytes:
    """Decode text that is known to hold only characters of the alphabet."""
    rest = len(text) % 4
    if rest == 1 or (rest and text[-1] not in _FINAL[rest]):
        raise NotBase64Url
    return a2b_base64(text.translate(_TO_BASE64) + b"==")
